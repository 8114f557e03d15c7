"""Plays dialogues on a running installation: what is texted, and what each reply must and must not be.

A file of dialogues is YAML or JSON: a list of objects with ``class``, ``name`` and ``steps``. A step is a
list of the text, a pattern that the reply must contain, one that it must not contain, and options; all but
the text may be missing. Patterns are regular expressions, without regard to case; the empty one matches
anything, and ``^$`` expects no reply. The options are:

- ``reply_to``: the text answers the first reply to the step of that index, counted from 0
- ``wa``: it is sent over WhatsApp
- ``forwarded``: it is marked as forwarded
- ``kind``: what it is, in a word ("thought", "question", ...): figures are given for each
- ``kept``: whether it must become an entry, as its reply says
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml

from scrapbook.emulators.handset import Handset, HandsetMessage
from scrapbook.ops.glance import open_glance
from scrapbook.settings import Settings
from tests.support.installation import ANSWER_TIMEOUT, Installation, wait_until

ROOT = Path(__file__).resolve().parent.parent / "dialogues"
"""Our own dialogues, one file for each class. In ``aside`` are those that nobody tunes on."""

AT_ONCE = 4
"""Dialogues that are played side by side."""

_KEPT = re.compile(r"^(saved|added to) \d", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Step:
    """One text of a dialogue and what is expected of the reply.

    Attributes:
        kept: whether the text must become an entry; None if either is right.
    """

    text: str
    must: str = ""
    must_not: str = ""
    reply_to: int | None = None
    whatsapp: bool = False
    forwarded: bool = False
    kind: str = ""
    kept: bool | None = None

    @classmethod
    def of(
        cls, text: str, must: str = "", must_not: str = "", options: Mapping[str, Any] | None = None
    ) -> Self:
        options = options or {}
        return cls(
            text,
            must,
            must_not,
            options.get("reply_to"),
            bool(options.get("wa")),
            bool(options.get("forwarded")),
            options.get("kind", ""),
            options.get("kept"),
        )

    def accepts(self, reply: str) -> bool:
        wanted = re.search(self.must, reply, re.IGNORECASE) is not None
        unwanted = bool(self.must_not) and re.search(self.must_not, reply, re.IGNORECASE) is not None
        return wanted and not unwanted and self.kept in {None, is_receipt(reply)}


def is_receipt(reply: str) -> bool:
    """Return whether the reply says that the text is kept, as an entry or as part of one."""
    return _KEPT.search(reply) is not None


@dataclass(frozen=True, slots=True)
class Dialogue:
    category: str
    name: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Played:
    """A dialogue and what was answered to its steps; several replies are joined by newlines."""

    dialogue: Dialogue
    replies: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        return all(step.accepts(reply) for step, reply in self.pairs())

    def pairs(self) -> Iterator[tuple[Step, str]]:
        return zip(self.dialogue.steps, self.replies, strict=True)

    def __str__(self) -> str:
        return "\n".join([f"{self.dialogue.category}: {self.dialogue.name}", *self._lines()])

    def _lines(self) -> Iterator[str]:
        for step, reply in self.pairs():
            yield f"  > {step.text}"
            yield f"    < {reply or '(nothing)'}".replace("\n", "\n      ")
            if not step.accepts(reply):
                yield f"    WRONG: must {step.must!r}, must not {step.must_not!r}, kept {step.kept}"


def read(path: Path) -> list[Dialogue]:
    """Return the dialogues of a file."""
    return [
        Dialogue(one["class"], one["name"], tuple(Step.of(*step) for step in one["steps"]))
        for one in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


def play_all(
    installation: Installation, dialogues: Sequence[Dialogue], numbers: Sequence[str]
) -> list[Played]:
    """Play each dialogue from a number of its own that nobody has texted from yet, several at once."""

    def play(dialogue: Dialogue, number: str) -> Played:
        with Player(installation) as player:
            return player.play(dialogue, number)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(play, dialogues, numbers))


class Player:
    """Texts to one installation. It belongs to the thread that made it."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._resources = ExitStack()

    def __enter__(self) -> Self:
        self._handset = self._resources.enter_context(Handset(self._installation.twilio))
        settings = Settings.model_validate({"SCRAPBOOK_DATABASE_URL": self._installation.database_url})
        self._glance = self._resources.enter_context(open_glance(settings))
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._resources.close()

    def play(self, dialogue: Dialogue, number: str) -> Played:
        """Text the steps one after the other, each when the one before is answered."""
        answered: list[list[HandsetMessage]] = []
        for step in dialogue.steps:
            answered.append(self._say(step, number, answered))
        return Played(
            dialogue,
            tuple("\n".join(one["body"] for one in messages) for messages in answered),
        )

    def _say(self, step: Step, number: str, answered: Sequence[list[HandsetMessage]]) -> list[HandsetMessage]:
        sender = f"whatsapp:{number}" if step.whatsapp else number
        extras: dict[str, str] = {}
        if step.reply_to is not None and answered[step.reply_to]:
            extras["OriginalRepliedMessageSid"] = answered[step.reply_to][0]["sid"]
        if step.forwarded:
            extras["Forwarded"] = "true"
        sent = self._handset.send(sender, step.text, (), **extras)
        # Also a text that gets no reply has an end: it is then seen that nothing was sent.
        wait_until(
            lambda: self._glance.is_finished(sent["sid"]),
            ANSWER_TIMEOUT,
            lambda: f"{step.text!r} was not finished",
        )
        return list(self._replies(sender, sent))

    def _replies(self, sender: str, sent: HandsetMessage) -> Iterator[HandsetMessage]:
        events = self._handset.events(sender, after=sent["changed"])
        for message in sorted(events, key=lambda one: one["seq"]):
            if message["direction"] == "outbound" and message["seq"] > sent["seq"]:
                yield message
