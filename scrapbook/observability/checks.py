"""Results of checks, for the operator."""

from collections.abc import Callable
from dataclasses import dataclass

from scrapbook.errors import ScrapbookError


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of one check.

    Attributes:
        name: what was checked.
        detail: what was found.
        remedy: what to do if it is not ``ok``.
    """

    name: str
    ok: bool
    detail: str = ""
    remedy: str = ""


def run_check(name: str, check: Callable[[], str], remedy: str) -> CheckResult:
    """Run a check, which returns the detail of its result, or raises ScrapbookError if it fails."""
    try:
        return CheckResult(name, True, check())
    except ScrapbookError as error:
        return CheckResult(name, False, str(error), remedy)
