"""Pack what the scrapbook's own export tells into JSON, between the process that reads it and the app."""

from typing import Any, TypeVar

from pydantic import TypeAdapter

from scrapbook.model.imported import EntryState, ScrapbookState
from scrapbook.model.transcript import Transcript

T = TypeVar("T")

ENTRY = TypeAdapter[EntryState | None](EntryState | None)
SCRAPBOOK = TypeAdapter[ScrapbookState | None](ScrapbookState | None)
TRANSCRIPT = TypeAdapter[Transcript | None](Transcript | None)


def packed(kind: TypeAdapter[T], value: T) -> Any:  # noqa: ANN401 - JSON
    """Return a value as JSON has it."""
    return kind.dump_python(value, mode="json")


def unpacked(kind: TypeAdapter[T], told: object) -> T:
    """Return the value. Raises ValueError if it is none of that kind."""
    return kind.validate_python(told)
