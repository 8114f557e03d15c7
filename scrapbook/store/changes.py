"""The undo journal: for each change, snapshots of the rows that it wrote to."""

from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Literal, TypeAlias, cast

from sqlalchemy import ColumnElement, Integer, bindparam, delete, exists, func, select, update

from scrapbook.errors import StoreError
from scrapbook.model.records import Change, EntryChange, JsonValue
from scrapbook.store import purge, undo
from scrapbook.store.prepared import Prepared, table_of, values_of
from scrapbook.store.spelling_index import Words
from scrapbook.store.sql_helpers import chunks
from scrapbook.store.tables import ChangeRow, EntryRow, ImportedChangeRow, RowSnapshotRow
from scrapbook.store.undo import Journaled
from scrapbook.store.unit_of_work import UnitOfWork

JournaledTable: TypeAlias = Literal["entries", "topics", "reminders", "feed_subscriptions"]
"""Tables of which it is asked whether a change wrote to a row."""

_BEGIN = Prepared(
    lambda _: values_of(ChangeRow, "person_id", "message_id", "kind", "arguments", "made_at").returning(
        table_of(ChangeRow).c.id
    )
)

_LATEST = Prepared(
    lambda _: (
        select(
            ChangeRow.id,
            ChangeRow.person_id,
            ChangeRow.message_id,
            ChangeRow.kind,
            ChangeRow.arguments,
            ChangeRow.made_at,
            ChangeRow.undone_at,
        )
        .where(ChangeRow.person_id == bindparam("person_id"), ChangeRow.undone_at.is_(None))
        .order_by(ChangeRow.id.desc())
        .limit(1)
    )
)


_OF_ENTRY = Prepared(
    lambda _: (
        select(ChangeRow.kind, ChangeRow.made_at, ChangeRow.undone_at, RowSnapshotRow.before)
        .join(ChangeRow, ChangeRow.id == RowSnapshotRow.change_id)
        .where(
            RowSnapshotRow.row_id == bindparam("entry_id"),
            RowSnapshotRow.table_name == EntryRow.__tablename__,
        )
        .order_by(RowSnapshotRow.id.desc())
        .limit(bindparam("limit", type_=Integer))
    )
)


_OF_ENTRY_ELSEWHERE = Prepared(
    lambda _: (
        select(
            ImportedChangeRow.kind,
            ImportedChangeRow.made_at,
            ImportedChangeRow.undone_at,
            ImportedChangeRow.before,
        )
        .where(ImportedChangeRow.entry_id == bindparam("entry_id"))
        .order_by(ImportedChangeRow.id.desc())
        .limit(bindparam("limit", type_=Integer))
    )
)


