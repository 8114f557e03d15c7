"""The delivery status of a message, in the same words for all channels."""

from enum import StrEnum


class DeliveryStatus(StrEnum):
    """How far a message has come. A channel maps its provider's words to these."""

    ACCEPTED = "accepted"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNDELIVERED = "undelivered"
    CANCELED = "canceled"

    @property
    def is_failure(self) -> bool:
        """Return whether the message ended without reaching anybody."""
        return self in _FAILURES

    @property
    def is_final(self) -> bool:
        """Return whether at most READ can follow."""
        return self.is_failure or self is DeliveryStatus.DELIVERED

    def supersedes(self, known: "DeliveryStatus | None") -> bool:
        """Return whether this status is later than ``known``, and ``known`` is no failure."""
        if known is None:
            return True
        if known.is_failure:
            return False
        if self.is_failure:
            return _PROGRESS[known] < _PROGRESS[DeliveryStatus.DELIVERED]
        return _PROGRESS[self] > _PROGRESS[known]


_FAILURES = frozenset({DeliveryStatus.FAILED, DeliveryStatus.UNDELIVERED, DeliveryStatus.CANCELED})
_PROGRESS = {status: rank for rank, status in enumerate(DeliveryStatus) if status not in _FAILURES}
