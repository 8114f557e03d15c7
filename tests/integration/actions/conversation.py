"""A person who texts, with the actions between them and a real store: only Rasa is left out."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from rasa_sdk import Tracker
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher

from scrapbook.store import Media, Outcome, Person, Store

WORDING = Path(__file__).parents[3] / "bot" / "domain" / "wording"
NOON = datetime(2025, 3, 12, 12, 0, tzinfo=UTC)


def wording() -> dict[str, str]:
    """The text of each response, with its placeholders."""
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(WORDING.glob("*.yml"))]
    return {name: variants[0]["text"] for file in files for name, variants in file["responses"].items()}


TEXTS = wording()


@dataclass
class Conversation:
    """Each text comes in a minute after the one before, unless ``now`` is set to another time."""

    store: Store
    person: Person
    now: datetime = NOON
    count: int = 0
    outcome: Outcome = field(default_factory=lambda: Outcome("", {}))

    def text(
        self, action: str, body: str, media: Sequence[Media] = (), notes: Sequence[str] = (), **slots: Any
    ) -> str:
        """Has ``action`` answer a new message."""
        return self.turn(action, self.receive(body, media), notes, **slots)

    def answer(self, replied_to: str, action: str, body: str, **slots: Any) -> str:
        """As ``text``, but as the answer to the message that Twilio calls so."""
        return self.turn(action, self.receive(body, replied_to=replied_to), **slots)

    def receive(self, body: str, media: Sequence[Media] = (), replied_to: str | None = None) -> str:
        """Records a message as the webhook does, and gives its sid."""
        self.count, self.now = self.count + 1, self.now + timedelta(minutes=1)
        sid = f"SM{self.person.id}-{self.count}"
        with self.store.transaction() as tx:
            tx.messages.record(
                sid=sid,
                person_id=self.person.id,
                from_="+15550100",
                to="+15550199",
                body=body,
                received_at=self.now,
                media=media,
                replied_to=replied_to,
            )
        return sid

    def turn(self, action: str, sid: str, notes: Sequence[str] = (), **slots: Any) -> str:
        """Runs the action for a message as the action server does; the words that are said."""
        return self.answered(action, self.tracker(sid, notes, slots))

    def answered(self, action: str, tracker: Tracker) -> str:
        said = run(action, tracker)
        assert len(said) == 1, said
        [message] = said
        self.outcome = Outcome(message["response"], {k: v for k, v in message.items() if isinstance(v, str)})
        return TEXTS[message["response"]].format_map(message)

    def save(self, body: str) -> str:
        return self.text("action_save", body)

    def undo(self) -> str:
        return self.text("action_undo", "undo")

    def entries(self) -> dict[int, tuple[str, str | None]]:
        """Text and topic by number, the trash left out."""
        with self.store.transaction(read_only=True) as tx:
            return {entry.number: (entry.text, entry.topic) for entry in tx.entries.list(self.person.id)}

    def topics(self) -> set[str]:
        with self.store.transaction(read_only=True) as tx:
            return {topic.name for topic in tx.topics.list(self.person.id) if topic.entry_count}

    def tracker(self, sid: str, notes: Sequence[str], slots: Mapping[str, Any]) -> Tracker:
        latest = {
            "metadata": {"message_sid": sid},
            "entities": [{"entity": "note", "value": note} for note in notes],
        }
        filled = {**slots, "note": notes[-1] if notes else None}
        return Tracker(f"person-{self.person.id}", filled, latest, [], False, None, {}, None)


def run(action: str, tracker: Tracker) -> list[dict[str, Any]]:
    dispatcher = CollectingDispatcher()
    assert asyncio.run(executor().actions[action](dispatcher, tracker, {})) == []
    return dispatcher.messages


@cache
def executor() -> ActionExecutor:
    executor = ActionExecutor()
    executor.register_package("actions")
    return executor