class Changes:
    """The changes of people, within one transaction."""

    def __init__(self, work: UnitOfWork, words: Words) -> None:
        self._work = work
        self._words = words
        self._change: Change | None = None
        self._has_snapshots = False

    @contextmanager
    def recording(
        self,
        person_id: int,
        message_id: str | None,
        kind: str,
        arguments: Mapping[str, JsonValue],
        at: datetime,
    ) -> Generator[None]:
        """Record everything that is written to the person's entries, topics and shares inside as one change.

        An exception rolls back what was written inside, even if it is caught outside.

        Raises:
            StoreError: another change is being recorded, or something of another person is written.
        """
        if self._change is not None:
            raise StoreError("A change is being recorded already.")
        with self._work.savepoint():
            self._change = self._begin(person_id, message_id, kind, arguments, at)
            self._has_snapshots = False
            try:
                yield
                if not self._has_snapshots:
                    # Nothing was changed: undo must not find it.
                    self._drop(self._change)
            finally:
                self._change = None

    @contextmanager
    def continuing(self, change: Change) -> Generator[None]:
        """Record everything that is written inside as a part of a change that ``begin`` began.

        Raises:
            StoreError: another change is being recorded.
        """
        if self._change is not None:
            raise StoreError("A change is being recorded already.")
        self._change = change
        try:
            yield
        finally:
            self._change = None

    def begin(self, person_id: int, kind: str, arguments: Mapping[str, JsonValue], at: datetime) -> Change:
        """Begin a change that several transactions make. It is there from now on, also without a snapshot."""
        return self._begin(person_id, None, kind, arguments, at)

    def set_arguments(self, change_id: int, arguments: Mapping[str, JsonValue]) -> None:
        """Replace the arguments of a change."""
        theirs = update(ChangeRow).where(ChangeRow.id == change_id)
        self._work.session.execute(theirs.values(arguments=dict(arguments)))

    def latest_of_kind(self, person_id: int, kind: str) -> Change | None:
        """Return the person's latest change of a kind that is not undone. None if there is none."""
        standing = (
            (ChangeRow.person_id == person_id) & ChangeRow.undone_at.is_(None) & (ChangeRow.kind == kind)
        )
        row = self._work.session.scalar(
            select(ChangeRow).where(standing).order_by(ChangeRow.id.desc()).limit(1)
        )
        return _change(row, undone_at=None) if row else None

    def stands(self, change_id: int) -> bool:
        """Return whether a change is there, and not undone. It stays so until the transaction ends."""
        standing = select(ChangeRow.id).where(ChangeRow.id == change_id, ChangeRow.undone_at.is_(None))
        return self._work.session.scalar(standing.with_for_update()) is not None

    def count_added(self, change_id: int) -> int:
        """Return how many entries a change added."""
        added = (
            (RowSnapshotRow.change_id == change_id)
            & (RowSnapshotRow.table_name == EntryRow.__tablename__)
            & RowSnapshotRow.before.is_(None)
        )
        return self._work.session.scalar(select(func.count()).select_from(RowSnapshotRow).where(added)) or 0

    def undo_latest(self, person_id: int, at: datetime, joined: Collection[int] = ()) -> Change | None:
        """Undo the person's latest change that is not undone yet, and return it. None if there is none.

        Entries that it added are moved to the trash. A topic that it added is removed, unless it has entries.

        Args:
            joined: the topics of others that are shared with the person, whose entries it may restore.
        """
        standing = select(ChangeRow).where(ChangeRow.person_id == person_id, ChangeRow.undone_at.is_(None))
        row = self._work.session.scalar(standing.order_by(ChangeRow.id.desc()).limit(1).with_for_update())
        if row is None:
            return None
        for text in undo.revert(self._work.session, _change(row, undone_at=None), at, joined):
            # The spelling index may have lost the words since, when the trash was purged.
            self._words.index_words(person_id, text)
        self._work.session.execute(update(ChangeRow).where(ChangeRow.id == row.id).values(undone_at=at))
        return _change(row, undone_at=at)

    def made_by(self, message_id: str) -> Change | None:
        """Return the latest change of a message that is not undone. None if there is none."""
        made = (ChangeRow.message_id == message_id) & ChangeRow.undone_at.is_(None)
        row = self._work.session.scalar(select(ChangeRow).where(made).order_by(ChangeRow.id.desc()).limit(1))
        return _change(row, undone_at=None) if row else None

    def latest(self, person_id: int) -> Change | None:
        """Return the person's latest change that is not undone. None if there is none."""
        found = _LATEST.records(self._work.connection, person_id=person_id)
        return Change(**found[0]) if found else None

    def entries_of(self, change_id: int, limit: int) -> list[int]:
        """Return the ids of the entries that a change added or wrote to, at most ``limit``, in that order."""
        rows = (
            select(RowSnapshotRow.row_id)
            .where(
                RowSnapshotRow.change_id == change_id,
                RowSnapshotRow.table_name == EntryRow.__tablename__,
            )
            .order_by(RowSnapshotRow.id)
        )
        return list(dict.fromkeys(self._work.session.scalars(rows.limit(limit))))

    def has_written_to(self, change_id: int, table: JournaledTable, row_id: int) -> bool:
        """Return whether a change added, changed or removed the row of that id."""
        found = select(RowSnapshotRow.id).where(
            RowSnapshotRow.change_id == change_id,
            RowSnapshotRow.table_name == table,
            RowSnapshotRow.row_id == row_id,
        )
        return self._work.session.scalar(found.limit(1)) is not None

    def entries_changed_since(self, person_id: int, at: datetime, limit: int) -> set[int]:
        """Return the ids of the entries that changes after ``at`` added or wrote to, at most ``limit``."""
        rows = (
            select(RowSnapshotRow.row_id)
            .distinct()
            .join(ChangeRow, ChangeRow.id == RowSnapshotRow.change_id)
            .where(
                ChangeRow.person_id == person_id,
                ChangeRow.made_at > at,
                RowSnapshotRow.table_name == EntryRow.__tablename__,
            )
        )
        return set(self._work.session.scalars(rows.limit(limit)))

    def highest_id(self, person_id: int) -> int:
        """Return the id of the latest change of a person, undone or not; 0 if there is none."""
        theirs = select(func.max(ChangeRow.id)).where(ChangeRow.person_id == person_id)
        return self._work.session.scalar(theirs) or 0

    def entries_touched(self, person_id: int, after_id: int, undone_since: datetime, limit: int) -> set[int]:
        """Return the ids of the entries that some changes added or wrote to, at most ``limit``.

        Args:
            after_id: changes of a higher id,
            undone_since: and those that were undone then or later.
        """
        rows = (
            select(RowSnapshotRow.row_id)
            .distinct()
            .join(ChangeRow, ChangeRow.id == RowSnapshotRow.change_id)
            .where(
                ChangeRow.person_id == person_id,
                (ChangeRow.id > after_id) | (ChangeRow.undone_at >= undone_since),
                RowSnapshotRow.table_name == EntryRow.__tablename__,
            )
        )
        return set(self._work.session.scalars(rows.limit(limit)))

    def of_entry(self, entry_id: int, limit: int) -> list[EntryChange]:
        """Return the newest changes that added an entry or wrote to it, the newest first.

        Those that an imported entry brought along come last.

        Args:
            limit: at most so many.
        """
        here = _OF_ENTRY.rows(self._work.connection, entry_id=entry_id, limit=limit)
        elsewhere = _OF_ENTRY_ELSEWHERE.rows(self._work.connection, entry_id=entry_id, limit=limit)
        return [
            EntryChange(kind, made_at, undone_at, before or {})
            for kind, made_at, undone_at, before in [*here, *elsewhere][:limit]
        ]

    def of_entries(self, entry_ids: Collection[int]) -> dict[int, list[EntryChange]]:
        """Return all changes that wrote to entries, by the entries, the oldest first."""
        found: dict[int, list[EntryChange]] = {}
        for chunk in chunks(entry_ids):
            elsewhere = select(
                ImportedChangeRow.entry_id,
                ImportedChangeRow.kind,
                ImportedChangeRow.made_at,
                ImportedChangeRow.undone_at,
                ImportedChangeRow.before,
            ).where(ImportedChangeRow.entry_id.in_(chunk))
            here = (
                select(
                    RowSnapshotRow.row_id,
                    ChangeRow.kind,
                    ChangeRow.made_at,
                    ChangeRow.undone_at,
                    RowSnapshotRow.before,
                )
                .join(ChangeRow, ChangeRow.id == RowSnapshotRow.change_id)
                .where(
                    RowSnapshotRow.row_id.in_(chunk),
                    RowSnapshotRow.table_name == EntryRow.__tablename__,
                    RowSnapshotRow.before.is_not(None),
                )
            )
            for rows in (elsewhere.order_by(ImportedChangeRow.id), here.order_by(RowSnapshotRow.id)):
                for entry_id, kind, made_at, undone_at, before in self._work.session.execute(rows):
                    change = EntryChange(kind, made_at, undone_at, cast("dict[str, JsonValue]", before))
                    found.setdefault(entry_id, []).append(change)
        return found

    def purge(self, before: datetime) -> int:
        """Delete one batch of the changes that were made before then. Returns how many; they stay made."""
        return purge.purge_changes(self._work.session, before)

    def touched(self, entry_id: int) -> bool:
        """Return whether the entry was changed since it was added."""
        theirs = (RowSnapshotRow.table_name == EntryRow.__tablename__) & (RowSnapshotRow.row_id == entry_id)
        return bool(
            self._work.session.scalar(select(exists().where(theirs, RowSnapshotRow.before.is_not(None))))
        )

    def added(self, row: Journaled, id: int, owner: int) -> None:  # noqa: A002
        """Record that a row of the person ``owner`` was inserted. To be called afterwards."""
        if self._change is not None:
            undo.save_addition(self._work.connection, self._change, row, id, owner)
            self._has_snapshots = True

    def keep(self) -> None:
        """Have undo find the change that is being recorded, even if nothing of it can be taken back."""
        self._has_snapshots = True

    def about_to_change(
        self,
        row: Journaled,
        where: ColumnElement[bool],
        columns: Mapping[str, object],
        owners: Collection[int] = (),
    ) -> None:
        """Save the named columns of rows. To be called before they are written to.

        Args:
            owners: who the rows may belong to besides the person who makes the change.
        """
        self._save_snapshots(row, where, list(columns), owners)

    def about_to_remove(self, row: Journaled, where: ColumnElement[bool]) -> None:
        """Save rows. To be called before they are deleted."""
        self._save_snapshots(row, where, undo.own_columns(row))

    def _save_snapshots(
        self,
        row: Journaled,
        where: ColumnElement[bool],
        columns: Sequence[str],
        owners: Collection[int] = (),
    ) -> None:
        if self._change is not None:
            count = undo.save_snapshots(self._work.session, self._change, row, where, columns, owners)
            self._has_snapshots = self._has_snapshots or count > 0

    def _begin(
        self,
        person_id: int,
        message_id: str | None,
        kind: str,
        arguments: Mapping[str, JsonValue],
        at: datetime,
    ) -> Change:
        values: dict[str, object] = {
            "person_id": person_id,
            "message_id": message_id,
            "kind": kind,
            "arguments": dict(arguments),
            "made_at": at,
        }
        [[change_id]] = _BEGIN.rows(self._work.connection, **values)
        return Change(
            id=change_id,
            person_id=person_id,
            message_id=message_id,
            kind=kind,
            arguments=arguments,
            made_at=at,
            undone_at=None,
        )

    def _drop(self, change: Change) -> None:
        self._work.session.execute(delete(ChangeRow).where(ChangeRow.id == change.id))


def _change(row: ChangeRow, undone_at: datetime | None) -> Change:
    arguments = cast(dict[str, JsonValue], row.arguments)
    return Change(
        id=row.id,
        person_id=row.person_id,
        message_id=row.message_id,
        kind=row.kind,
        arguments=arguments,
        made_at=row.made_at,
        undone_at=undone_at,
    )
