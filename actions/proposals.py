"""What an action would do, found out by letting it and taking that back: the question that says just that."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from actions.replies import numbers_of, quoted, reply
from actions.turn import Turn
from scrapbook.book import Book
from scrapbook.store import Change, Entry, JsonValue, Outcome

Answer: TypeAlias = Callable[[Turn], Outcome]

SAVED = {"save", "save_several"}

DONE_BY = {"delete": "action_delete", "take_off": "action_delete", "move": "action_move"}
"""The action that does a kind of change to entries named by number; for any other it is the one asked."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """``question`` asks whether to do it; ``action`` with ``slots`` does it, whatever is saved meanwhile.

    ``versions`` tell the entries as they are from what may become of them.
    """

    question: Outcome
    action: str
    slots: Mapping[str, JsonValue]
    versions: tuple[str, ...]

    def to_json(self) -> JsonValue:
        """Equal where the same would be done to the same."""
        return [self.action, dict(self.slots), [*self.versions]]


@dataclass(frozen=True, slots=True)
class _Tried:
    """``before`` and ``after``: the entries that ``change`` names."""

    change: Change
    before: tuple[Entry, ...]
    after: tuple[Entry, ...]


def propose(turn: Turn, action: str, answer: Answer) -> Proposal | None:
    """None where nothing that is there would be changed."""
    tried = _try(turn, answer)
    if tried is None or tried.change.kind in SAVED:
        return None
    return Proposal(
        question=_question(turn, tried),
        action=DONE_BY.get(tried.change.kind, action),
        slots=_pinned(tried),
        versions=tuple(str(entry.edited_at) for entry in tried.before),
    )


def _try(turn: Turn, answer: Answer) -> _Tried | None:
    book = turn.book
    with book.tx.rehearsal():
        answer(turn)
        change = book.tx.changes.made_by(book.message_sid)
        after = _entries(book, change) if change else ()
    return _Tried(change, _entries(book, change), after) if change else None


def _entries(book: Book, change: Change) -> tuple[Entry, ...]:
    named = change.arguments.get("entries") or [change.arguments.get("entry")]
    numbers = [number for number in named if isinstance(number, int)] if isinstance(named, list) else []
    return tuple(entry for number in numbers if (entry := book.entry(number)))


def _question(turn: Turn, tried: _Tried) -> Outcome:
    kind, topic = tried.change.kind, tried.change.arguments.get("topic")
    what, new_topic = _what(tried.before), tried.change.arguments.get("new_topic")
    if kind == "delete" or (kind == "take_off" and not topic):
        return reply("utter_confirm_delete", what=what)
    if kind in {"take_off", "move"}:
        return reply(f"utter_confirm_{kind}", what=what, topic=quoted(str(topic)))
    if kind in {"edit", "append"}:
        return reply(f"utter_confirm_{kind}", what=what, words=quoted(_words(tried)))
    if kind in {"rename", "merge"}:
        return reply(f"utter_confirm_{kind}", topic=quoted(str(topic)), new_topic=quoted(str(new_topic)))
    return reply("utter_confirm", words=quoted(turn.message.body))


def _pinned(tried: _Tried) -> dict[str, JsonValue]:
    """What the action is to go by, in place of "the last one" and of names that are misspelled."""
    kind, named = tried.change.kind, tried.change.arguments
    entry: dict[str, JsonValue] = {"entry": [str(entry.number) for entry in tried.before]}
    if kind in {"edit", "append"}:
        return {**entry, "words": _words(tried)}
    if kind in {"rename", "merge"}:
        return {"topic": named.get("topic"), "new_topic": named.get("new_topic")}
    return {**entry, "topic": named.get("topic"), "exactly": True} if kind == "move" else entry


def _words(tried: _Tried) -> str:
    [before], [after] = tried.before, tried.after
    return after.text.removeprefix(before.text).lstrip("\n") if tried.change.kind == "append" else after.text


def _what(entries: tuple[Entry, ...]) -> str:
    """Numbers, and the first words of a single one."""
    if len(entries) == 1 and entries[0].text:
        return f'{entries[0].number} "{quoted(entries[0].text)}"'
    return numbers_of(entries)
