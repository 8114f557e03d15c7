"""A row in every table for a person, filled from the metadata: so a new table has one, too."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Date, Integer, LargeBinary, Table, insert

from scrapbook.store.column_types import Json, UtcDateTime
from scrapbook.store.erasures import IMPERSONAL
from scrapbook.store.tables import Base

NOW = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)


def key_of(mark: str) -> str:
    """The key of a file of the person with that mark."""
    digest = mark.encode().hex().ljust(64, "0")[:64]
    return f"{digest[:2]}/{digest}.jpg"


def _special(number: int, mark: str) -> dict[str, Any]:
    """What constraints ask for, and where no foreign key names the person."""
    address, url = f"+1555{number:04}", f"https://files.example/{mark}"
    return {
        "people.timezone": "UTC",
        "addresses.value": address,
        "opt_outs.address": address,
        "calls.from_address": address,
        "messages.state": "answered",
        "message_media.url": url,
        "entry_media.url": url,
        "media_files.url": url,
        "media_files.state": "kept",
        "media_files.key": key_of(mark),
        "outbound_messages.state": "sent",
        "outbound_messages.dedup_key": None,
        "outbound_messages.not_before": None,
        "row_images.table_name": "entries",
        "reminders.state": "waiting",
        "reminders.held": None,
        "uploaded_exports.state": "read",
        "unasked_messages.held": None,
        "recurring_messages.kind": "prompts",
        "recurring_messages.held": None,
        "spending.account": number,
        "erasures.person_id": number,
        "erasures.address": address,
        "erasures.files": None,
        "erasures.message_ids": None,
        "erasures.message_id": None,
    }


def fill(connection: Connection, number: int, mark: str) -> None:
    """Insert a row into each table in which something may be a person's.

    Args:
        number: the id of the person, and of each row that has a number.
        mark: a word that is in every text of theirs.
    """
    special = _special(number, mark)
    known: dict[str, Any] = {}
    for table in Base.metadata.sorted_tables:
        if table.name in {row.__tablename__ for row in IMPERSONAL}:
            continue
        row = {column.name: _value(table, column, number, mark, special, known) for column in table.columns}
        connection.execute(insert(table).values({table.c[name]: value for name, value in row.items()}))
        known |= {f"{table.name}.{name}": value for name, value in row.items()}


def _value(
    table: Table,
    column: Column[Any],
    number: int,
    mark: str,
    special: dict[str, Any],
    known: dict[str, Any],
) -> Any:
    name = f"{table.name}.{column.name}"
    if name in special:
        return special[name]
    for key in column.foreign_keys:
        return known[key.target_fullname]
    kind = column.type
    if isinstance(kind, Json):
        return {"words": f"{mark} in {name}"}
    if isinstance(kind, UtcDateTime):
        return NOW
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, Date):
        return date(2026, 3, 14)
    if isinstance(kind, LargeBinary):
        return f"{mark} in {name}".encode()
    return number if isinstance(kind, Integer) else f"{mark} in {name}"
