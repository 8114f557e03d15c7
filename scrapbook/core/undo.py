"""Undo the latest change, and say what was undone. A text and a page do it alike."""

from zoneinfo import ZoneInfo

from scrapbook.core import together
from scrapbook.core.book import Book
from scrapbook.core.entry_names import called_by_numbers
from scrapbook.store import Change, JournaledTable, TurnResult

TICKS = frozenset({"delete", "take_off"})
CHANGES_OF_ENTRIES = frozenset({"delete", "take_off", "restore", "move", "pin", "unpin", "put_off", "finish"})
CHANGES_OF_ONE_ENTRY = frozenset({"edit", "append", "reschedule"})
CHANGES_OF_WHAT_IS_SAID = frozenset({"pause_reminders", "resume_reminders", "quiet_hours", "stop_everything"})
CHANGES_OF_A_FEED = frozenset({"follow", "unfollow", "rename_feed"})
NAMED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("share", "unshare", "unshare_with", "leave", "describe"), ("topic",)),
    "share_with": ("topic", "person"),
    **dict.fromkeys(CHANGES_OF_A_FEED, ("feed",)),
    **dict.fromkeys(("switch_on", "switch_off"), ("what",)),
    **dict.fromkeys(("watch_feed", "unwatch_feed"), ("words",)),
}
"""What the reply names of a change; of the other kinds the old and the new name of a topic."""

UNDONE = {
    "save": "utter_undid_save",
    "save_several": "utter_undid_save_several",
    "delete": "utter_undid_delete",
    "take_off": "utter_undid_take_off",
    "restore": "utter_undid_restore",
    "move": "utter_undid_move",
    "edit": "utter_undid_edit",
    "append": "utter_undid_append",
    "rename": "utter_undid_rename",
    "merge": "utter_undid_merge",
    "pin": "utter_undid_pin",
    "unpin": "utter_undid_unpin",
    "share": "utter_undid_share",
    "unshare": "utter_undid_unshare",
    "share_with": "utter_undid_share_with",
    "unshare_with": "utter_stays_unshared",
    "leave": "utter_stays_left",
    "put_off": "utter_undid_put_off",
    "finish": "utter_undid_finish",
    "reschedule": "utter_undid_reschedule",
    "pause_reminders": "utter_undid_pause_reminders",
    "resume_reminders": "utter_undid_resume_reminders",
    "describe": "utter_undid_describe",
    "quiet_hours": "utter_undid_quiet_hours",
    "stop_everything": "utter_undid_stop_everything",
    "switch_on": "utter_undid_switch",
    "switch_off": "utter_undid_switch",
    "follow": "utter_undid_follow",
    "unfollow": "utter_undid_unfollow",
    "rename_feed": "utter_undid_rename_feed",
    "watch_feed": "utter_undid_watch_feed",
    "unwatch_feed": "utter_undid_unwatch_feed",
    "import": "utter_undid_import",
}
"""The reply for each kind of change."""


def undo(book: Book) -> TurnResult:
    """Undo the latest change that is not undone. Returns the reply."""
    members = book.tx.topic_members.concerning(book.person.id)
    change = book.undo()
    if change is None:
        return TurnResult("utter_nothing_to_undo", {})
    together.tell_of_ended(book, members)
    if change.kind in CHANGES_OF_A_FEED:
        book.tx.feeds.settle(book.now)
    book.tx.conversations.clear_question(book.person.id)
    if change.kind in TICKS and _stay_ticked(book, change):
        return TurnResult("utter_stay_ticked_off", {})
    arguments = _arguments(book, change)
    if all(arguments.values()):
        return TurnResult(UNDONE[change.kind], arguments)
    return TurnResult("utter_undid_older", {"day": _day(book, change)})


def latest_about(book: Book, table: JournaledTable, row_id: int) -> Change | None:
    """Return the latest change that stands, if it wrote to that row: what a form did that is sent again."""
    latest = book.tx.changes.latest(book.person.id)
    return latest if latest and book.tx.changes.has_written_to(latest.id, table, row_id) else None


def _arguments(book: Book, change: Change) -> dict[str, str]:
    """Return the arguments of the reply; empty strings where a purge has removed them."""
    if change.kind in CHANGES_OF_WHAT_IS_SAID:
        return {}
    if change.kind in CHANGES_OF_ENTRIES:
        return {"numbers": called_by_numbers(book, _numbers(change))}
    if change.kind in CHANGES_OF_ONE_ENTRY:
        return {"number": _named(change, "entry")}
    if change.kind in {"save", "save_several"}:
        return {"number": _number_added(book, change)}
    if change.kind == "import":
        return {"count": f"{book.tx.imports.count_of(change):,}"}
    named = NAMED.get(change.kind, ("topic", "new_topic"))
    return {name: _named(change, name) for name in named}


def _numbers(change: Change) -> list[int]:
    entries = change.arguments.get("entries")
    named = entries if isinstance(entries, list) else []
    return [number for number in named if isinstance(number, int)]


def _stay_ticked(book: Book, change: Change) -> bool:
    """Return whether all that was ticked off is of others, and was changed by somebody else since."""
    numbers = _numbers(change)
    entries = [book.entry(number) for number in numbers if number < 0]
    return len(entries) == len(numbers) > 0 and all(entry is None or entry.deleted_at for entry in entries)


def _named(change: Change, name: str) -> str:
    return str(change.arguments.get(name, ""))


def _number_added(book: Book, change: Change) -> str:
    """Return the new entry's number.

    The entry has no number yet when the change is recorded, so it is read from the receipt. A memo that is
    still being transcribed has no receipt: its entry is looked up by the message.
    """
    if change.message_id is None:  # a page saved it
        added = book.tx.changes.entries_of(change.id, 1)
        return str(book.tx.entries.get(added[0]).number) if added else ""
    sid = change.message_id
    if outcome := book.tx.turn_results.of(sid):
        return outcome.arguments.get("number", "")
    added = book.tx.entries.of_message(sid)
    return str(added[0].number) if added else ""


def _day(book: Book, change: Change) -> str:
    return f"{change.made_at.astimezone(ZoneInfo(book.person.timezone)):%d %B %Y}"
