"""Check values of an untrusted scrapbook that its tables do not check: JSON, time zones, the next numbers.

The shapes are those that the modules of the store read. They do not look at further keys.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, NotRequired
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, JsonValue, TypeAdapter
from sqlalchemy import Column, Connection, CursorResult, Table, Text, func, select, type_coerce
from typing_extensions import TypedDict

from scrapbook.errors import StoreError
from scrapbook.model.transcript import Transcript
from scrapbook.store import undo
from scrapbook.store.column_types import Json, UtcDateTime
from scrapbook.store.prepared import table_of
from scrapbook.store.tables import (
    Base,
    ChangeRow,
    ConversationRow,
    EntryRow,
    ErasureRow,
    ImportedChangeRow,
    PersonRow,
    ReminderRow,
    RowSnapshotRow,
    TopicRow,
    TranscriptRow,
    TurnResultRow,
    UploadedExportRow,
)
from scrapbook.text.due import Due, following, say_due
from scrapbook.text.entry_facts import EntryKind

MAX_NUMBER = 2**31 - 1
"""The highest number that the next entry of a person may have."""

BATCH = 1000
"""Rows in memory at a time."""


def _time(stored: str) -> str:
    if datetime.fromisoformat(stored).tzinfo is None:
        raise ValueError("There is no time zone.")
    return stored


_Time = Annotated[str, AfterValidator(_time)]
_Integer = Annotated[int, Field(ge=-(2**63), lt=2**63)]


class _Question(TypedDict):
    action: str
    slots: dict[str, JsonValue]
    asks: str
    options: list[str]


class _Filter(TypedDict, total=False):
    topic_id: _Integer
    since: _Time
    until: _Time
    kind: EntryKind
    authors: list[str]
    pinned: bool
    after: tuple[_Time, _Integer]


class _Shown(TypedDict):
    at: _Time
    entry_ids: list[_Integer]
    topic_ids: list[_Integer]


class _Listing(TypedDict):
    title: str
    entry_ids: list[_Integer]
    words: NotRequired[list[str]]
    topic_ids: NotRequired[list[_Integer]]
    is_cut: NotRequired[bool]
    further: NotRequired[_Filter | None]
    further_limit: NotRequired[_Integer | None]
    listed: NotRequired[_Shown | None]
    opened: NotRequired[_Shown | None]


class _Evidence(TypedDict):
    intent: str
    chance: float
    by: str
    ranking: list[tuple[str, float, float]]
    action: str
    entities: list[str]


class _First(TypedDict):
    text: str
    at: _Time | None
    topic: str | None


class _Preview(TypedDict):
    format: str
    entries: _Integer
    files: _Integer
    first: list[_First]
    skipped: list[tuple[str, str]]
    skipped_count: _Integer


class _Imported(TypedDict):
    added: _Integer
    updated: _Integer
    known: _Integer
    files: _Integer
    skipped: list[tuple[str, str]]
    skipped_count: _Integer
    change: _Integer | None


_SHAPES: Mapping[tuple[type[Base], str], TypeAdapter[Any]] = {
    (TopicRow, "aliases"): TypeAdapter(list[str]),
    (ChangeRow, "arguments"): TypeAdapter(dict[str, JsonValue]),
    (ImportedChangeRow, "before"): TypeAdapter(dict[str, JsonValue]),
    (ConversationRow, "question"): TypeAdapter(_Question | None),
    (ConversationRow, "listing"): TypeAdapter(_Listing | None),
    (TurnResultRow, "arguments"): TypeAdapter(dict[str, str] | None),
    (TurnResultRow, "evidence"): TypeAdapter(_Evidence | None),
    (ErasureRow, "files"): TypeAdapter(list[str]),
    (ErasureRow, "message_ids"): TypeAdapter(list[str]),
    (UploadedExportRow, "preview"): TypeAdapter(_Preview),
    (UploadedExportRow, "result"): TypeAdapter(_Imported),
}
_TRANSCRIPT = TypeAdapter(Transcript)
_SNAPSHOT: TypeAdapter[undo.RowSnapshot | None] = TypeAdapter(dict[str, JsonValue] | None)
_TIME: TypeAdapter[Any] = TypeAdapter(_Time)
_INTEGER: TypeAdapter[Any] = TypeAdapter(_Integer)
_TEXT, _BOOLEAN, _NAMES = TypeAdapter(str), TypeAdapter(bool), TypeAdapter(list[str])


def check(connection: Connection) -> None:
    """Check the values that mean more than the type of their column says.

    Raises:
        StoreError: one of them is not what the app writes.
    """
    for (row, name), shape in _SHAPES.items():
        for [stored] in _stored(connection, row, name):
            _check(row, shape, stored)
    for [stored] in _stored(connection, TranscriptRow, "transcript"):
        _check(TranscriptRow, _TRANSCRIPT, stored, extra="forbid")
    for table, stored in _stored(connection, RowSnapshotRow, "table_name", "before"):
        _check_snapshot(table_of(undo.BY_NAME[table]), stored)
    _check_people(connection)
    _check_rules(connection)


def _stored(connection: Connection, row: type[Base], *names: str) -> Iterator[Sequence[Any]]:
    """Yield these columns of a table; JSON as it is stored."""
    columns = [table_of(row).c[name] for name in names]
    read = [type_coerce(column, Text) if isinstance(column.type, Json) else column for column in columns]
    rows: CursorResult[Any] = connection.execute(select(*read), execution_options={"yield_per": BATCH})
    return iter(rows)


def _check(
    row: type[Base],
    shape: TypeAdapter[Any],
    stored: str | None,
    extra: Literal["ignore", "forbid"] = "ignore",
) -> None:
    try:
        if stored is not None:
            shape.validate_json(stored, strict=True, extra=extra)
    except ValueError:
        raise _damaged(row) from None


def _check_snapshot(table: Table, stored: str | None) -> None:
    """Check that undo can put back what a row was."""
    try:
        before = _SNAPSHOT.validate_json(stored or "null", strict=True) or {}
        for name, value in before.items():
            if value is not None or not table.c[name].nullable:
                _shape_of(table.c[name]).validate_python(value, strict=True)
    except (ValueError, KeyError):
        raise _damaged(RowSnapshotRow) from None


def _shape_of(column: Column[Any]) -> TypeAdapter[Any]:
    if isinstance(column.type, UtcDateTime):
        return _TIME
    if isinstance(column.type, Json):
        return _NAMES
    shapes: Mapping[type, TypeAdapter[Any]] = {int: _INTEGER, bool: _BOOLEAN}
    return shapes.get(column.type.python_type, _TEXT)


def _check_people(connection: Connection) -> None:
    """Check that each person's time zone is one, and that new entries get numbers of their own."""
    highest = func.coalesce(func.max(EntryRow.number), 0)
    people = (
        select(PersonRow.timezone, PersonRow.next_number, highest)
        .outerjoin(EntryRow, EntryRow.person_id == PersonRow.id)
        .group_by(PersonRow.id)
    )
    for timezone, next_number, number in connection.execute(people):
        try:
            ZoneInfo(timezone)
        except (ValueError, KeyError, OSError):
            raise _damaged(PersonRow) from None
        if not number < next_number <= MAX_NUMBER:
            raise _damaged(PersonRow)


def _check_rules(connection: Connection) -> None:
    """Check that the next time of each reminder that comes again can be computed, and said."""
    now = datetime.now(UTC)
    for [rule] in _stored(connection, ReminderRow, "rule"):
        try:
            if rule is not None:
                following(rule, now, ZoneInfo("UTC"))
                say_due(Due(now, rule, True, (0, 0)), now, ZoneInfo("UTC"))
        except (ValueError, KeyError):
            raise _damaged(ReminderRow) from None


def _damaged(row: type[Base]) -> StoreError:
    return StoreError(f"The table {row.__tablename__} is damaged.")
