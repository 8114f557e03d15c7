"""Pictures and recordings: the stored file of each, and the files that are no longer used."""

from collections.abc import Hashable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, delete, distinct, exists, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from scrapbook.model.records import Media
from scrapbook.store.sql_helpers import chunks, insert_or_update
from scrapbook.store.tables import EntryMediaRow, MediaFileRow, MessageMediaRow, MessageRow
from scrapbook.store.unit_of_work import UnitOfWork

K = TypeVar("K", bound=Hashable)

MAX_RECENT_MESSAGES = 1000
"""Messages of a person that are searched for pending downloads."""


class Files:
    """The downloads of media. A URL without a row is still to be downloaded."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def mark_stored(  # noqa: PLR0913, PLR0917 - what is known of a file
        self,
        url: str,
        content_type: str,
        key: str,
        size: int,
        at: datetime,
        live_photo_id: str | None = None,
    ) -> None:
        """Record that a file was downloaded and stored; the latest call for a URL counts.

        Args:
            key: names the file in the media store.
            size: in bytes.
            live_photo_id: the same for the picture and the video of a Live Photo.
        """
        stored = {"content_type": content_type, "key": key, "size": size, "live_photo_id": live_photo_id}
        unknown = {"width": None, "height": None, "picture_problem": None}
        self._write(url, state="kept", at=at, **stored, **unknown)

    def mark_missing(self, url: str, at: datetime) -> None:
        """Record that the download failed and is not retried; ``mark_stored`` may still follow."""
        self._write(url, state="missing", content_type=None, key=None, size=None, at=at)

    def set_picture_size(self, key: str, width: int, height: int) -> None:
        """Record how large the picture with that key is, in pixels."""
        self._describe_picture(key, width=width, height=height, picture_problem=None)

    def set_picture_problem(self, key: str, problem: str) -> None:
        """Record why the picture with that key cannot be shown, in plain words."""
        self._describe_picture(key, width=None, height=None, picture_problem=problem)

    def waiting(self, person_id: int, since: datetime) -> int:
        """Return how many files that the person has sent since then are still to be downloaded.

        Only their latest ``MAX_RECENT_MESSAGES`` messages count.
        """
        theirs = select(MessageRow.message_id, MessageRow.received_at).where(
            MessageRow.person_id == person_id
        )
        recent = theirs.order_by(MessageRow.id.desc()).limit(MAX_RECENT_MESSAGES).subquery()
        urls = (
            select(func.count(distinct(MessageMediaRow.url)))
            .join(recent, recent.c.message_id == MessageMediaRow.message_id)
            .outerjoin(MediaFileRow, MediaFileRow.url == MessageMediaRow.url)
            .where(recent.c.received_at >= since, MediaFileRow.url.is_(None))
        )
        return self._work.session.scalar(urls) or 0

    def of_key(self, key: str) -> Media | None:
        """Return the file with that key; None where there is none."""
        row = self._work.session.scalar(select(MediaFileRow).where(MediaFileRow.key == key).limit(1))
        return None if row is None else _media(row.url, "", row)

    def unwanted(self, before: datetime, limit: int) -> list[Media]:
        """Return at most ``limit`` files that were stored before then and are not used any more.

        No entry contains them, and their messages are answered. ``key`` is None where a file that is used, or
        was stored later, has the same key.
        """
        rows = self._work.session.scalars(select(MediaFileRow).where(_is_unwanted(before)).limit(limit)).all()
        wanted = self._wanted({row.key for row in rows if row.key}, before)
        return [_media(row.url, "", row, without_key=row.key in wanted) for row in rows]

    def known(self, keys: Iterable[str]) -> set[str]:
        """Return those of the keys that a recorded file has."""
        return {
            key
            for chunk in chunks(keys)
            for key in self._work.session.scalars(select(MediaFileRow.key).where(MediaFileRow.key.in_(chunk)))
            if key
        }

    def forget(self, urls: Iterable[str]) -> None:
        """Delete the records of files, and their transcripts."""
        for chunk in chunks(urls):
            self._work.session.execute(delete(MediaFileRow).where(MediaFileRow.url.in_(chunk)))

    def _describe_picture(self, key: str, **values: object) -> None:
        self._work.session.execute(update(MediaFileRow).where(MediaFileRow.key == key).values(values))

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
    """Return the media of messages or of entries by their owner, in order."""
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
        MessageRow.message_id == MessageMediaRow.message_id,
        MessageRow.state != "answered",
    )
    return (MediaFileRow.at < before) & ~in_an_entry & ~exists().where(*unanswered)


def _media(url: str, declared: str, file: MediaFileRow | None, *, without_key: bool = False) -> Media:
    if file is None:
        return Media(url, declared)
    key = None if without_key else file.key
    return Media(
        url=url,
        content_type=file.content_type or declared,
        state=file.state,
        key=key,
        size=file.size,
        live_photo_id=file.live_photo_id,
        width=file.width,
        height=file.height,
        picture_problem=file.picture_problem,
    )
