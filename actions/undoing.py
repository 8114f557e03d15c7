"""Taking the latest change back."""

from zoneinfo import ZoneInfo

from actions.action import BookAction
from actions.replies import numbers_listed, reply
from actions.turn import Turn
from scrapbook.book import Book
from scrapbook.store import Change, Outcome

ABOUT_ENTRIES = frozenset({"delete", "take_off", "restore", "move", "pin", "unpin"})
ABOUT_ONE_ENTRY = frozenset({"edit", "append"})


class ActionUndo(BookAction):
    called = "action_undo"

    def answer(self, turn: Turn) -> Outcome:
        change = turn.book.undo()
        if change is None:
            return reply("utter_nothing_to_undo")
        turn.book.tx.conversations.clear_question(turn.book.person.id)
        arguments = _arguments(turn.book, change)
        if all(arguments.values()):
            return reply(f"utter_undid_{change.kind}", **arguments)
        return reply("utter_undid_older", day=_day(turn.book, change))


def _arguments(book: Book, change: Change) -> dict[str, str]:
    """Empty where they were forgotten, as is done with what a purged entry may have been quoted in."""
    if change.kind in ABOUT_ENTRIES:
        return {"numbers": _numbers(change)}
    if change.kind in ABOUT_ONE_ENTRY:
        return {"number": _named(change, "entry")}
    if change.kind in {"save", "save_several"}:
        return {"number": _number_added(book, change)}
    return {"topic": _named(change, "topic"), "new_topic": _named(change, "new_topic")}


def _numbers(change: Change) -> str:
    entries = change.arguments.get("entries")
    named = entries if isinstance(entries, list) else []
    return numbers_listed(number for number in named if isinstance(number, int))


def _named(change: Change, name: str) -> str:
    return str(change.arguments.get(name, ""))


def _number_added(book: Book, change: Change) -> str:
    """An entry gets its number while the change is recorded, so the receipt is what knows it.

    A memo that is still being written down has no receipt yet.
    """
    sid = change.message_sid or ""
    if outcome := book.tx.outcomes.of(sid):
        return outcome.arguments.get("number", "")
    added = book.tx.entries.of_message(sid)
    return str(added[0].number) if added else ""


def _day(book: Book, change: Change) -> str:
    return f"{change.made_at.astimezone(ZoneInfo(book.person.timezone)):%d %B %Y}"
