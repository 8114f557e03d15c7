"""The undo journal: for each change, what the rows it wrote to were before."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, delete, exists, select, update

from scrapbook.errors import StoreError
from scrapbook.store import undo
from scrapbook.store.prepared import Prepared, table_of, values_of
from scrapbook.store.records import Change, JsonValue
from scrapbook.store.tables import ChangeRow, EntryRow, ImageRow
from scrapbook.store.undo import Journaled
from scrapbook.store.unit_of_work import UnitOfWork
from scrapbook.store.words import Words

_BEGIN = Prepared(
    lambda _: values_of(ChangeRow, "person_id", "message_sid", "kind", "arguments", "made_at").returning(
        table_of(ChangeRow).c.id
    )
)


class Changes:
    def __init__(self, work: UnitOfWork, words: Words) -> None:
        self._work = work
        self._words = words
        self._change: Change | None = None
        self._has_images = False

    @contextmanager
    def recording(
        self,
        person_id: int,
        message_sid: str | None,
        kind: str,
        arguments: Mapping[str, JsonValue],
        at: datetime,
    ) -> Generator[None]:
        """Everything written to the person's entries and topics inside is one change, undone as one.

        An exception takes back what was written inside, also when it is caught outside. Inside another
        recording, or when something of another person's is written, StoreError.
        """
        if self._change is not None:
            raise StoreError("A change is being recorded already.")
        with self._work.savepoint():
            self._change = self._begin(person_id, message_sid, kind, arguments, at)
            self._has_images = False
            try:
                yield
                if not self._has_images:
                    # Or undoing it would look like doing something.
                    self._drop(self._change)
            finally:
                self._change = None

    def undo_latest(self, person_id: int, at: datetime) -> Change | None:
        """Takes back the person's latest change that still stands, and returns it; None when there is none.

        Entries that it added go to the trash; a topic that it added goes, unless it has entries by now.
        """
        standing = select(ChangeRow).where(ChangeRow.person_id == person_id, ChangeRow.undone_at.is_(None))
        row = self._work.session.scalar(standing.order_by(ChangeRow.id.desc()).limit(1).with_for_update())
        if row is None:
            return None
        for text in undo.take_back(self._work.session, row.id, at):
            # The trash may have been emptied since, and the word forgotten.
            self._words.learn(person_id, text)
        self._work.session.execute(update(ChangeRow).where(ChangeRow.id == row.id).values(undone_at=at))
        return _change(row, undone_at=at)

    def made_by(self, message_sid: str) -> Change | None:
        """The latest change that a message made and that still stands."""
        made = (ChangeRow.message_sid == message_sid) & ChangeRow.undone_at.is_(None)
        row = self._work.session.scalar(select(ChangeRow).where(made).order_by(ChangeRow.id.desc()).limit(1))
        return _change(row, undone_at=None) if row else None

    def touched(self, entry_id: int) -> bool:
        """Whether anything was written to the entry since the change that added it."""
        theirs = (ImageRow.table_name == EntryRow.__tablename__) & (ImageRow.row_id == entry_id)
        return bool(self._work.session.scalar(select(exists().where(theirs, ImageRow.before.is_not(None)))))

    def added(self, row: Journaled, id: int, owner: int) -> None:  # noqa: A002
        """To be told after a row of the person ``owner`` is inserted."""
        if self._change is not None:
            undo.keep_addition(self._work.connection, self._change, row, id, owner)
            self._has_images = True

    def about_to_change(
        self, row: Journaled, where: ColumnElement[bool], columns: Mapping[str, object]
    ) -> None:
        """To be told before the named columns of some rows are written to."""
        self._keep_images(row, where, list(columns))

    def about_to_remove(self, row: Journaled, where: ColumnElement[bool]) -> None:
        """To be told before some rows are deleted."""
        self._keep_images(row, where, undo.own_columns(row))

    def _keep_images(self, row: Journaled, where: ColumnElement[bool], columns: Sequence[str]) -> None:
        if self._change is not None:
            kept = undo.keep_images(self._work.session, self._change, row, where, columns)
            self._has_images = self._has_images or kept > 0

    def _begin(
        self,
        person_id: int,
        message_sid: str | None,
        kind: str,
        arguments: Mapping[str, JsonValue],
        at: datetime,
    ) -> Change:
        values: dict[str, object] = {
            "person_id": person_id,
            "message_sid": message_sid,
            "kind": kind,
            "arguments": dict(arguments),
            "made_at": at,
        }
        [[change_id]] = _BEGIN.rows(self._work.connection, **values)
        return Change(change_id, person_id, message_sid, kind, arguments, at, None)

    def _drop(self, change: Change) -> None:
        self._work.session.execute(delete(ChangeRow).where(ChangeRow.id == change.id))


def _change(row: ChangeRow, undone_at: datetime | None) -> Change:
    arguments = cast(dict[str, JsonValue], row.arguments)
    return Change(row.id, row.person_id, row.message_sid, row.kind, arguments, row.made_at, undone_at)
