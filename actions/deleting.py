"""Move entries to the trash, by number or by their words, and restore them."""

import re
from collections.abc import Sequence

from actions.action import BookAction
from actions.bulk_saving import says_the_list
from actions.entry_numbers import named_numbers
from actions.receipts import save_or_explain
from actions.replies import (
    listed,
    no_topic,
    not_there,
    numbered,
    numbered_entries,
    numbers_listed,
    numbers_of,
    options,
    quoted,
    reply,
    which_topic,
)
from actions.topics import move_items
from actions.turn import Turn
from scrapbook.core import AmbiguousTopic, Book, EntryLookup, TopicNotFound, deleting, lists
from scrapbook.core.deleting import TakenOff, WhichEntry
from scrapbook.core.entry_names import option_of
from scrapbook.core.open_questions import ask
from scrapbook.core.paging import remember_options
from scrapbook.store import Entry, JsonValue, Topic, TurnResult
from scrapbook.text.list_changes import things_got
from scrapbook.text.list_items import list_items

_SAYS_THE_LAST = re.compile(r"\b(?:that|this|it|them|those|these|last|latest|newest)\b", re.IGNORECASE)

_SAYS_DELETE = re.compile(r"\b(?:delet|remov|eras|trash|bin|destroy)", re.IGNORECASE)
"""What is more than to tick off: of another person's entry only they may say it."""

_IS_NUMBER = re.compile(r"\d+(?:-\d+)?")

MAX_NAMED = 4
"""Entries that a reply names with their words; of more it has only the numbers."""


class ActionDelete(BookAction):
    """Delete the entries that are named, by number or by words; without any, the one that "that" means."""

    action_name = "action_delete"
    is_destructive = True

    def answer(self, turn: Turn) -> TurnResult:
        notes = turn.slots.texts("notes")
        if notes and not turn.slots.texts("entry"):
            return _take_off(turn, notes, None)
        numbers = named_numbers(turn, self.action_name, means_that=True)
        if isinstance(numbers, TurnResult):
            return numbers
        named = turn.book.look_up(numbers)
        if named.others and (turn.slots.flag("exactly") or not _SAYS_DELETE.search(turn.message.body)):
            return _taken_off(deleting.take_off_numbered(turn.book, numbers or [named.others[0].number]))
        return _deleted(deleting.delete(turn.book, numbers))


class ActionRestore(BookAction):
    action_name = "action_restore"

    def may_concern_several(self, turn: Turn) -> bool:
        """Only where they are named in words: numbers are sure, and "that" is what was deleted last."""
        named = turn.slots.texts("entry")
        return any(not _IS_NUMBER.fullmatch(one) for one in named) and not _deleted_last(turn)

    def answer(self, turn: Turn) -> TurnResult:
        numbers = _deleted_last(turn) or named_numbers(turn, self.action_name)
        if isinstance(numbers, TurnResult):
            return numbers
        if not numbers:
            return save_or_explain(turn, "utter_restore_how")
        named = deleting.restore(turn.book, numbers)
        if named.trashed:
            return reply("utter_restored", numbers=numbers_of(named.trashed))
        if named.saved:
            return reply("utter_not_in_trash", numbers=numbers_of(named.saved))
        return not_there(named)


class ActionTakeOffTopic(BookAction):
    action_name = "action_take_off_topic"
    is_destructive = True

    def may_concern_several(self, turn: Turn) -> bool:
        """Only where it is everything on a list: what is taken off by name is shown in the reply."""
        return not turn.slots.texts("notes")

    def answer(self, turn: Turn) -> TurnResult:
        if moved := move_items(turn):
            return moved
        notes, topic = turn.slots.texts("notes"), turn.slots.text("topic")
        if not notes and not topic:
            return take_off_what_was_got(turn) or save_or_explain(turn, "utter_take_off_how")
        topics = turn.slots.texts("topics")
        if len(topics) > 1 and len(topics) == len(notes):
            groups = list(zip(notes, topics, strict=True))
            return _answer(turn, notes, deleting.take_off_several(turn.book, groups))
        topic = topic or _the_list(turn)
        if topic is None and (entries := _items_on_lists(turn.book, notes)):
            return _taken_off(deleting.take_off_entries(turn.book, entries))
        return _take_off(turn, notes, topic)


