"""Save snapshots of rows before a change writes to them, and restore the rows from them.

A snapshot has the columns that a change writes; all columns of a row that it removes, and none of a row that
it adds. Snapshots are restored latest first, so that each finds the row as its change left it.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any, TypeAlias, cast

from sqlalchemy import ColumnElement, Connection, Date, delete, insert, select, update
from sqlalchemy.orm import Session

from scrapbook.errors import StoreError
from scrapbook.model.records import Change, JsonValue
from scrapbook.store import attached_words
from scrapbook.store.column_types import UtcDateTime
from scrapbook.store.prepared import Prepared, table_of, values_of
from scrapbook.store.sql_helpers import chunks, insert_if_new
from scrapbook.store.tables import (
    EntryRow,
    ImportedEntryRow,
    QuietHoursRow,
    RecurringMessageRow,
    ReminderRow,
    RowSnapshotRow,
    ShareRow,
    SubscriptionRow,
    TopicMemberRow,
    TopicRow,
    WatchRow,
)

_SaidUnasked: TypeAlias = type[SubscriptionRow] | type[WatchRow] | type[RecurringMessageRow]
_Added: TypeAlias = (
    type[ShareRow] | type[TopicMemberRow] | type[ReminderRow] | type[QuietHoursRow] | _SaidUnasked
)
Journaled: TypeAlias = type[EntryRow] | type[TopicRow] | _Added
RowSnapshot: TypeAlias = dict[str, JsonValue]
TakeBack: TypeAlias = Callable[[Session, Sequence[int], datetime], None]
"""Takes back the addition of the rows with these ids."""

BY_NAME: dict[str, Journaled] = {
    row.__tablename__: row
    for row in (
        EntryRow,
        TopicRow,
        ShareRow,
        TopicMemberRow,
        ReminderRow,
        QuietHoursRow,
        SubscriptionRow,
        WatchRow,
        RecurringMessageRow,
    )
}
SET_BY_TRIGGERS = frozenset({"entry_count"})


def own_columns(row: Journaled) -> list[str]:
    """Return the names of the columns of a row, without those that triggers set."""
    return [column.key for column in table_of(row).columns if column.key not in SET_BY_TRIGGERS]


_SAVE_ADDITION = Prepared(lambda _: values_of(RowSnapshotRow, "change_id", "table_name", "row_id"))


def save_addition(connection: Connection, change: Change, row: Journaled, row_id: int, owner: int) -> None:
    """Record that a change added a row. Raises StoreError if the row belongs to another person."""
    _refuse_other_owners(change, {owner})
    _SAVE_ADDITION.run(connection, change_id=change.id, table_name=row.__tablename__, row_id=row_id)


def save_snapshots(  # noqa: PLR0913, PLR0917 - which rows, and what of them
    session: Session,
    change: Change,
    row: Journaled,
    where: ColumnElement[bool],
    columns: Sequence[str],
    owners: Collection[int] = (),
) -> int:
    """Save snapshots of some columns of rows, and return how many.

    Args:
        owners: who the rows may belong to besides the person who makes the change.

    Raises:
        StoreError: a row belongs to anybody else.
    """
    table = table_of(row)
    wanted = [table.c[name] for name in ("id", "person_id", *columns)]
    found = [tuple[Any, ...](values) for values in session.execute(select(*wanted).where(where))]
    _refuse_other_owners(change, {owner for _, owner, *_ in found} - set(owners))
    common = {"change_id": change.id, "table_name": row.__tablename__}
    snapshots = [
        common | {"row_id": row_id, "before": _snapshot(columns, values)} for row_id, _, *values in found
    ]
    if snapshots:
        session.execute(insert(RowSnapshotRow), snapshots)
    return len(snapshots)


def revert(session: Session, change: Change, at: datetime, joined: Collection[int]) -> list[str]:
    """Restore the rows that a change wrote to; entries that it added are moved to the trash.

    An entry of another person stays as it is if its topic is not shared any more, or if it was restored or
    deleted since: that was somebody else's change.

    Args:
        joined: the topics of others that are shared with the person now.

    Returns:
        The texts and names that are restored, for the spelling index.
    """
    texts: list[str] = []
    for name, before, row_ids in _steps(session, change.id):
        for ids in chunks(row_ids):
            if before is None:
                TAKE_BACK_ADDITION[name](session, ids, at)
            else:
                _put_back(session, BY_NAME[name], ids, before, _may_restore(BY_NAME[name], change, joined))
                texts += [str(before[column]) for column in ("text", "name") if column in before]
                if name == EntryRow.__tablename__ and "text" in before:
                    texts += [attached_words.refresh_from_text(session, row_id) for row_id in ids]
    return texts


def _steps(session: Session, change_id: int) -> Iterator[tuple[str, RowSnapshot | None, list[int]]]:
    """Yield table, snapshot and ids of the rows, latest first.

    Consecutive rows with equal snapshots are one step: a merge of topics leaves thousands of them.
    """
    snapshots = session.execute(
        select(RowSnapshotRow.table_name, RowSnapshotRow.before, RowSnapshotRow.row_id)
        .where(RowSnapshotRow.change_id == change_id)
        .order_by(RowSnapshotRow.id.desc())
    )
    for (name, before), group in groupby(snapshots, key=lambda snapshot: (snapshot[0], snapshot[1])):
        yield name, cast(RowSnapshot | None, before), [row_id for _, _, row_id in group]


def _may_restore(row: Journaled, change: Change, joined: Collection[int]) -> ColumnElement[bool]:
    """Return the condition that a row is as the change left it, which is sure of the person's own."""
    own = row.person_id == change.person_id
    if row is not EntryRow or not joined:
        return own
    is_untouched = (EntryRow.deleted_at == change.made_at) & EntryRow.topic_id.in_(joined)
    return own | is_untouched


