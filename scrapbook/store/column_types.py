"""Column types: which values may be stored, and how they are read."""

import json
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator

from scrapbook.errors import StoreError
from scrapbook.model.records import JsonValue

Id = BigInteger().with_variant(Integer, "sqlite")
"""SQLite assigns row ids only in a column declared INTEGER, which holds 64 bits there."""


def storable(text: str) -> str:
    """Return ``text`` in a form that both databases accept: U+FFFD for NUL and for unpaired surrogates."""
    if "\0" not in text and text.isprintable():
        return text
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class StorableText(TypeDecorator[str]):
    """Text that is made ``storable`` when it is written."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else storable(value)


ByteOrderedText = StorableText().with_variant(Text(collation="C"), "postgresql")
"""Text sorted by code point on both databases, for columns that are searched by prefix."""


class UtcDateTime(TypeDecorator[datetime]):
    """A time, read in UTC.

    Raises:
        StoreError: the datetime to be written is not aware.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise StoreError("A time without a time zone was about to be stored.")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(TypeDecorator[JsonValue]):
    """Compact JSON in a text column, for values that are only read as a whole."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: JsonValue, dialect: Dialect) -> str | None:  # noqa: ARG002
        if value is None:
            return None
        return storable(json.dumps(value, ensure_ascii=False, separators=(",", ":")))

    def process_result_value(self, value: Any | None, dialect: Dialect) -> JsonValue:  # noqa: ANN401, ARG002
        return None if value is None else cast(JsonValue, json.loads(value))
