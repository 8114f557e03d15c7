"""What the webhooks need of the house."""

from datetime import datetime
from typing import Protocol

from scrapbook.twilio.incoming import Incoming


class Inbox(Protocol):
    """Every call may block; every ``at`` is aware."""

    def person_id_of(self, address: str) -> int | None:
        """Whose number this is; None for strangers."""
        ...

    def set_opt_out(self, address: str, opted_out: bool, at: datetime) -> None:
        """Keeps whether the carrier lets us text this number."""
        ...

    def accept(self, incoming: Incoming, person_id: int) -> None:
        """Returns once the message can no longer be lost; the same message again changes nothing."""
        ...

    def delivery(
        self, reply_id: int, twilio_sid: str, status: str, error_code: int | None, at: datetime
    ) -> None:
        """Keeps what became of a reply."""
        ...

    def call(self, call_sid: str, from_: str, to: str, at: datetime) -> None:
        """Remembers who calls, and which number; the same call again changes nothing."""
        ...

    def caller(self, call_sid: str) -> tuple[str, str] | None:
        """Who called, and which number; None for a call that was never remembered."""
        ...
