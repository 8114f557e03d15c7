"""Say how many entries there are, and when one or the first of them was saved."""

from datetime import datetime
from zoneinfo import ZoneInfo

from actions.action import BookAction
from actions.asking import answer_question
from actions.entry_requests import no_such_entries, request_text
from actions.replies import reply
from actions.turn import Turn
from scrapbook.core import Book, status
from scrapbook.core.described import count_described, describe, newest
from scrapbook.core.entry_names import called_with_words
from scrapbook.core.paging import OR_MORE
from scrapbook.core.search import MAX_FOUND
from scrapbook.store import Entry, TurnResult
from scrapbook.text.due import format_due_date
from scrapbook.text.spelling import normalized_name

TOPICS = frozenset({"topic", "topics", "list", "lists", "folders", "categories", "tags"})
"""What a person asks for the number of, who asks for that of the topics."""

MAX_DATED = 3
"""Entries that are named with their date."""

_WHEN_WORDS = frozenset(
    """
    when since long time day date start started starting begin began begun use used using first ago at
    """.split()  # noqa: SIM905 - as in the other lists of words
)


class ActionCount(BookAction):
    action_name = "action_count"

    def answer(self, turn: Turn) -> TurnResult:
        which = describe(turn.book, request_text(turn))
        if normalized_name(which.words) in TOPICS:
            return reply("utter_count", what="Topics", count=str(status.status(turn.book).topics))
        count = count_described(turn.book, which)
        if not count:
            return answer_question(turn) or no_such_entries(which)
        what = which.phrase[0].upper() + which.phrase[1:]
        is_cut = which.words and count >= MAX_FOUND
        return reply("utter_count", what=what, count=f"{count}{OR_MORE if is_cut else ''}")


class ActionWhenSaved(BookAction):
    action_name = "action_when_saved"

    def answer(self, turn: Turn) -> TurnResult:
        which = describe(turn.book, request_text(turn), _WHEN_WORDS)
        if not which.narrows and not which.is_one:
            begun = turn.book.tx.entries.begun_at(turn.book.person.id)
            return reply("utter_begun", when=_when(turn.book, begun)) if begun else reply("utter_nothing_yet")
        entries = newest(turn.book, which, 1 if which.is_one else MAX_DATED)
        if not entries:
            return no_such_entries(which)
        dated = "\n".join(_dated(turn.book, entry) for entry in entries)
        return reply("utter_saved_when", entries=dated)


def _dated(book: Book, entry: Entry) -> str:
    return f"{called_with_words(entry)} ({_when(book, entry.created_at)})"


def _when(book: Book, at: datetime) -> str:
    return format_due_date(at, book.now, ZoneInfo(book.person.timezone))
