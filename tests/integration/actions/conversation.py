"""A person who texts, with the real actions and a real store, but without Rasa."""

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

from scrapbook.core.unasked import OwnSender, say_left
from scrapbook.store import Media, OutboundMessage, Person, Store, TurnResult

WORDING = Path(__file__).parents[3] / "bot" / "domain" / "wording"
NOON = datetime(2025, 3, 12, 12, 0, tzinfo=UTC)


def wording() -> dict[str, str]:
    """The text of each response, with its placeholders."""
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(WORDING.glob("*.yml"))]
    return {name: variants[0]["text"] for file in files for name, variants in file["responses"].items()}


TEXTS = wording()


@dataclass
class Conversation:
    """Each text arrives a minute after the one before, unless ``now`` is set to another time."""

    store: Store
    person: Person
    now: datetime = NOON
    count: int = 0
    outcome: TurnResult = field(default_factory=lambda: TurnResult("", {}))

    def text(
        self, action: str, body: str, media: Sequence[Media] = (), notes: Sequence[str] = (), **slots: Any
    ) -> str:
        """Have ``action`` answer a new message, and return the reply."""
        return self.turn(action, self.receive(body, media), notes, **slots)

    def text_with(self, action: str, body: str, entities: Sequence[tuple[str, str]]) -> str:
        """As ``text``, where Rasa found these entities, each with its name."""
        found = [{"entity": name, "value": value} for name, value in entities]
        filled = dict(entities)  # a slot holds the last one
        tracker = self.tracker(self.receive(body), (), filled)
        tracker.latest_message["entities"] = found
        return self.answered(action, tracker)

    def answer(self, replied_to: str, action: str, body: str, **slots: Any) -> str:
        """As ``text``, for a message that answers the one with this Twilio sid."""
        return self.turn(action, self.receive(body, replied_to=replied_to), **slots)

    def receive(self, body: str, media: Sequence[Media] = (), replied_to: str | None = None) -> str:
        """Record a message as the webhook does, and return its sid."""
        self.count, self.now = self.count + 1, self.now + timedelta(minutes=1)
        sid = f"SM{self.person.id}-{self.count}"
        with self.store.transaction() as tx:
            tx.messages.record(
                message_id=sid,
                person_id=self.person.id,
                from_=self.person.addresses[0].value,
                to="+15550199",
                body=body,
                received_at=self.now,
                media=media,
                replied_to=replied_to,
            )
        return sid

    def turn(self, action: str, sid: str, notes: Sequence[str] = (), **slots: Any) -> str:
        """Run the action for a message as the action server does, and return the reply."""
        return self.answered(action, self.tracker(sid, notes, slots))

    def answered(self, action: str, tracker: Tracker) -> str:
        said = run(action, tracker)
        assert len(said) == 1, said
        [message] = said
        self.outcome = TurnResult(
            message["response"], {k: v for k, v in message.items() if isinstance(v, str)}
        )
        return TEXTS[message["response"]].format_map(message)

    def save(self, body: str) -> str:
        return self.text("action_save", body)

    def agree(self) -> str:
        """Answer a question with its first option."""
        return self.text("action_choose", "1", choice="1")

    def undo(self) -> str:
        return self.text("action_undo", "undo")

    def entries(self) -> dict[int, tuple[str, str | None]]:
        """Text and topic by number, without the trash."""
        with self.store.transaction(read_only=True) as tx:
            return {entry.number: (entry.text, entry.topic) for entry in tx.entries.list(self.person.id)}

    def topics(self) -> set[str]:
        with self.store.transaction(read_only=True) as tx:
            return {topic.name for topic in tx.topics.list(self.person.id) if topic.entry_count}

    def tracker(self, sid: str, notes: Sequence[str], slots: Mapping[str, Any]) -> Tracker:
        latest = {
            "metadata": {"message_id": sid},
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


def notices(store: Store, person: Conversation) -> list[OutboundMessage]:
    """What is said to the person without being an answer."""
    with store.transaction() as tx:
        while say_left(tx, person.person.id, person.now + timedelta(hours=1), OwnSender()).may_be_more:
            pass
        return [one for one in tx.outbound_messages.undelivered() if one.person_id == person.person.id]
