"""``scrapbook doctor``: is everything there that answering a text takes, and if not, what to do about it."""

from collections.abc import Iterator

from scrapbook.doctor import data, machine, outside, services
from scrapbook.findings import Finding
from scrapbook.settings import Settings

__all__ = ["Finding", "examine"]


def examine(settings: Settings) -> Iterator[Finding]:
    """The checks, in the order in which a text passes what they look at."""
    yield Finding("Settings", True, f"{settings.mode.value}, data in {settings.data_dir}")
    yield from machine.examine(settings)
    yield from data.examine(settings)
    yield from services.examine(settings)
    yield from outside.examine(settings)
