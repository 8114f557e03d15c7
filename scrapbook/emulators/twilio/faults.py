"""Faults that tests inject."""

from collections import Counter
from enum import StrEnum

from scrapbook.emulators.twilio import api_errors


class Fault(StrEnum):
    """The faults."""

    TOO_MANY_REQUESTS = "429"
    SERVER_ERROR = "500"
    ANSWER_LOST = "answer_lost"
    """A message is accepted, but the request is answered with 500."""
    OPTED_OUT = "21610"
    FILTERED = "30007"
    """A message is accepted, and ends as "undelivered"."""
    WEBHOOK_DOWN = "webhook_down"
    """An inbound message does not reach the app."""
    MEDIA_LATE = "media_late"
    """A file answers 404 although its webhook was sent: https://help.twilio.com/articles/44750147594523"""
    MEDIA_DOWN = "media_down"
    """A file answers 500."""
    MEDIA_ASTRAY = "media_astray"
    """A file is redirected to a private address."""


class Faults:
    """Counts the faults that are still to happen."""

    def __init__(self) -> None:
        self._remaining: Counter[Fault] = Counter()

    def inject(self, fault: Fault, count: int) -> None:
        """Make the next ``count`` operations of that kind fail; 0 ends the fault."""
        self._remaining[fault] = count

    def consume(self, fault: Fault) -> bool:
        """Return whether this operation must fail so, and count it."""
        if self._remaining[fault] <= 0:
            return False
        self._remaining[fault] -= 1
        return True

    def check_media(self, path: str) -> None:
        """Raise the ApiError with which a request for the file at ``path`` must fail, if any."""
        if self.consume(Fault.MEDIA_LATE):
            raise api_errors.not_found(path)
        if self.consume(Fault.MEDIA_DOWN):
            raise api_errors.server_error()
