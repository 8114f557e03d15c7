"""Several things in one message, and what was taken away from the one before."""

from collections.abc import Sequence

from actions.replies import ask, numbered, reply
from actions.turn import Turn
from scrapbook.book import Book
from scrapbook.book.gathering import Gathered, gather
from scrapbook.store import Entry, Outcome


def keep_several(turn: Turn) -> Outcome | None:
    """What saving each part of the message comes to. None where it is one entry."""
    gathered = None if turn.message.media else gather(turn.book, turn.message.body)
    return receipt_of_several(turn.book, gathered) if gathered else None


def receipt_of_several(book: Book, gathered: Gathered) -> Outcome:
    if not gathered.entries and gathered.added_to:
        return reply("utter_appended", number=str(gathered.added_to.number))
    numbers = [str(entry.number) for entry in gathered.entries]
    arguments = {"number": _all_of(numbers)}
    if topic := _topics(gathered.entries):
        arguments["topic"] = topic
    if gathered.added_to:
        where = "_under" if topic else ""
        return reply(f"utter_saved_and_added{where}", other=str(gathered.added_to.number), **arguments)
    if topic and gathered.similar:
        ask(book, "action_move", {"entry": list(numbers), "exactly": True}, "topic", gathered.similar)
        return reply("utter_saved_similar", options=numbered(gathered.similar), **arguments)
    return reply("utter_saved_under" if topic else "utter_saved", **arguments)


def _topics(entries: Sequence[Entry]) -> str:
    """Empty where one of them has none."""
    topics = dict.fromkeys(entry.topic or "" for entry in entries)
    return _all_of(list(topics)) if all(topics) else ""


def _all_of(items: Sequence[str]) -> str:
    """``5, 6 and 7``"""
    *first, last = items
    return f"{', '.join(first)} and {last}" if first else last
