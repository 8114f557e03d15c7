"""Trouble on demand."""

from collections import Counter
from enum import StrEnum

from scrapbook.twilio.local import problems


class Fault(StrEnum):
    """What can be made to go wrong, and for whom."""

    TOO_MANY_REQUESTS = "429"
    SERVER_ERROR = "500"
    ANSWER_LOST = "answer_lost"
    """The message is taken, but the answer to the request is a 500."""
    OPTED_OUT = "21610"
    FILTERED = "30007"
    """The message is taken, and its status then is "undelivered"."""
    WEBHOOK_DOWN = "webhook_down"
    """An incoming message does not reach the house."""
    MEDIA_LATE = "media_late"
    """A file is not found yet, though the house knows of it: https://help.twilio.com/articles/44750147594523"""
    MEDIA_DOWN = "media_down"
    """A file cannot be had for the moment."""
    MEDIA_ASTRAY = "media_astray"
    """A file is redirected to an address that is nobody's business."""


class Faults:
    """How many of the next operations fail, and how."""

    def __init__(self) -> None:
        self._left: Counter[Fault] = Counter()

    def inject(self, fault: Fault, count: int) -> None:
        """The next ``count`` operations that ``fault`` concerns fail; 0 takes it back."""
        self._left[fault] = count

    def strikes(self, fault: Fault) -> bool:
        """Whether this operation is to fail so. Counts."""
        if self._left[fault] <= 0:
            return False
        self._left[fault] -= 1
        return True

    def check_media(self, path: str) -> None:
        """Raises the Problem that the file at ``path`` is to be had with."""
        if self.strikes(Fault.MEDIA_LATE):
            raise problems.not_found(path)
        if self.strikes(Fault.MEDIA_DOWN):
            raise problems.server_error()
