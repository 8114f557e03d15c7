"""Find out what an action would do, by running it and rolling it back, and word the question about it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from actions.replies import listed, numbers_of, quoted, reply
from actions.turn import Turn
from scrapbook.core import Book
from scrapbook.core.entry_names import called, option_of
from scrapbook.store import Change, Entry, JsonValue, TurnResult
from scrapbook.text import segments

Answer: TypeAlias = Callable[[Turn], TurnResult]

ADDITIONS = frozenset({"save", "save_several"})
"""Kinds of change that alter nothing that is saved already."""

ACTION_OF_CHANGE = {"delete": "action_delete", "take_off": "action_delete", "move": "action_move"}
"""The action that makes a kind of change to entries given by number; any other is made by the same action."""

QUESTIONS = {
    "delete": "utter_confirm_delete",
    "take_off": "utter_confirm_take_off",
    "move": "utter_confirm_move",
    "edit": "utter_confirm_edit",
    "append": "utter_confirm_append",
    "rename": "utter_confirm_rename",
    "merge": "utter_confirm_merge",
    "pin": "utter_confirm_pin",
    "unpin": "utter_confirm_unpin",
    "share": "utter_confirm_share",
    "unshare": "utter_confirm_unshare",
    "share_with": "utter_confirm_share_with",
    "unshare_with": "utter_confirm_unshare",
    "leave": "utter_confirm_leave",
}
"""The question for each kind of change; for any other kind it quotes the message."""

QUESTIONS_OF_COMMANDS = {
    "delete": "utter_ask_delete",
    "take_off": "utter_ask_take_off",
    "move": "utter_ask_move",
    "pin": "utter_ask_pin",
    "unpin": "utter_ask_unpin",
    "restore": "utter_ask_restore",
}
"""The question where the message is surely a command, for each kind of change to several entries."""

_OF_TOPIC = frozenset({"share", "unshare", "share_with", "unshare_with", "leave"})
"""Kinds of change that are made to one topic."""

MAX_NAMED = 4
"""Entries that a question names with their words."""

_FEW_WORDS = 24
"""Characters of each of them."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """``question`` asks whether to do it; ``question_of_command`` does so without an offer to save.

    ``action`` with ``slots`` does exactly that, whatever is saved meanwhile. ``versions`` are those of the
    entries, to notice when they were edited meanwhile.
    """

    question: TurnResult
    question_of_command: TurnResult
    action: str
    slots: Mapping[str, JsonValue]
    versions: tuple[str, ...]

    def to_json(self) -> JsonValue:
        """Equal for two proposals that do the same to the same versions."""
        return [self.action, dict(self.slots), [*self.versions]]


@dataclass(frozen=True, slots=True)
class _DryRun:
    """``before`` and ``after`` are the entries that ``change`` names; ``absent``: numbers that name none."""

    change: Change
    before: tuple[Entry, ...]
    after: tuple[Entry, ...]
    absent: str = ""


def dry_run(turn: Turn, action: str, answer: Answer) -> Proposal | None:
    """Return what ``answer`` would do. None when it would change nothing that is saved already."""
    run = _run_and_roll_back(turn, answer)
    if run is None or run.change.kind in ADDITIONS:
        return None
    return Proposal(
        question=_question(turn, run, QUESTIONS),
        question_of_command=_question(turn, run, {**QUESTIONS, **QUESTIONS_OF_COMMANDS}),
        action=ACTION_OF_CHANGE.get(run.change.kind, action),
        slots=_exact_slots(run),
        versions=tuple(str(entry.edited_at) for entry in run.before),
    )


def _run_and_roll_back(turn: Turn, answer: Answer) -> _DryRun | None:
    book = turn.book
    with book.tx.dry_run():
        outcome = answer(turn)
        change = book.tx.changes.made_by(book.message_id)
        after = _entries(book, change) if change else ()
    absent = outcome.arguments.get("absent", "")
    return _DryRun(change, _entries(book, change), after, absent) if change else None


def _entries(book: Book, change: Change) -> tuple[Entry, ...]:
    named = change.arguments.get("entries") or [change.arguments.get("entry")]
    numbers = [number for number in named if isinstance(number, int)] if isinstance(named, list) else []
    return tuple(entry for number in numbers if (entry := book.entry(number)))


def _question(turn: Turn, run: _DryRun, questions: Mapping[str, str]) -> TurnResult:
    arguments = run.change.arguments
    kind, topic = run.change.kind, quoted(str(arguments.get("topic") or ""))
    if kind == "take_off" and not topic:
        kind = "delete"
    if kind in {"delete", "pin", "unpin", "restore"} & questions.keys():
        return reply(questions[kind], what=_what(run))
    if kind in {"take_off", "move"}:
        return reply(questions[kind], what=_what(run), topic=topic)
    if kind in {"edit", "append"}:
        return reply(questions[kind], what=_what(run), words=quoted(_words(run)))
    if kind in {"rename", "merge"}:
        return reply(questions[kind], topic=topic, new_topic=quoted(str(arguments.get("new_topic"))))
    if kind in _OF_TOPIC:
        person = {"person": quoted(str(arguments["person"]))} if kind == "share_with" else {}
        return reply(questions[kind], topic=topic, **person)
    return reply("utter_confirm", words=quoted(turn.message.body))


def _exact_slots(run: _DryRun) -> dict[str, JsonValue]:
    """Return slots with the numbers and names themselves, in place of "the last one" and misspelled names."""
    kind, arguments = run.change.kind, run.change.arguments
    entry: dict[str, JsonValue] = {"entry": [option_of(entry) for entry in run.before]}
    if any(entry.writer for entry in run.before):
        entry["exactly"] = True
    if kind in {"edit", "append"}:
        return {**entry, "words": _words(run)}
    if kind in _OF_TOPIC:
        return {name: arguments[name] for name in ("topic", "person") if name in arguments}
    if kind in {"rename", "merge"}:
        return {"topic": arguments.get("topic"), "new_topic": arguments.get("new_topic")}
    return {**entry, "topic": arguments.get("topic"), "exactly": True} if kind == "move" else entry


def _words(run: _DryRun) -> str:
    [before], [after] = run.before, run.after
    return after.text.removeprefix(before.text).lstrip("\n") if run.change.kind == "append" else after.text


def _what(run: _DryRun) -> str:
    """Return the numbers and first words; of many entries, the numbers and the first and the last in words.

    Numbers that name nothing are said to be missing.
    """
    what = _named(run.before)
    return f"{what} (not there: {run.absent})" if run.absent else what


def _named(entries: tuple[Entry, ...]) -> str:
    if len(entries) == 1:
        [entry] = entries
        return f'{entry.number} "{quoted(entry.text)}"' if entry.text and not entry.writer else called(entry)
    if len(entries) <= MAX_NAMED:
        return listed(map(_with_words, entries))
    ends = f"{_with_words(entries[0])} ... {_with_words(entries[-1])}"
    return f"{len(entries)} entries ({numbers_of(entries)}: {ends})"


def _with_words(entry: Entry) -> str:
    if entry.writer:
        return called(entry)
    words = segments.shorten(entry.text, _FEW_WORDS)
    return f'{entry.number} "{words}"' if words else str(entry.number)
