"""The entries of the scrapbooks."""

import builtins
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Unpack

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    SQLColumnExpression,
    Update,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)

from scrapbook.errors import NotFound
from scrapbook.model.records import Entry, EntryFilter, Media
from scrapbook.store import attached_words, purge
from scrapbook.store.any_word_search import AnyWordSearch, Nearest
from scrapbook.store.changes import Changes
from scrapbook.store.entry_filters import of_kind
from scrapbook.store.entry_search import EntrySearch
from scrapbook.store.media import media_of
from scrapbook.store.prepared import Prepared, numbered, placeholders, table_of, values_of
from scrapbook.store.spelling_index import Words
from scrapbook.store.sql_helpers import CHUNK, chunks, rows_written, update_one
from scrapbook.store.tables import EntryMediaRow, EntryRow, PersonRow, TopicRow
from scrapbook.store.topic_members import JoinedTopics, OthersTopic
from scrapbook.store.unit_of_work import UnitOfWork
from scrapbook.text.entry_facts import EntryFacts, EntryKind
from scrapbook.text.parsed_text import ParsedText
from scrapbook.text.query import EVERYTHING, Index, Query, Scope, SearchResult

HIGHEST_NUMBER = 2**63 - 1
"""The highest number that a database column holds; people may type a higher one."""

AT_ONCE = 32
"""How many entries one statement reads by their ids."""

