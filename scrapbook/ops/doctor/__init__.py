"""``scrapbook doctor``: check everything that answering a text needs, and name a remedy for each fault."""

from collections.abc import Iterator

from scrapbook.observability.checks import CheckResult
from scrapbook.ops.doctor import data, machine, outside, services
from scrapbook.settings import Settings

__all__ = ["CheckResult", "examine"]


def examine(settings: Settings) -> Iterator[CheckResult]:
    """Yield the results of all checks: settings, this machine, stored data, processes, outside services."""
    yield CheckResult("Settings", True, f"{settings.mode.value}, data in {settings.data_dir}")
    yield from machine.examine(settings)
    yield from data.examine(settings)
    yield from services.examine(settings)
    yield from outside.examine(settings)
