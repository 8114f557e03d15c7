"""What became of a message that was sent, as Twilio's status callback reports it."""

from dataclasses import dataclass
from typing import Self

from scrapbook.twilio.form import MESSAGE, Form, required, sid, whole_number


@dataclass(frozen=True, slots=True)
class Delivery:
    """``status`` is Twilio's word: queued, sending, sent, delivered, undelivered, failed or read."""

    twilio_sid: str
    status: str
    error_code: int | None

    @classmethod
    def from_form(cls, form: Form) -> Self:
        """Raises MalformedWebhook when a field that Twilio promises is missing or not what it should be."""
        return cls(
            sid(form, "MessageSid", MESSAGE), required(form, "MessageStatus"), whole_number(form, "ErrorCode")
        )
