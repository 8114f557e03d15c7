"""How large the body of a request may be; the servers of different processes differ in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """How large a request's body may be, and how many seconds it may take.

    Attributes:
        at: other limits, by the path of the request.
    """

    max_bytes: int
    seconds: float
    at: "Mapping[bytes, BodyLimits]" = field(default_factory=dict[bytes, "BodyLimits"])

    def of(self, target: bytes) -> "BodyLimits":
        """Return the limits of a request for that target, which is a path and perhaps a query."""
        return self.at.get(target.partition(b"?")[0], self) if self.at else self
