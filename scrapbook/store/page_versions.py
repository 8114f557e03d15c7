"""What a person's pages show, as a version that is another one after each change."""

import zlib

from sqlalchemy import Integer, Select, bindparam, func, select, text

from scrapbook.store.prepared import Prepared
from scrapbook.store.tables import ChangeRow, EntryLinkRow, EntryMediaRow, EntryRow, MediaFileRow, MessageRow
from scrapbook.store.topic_members import JoinedTopics
from scrapbook.store.unit_of_work import UnitOfWork

WATCHED = 50
"""Entries, the newest, of which later findings count: a transcript, a preview, a downloaded file."""

UNFINISHED = "state <> 'answered'"


def _version() -> Select[*tuple[object, ...]]:
    person_id = bindparam("person_id", type_=Integer)
    newest = (
        select(EntryRow.id, EntryRow.edited_at)
        .where(EntryRow.person_id == person_id, EntryRow.deleted_at.is_(None))
        .order_by(EntryRow.created_at.desc(), EntryRow.number.desc())
        .limit(WATCHED)
        .subquery()
    )
    # The latest that stands: a change makes it later, undo earlier.
    change = select(func.max(ChangeRow.id)).where(
        ChangeRow.person_id == person_id, ChangeRow.undone_at.is_(None)
    )
    message = select(func.max(MessageRow.id)).where(MessageRow.person_id == person_id)
    # The condition is written as that of the partial index, so that it is used.
    waiting = select(func.count()).where(text(UNFINISHED), MessageRow.person_id + 0 == person_id)
    files = (
        select(func.max(MediaFileRow.at))
        .join(EntryMediaRow, EntryMediaRow.url == MediaFileRow.url)
        .join(newest, newest.c.id == EntryMediaRow.entry_id)
    )
    links = select(func.max(EntryLinkRow.at)).join(newest, newest.c.id == EntryLinkRow.entry_id)
    edited = select(func.max(newest.c.edited_at))
    parts = (change, message, waiting, edited, files, links)
    return select(*(part.scalar_subquery() for part in parts))


_VERSION = Prepared(lambda _: _version())

_CHANGE = Prepared(
    lambda _: select(func.max(ChangeRow.id)).where(
        ChangeRow.person_id == bindparam("person_id"), ChangeRow.undone_at.is_(None)
    )
)


class PageVersions:
    def __init__(self, work: UnitOfWork, joined: JoinedTopics) -> None:
        self._work = work
        self._joined = joined

    def of(self, person_id: int) -> str:
        """Return the version of a person's pages. It costs as much however much the person has saved."""
        row = _VERSION.one(self._work.connection, person_id=person_id)
        parts = (*(row or ()), *self._of_others(person_id))
        return ".".join("" if part is None else str(part) for part in parts).replace(" ", "T")

    def _of_others(self, person_id: int) -> list[str]:
        """Return what changes when somebody changes a topic that the person shares with them."""
        joined = self._joined.of(person_id)
        if not joined:
            return []
        others = [other for some in joined.values() for other in some]
        people = sorted({other.person_id for other in others})
        changes = [_CHANGE.one(self._work.connection, person_id=other) for other in people]
        state = (sorted(other.topic_id for other in others), changes)
        return [f"{zlib.crc32(repr(state).encode()):08x}"]