def _deleted_last(turn: Turn) -> list[int]:
    """Return what was deleted last, if the message names no entries but "that", "them" or "the last"."""
    if not set(turn.slots.texts("entry")) <= {"that", "them", "last 1", "newest 1"}:
        return []
    if not _SAYS_THE_LAST.search(turn.message.body):
        return []
    return deleting.deleted_last(turn.book)


def take_off_what_was_got(turn: Turn) -> TurnResult | None:
    """Take off what the person says to have got. None if it says no such thing, or one is on no list."""
    if turn.message.is_memo:
        return None
    things = things_got(turn.message.body)
    entries = lists.all_on_lists(turn.book, things) if things else []
    if not entries:
        return None
    return _taken_off(deleting.take_off_entries(turn.book, tuple(dict.fromkeys(entries))))


def _the_list(turn: Turn) -> str | None:
    """Return the name of the only list, if the message speaks of a list without its name."""
    found = lists.the_list(turn.book) if says_the_list(turn.message.body) else None
    return found.name if isinstance(found, Topic) else None


def _deleted(named: EntryLookup) -> TurnResult:
    if not named.saved:
        return not_there(named)
    deleted = numbers_of(named.saved)
    absent = [*(entry.number for entry in named.trashed), *named.unknown]
    if absent:
        return reply("utter_some_deleted", numbers=deleted, absent=numbers_listed(absent))
    return reply("utter_deleted", numbers=deleted)


def _take_off(turn: Turn, notes: list[str], topic: str | None) -> TurnResult:
    return _answer(turn, notes, deleting.take_off(turn.book, notes, topic))


def _items_on_lists(book: Book, notes: list[str]) -> tuple[Entry, ...]:
    """Return the entries of several items that are all on lists, where no list was named; else none."""
    items = [item for note in notes for item in list_items(note)]
    return tuple(dict.fromkeys(lists.all_on_lists(book, items))) if len(items) > 1 else ()


def _answer(
    turn: Turn, notes: list[str], taken: TakenOff | WhichEntry | AmbiguousTopic | TopicNotFound
) -> TurnResult:
    if isinstance(taken, AmbiguousTopic):
        slots: dict[str, JsonValue] = {"notes": list[JsonValue](notes)}
        return which_topic(turn.book, taken, ActionTakeOffTopic.action_name, slots, "topic")
    if isinstance(taken, TopicNotFound):
        return no_topic(taken)
    return _which_entry(turn.book, taken) if isinstance(taken, WhichEntry) else _taken_off(taken)


def which_entry(book: Book, entries: Sequence[Entry]) -> TurnResult:
    """Ask which of these entries to delete."""
    slots: dict[str, JsonValue] = {"exactly": True} if any(entry.writer for entry in entries) else {}
    ask(book, ActionDelete.action_name, slots, "entry", [option_of(entry) for entry in entries])
    remember_options(book, entries)
    return reply("utter_which_entry", options=numbered(options(entries)))


def _which_entry(book: Book, which: WhichEntry) -> TurnResult:
    asked = which_entry(book, which.entries)
    if which.taken is None:
        return asked
    named = asked.arguments["options"]
    missing = listed(map(quoted, which.taken.missing))
    done = _what(which.taken)
    if missing:
        return reply("utter_some_taken_off_and_which", what=done, missing=missing, options=named)
    return reply("utter_taken_off_and_which", what=done, options=named)


def _taken_off(taken: TakenOff) -> TurnResult:
    missing, topic = listed(map(quoted, taken.missing)), taken.topic
    if taken.left:
        left = numbers_of(taken.left)
        if not taken.entries:
            return reply("utter_others_entries", what=left)
        return reply("utter_taken_off_but_others", what=_what(taken), left=left)
    if not taken.entries:
        return _nothing_taken_off(missing, topic)
    what = _what(taken)
    if missing:
        return reply("utter_some_taken_off", what=what, missing=missing)
    return reply("utter_taken_off", what=what, topic=topic) if topic else reply("utter_taken_out", what=what)


def _nothing_taken_off(missing: str, topic: str | None) -> TurnResult:
    if not missing:
        return reply("utter_topic_is_empty", topic=topic or "")
    return (
        reply("utter_not_on_topic", what=missing, topic=topic)
        if topic
        else reply("utter_not_found", what=missing)
    )


def _what(taken: TakenOff) -> str:
    """Return the numbers and the words; of many entries only the numbers."""
    if len(taken.entries) <= MAX_NAMED:
        return numbered_entries(taken.entries)
    return numbers_of(taken.entries)
