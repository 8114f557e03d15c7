"""What a check finds, for whoever runs the house."""

from collections.abc import Callable
from dataclasses import dataclass

from scrapbook.errors import ScrapbookError


@dataclass(frozen=True, slots=True)
class Finding:
    """One check. ``remedy`` says what to do when it is not ``ok``."""

    what: str
    ok: bool
    detail: str = ""
    remedy: str = ""


def tried(what: str, check: Callable[[], str], remedy: str) -> Finding:
    """A check that says what it found, or raises the error that is the finding."""
    try:
        return Finding(what, True, check())
    except ScrapbookError as error:
        return Finding(what, False, str(error), remedy)