def _put_back(
    session: Session, row: Journaled, ids: Sequence[int], before: RowSnapshot, where: ColumnElement[bool]
) -> None:
    """Restore rows. Those that were purged in between stay so, unless the change itself removed them."""
    values = {name: _value(row, name, stored) for name, stored in before.items()}
    if "id" in before:
        insert_if_new(session, row, **values)
    else:
        session.execute(update(row).where(row.id.in_(ids), where).values(values))


def _trash_entries(session: Session, ids: Sequence[int], at: datetime) -> None:
    # Also those that somebody with whom their topic is shared has ticked off: their undo leaves them there.
    session.execute(update(EntryRow).where(EntryRow.id.in_(ids)).values(deleted_at=at))
    # What is undone can be imported again.
    session.execute(update(ImportedEntryRow).where(ImportedEntryRow.entry_id.in_(ids)).values(undone_at=at))


def _remove_empty_topics(session: Session, ids: Sequence[int], _at: datetime) -> None:
    empty = select(TopicRow.id).where(
        TopicRow.id.in_(ids),
        TopicRow.entry_count == 0,
        TopicRow.id.not_in(select(TopicMemberRow.topic_id)),
        TopicRow.id.not_in(select(TopicMemberRow.member_topic_id)),
    )
    gone = session.scalars(empty).all()
    session.execute(update(EntryRow).where(EntryRow.topic_id.in_(gone)).values(topic_id=None))
    session.execute(delete(TopicRow).where(TopicRow.id.in_(gone)))


def _deleting(row: _Added) -> TakeBack:
    """Return the function that deletes the rows that a change added."""

    def delete_rows(session: Session, ids: Sequence[int], _at: datetime) -> None:
        session.execute(delete(row).where(row.id.in_(ids)))

    return delete_rows


TAKE_BACK_ADDITION: Mapping[str, TakeBack] = {
    EntryRow.__tablename__: _trash_entries,
    TopicRow.__tablename__: _remove_empty_topics,
    ShareRow.__tablename__: _deleting(ShareRow),
    TopicMemberRow.__tablename__: _deleting(TopicMemberRow),
    ReminderRow.__tablename__: _deleting(ReminderRow),
    QuietHoursRow.__tablename__: _deleting(QuietHoursRow),
    SubscriptionRow.__tablename__: _deleting(SubscriptionRow),
    WatchRow.__tablename__: _deleting(WatchRow),
    RecurringMessageRow.__tablename__: _deleting(RecurringMessageRow),
}


def _refuse_other_owners(change: Change, owners: set[int | None]) -> None:
    if owners - {change.person_id}:
        raise StoreError("A change of one person's cannot write to what belongs to another.")


def _snapshot(columns: Sequence[str], values: Sequence[object]) -> RowSnapshot:
    return dict(zip(columns, map(_plain, values), strict=True))


def _plain(value: object) -> JsonValue:
    return value.isoformat() if isinstance(value, date) else cast(JsonValue, value)


def _value(row: Journaled, name: str, stored: JsonValue) -> object:
    if isinstance(stored, str) and isinstance(table_of(row).c[name].type, UtcDateTime):
        return datetime.fromisoformat(stored)
    if isinstance(stored, str) and isinstance(table_of(row).c[name].type, Date):
        return date.fromisoformat(stored)
    if row is EntryRow and name == "topic_id":
        # NULL if the topic does not exist any more.
        return select(TopicRow.id).where(TopicRow.id == stored).scalar_subquery()
    return stored
