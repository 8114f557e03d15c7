"""What is in the scrapbooks."""

import builtins
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Integer, Update, bindparam, delete, exists, insert, select, update

from scrapbook.errors import NotFound
from scrapbook.kinds import Kind, Told
from scrapbook.search import EVERYTHING, Hits, Index, Query, Scope
from scrapbook.store import link_titles, purge
from scrapbook.store.changes import Changes
from scrapbook.store.media import media_of
from scrapbook.store.prepared import Prepared, numbered, placeholders, table_of, values_of
from scrapbook.store.records import Entry, Media
from scrapbook.store.scopes import of_kind
from scrapbook.store.searching import Searching
from scrapbook.store.statements import update_one
from scrapbook.store.tables import EntryMediaRow, EntryRow, PersonRow, TopicRow
from scrapbook.store.unit_of_work import UnitOfWork
from scrapbook.store.words import Words

HIGHEST_NUMBER = 2**63 - 1
"""What a database can count to; what people type may be larger."""

AT_ONCE = 32
"""Entries that are read by their ids in one statement."""

# The fields of an Entry but its media, newest first.
_IN_ORDER = (
    select(
        EntryRow.id,
        EntryRow.person_id,
        EntryRow.number,
        EntryRow.text,
        EntryRow.topic_id,
        TopicRow.name.label("topic"),
        EntryRow.message_sid,
        EntryRow.created_at,
        EntryRow.edited_at,
        EntryRow.deleted_at,
        EntryRow.author,
        EntryRow.due_at,
        EntryRow.pinned_at,
        exists().where(EntryMediaRow.entry_id == EntryRow.id).label("has_media"),
    )
    .outerjoin(TopicRow, TopicRow.id == EntryRow.topic_id)
    .order_by(EntryRow.created_at.desc(), EntryRow.number.desc())
)

_BY_ID = Prepared(lambda _: _IN_ORDER.where(EntryRow.id == bindparam("id")))

_BY_IDS = Prepared(lambda _: _IN_ORDER.where(EntryRow.id.in_(placeholders("id", AT_ONCE))))

_BY_NUMBER = Prepared(
    lambda _: _IN_ORDER.where(
        EntryRow.person_id == bindparam("person_id"), EntryRow.number == bindparam("number")
    )
)

_OF_MESSAGE = Prepared(lambda _: _IN_ORDER.where(EntryRow.message_sid == bindparam("sid")))

_COUNT = Prepared(lambda _: select(PersonRow.entry_count).where(PersonRow.id == bindparam("person_id")))

_ADDED = (
    "person_id",
    "number",
    "text",
    "topic_id",
    "message_sid",
    "created_at",
    "due_at",
    *(told.name for told in fields(Told)),
)

_ADD = Prepared(lambda _: values_of(EntryRow, *_ADDED).returning(table_of(EntryRow).c.id))

# The update locks the person's row, so that nobody else is given the same number meanwhile.
_NEXT_NUMBER = Prepared(
    lambda _: (
        update(PersonRow)
        .where(PersonRow.id == bindparam("person_id"))
        .values(next_number=PersonRow.next_number + 1)
        .returning(PersonRow.next_number - 1)
    )
)

# The conditions by which a list may be narrowed down, by the name of the value.
_NARROWED_BY = {
    "topic_id": EntryRow.topic_id == bindparam("topic_id"),
    "since": EntryRow.created_at >= bindparam("since"),
    "until": EntryRow.created_at < bindparam("until"),
}


@lru_cache(maxsize=256)
def _listing(narrowed_by: tuple[str, ...], kind: Kind | None, pinned: bool | None, authors: int) -> Prepared:
    """``authors``: how many there are, -1 for any."""
    rows = _IN_ORDER.where(EntryRow.person_id == bindparam("person_id"), EntryRow.deleted_at.is_(None))
    rows = rows.where(*(_NARROWED_BY[name] for name in narrowed_by))
    if kind is not None:
        rows = rows.where(of_kind(kind))
    if pinned is not None:
        rows = rows.where(EntryRow.pinned_at.is_not(None) if pinned else EntryRow.pinned_at.is_(None))
    if authors >= 0:
        rows = rows.where(EntryRow.author.in_(placeholders("author", authors)))
    part = rows.limit(bindparam("limit", type_=Integer)).offset(bindparam("offset", type_=Integer))
    return Prepared(lambda _: part)


