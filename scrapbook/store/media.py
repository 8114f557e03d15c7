"""Pictures and sounds: which file was fetched for each, and which are no longer of use."""

from collections.abc import Hashable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, delete, distinct, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from scrapbook.store.records import Media
from scrapbook.store.statements import chunks, insert_or_update
from scrapbook.store.tables import EntryMediaRow, MediaFileRow, MessageMediaRow, MessageRow
from scrapbook.store.unit_of_work import UnitOfWork

K = TypeVar("K", bound=Hashable)

MOST_RECENT = 1000


class Files:
    """What came of fetching; a URL that is not known here is still to be fetched."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def kept(self, url: str, content_type: str, key: str, size: int, at: datetime) -> None:
        """``size`` in bytes. Repeated, the latest holds."""
        self._write(url, state="kept", content_type=content_type, key=key, size=size, at=at)

    def missing(self, url: str, at: datetime) -> None:
        """It could not be had, and is given up; ``kept`` may still follow."""
        self._write(url, state="missing", content_type=None, key=None, size=None, at=at)

    def waiting(self, person_id: int, since: datetime) -> int:
        """How many files that the person has sent since then are still to be fetched; of their latest
        ``MOST_RECENT`` messages."""
        theirs = select(MessageRow.sid, MessageRow.received_at).where(MessageRow.person_id == person_id)
        recent = theirs.order_by(MessageRow.id.desc()).limit(MOST_RECENT).subquery()
        urls = (
            select(func.count(distinct(MessageMediaRow.url)))
            .join(recent, recent.c.sid == MessageMediaRow.message_sid)
            .outerjoin(MediaFileRow, MediaFileRow.url == MessageMediaRow.url)
            .where(recent.c.received_at >= since, MediaFileRow.url.is_(None))
        )
        return self._work.session.scalar(urls) or 0

    def of_key(self, key: str) -> Media | None:
        """None when no file has that key."""
        row = self._work.session.scalar(select(MediaFileRow).where(MediaFileRow.key == key).limit(1))
        return None if row is None else _media(row.url, "", row)

    def unwanted(self, before: datetime, limit: int) -> list[Media]:
        """Files fetched before then that no entry holds, whose messages are answered.

        The key is left out where another file that is wanted, or fetched since, has the same.
        """
        rows = self._work.session.scalars(select(MediaFileRow).where(_is_unwanted(before)).limit(limit)).all()
        wanted = self._wanted({row.key for row in rows if row.key}, before)
        return [_media(row.url, "", row, without_key=row.key in wanted) for row in rows]

    def known(self, keys: Iterable[str]) -> set[str]:
        """Those of the keys under which a file is on record."""
        return {
            key
            for chunk in chunks(keys)
            for key in self._work.session.scalars(select(MediaFileRow.key).where(MediaFileRow.key.in_(chunk)))
            if key
        }

    def forget(self, urls: Iterable[str]) -> None:
        """Their transcripts go as well."""
        for chunk in chunks(urls):
            self._work.session.execute(delete(MediaFileRow).where(MediaFileRow.url.in_(chunk)))

    def _wanted(self, keys: set[str], before: datetime) -> set[str]:
        return {
            key
            for chunk in chunks(keys)
            for key in self._work.session.scalars(
                select(MediaFileRow.key).where(MediaFileRow.key.in_(chunk), ~_is_unwanted(before))
            )
            if key
        }

    def _write(self, url: str, **values: object) -> None:
        insert_or_update(self._work.session, MediaFileRow, {"url": url}, values)


def media_of(
    session: Session,
    row: type[EntryMediaRow] | type[MessageMediaRow],
    owner: InstrumentedAttribute[K],
    owners: Iterable[K],
) -> dict[K, list[Media]]:
    """The media of messages or of entries, in order, by their owner."""
    found: dict[K, list[Media]] = {}
    for chunk in chunks(owners):
        parts = (
            select(owner, row.url, row.content_type, MediaFileRow)
            .outerjoin(MediaFileRow, MediaFileRow.url == row.url)
            .where(owner.in_(chunk))
            .order_by(row.ordinal)
        )
        for whose, url, declared, file in session.execute(parts):
            found.setdefault(whose, []).append(_media(url, declared, file))
    return found


def _is_unwanted(before: datetime) -> ColumnElement[bool]:
    in_an_entry = exists().where(EntryMediaRow.url == MediaFileRow.url)
    unanswered: Sequence[ColumnElement[bool]] = (
        MessageMediaRow.url == MediaFileRow.url,
        MessageRow.sid == MessageMediaRow.message_sid,
        MessageRow.state != "answered",
    )
    return (MediaFileRow.at < before) & ~in_an_entry & ~exists().where(*unanswered)


def _media(url: str, declared: str, file: MediaFileRow | None, *, without_key: bool = False) -> Media:
    if file is None:
        return Media(url, declared)
    key = None if without_key else file.key
    return Media(url, file.content_type or declared, file.state, key, file.size)
