"""Deleting, taking things off a list, and bringing them back."""

from actions.action import BookAction
from actions.receipts import keep_or_explain
from actions.replies import (
    ask,
    listed,
    not_there,
    numbered,
    numbers_listed,
    numbers_of,
    quoted,
    reply,
    which_topic,
)
from actions.turn import Turn
from actions.unanswered import no_such_topic
from scrapbook.book import Book, Named, NoTopic, Torn, removing
from scrapbook.book.removing import TakenOff, WhichEntry
from scrapbook.store import JsonValue, Outcome


class ActionDelete(BookAction):
    """By number, or by what the entry is about; else the latest, or as many of the latest as are said."""

    called = "action_delete"
    changes = True

    def answer(self, turn: Turn) -> Outcome:
        numbers, notes = turn.slots.numbers("entry"), turn.slots.texts("notes")
        counts = turn.slots.numbers("count")
        if notes and not numbers:
            return _take_off(turn, notes, None)
        if counts and not numbers:
            numbers = removing.latest(turn.book, counts[0])
        return _deleted(removing.delete(turn.book, numbers))


class ActionRestore(BookAction):
    called = "action_restore"

    def answer(self, turn: Turn) -> Outcome:
        numbers = turn.slots.numbers("entry")
        if not numbers:
            return keep_or_explain(turn, "utter_restore_how")
        named = removing.restore(turn.book, numbers)
        if named.trashed:
            return reply("utter_restored", numbers=numbers_of(named.trashed))
        if named.kept:
            return reply("utter_not_in_trash", numbers=numbers_of(named.kept))
        return not_there(named)


class ActionTakeOffTopic(BookAction):
    called = "action_take_off_topic"
    changes = True

    def answer(self, turn: Turn) -> Outcome:
        notes, topic = turn.slots.texts("notes"), turn.slots.text("topic")
        if not notes and not topic:
            return keep_or_explain(turn, "utter_take_off_how")
        return _take_off(turn, notes, topic)


def _deleted(named: Named) -> Outcome:
    if not named.kept:
        return not_there(named)
    deleted = numbers_of(named.kept)
    absent = [*(entry.number for entry in named.trashed), *named.unknown]
    if absent:
        return reply("utter_some_deleted", numbers=deleted, absent=numbers_listed(absent))
    return reply("utter_deleted", numbers=deleted)


def _take_off(turn: Turn, notes: list[str], topic: str | None) -> Outcome:
    taken = removing.take_off(turn.book, notes, topic)
    if isinstance(taken, Torn):
        again: dict[str, JsonValue] = {"notes": list[JsonValue](notes)}
        return which_topic(turn.book, taken, ActionTakeOffTopic.called, again, "topic")
    if isinstance(taken, NoTopic):
        return no_such_topic(turn, taken)
    return _which_entry(turn.book, taken) if isinstance(taken, WhichEntry) else _taken_off(taken)


def _which_entry(book: Book, which: WhichEntry) -> Outcome:
    ask(book, ActionDelete.called, {}, "entry", [str(entry.number) for entry in which.entries])
    return reply("utter_which_entry", options=numbered([entry.text for entry in which.entries]))


def _taken_off(taken: TakenOff) -> Outcome:
    missing, topic = listed(map(quoted, taken.missing)), taken.topic
    if not taken.entries:
        return _nothing_taken_off(missing, topic)
    what = _what(taken)
    if missing:
        return reply("utter_some_taken_off", what=what, missing=missing)
    return reply("utter_taken_off", what=what, topic=topic) if topic else reply("utter_taken_out", what=what)


def _nothing_taken_off(missing: str, topic: str | None) -> Outcome:
    if not missing:
        return reply("utter_topic_is_empty", topic=topic or "")
    return (
        reply("utter_not_on_topic", what=missing, topic=topic)
        if topic
        else reply("utter_not_found", what=missing)
    )


def _what(taken: TakenOff) -> str:
    """Numbers, and the words of a single one."""
    if len(taken.entries) == 1:
        return f"{taken.entries[0].number} {quoted(taken.entries[0].text)}"
    return numbers_of(taken.entries)
