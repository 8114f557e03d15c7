"""Exports that people have uploaded or sent: what would come of them, and how far their import is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import case, delete, exists, insert, select, update
from sqlalchemy.orm import aliased

from scrapbook.model.records import JsonValue
from scrapbook.store.sql_helpers import rows_written
from scrapbook.store.tables import UploadedExportRow
from scrapbook.store.unit_of_work import UnitOfWork

UNDER_WAY = ("reading", "wanted")
"""The states in which an app works on one."""


@dataclass(frozen=True, slots=True)
class UploadedExport:
    """An uploaded export; see ``UploadedExportRow``."""

    id: int
    person_id: int
    name: str
    state: str
    count: int
    preview: Mapping[str, Any]
    result: Mapping[str, Any]
    problem: str | None
    message_id: str | None


class UploadedExports:
    """The uploaded exports, within one transaction."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def add(self, person_id: int, worker: str, name: str, at: datetime, message_id: str | None = None) -> int:
        """Add one whose file is still to be stored. Returns its id.

        Args:
            message_id: of the message with which it came; None for one that was uploaded, which takes the
                place of all others.
        """
        row = UploadedExportRow
        if message_id is None:
            self._work.session.execute(delete(row).where(row.person_id == person_id))
        values = {"worker": worker, "name": name, "state": "uploading", "at": at, "message_id": message_id}
        new = insert(row).values(person_id=person_id, **values)
        return self._work.session.execute(new.returning(row.id)).scalar_one()

    def of_person(self, person_id: int) -> UploadedExport | None:
        """Return the one of a person; without one of which it is known what would come, the latest."""
        row = UploadedExportRow
        rank = case(
            (row.state.in_(("read", "wanted")), 0), (row.state.in_(("uploading", "reading")), 1), else_=2
        )
        theirs = select(row).where(row.person_id == person_id).order_by(rank, row.id.desc()).limit(1)
        found = self._work.session.scalar(theirs)
        return _uploaded(found) if found else None

    def of_message(self, message_id: str) -> list[UploadedExport]:
        """Return those that came with a message, in their order."""
        row = UploadedExportRow
        found = select(row).where(row.message_id == message_id).order_by(row.id)
        return [_uploaded(one) for one in self._work.session.scalars(found)]

    def remove_replaced(self, by: UploadedExport) -> None:
        """Remove what one takes the place of: those before it, and others of the same message."""
        row = UploadedExportRow
        others = (row.person_id == by.person_id, row.id != by.id)
        replaced = (row.id < by.id) | (row.message_id == by.message_id)
        self._work.session.execute(delete(row).where(*others, replaced))

    def to_do(self, worker: str) -> list[UploadedExport]:
        """Return those on which an app has to work, in the order in which they came.

        What is still to be looked at waits while another app imports something of the same person.
        """
        row, other = UploadedExportRow, aliased(UploadedExportRow)
        elsewhere = exists().where(
            other.person_id == row.person_id, other.state == "wanted", other.worker != worker
        )
        is_to_do = (row.state == "wanted") | ((row.state == "reading") & ~elsewhere)
        found = select(row).where(row.worker == worker, is_to_do).order_by(row.id)
        return [_uploaded(one) for one in self._work.session.scalars(found)]

    def set_state(self, id_: int, before: str, state: str, **values: JsonValue) -> bool:
        """Change the state of one that has the state ``before``. Returns whether it had."""
        row = UploadedExportRow
        changed = update(row).where(row.id == id_, row.state == before)
        return rows_written(self._work.session, changed.values(state=state, count=0, **values)) > 0

    def want(self, id_: int, message_id: str) -> bool:
        """Have one imported of which it is known what would come. Returns whether it is.

        Args:
            message_id: of the message that asks for it, after which the person is told what came.
        """
        return self.set_state(id_, "read", "wanted", message_id=message_id)

    def is_there(self, id_: int) -> bool:
        """Return whether one is still there. It stays so until the transaction ends."""
        theirs = select(UploadedExportRow.id).where(UploadedExportRow.id == id_)
        return self._work.session.scalar(theirs.with_for_update()) is not None

    def set_count(self, id_: int, count: int) -> bool:
        """Record how many entries were read. Returns whether it is still there."""
        row = UploadedExportRow
        return rows_written(self._work.session, update(row).where(row.id == id_).values(count=count)) > 0

    def remove(self, id_: int, person_id: int) -> None:
        """Remove one of a person, if it is there."""
        row = UploadedExportRow
        self._work.session.execute(delete(row).where(row.id == id_, row.person_id == person_id))

    def with_file(self) -> set[int]:
        """Return the ids of those whose files are needed."""
        row = UploadedExportRow
        return set(self._work.session.scalars(select(row.id).where(row.state.not_in(("imported", "failed")))))

    def forget(self, before: datetime) -> int:
        """Remove those that were uploaded before then, and are not under way. Returns how many."""
        row = UploadedExportRow
        old = (row.at < before, row.state.not_in(UNDER_WAY))
        return rows_written(self._work.session, delete(row).where(*old))


def _uploaded(row: UploadedExportRow) -> UploadedExport:
    return UploadedExport(
        id=row.id,
        person_id=row.person_id,
        name=row.name,
        state=row.state,
        count=row.count,
        preview=cast("Mapping[str, Any]", row.preview or {}),
        result=cast("Mapping[str, Any]", row.result or {}),
        problem=row.problem,
        message_id=row.message_id,
    )
