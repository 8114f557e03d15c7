"""A MessageReceiver in memory."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from scrapbook.messaging.inbound import InboundMessage
from tests.support.waiting import WaitingSender

PERSON = "+15550100"
UNKNOWN_SENDER = "+15550142"


@dataclass
class Receiver:
    """Records its calls.

    Attributes:
        attempts: the ids of all messages that came in, accepted or not.
        trouble: called before a message or a call is recorded; may raise.
        echo: sends a reply to each message, if it is set.
    """

    people: dict[str, int] = field(default_factory=lambda: {PERSON: 1, f"whatsapp:{PERSON}": 1})
    accepted: list[InboundMessage] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    opted_out: dict[str, bool] = field(default_factory=dict)
    deliveries: list[tuple[int, str, str, int | None]] = field(default_factory=list)
    calls: dict[str, tuple[str, str]] = field(default_factory=dict)
    attempts: list[str] = field(default_factory=list)
    trouble: Callable[[], None] = lambda: None
    echo: WaitingSender | None = None
    changed: threading.Condition = field(default_factory=threading.Condition)

    async def person_id_of(self, address: str) -> int | None:
        return self.people.get(address)

    async def set_opt_out(self, address: str, opted_out: bool, at: datetime) -> bool:
        assert at.tzinfo is not None
        with self.changed:
            has_changed = self.opted_out.get(address, False) != opted_out
            self.opted_out[address] = opted_out
            self.changed.notify_all()
        return has_changed

    async def accept(self, incoming: InboundMessage) -> int | None:
        person_id = self.people.get(incoming.from_)
        if person_id is not None:
            await asyncio.to_thread(self._accept, incoming)
        return person_id

    def _accept(self, incoming: InboundMessage) -> None:
        with self.changed:
            self.attempts.append(incoming.message_id)
            self.changed.notify_all()
        self.trouble()
        with self.changed:
            self.accepted.append(incoming)
            self.changed.notify_all()
        if self.echo:
            self.echo.send(incoming.to, incoming.from_, f"You wrote: {incoming.body}")
        with self.changed:
            self.answered.append(incoming.message_id)
            self.changed.notify_all()

    async def delivery(
        self, reference: int, provider_id: str, status: str, error_code: int | None, at: datetime
    ) -> None:
        assert at.tzinfo is not None
        with self.changed:
            self.deliveries.append((reference, provider_id, status, error_code))
            self.changed.notify_all()

    async def call(self, call_sid: str, from_: str, to: str, at: datetime) -> None:
        assert at.tzinfo is not None
        self.trouble()
        self.calls[call_sid] = (from_, to)

    async def caller(self, call_sid: str) -> tuple[str, str] | None:
        return self.calls.get(call_sid)

    def wait_until(self, condition: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(condition, timeout=10), "it did not happen within ten seconds"
