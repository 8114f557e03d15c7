"""What a check finds, for whoever runs the house."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One check. ``remedy`` says what to do when it is not ``ok``."""

    what: str
    ok: bool
    detail: str = ""
    remedy: str = ""
