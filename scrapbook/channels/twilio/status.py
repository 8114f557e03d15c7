"""Read the delivery status of a message from Twilio's status callback.

https://www.twilio.com/docs/messaging/api/message-resource#message-status-values
"""

from dataclasses import dataclass
from typing import Self

from scrapbook.channels.twilio.form import MESSAGE, Form, required, sid, whole_number
from scrapbook.model.delivery_status import DeliveryStatus

_STATUSES = {
    "accepted": DeliveryStatus.ACCEPTED,
    "scheduled": DeliveryStatus.ACCEPTED,
    "queued": DeliveryStatus.QUEUED,
    "sending": DeliveryStatus.SENDING,
    "sent": DeliveryStatus.SENT,
    "delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.READ,
    "failed": DeliveryStatus.FAILED,
    "undelivered": DeliveryStatus.UNDELIVERED,
    "canceled": DeliveryStatus.CANCELED,
}


@dataclass(frozen=True, slots=True)
class StatusCallback:
    """A report on one message; ``status`` is None for a word that Twilio has added since."""

    message_sid: str
    status: DeliveryStatus | None
    error_code: int | None

    @classmethod
    def from_form(cls, form: Form) -> Self:
        """Return the report. Raises MalformedWebhook if a documented field is missing or malformed."""
        return cls(
            sid(form, "MessageSid", MESSAGE),
            _STATUSES.get(required(form, "MessageStatus")),
            whole_number(form, "ErrorCode"),
        )