class Entries:
    """Ids come from entries read before, for one person; what a person types is an entry's number."""

    def __init__(self, work: UnitOfWork, changes: Changes, index: Index, words: Words) -> None:
        self._work = work
        self._changes = changes
        self._index = index
        self._words = words
        self._searching = Searching(index, words)

    def add(  # noqa: PLR0913, PLR0917 - the fields of an entry
        self,
        person_id: int,
        text: str,
        topic_id: int | None,
        message_sid: str | None,
        created_at: datetime,
        media: Sequence[Media] = (),
        number: int | None = None,
        due_at: datetime | None = None,
    ) -> Entry:
        """``number``: one that ``take_back`` gave free, else the person's next.

        NotFound when there is no such person; StoreError when the topic is not theirs or the number is taken.
        """
        values = {
            "person_id": person_id,
            "number": number or self._next_number(person_id),
            "text": text,
            "topic_id": topic_id,
            "message_sid": message_sid,
            "created_at": created_at,
            "due_at": due_at,
            **asdict(Told.by(text)),
        }
        [[entry_id]] = _ADD.rows(self._work.connection, **values)
        self._work.begin_epoch()
        self._words.learn(person_id, text)
        self._attach(entry_id, media)
        self._changes.added(EntryRow, entry_id, person_id)
        return self.get(entry_id)

    def get(self, id: int) -> Entry:  # noqa: A002
        """NotFound when there is no such entry; one in the trash is found."""
        for entry in self._entries(_BY_ID, id=id):
            return entry
        raise NotFound("There is no such entry.")

    def by_number(self, person_id: int, number: int) -> Entry | None:
        """The person's entry of that number, also when it is in the trash."""
        if not 0 < number <= HIGHEST_NUMBER:
            return None
        return next(iter(self._entries(_BY_NUMBER, person_id=person_id, number=number)), None)

    def take_back(self, id: int) -> int:  # noqa: A002
        """Removes an entry, and what the undo journal knows of it, as if it had never been. Its number.

        NotFound when there is no such entry.
        """
        number = self.get(id).number
        purge.forget_changes(self._work.session, [id])
        self._work.session.execute(delete(EntryRow).where(EntryRow.id == id))
        return number

    def of_message(self, sid: str) -> builtins.list[Entry]:
        """Those that a message made, the trash included."""
        return self._entries(_OF_MESSAGE, sid=sid)

    def latest(self, person_id: int) -> Entry | None:
        return next(iter(self.list(person_id, limit=1)), None)

    def begun_at(self, person_id: int) -> datetime | None:
        """When the oldest was made, the trash left out."""
        theirs = select(EntryRow.created_at).where(
            EntryRow.person_id == person_id, EntryRow.deleted_at.is_(None)
        )
        return self._work.session.scalar(theirs.order_by(EntryRow.created_at).limit(1))

    def change_text(self, id: int, text: str, at: datetime) -> None:  # noqa: A002
        self._update(id, text=text, edited_at=at)
        update_one(self._work.session, _by_id(id).values(asdict(Told.by(text))), "entry")
        titles = link_titles.refresh(self._work.session, id)
        self._words.learn(self.get(id).person_id, f"{text}\n{titles}")

    def set_topic(self, id: int, topic_id: int | None) -> None:  # noqa: A002
        """StoreError when the topic is not of the same person."""
        self._update(id, topic_id=topic_id)

    def set_due(self, id: int, due_at: datetime | None) -> None:  # noqa: A002
        self._update(id, due_at=due_at)

    def trash(self, id: int, at: datetime) -> None:  # noqa: A002
        self._update(id, deleted_at=at)

    def pin(self, id: int, at: datetime | None) -> None:  # noqa: A002
        """To come first in its topic; no longer where ``at`` is None."""
        self._update(id, pinned_at=at)

    def restore(self, id: int) -> None:  # noqa: A002
        """Takes it out of the trash."""
        self._update(id, deleted_at=None)

    def list(  # noqa: PLR0913 - each narrows it down
        self,
        person_id: int,
        *,
        topic_id: int | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        kind: Kind | None = None,
        authors: Collection[str] | None = None,
        pinned: bool | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> builtins.list[Entry]:
        """Newest first, the trash left out; made at ``since`` or later, and before ``until``; of that kind;
        quotes of one of ``authors``, spelled so; the first ``offset`` of them left out."""
        if authors is not None and not authors:
            return []
        narrowing = {"topic_id": topic_id, "since": since, "until": until}
        values = {name: value for name, value in narrowing.items() if value is not None}
        listing = _listing(tuple(values), kind, pinned, -1 if authors is None else len(authors))
        named = numbered("author", authors or ())
        if limit is None and self._work.dialect == "sqlite":
            limit = -1  # as NULL on PostgreSQL
        return self._entries(listing, person_id=person_id, limit=limit, offset=offset, **values, **named)

    def authors(self, person_id: int) -> builtins.list[str]:
        """Those of the person's quotes, the trash left out, each as spelled; capitals first."""
        rows = (
            select(EntryRow.author)
            .distinct()
            .where(
                EntryRow.person_id == person_id, EntryRow.author.is_not(None), EntryRow.deleted_at.is_(None)
            )
        )
        return sorted(author for author in self._work.session.scalars(rows) if author)

    def by_ids(self, person_id: int, ids: Iterable[int]) -> builtins.list[Entry]:
        """In the order of ``ids``; those in the trash, gone or of somebody else are left out."""
        wanted = builtins.list(ids)
        # By their ids alone: told whose they are, SQLite would rather go through all that the person has.
        found = {
            entry.id: entry
            for entry in self._of_ids(wanted)
            if entry.person_id == person_id and entry.deleted_at is None
        }
        return [found[id_] for id_ in wanted if id_ in found]

    def count(self, person_id: int) -> int:
        """The trash left out."""
        row = _COUNT.one(self._work.connection, person_id=person_id)
        return row[0] if row else 0

    def find(self, person_id: int, query: Query, limit: int, scope: Scope = EVERYTHING) -> Hits[int]:
        """Ids for ``by_ids``, best first, of equals the newest; the trash left out."""
        return self._searching.find(person_id, query, limit, scope) if query.words else Hits(())

    def purge_trash(self, before: datetime) -> int:
        """One batch of what ``Store.purge_trash`` does. How many entries were removed."""
        return purge.purge_trash(self._work.session, before)

    def forget_deleted(self) -> None:
        """Drops what the search index may still hold of the words of entries that are gone."""
        self._index.forget_deleted()

    def _next_number(self, person_id: int) -> int:
        row = _NEXT_NUMBER.one(self._work.connection, person_id=person_id)
        if row is None:
            raise NotFound("There is no such person.")
        return row[0]

    def _attach(self, entry_id: int, media: Sequence[Media]) -> None:
        rows = [
            {"entry_id": entry_id, "ordinal": ordinal, "url": part.url, "content_type": part.content_type}
            for ordinal, part in enumerate(media)
        ]
        if rows:
            self._work.session.execute(insert(EntryMediaRow), rows)

    def _update(self, entry_id: int, **values: object) -> None:
        self._changes.about_to_change(EntryRow, EntryRow.id == entry_id, values)
        update_one(self._work.session, _by_id(entry_id).values(values), "entry")

    def _of_ids(self, ids: Sequence[int]) -> Iterator[Entry]:
        for start in range(0, len(ids), AT_ONCE):
            chunk = ids[start : start + AT_ONCE]
            # Always of the same length, for the statement to be the same: the last one again.
            filled = [*chunk, *[chunk[-1]] * (AT_ONCE - len(chunk))]
            yield from self._entries(_BY_IDS, **numbered("id", filled))

    def _entries(self, statement: Prepared, **values: object) -> builtins.list[Entry]:
        records = statement.records(self._work.connection, **values)
        with_media = [record["id"] for record in records if record.pop("has_media")]
        media = self._media(with_media) if with_media else {}
        return [Entry(**record, media=tuple(media.get(record["id"], ()))) for record in records]

    def _media(self, entry_ids: Iterable[int]) -> dict[int, builtins.list[Media]]:
        return media_of(self._work.session, EntryMediaRow, EntryMediaRow.entry_id, entry_ids)


def _by_id(entry_id: int) -> Update:
    return update(EntryRow).where(EntryRow.id == entry_id)
