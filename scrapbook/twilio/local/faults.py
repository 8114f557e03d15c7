"""Trouble on demand."""

from collections import Counter
from enum import StrEnum


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
