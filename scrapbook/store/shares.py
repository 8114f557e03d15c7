"""Topics that anybody with an address can read."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select

from scrapbook.model.records import Share
from scrapbook.store.changes import Changes
from scrapbook.store.prepared import Prepared
from scrapbook.store.tables import EntryMediaRow, EntryRow, MediaFileRow, ShareRow, TopicRow
from scrapbook.store.unit_of_work import UnitOfWork

_RECORD = (
    ShareRow.id,
    ShareRow.person_id,
    ShareRow.topic_id,
    TopicRow.name.label("topic"),
    ShareRow.token,
    ShareRow.created_at,
)

# Every request of a public page asks it.
_BY_TOKEN = Prepared(
    lambda _: (
        select(*_RECORD)
        .join(TopicRow, TopicRow.id == ShareRow.topic_id)
        .where(ShareRow.token == bindparam("token"))
    )
)
_OF_PERSON = Prepared(
    lambda _: (
        select(*_RECORD)
        .join(TopicRow, TopicRow.id == ShareRow.topic_id)
        .where(ShareRow.person_id == bindparam("person_id"))
        .order_by(TopicRow.key, ShareRow.id)
    )
)


class Shares:
    """The shares, within one transaction. A topic has one at most."""

    def __init__(self, work: UnitOfWork, changes: Changes) -> None:
        self._work = work
        self._changes = changes

    def add(self, person_id: int, topic_id: int, token: str, at: datetime) -> None:
        """Share a topic of the person that is not shared."""
        row = insert(ShareRow).values(person_id=person_id, topic_id=topic_id, token=token, created_at=at)
        share_id = self._work.session.execute(row.returning(ShareRow.id)).scalar_one()
        self._changes.added(ShareRow, share_id, person_id)

    def by_token(self, token: str) -> Share | None:
        """Return the share of a token; None if it has ended, or never was."""
        found = _BY_TOKEN.records(self._work.connection, token=token)
        return Share(**found[0]) if found else None

    def of_person(self, person_id: int) -> list[Share]:
        """Return the shares of a person by the names of their topics."""
        found = _OF_PERSON.records(self._work.connection, person_id=person_id)
        return [Share(**row) for row in found]

    def entries_with(self, share: Share, keys: Collection[str], limit: int) -> list[int]:
        """Return the ids of entries of a shared topic that have a file of one of these keys."""
        rows = (
            select(EntryRow.id)
            .join(EntryMediaRow, EntryMediaRow.entry_id == EntryRow.id)
            .join(MediaFileRow, MediaFileRow.url == EntryMediaRow.url)
            .where(
                MediaFileRow.key.in_(keys),
                EntryRow.person_id == share.person_id,
                EntryRow.topic_id == share.topic_id,
                EntryRow.deleted_at.is_(None),
            )
        )
        return list(self._work.session.scalars(rows.limit(limit)))

    def end(self, share: Share) -> None:
        """End a share. Its token is never used again, unless the end is undone."""
        this = ShareRow.id == share.id
        self._changes.about_to_remove(ShareRow, this)
        self._work.session.execute(delete(ShareRow).where(this))