# The fields of an Entry but its media, newest first.
_IN_ORDER = (
    select(
        EntryRow.id,
        EntryRow.person_id,
        EntryRow.number,
        EntryRow.text,
        EntryRow.topic_id,
        TopicRow.name.label("topic"),
        EntryRow.message_id,
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

_OF_MESSAGE = Prepared(lambda _: _IN_ORDER.where(EntryRow.message_id == bindparam("message_id")))

# In the order of the numbers, also those in the trash.
_NUMBERED = Prepared(
    lambda _: (
        _IN_ORDER.where(EntryRow.person_id == bindparam("person_id"), EntryRow.number > bindparam("after"))
        .order_by(None)
        .order_by(EntryRow.number)
        .limit(bindparam("limit", type_=Integer))
    )
)

_FACTS = Prepared(
    lambda _: select(
        EntryRow.id, EntryRow.is_quote, EntryRow.has_link, EntryRow.is_location, EntryRow.author
    ).where(EntryRow.id.in_(placeholders("id", CHUNK)))
)

_TOPIC_NAME = Prepared(lambda _: select(TopicRow.name).where(TopicRow.id == bindparam("id")))

_COUNT = Prepared(lambda _: select(PersonRow.entry_count).where(PersonRow.id == bindparam("person_id")))

_ADDED = (
    "person_id",
    "number",
    "text",
    "topic_id",
    "message_id",
    "created_at",
    "due_at",
    "character_terms",
    *(fact.name for fact in fields(EntryFacts)),
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

_HIGHEST_NUMBER = Prepared(
    lambda _: select(PersonRow.next_number - 1).where(PersonRow.id == bindparam("person_id"))
)

# The number of an entry for the person who reads it (``Entry.number``).
_NUMBER_FOR = case((EntryRow.person_id == bindparam("person_id"), EntryRow.number), else_=-EntryRow.id)


_CONDITIONS = frozenset({"topic_id", "since", "until", "after_number", "before_number"})
"""The names of the values by which a list may be narrowed down."""


def _narrowed_by(name: str, number: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Return the condition by which a list is narrowed down, by the name of the value."""
    conditions = {
        "topic_id": EntryRow.topic_id == bindparam("topic_id"),
        "since": EntryRow.created_at >= bindparam("since"),
        "until": EntryRow.created_at < bindparam("until"),
        # The first condition alone lets an index begin there.
        "after_number": (EntryRow.created_at <= bindparam("after_at"))
        & ((EntryRow.created_at < bindparam("after_at")) | (number < bindparam("after_number"))),
        "before_number": (EntryRow.created_at >= bindparam("before_at"))
        & ((EntryRow.created_at > bindparam("before_at")) | (number > bindparam("before_number"))),
    }
    return conditions[name]


@lru_cache(maxsize=256)
def _listing(  # noqa: PLR0913 - what a list is narrowed by
    narrowed_by: tuple[str, ...],
    kind: EntryKind | None,
    pinned: bool | None,
    authors: int,
    *,
    oldest_first: bool = False,
    others: int = 0,
) -> Prepared:
    """Return the statement that lists entries.

    Args:
        narrowed_by: the names of the values by which the list is narrowed.
        authors: how many authors are named; -1 if the list is not narrowed by authors.
        others: with how many others the topic is shared, whose entries are listed, too.
    """
    rows = _IN_ORDER.where(*_narrowed(narrowed_by, kind, pinned, authors, others))
    number = _NUMBER_FOR if others else EntryRow.number
    if oldest_first:
        rows = rows.order_by(None).order_by(EntryRow.created_at, number)
    elif others:
        rows = rows.order_by(None).order_by(EntryRow.created_at.desc(), number.desc())
    part = rows.limit(bindparam("limit", type_=Integer)).offset(bindparam("offset", type_=Integer))
    return Prepared(lambda _: part)


@lru_cache(maxsize=256)
def _counting(
    narrowed_by: tuple[str, ...],
    kind: EntryKind | None,
    pinned: bool | None,
    authors: int,
    others: int = 0,
) -> Prepared:
    """Return the statement that counts the entries of such a list."""
    conditions = tuple(_narrowed(narrowed_by, kind, pinned, authors, others))
    return Prepared(lambda _: select(func.count()).select_from(EntryRow).where(*conditions))


@lru_cache(maxsize=4)
def _trash(of_topic: bool, after: bool) -> Prepared:
    """Return the statement that lists entries in the trash, of one topic, or those that come after one."""
    rows = (
        _IN_ORDER.where(EntryRow.person_id == bindparam("person_id"), EntryRow.deleted_at.is_not(None))
        .order_by(None)
        .order_by(EntryRow.deleted_at.desc(), EntryRow.number.desc())
        .limit(bindparam("limit", type_=Integer))
    )
    if of_topic:
        rows = rows.where(EntryRow.topic_id == bindparam("topic_id"))
    if after:
        rows = rows.where(
            EntryRow.deleted_at <= bindparam("after_at"),
            (EntryRow.deleted_at < bindparam("after_at")) | (EntryRow.number < bindparam("after_number")),
        )
    return Prepared(lambda _: rows)


_NEWEST_BEFORE = Prepared(
    lambda _: (
        select(EntryRow.created_at)
        .where(
            EntryRow.person_id == bindparam("person_id"),
            EntryRow.deleted_at.is_(None),
            EntryRow.created_at < bindparam("until"),
        )
        .order_by(EntryRow.created_at.desc())
        .limit(1)
    )
)

_PINNED_TOPICS = Prepared(
    lambda _: (
        select(EntryRow.topic_id)
        .distinct()
        .where(
            EntryRow.person_id == bindparam("person_id"),
            EntryRow.pinned_at.is_not(None),
            EntryRow.deleted_at.is_(None),
        )
    )
)


def _narrowed(
    narrowed_by: tuple[str, ...],
    kind: EntryKind | None,
    pinned: bool | None,
    authors: int,
    others: int = 0,
) -> Iterator[ColumnElement[bool]]:
    if others:
        # A topic is one person's, so that its id says whose entries these are.
        people: list[BindParameter[Any]] = [bindparam("person_id"), *placeholders("other", others)]
        topics: list[BindParameter[Any]] = [
            bindparam("topic_id"),
            *placeholders("topic_of_other", others),
        ]
        yield EntryRow.person_id.in_(people)
        yield EntryRow.topic_id.in_(topics)
        narrowed_by = tuple(name for name in narrowed_by if name != "topic_id")
    else:
        yield EntryRow.person_id == bindparam("person_id")
    yield EntryRow.deleted_at.is_(None)
    number = _NUMBER_FOR if others else EntryRow.number
    yield from (_narrowed_by(name, number) for name in narrowed_by)
    if kind is not None:
        yield of_kind(kind)
    if pinned is not None:
        yield EntryRow.pinned_at.is_not(None) if pinned else EntryRow.pinned_at.is_(None)
    if authors >= 0:
        yield EntryRow.author.in_(placeholders("author", authors))


class Entries:
    """The entries, within one transaction.

    An ``id`` is that of an entry which was read for the same person before; people type numbers. The methods
    that change an entry by its id raise NotFound if there is none.
    """

    def __init__(
        self, work: UnitOfWork, changes: Changes, index: Index, words: Words, joined: JoinedTopics
    ) -> None:
        self._work = work
        self._joined = joined
        self._changes = changes
        self._index = index
        self._words = words
        self._search = EntrySearch(index, words)
        self._any_word = AnyWordSearch(index, words)

    def add(  # noqa: PLR0913, PLR0917 - the fields of an entry
        self,
        person_id: int,
        text: ParsedText,
        topic_id: int | None,
        message_id: str | None,
        created_at: datetime,
        media: Sequence[Media] = (),
        number: int | None = None,
        due_at: datetime | None = None,
    ) -> Entry:
        """Add an entry, and return it.

        Args:
            text: parsed, since what the text is is saved beside it.
            created_at: aware.
            number: a number that ``erase`` returned. If None, the entry gets the person's next one.

        Raises:
            NotFound: there is no such person.
            StoreError: the topic is not theirs, or the number is taken.
        """
        values = {
            "person_id": person_id,
            "number": number or self._next_number(person_id),
            "text": text.text,
            "topic_id": topic_id,
            "message_id": message_id,
            "created_at": created_at,
            "due_at": due_at,
            "character_terms": attached_words.character_terms(text.indexed),
            **asdict(text.facts),
        }
        [[entry_id]] = _ADD.rows(self._work.connection, **values)
        self._work.begin_epoch()
        self._words.index_words(person_id, text.indexed)
        self._attach(entry_id, media)
        self._changes.added(EntryRow, entry_id, person_id)
        return self.get(entry_id)

    def get(self, id: int) -> Entry:  # noqa: A002
        """Return an entry, also one in the trash. Raises NotFound if there is none."""
        for entry in self._entries(_BY_ID, id=id):
            return entry
        raise NotFound("There is no such entry.")

    def seen(self, person_id: int, id: int) -> Entry:  # noqa: A002
        """Return an entry as the person sees it, also one in the trash.

        Raises NotFound if there is none, or if it is another person's and in no topic that they share.
        """
        for entry in self._seen_by(person_id, self._entries(_BY_ID, id=id)):
            return entry
        raise NotFound("There is no such entry.")

    def by_number(self, person_id: int, number: int) -> Entry | None:
        """Return the person's entry of that number, also if it is in the trash. None if there is none."""
        if not 0 < number <= HIGHEST_NUMBER:
            return None
        return next(iter(self._entries(_BY_NUMBER, person_id=person_id, number=number)), None)

    def numbered(self, person_id: int, after: int, limit: int) -> builtins.list[Entry]:
        """Return entries in the order of their numbers, also those in the trash.

        Args:
            after: only those of a higher number.
            limit: at most so many.
        """
        return self._entries(_NUMBERED, person_id=person_id, after=after, limit=limit)

    def of_ids(self, ids: Sequence[int]) -> builtins.list[Entry]:
        """Return entries by their ids, whosever they are, also those in the trash; without those purged."""
        return builtins.list({entry.id: entry for entry in self._of_ids(ids)}.values())

    def facts_of(self, ids: Iterable[int]) -> dict[int, EntryFacts]:
        """Return what the texts of entries are, by the ids of the entries."""
        wanted = builtins.list(ids)
        found: dict[int, EntryFacts] = {}
        for start in range(0, len(wanted), CHUNK):
            chunk = wanted[start : start + CHUNK]
            values = numbered("id", [*chunk, *[chunk[-1]] * (CHUNK - len(chunk))])
            for id_, is_quote, has_link, is_location, author in _FACTS.rows(self._work.connection, **values):
                found[id_] = EntryFacts(is_quote, has_link, is_location, author)
        return found

    def highest_number(self, person_id: int) -> int:
        """Return the highest number that an entry of the person has or had; 0 if there was none.

        Raises NotFound if there is no such person.
        """
        row = _HIGHEST_NUMBER.one(self._work.connection, person_id=person_id)
        if row is None:
            raise NotFound("There is no such person.")
        return row[0]

    def erase(self, id: int) -> int:  # noqa: A002
        """Remove an entry for good, with its records in the undo journal. Returns its number, now free.

        Raises NotFound if there is no such entry.
        """
        number = self.get(id).number
        purge.forget_changes(self._work.session, [id])
        self._work.session.execute(delete(EntryRow).where(EntryRow.id == id))
        return number

    def of_message(self, message_id: str) -> builtins.list[Entry]:
        """Return the entries that a message made, also those in the trash."""
        return self._entries(_OF_MESSAGE, message_id=message_id)

    def with_file(self, url: str) -> builtins.list[Entry]:
        """Return the entries that have a file, also those in the trash."""
        having = select(EntryMediaRow.entry_id).where(EntryMediaRow.url == url).distinct()
        return [self.get(entry_id) for entry_id in sorted(self._work.session.scalars(having))]

    def lock(self, id: int) -> Entry:  # noqa: A002
        """Lock an entry until the transaction ends, and return it. Raises NotFound if there is none."""
        self._work.session.execute(select(EntryRow.id).where(EntryRow.id == id).with_for_update())
        return self.get(id)

    def latest(self, person_id: int) -> Entry | None:
        """Return the person's newest entry, without the trash."""
        return next(iter(self.list(person_id, limit=1)), None)

    def begun_at(self, person_id: int) -> datetime | None:
        """Return when the person's oldest entry was made, without the trash. None if there are none."""
        theirs = select(EntryRow.created_at).where(
            EntryRow.person_id == person_id, EntryRow.deleted_at.is_(None)
        )
        return self._work.session.scalar(theirs.order_by(EntryRow.created_at).limit(1))

    def newest_before(self, person_id: int, until: datetime) -> datetime | None:
        """Return when the newest of the person's entries that were made before then was made."""
        row = _NEWEST_BEFORE.one(self._work.connection, person_id=person_id, until=until)
        return row[0] if row else None

    def change_text(self, id: int, text: ParsedText, at: datetime) -> None:  # noqa: A002
        """Replace the text of an entry, and what is saved about it."""
        self._update(id, text=text.text, edited_at=at, **asdict(text.facts))
        titles = attached_words.refresh(self._work.session, id, text.indexed, text.urls)
        self._words.index_words(self.get(id).person_id, f"{text.indexed}\n{titles}")

    def set_topic(self, id: int, topic_id: int | None) -> None:  # noqa: A002
        """File an entry under a topic, or under none. Raises StoreError if it is another person's topic."""
        self._update(id, topic_id=topic_id)

    def set_due(self, id: int, due_at: datetime | None) -> None:  # noqa: A002
        """Set when the person wants to be reminded of an entry; None for never."""
        self._update(id, due_at=due_at)

    def trash(self, id: int, at: datetime) -> None:  # noqa: A002
        """Move an entry to the trash."""
        self._update(id, deleted_at=at)

    def pin(self, id: int, at: datetime | None) -> None:  # noqa: A002
        """Pin an entry, which lists it first in its topic; unpin it if ``at`` is None."""
        self._update(id, pinned_at=at)

    def restore(self, id: int) -> None:  # noqa: A002
        """Move an entry out of the trash."""
        self._update(id, deleted_at=None)

    def trash_all(self, person_id: int, ids: Iterable[int], at: datetime) -> None:
        """Move several entries to the trash of their writers: the person, or who shares a topic with them.

        What is there already stays as it is, and so does what is not shared any more.
        """
        joined = self._joined.of(person_id)
        others = [other for some in joined.values() for other in some]
        topics, owners = [other.topic_id for other in others], [other.person_id for other in others]
        if topics:
            # Their counts change with the entries. All locks are taken in one order, so that two people who
            # tick off at the same time wait for each other, and neither takes back what the other did.
            shared = select(TopicRow.id).where(TopicRow.id.in_([*joined, *topics]))
            self._work.session.execute(shared.order_by(TopicRow.id).with_for_update())
        may_be = (EntryRow.person_id == person_id) | EntryRow.topic_id.in_(topics)
        for chunk in chunks(sorted(ids)):
            kept = select(EntryRow.id).where(EntryRow.id.in_(chunk), may_be, EntryRow.deleted_at.is_(None))
            found = self._work.session.scalars(kept.order_by(EntryRow.id).with_for_update()).all()
            where = EntryRow.id.in_(found)
            self._changes.about_to_change(EntryRow, where, {"deleted_at": at}, owners)
            self._work.session.execute(update(EntryRow).where(where).values(deleted_at=at))

    def restore_all(self, ids: Iterable[int]) -> None:
        """Move several entries out of the trash."""
        self._update_all(ids, deleted_at=None)

    def pin_all(self, ids: Iterable[int], at: datetime | None) -> None:
        """Pin several entries; unpin them if ``at`` is None."""
        self._update_all(ids, pinned_at=at)

    def set_topic_of_all(self, ids: Iterable[int], topic_id: int | None) -> None:
        """File several entries under a topic. Raises StoreError if it is another person's topic."""
        self._update_all(ids, topic_id=topic_id)

    def list(
        self,
        person_id: int,
        *,
        limit: int | None = None,
        offset: int = 0,
        oldest_first: bool = False,
        with_others: bool = True,
        **which: Unpack[EntryFilter],
    ) -> builtins.list[Entry]:
        """Return the person's entries, newest first, without the trash.

        Of a topic that is shared with others they are those of all of them.

        Args:
            with_others: whether the entries of others are listed, too.
            limit: at most so many.
            offset: so many of the first are left out.
            oldest_first: list them in the other direction. ``after`` and ``before`` mean the same entries.
            which: what narrows the list.
        """
        if limit is None and self._work.dialect == "sqlite":
            limit = -1  # as NULL on PostgreSQL
        others = self._others(person_id, which) if with_others else ()
        values = _values(which) | _values_of_others(others)
        listing = _listing(*_shape(which), oldest_first=oldest_first, others=len(others))
        found = self._entries(listing, person_id=person_id, limit=limit, offset=offset, **values)
        return self._seen_by(person_id, found) if others else found

    def trashed(
        self,
        person_id: int,
        limit: int,
        topic_id: int | None = None,
        after: tuple[datetime, int] | None = None,
    ) -> builtins.list[Entry]:
        """Return the person's entries in the trash, those that were deleted last first.

        Args:
            limit: at most so many.
            topic_id: only those of that topic.
            after: only those that come after the entry that was deleted then and has that number.
        """
        values: dict[str, Any] = {"person_id": person_id, "limit": limit}
        if topic_id is not None:
            values["topic_id"] = topic_id
        if after is not None:
            values["after_at"], values["after_number"] = after
        return self._entries(_trash(topic_id is not None, after is not None), **values)

    def pinned_topics(self, person_id: int) -> set[int]:
        """Return the ids of the topics in which an entry is pinned."""
        rows = _PINNED_TOPICS.rows(self._work.connection, person_id=person_id)
        return {topic_id for (topic_id,) in rows if topic_id is not None}

    def authors(self, person_id: int) -> builtins.list[str]:
        """Return the authors of the person's quotes, without the trash: each spelling once, sorted."""
        rows = (
            select(EntryRow.author)
            .distinct()
            .where(
                EntryRow.person_id == person_id, EntryRow.author.is_not(None), EntryRow.deleted_at.is_(None)
            )
        )
        return sorted(author for author in self._work.session.scalars(rows) if author)

    def by_ids(self, person_id: int, ids: Iterable[int]) -> builtins.list[Entry]:
        """Return entries in the order of ``ids``, without those in the trash or purged.

        Those of another person are left out, too, unless their topic is shared.
        """
        wanted = builtins.list(ids)
        # By their ids alone: with the person in the condition, SQLite would scan all entries of the person.
        found = {
            entry.id: entry
            for entry in self._seen_by(person_id, self._of_ids(wanted))
            if entry.deleted_at is None
        }
        return [found[id_] for id_ in wanted if id_ in found]

    def count_of(self, person_id: int, **which: Unpack[EntryFilter]) -> int:
        """Return how many entries the list has that is narrowed so, without the trash.

        Of a topic that is shared with others, those of all of them are counted.
        """
        others = self._others(person_id, which)
        values = _values(which) | _values_of_others(others)
        counting = _counting(*_shape(which), len(others))
        row = counting.one(self._work.connection, person_id=person_id, **values)
        return row[0] if row else 0

    def count(self, person_id: int) -> int:
        """Return how many entries the person has, without the trash."""
        row = _COUNT.one(self._work.connection, person_id=person_id)
        return row[0] if row else 0

    def find(self, person_id: int, query: Query, limit: int, scope: Scope = EVERYTHING) -> SearchResult[int]:
        """Return the ids of the entries that a query finds, without the trash.

        The best come first; of equals the newest.
        """
        return self._search.find(person_id, query, limit, scope)

    def nearest(
        self, person_id: int, query: Query, scope: Scope = EVERYTHING, also: Sequence[int] = ()
    ) -> Nearest:
        """Return the entries that hold any word of a query but function words, without the trash.

        Of common words these are the latest, and those of ``also``, which must be in the scope.
        """
        return self._any_word.find(person_id, query, self.count(person_id), scope, also)

    def within(self, person_id: int, ids: Sequence[int], scope: Scope) -> builtins.list[int]:
        """Return those that are the person's, in the scope and not in the trash, in the order given."""
        kept = set(self._index.within(person_id, ids, scope)) if ids else set[int]()
        return [id_ for id_ in ids if id_ in kept]

    def index_characters(self, count: int) -> int:
        """Index the characters of the newest entries of which it was not done. Returns of how many.

        Those of earlier releases lack them. Args: ``count``, at most so many.
        """
        return attached_words.index_characters(self._work.session, count)

    def purge_trash(self, before: datetime) -> int:
        """Remove one batch of the entries that were deleted before a time. Returns how many were removed."""
        return purge.purge_trash(self._work.session, before)

    def forget_deleted(self) -> None:
        """Remove what the search index may still hold of the words of removed entries."""
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

    def _update_all(self, ids: Iterable[int], **values: object) -> None:
        for chunk in chunks(ids):
            where = EntryRow.id.in_(chunk)
            self._changes.about_to_change(EntryRow, where, values)
            if rows_written(self._work.session, update(EntryRow).where(where).values(values)) < len(
                set(chunk)
            ):
                raise NotFound("There is no such entry.")

    def _of_ids(self, ids: Sequence[int]) -> Iterator[Entry]:
        for start in range(0, len(ids), AT_ONCE):
            chunk = ids[start : start + AT_ONCE]
            # Filled up with the last id to a constant length, so that the statement stays the same.
            filled = [*chunk, *[chunk[-1]] * (AT_ONCE - len(chunk))]
            yield from self._entries(_BY_IDS, **numbered("id", filled))

    def _others(self, person_id: int, which: EntryFilter) -> Sequence[OthersTopic]:
        """Return the topics of others whose entries a list has."""
        return self._joined.of(person_id).get(which["topic_id"], ()) if "topic_id" in which else ()

    def _seen_by(self, person_id: int, entries: Iterable[Entry]) -> builtins.list[Entry]:
        """Return the entries as the person sees them, without those that they may not see.

        Those of others are under the topic that the person has for theirs.
        """
        seen: builtins.list[Entry] = []
        for entry in entries:
            if entry.person_id == person_id:
                seen.append(entry)
                continue
            for topic_id, others in self._joined.of(person_id).items():
                seen += [
                    replace(
                        entry,
                        number=-entry.id,
                        topic_id=topic_id,
                        topic=self._name_of(topic_id),
                        writer=other.person,
                    )
                    for other in others
                    if other.topic_id == entry.topic_id
                ]
        return seen

    def _name_of(self, topic_id: int) -> str:
        row = _TOPIC_NAME.one(self._work.connection, id=topic_id)
        return row[0] if row else ""

    def _entries(self, statement: Prepared, **values: object) -> builtins.list[Entry]:
        records = statement.records(self._work.connection, **values)
        with_media = [record["id"] for record in records if record.pop("has_media")]
        media = self._media(with_media) if with_media else {}
        return [Entry(**record, media=tuple(media.get(record["id"], ()))) for record in records]

    def _media(self, entry_ids: Iterable[int]) -> dict[int, builtins.list[Media]]:
        return media_of(self._work.session, EntryMediaRow, EntryMediaRow.entry_id, entry_ids)


def _shape(which: EntryFilter) -> tuple[tuple[str, ...], EntryKind | None, bool | None, int]:
    """Return what the statement depends on, as ``_listing`` takes it."""
    authors = which.get("authors")
    return (
        tuple(name for name in _values(which) if name in _CONDITIONS),
        which.get("kind"),
        which.get("pinned"),
        -1 if authors is None else len(authors),
    )


def _values(which: EntryFilter) -> dict[str, Any]:
    """Return the values of the statement's parameters."""
    values: dict[str, Any] = {
        name: value for name, value in which.items() if name in {"topic_id", "since", "until"}
    }
    if "after" in which:
        values["after_at"], values["after_number"] = which["after"]
    if "before" in which:
        values["before_at"], values["before_number"] = which["before"]
    return values | numbered("author", which.get("authors", ()))


def _values_of_others(others: Sequence[OthersTopic]) -> dict[str, Any]:
    """Return the values of the parameters for the topics of others."""
    people = numbered("other", (other.person_id for other in others))
    return people | numbered("topic_of_other", (other.topic_id for other in others))


def _by_id(entry_id: int) -> Update:
    return update(EntryRow).where(EntryRow.id == entry_id)
