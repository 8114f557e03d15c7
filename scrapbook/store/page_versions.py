"""What a person's pages show, as a version that is another one after each change."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Integer, Select, bindparam, func, select, text

from scrapbook.store.prepared import Prepared
from scrapbook.store.reminders import WAITING
from scrapbook.store.tables import (
    BookSessionRow,
    ChangeRow,
    EntryLinkRow,
    EntryMediaRow,
    EntryRow,
    FeedItemRow,
    FeedRow,
    MediaFileRow,
    MessageRow,
    PersonRow,
    ReminderRow,
    SaidReminderRow,
    SubscriptionRow,
)
from scrapbook.store.topic_members import JoinedTopics
from scrapbook.store.unit_of_work import UnitOfWork

WATCHED = 50
"""Entries, the newest, of which later findings count: a transcript, a preview, a downloaded file."""

NEXT = 20
"""Reminders, the earliest that wait, of which it counts whether they are held."""

UNFINISHED = "state <> 'answered'"

_Parts = Sequence[Select[Any]]


def _id(name: str) -> BindParameter[int]:
    return bindparam(name, type_=Integer)


_PERSON = _id("person_id")


def _entries(*within: ColumnElement[bool]) -> _Parts:
    """Return a person's changes, and what is found of the newest entries ``within`` these conditions."""
    newest = (
        select(EntryRow.id, EntryRow.edited_at)
        .where(EntryRow.person_id == _PERSON, EntryRow.deleted_at.is_(None), *within)
        .order_by(EntryRow.created_at.desc(), EntryRow.number.desc())
        .limit(WATCHED)
        .subquery()
    )
    # The latest that stands: a change makes it later, undo earlier.
    change = select(func.max(ChangeRow.id)).where(
        ChangeRow.person_id == _PERSON, ChangeRow.undone_at.is_(None)
    )
    files = (
        select(func.max(MediaFileRow.at))
        .join(EntryMediaRow, EntryMediaRow.url == MediaFileRow.url)
        .join(newest, newest.c.id == EntryMediaRow.entry_id)
    )
    links = select(func.max(EntryLinkRow.at)).join(newest, newest.c.id == EntryLinkRow.entry_id)
    return change, select(func.max(newest.c.edited_at)), files, links


def _messages() -> _Parts:
    # The condition is written as that of the partial index, so that it is used.
    waiting = select(func.count()).where(text(UNFINISHED), MessageRow.person_id + 0 == _PERSON)
    return select(func.max(MessageRow.id)).where(MessageRow.person_id == _PERSON), waiting


def _reminders() -> _Parts:
    """Return what was said, and what is held: neither is a change of the person's."""
    earliest = (
        select(ReminderRow.held)
        .where(ReminderRow.person_id == _PERSON, text(WAITING))
        .order_by(ReminderRow.due_at)
        .limit(NEXT)
        .subquery()
    )
    said = select(func.max(SaidReminderRow.said_at)).where(SaidReminderRow.person_id == _PERSON)
    return said, select(func.count(earliest.c.held))


def _settings() -> _Parts:
    device = BookSessionRow.person_id == _PERSON
    return (
        select(PersonRow.name).where(PersonRow.id == _PERSON),
        select(PersonRow.timezone).where(PersonRow.id == _PERSON),
        select(func.max(BookSessionRow.id)).where(device),
        select(func.count(BookSessionRow.id)).where(device),
    )


def _feeds() -> Select[Any]:
    """Return what is new on the pages that a person follows, and which of them fail or have stopped.

    When they were read last does not count: an open page would be fetched anew after each reading.
    """
    newest = select(func.max(FeedItemRow.id)).where(FeedItemRow.feed_id == FeedRow.id).scalar_subquery()
    theirs = (
        select(newest.label("item"), FeedRow.read_at, FeedRow.next_fetch_at, FeedRow.failures)
        .join(SubscriptionRow, SubscriptionRow.feed_id == FeedRow.id)
        .where(SubscriptionRow.person_id == _PERSON)
        .subquery()
    ).c
    counted = (theirs.read_at, theirs.next_fetch_at)
    return select(func.max(theirs.item), func.sum(theirs.failures), *map(func.count, counted))


def _row_of(parts: _Parts) -> Select[Any]:
    return select(*(part.scalar_subquery() for part in parts))


_OWN = Prepared(lambda _: _row_of([*_entries(), *_messages(), *_reminders(), *_settings()]))
_FEEDS = Prepared(lambda _: _feeds())
_OF_TOPIC = Prepared(lambda _: _row_of(_entries(EntryRow.topic_id == _id("topic_id"))))


class PageVersions:
    def __init__(self, work: UnitOfWork, joined: JoinedTopics) -> None:
        self._work = work
        self._joined = joined

    def of(self, person_id: int) -> str:
        """Return the version of a person's pages: digits, which say nothing of what is in it.

        It costs as much however much the person has saved.
        """
        own = [one.one(self._work.connection, person_id=person_id) for one in (_OWN, _FEEDS)]
        parts = repr((own, self._of_others(person_id)))
        return str(int.from_bytes(blake2b(parts.encode(), digest_size=8).digest()))

    def _of_others(self, person_id: int) -> list[object]:
        """Return what changes when somebody changes a topic that the person shares with them."""
        others = {
            (other.topic_id, other.person_id)
            for some in self._joined.of(person_id).values()
            for other in some
        }
        return [
            (topic_id, _OF_TOPIC.one(self._work.connection, person_id=other, topic_id=topic_id))
            for topic_id, other in sorted(others)
        ]
