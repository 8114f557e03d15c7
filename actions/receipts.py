"""What saving comes to, for every action that may end in it."""

from collections.abc import Mapping, Sequence

from actions.gathering import keep_several
from actions.replies import ask, numbered, quoted, reply
from actions.turn import Turn
from actions.unanswered import remember
from scrapbook import segments
from scrapbook.book import Book
from scrapbook.book.memos import is_unsure
from scrapbook.book.reminding import due_shown
from scrapbook.book.saving import Saved, save
from scrapbook.book.suggesting import suggest
from scrapbook.store import Entry, Outcome

MOST, FEWEST = 60, 12
"""Characters of a memo that its receipt shows."""

WORDING, WORDING_IF_UNSURE = 80, 130
"""Characters that the rest of such a receipt takes at most."""


def keep(turn: Turn) -> Outcome:
    """Saves the message as a thought, or its parts as several."""
    return keep_several(turn) or receipt(turn.book, save(turn.book, turn.message.body, turn.message.media))


def keep_or_explain(turn: Turn, explanation: str) -> Outcome:
    """For a command that lacks what it needs: a word or two are explained, anything longer is a thought.

    So is a memo, which may have been misheard and would be gone.
    """
    if not is_terse(turn):
        return keep(turn)
    remember(turn)
    return reply(explanation)


def is_terse(turn: Turn) -> bool:
    """A text of a word or two."""
    return len(turn.message.body.split()) <= 2 and turn.book.place is None


def receipt(book: Book, saved: Saved | None) -> Outcome:
    if saved is None:
        return reply("utter_nothing_to_save")
    entry = saved.entry
    where, offered = "_under" if entry.topic else "", dict[str, str]()
    if saved.similar:
        where, offered = "_similar", {"options": numbered(saved.similar)}
        _ask_where(book, entry, saved.similar)
    elif topic := _suggested(book, entry):
        where, offered = "_suggested", {"topic": quoted(topic)}
        _ask_where(book, entry, (topic,))
    if book.place:
        return memo_receipt(book, entry, entry.text, where, offered)
    if entry.author and not offered and not entry.media:
        return reply(f"utter_saved_by{where}", author=quoted(entry.author), **_arguments(entry, offered))
    return reply(f"utter_saved{where}{_with_media(entry)}", **_arguments(entry, offered))


def memo_receipt(
    book: Book, entry: Entry, said: str, where: str, offered: Mapping[str, str] | None = None
) -> Outcome:
    """Shows what was understood of a memo.

    ``where``: "", "_under", "_similar", "_suggested" or "_reminder"; ``offered`` goes with it.
    """
    unsure = "_unsure" if _is_unsure(book, entry) else ""
    arguments = _arguments(entry, offered or {})
    if where == "_reminder" and entry.due_at and not unsure:
        where, arguments["when"] = "_reminder_for", due_shown(book, entry)
    around = "".join(arguments.values()) + "." * (WORDING_IF_UNSURE if unsure else WORDING)
    return reply(f"utter_memo_saved{where}{unsure}", words=_first_words(said, around), **arguments)


def _suggested(book: Book, entry: Entry) -> str | None:
    """A memo in doubt asks for its words to be put right, and for nothing else."""
    return None if entry.topic or _is_unsure(book, entry) else suggest(book, entry)


def _ask_where(book: Book, entry: Entry, topics: Sequence[str]) -> None:
    ask(book, "action_move", {"entry": [str(entry.number)], "exactly": True}, "topic", topics)


def _arguments(entry: Entry, offered: Mapping[str, str]) -> dict[str, str]:
    filed = {"topic": entry.topic} if entry.topic else {}
    return {"number": str(entry.number), **filed, **offered}


def _first_words(said: str, around: str) -> str:
    """As many as there is room for beside ``around``, but always some."""
    room = len(segments.head(said, segments.REPLY_SEGMENTS, around))
    return segments.shorten(said, min(max(room, FEWEST), MOST))


def _is_unsure(book: Book, entry: Entry) -> bool:
    heard = (book.tx.transcripts.of(part.url) for part in entry.media if part.is_sound)
    return any(transcript is not None and is_unsure(transcript) for transcript in heard)


def _with_media(entry: Entry) -> str:
    return "_with_media" if any(part.state == "waiting" for part in entry.media) else ""
