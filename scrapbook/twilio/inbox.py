"""What the webhooks need of the house."""

from datetime import datetime
from typing import Protocol

from scrapbook.twilio.incoming import Incoming


class Inbox(Protocol):
    """Every ``at`` is aware."""

    async def person_id_of(self, address: str) -> int | None:
        """Whose number this is; None for strangers."""
        ...

    async def set_opt_out(self, address: str, opted_out: bool, at: datetime) -> None:
        """Keeps whether the carrier lets us text this number."""
        ...

    async def accept(self, incoming: Incoming) -> int | None:
        """Returns whose message it is, once it can no longer be lost; the same message again changes nothing.

        None for a stranger's, which is not kept.
        """
        ...

    async def delivery(
        self, reply_id: int, twilio_sid: str, status: str, error_code: int | None, at: datetime
    ) -> None:
        """Keeps what became of a reply."""
        ...

    async def call(self, call_sid: str, from_: str, to: str, at: datetime) -> None:
        """Remembers who calls, and which number; the same call again changes nothing."""
        ...

    async def caller(self, call_sid: str) -> tuple[str, str] | None:
        """Who called, and which number; None for a call that was never remembered."""
        ...
