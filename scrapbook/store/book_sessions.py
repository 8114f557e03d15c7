"""The devices on which people are signed in to the book. Tokens are stored as hashes only."""

from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select, update

from scrapbook.errors import NotFound
from scrapbook.model.records import BookSession
from scrapbook.store.prepared import Prepared
from scrapbook.store.sign_in_links import hash_of
from scrapbook.store.sql_helpers import rows_written
from scrapbook.store.tables import BookSessionRow
from scrapbook.store.unit_of_work import UnitOfWork

_RECORD = (
    BookSessionRow.id,
    BookSessionRow.person_id,
    BookSessionRow.csrf,
    BookSessionRow.device,
    BookSessionRow.created_at,
    BookSessionRow.last_seen_at,
    BookSessionRow.expires_at,
)

# Every request of a page asks it.
_BY_TOKEN = Prepared(
    lambda _: select(*_RECORD).where(
        BookSessionRow.token_hash == bindparam("token_hash"), BookSessionRow.expires_at > bindparam("at")
    )
)
_IS_OPEN = Prepared(
    lambda _: select(BookSessionRow.id).where(
        BookSessionRow.id == bindparam("id"), BookSessionRow.expires_at > bindparam("at")
    )
)


class BookSessions:
    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def add(  # noqa: PLR0913, PLR0917 - the columns
        self, person_id: int, token: str, csrf: str, device: str, at: datetime, expires_at: datetime
    ) -> int:
        """Add a session, and return its id."""
        row = insert(BookSessionRow).values(
            token_hash=hash_of(token),
            person_id=person_id,
            csrf=csrf,
            device=device,
            created_at=at,
            last_seen_at=at,
            expires_at=expires_at,
        )
        return self._work.session.execute(row.returning(BookSessionRow.id)).scalar_one()

    def by_token(self, token: str, at: datetime) -> BookSession | None:
        """Return the session of a token. None if there is none, or if it has expired."""
        found = _BY_TOKEN.records(self._work.connection, token_hash=hash_of(token), at=at)
        return BookSession(**found[0]) if found else None

    def is_open(self, id: int, at: datetime) -> bool:  # noqa: A002
        """Return whether a session has neither ended nor expired."""
        return _IS_OPEN.one(self._work.connection, id=id, at=at) is not None

    def of_person(self, person_id: int, at: datetime) -> list[BookSession]:
        """Return the sessions of a person that have not expired, the one used last first."""
        theirs = select(*_RECORD).where(BookSessionRow.person_id == person_id, BookSessionRow.expires_at > at)
        newest = theirs.order_by(BookSessionRow.last_seen_at.desc(), BookSessionRow.id.desc())
        return [BookSession(**row) for row in self._work.session.execute(newest).mappings()]

    def seen(self, id: int, at: datetime) -> None:  # noqa: A002
        """Record that a session was used at ``at``."""
        self._work.session.execute(
            update(BookSessionRow).where(BookSessionRow.id == id).values(last_seen_at=at)
        )

    def set_flash(self, id: int, text: str) -> None:  # noqa: A002
        """Set the line that the next page of a session shows."""
        self._work.session.execute(update(BookSessionRow).where(BookSessionRow.id == id).values(flash=text))

    def flash(self, id: int) -> str | None:  # noqa: A002
        """Return the line that is to be shown. It stays until ``clear_flash``."""
        return self._work.session.scalar(select(BookSessionRow.flash).where(BookSessionRow.id == id))

    def clear_flash(self, id: int) -> None:  # noqa: A002
        """Drop the line that was to be shown."""
        self._work.session.execute(update(BookSessionRow).where(BookSessionRow.id == id).values(flash=None))

    def end(self, id: int, person_id: int) -> None:  # noqa: A002
        """End a session.

        Raises:
            NotFound: the person has no such session.
        """
        row = delete(BookSessionRow).where(BookSessionRow.id == id, BookSessionRow.person_id == person_id)
        if rows_written(self._work.session, row) == 0:
            raise NotFound("There is no such sign-in.")

    def end_every(self, person_id: int) -> int:
        """End all sessions of a person. Returns how many there were."""
        return rows_written(
            self._work.session, delete(BookSessionRow).where(BookSessionRow.person_id == person_id)
        )

    def end_all(self) -> None:
        """End the sessions of everybody."""
        self._work.session.execute(delete(BookSessionRow))

    def forget(self, expired_before: datetime) -> int:
        """Delete the sessions that expired before then. Returns how many there were."""
        return rows_written(
            self._work.session, delete(BookSessionRow).where(BookSessionRow.expires_at < expired_before)
        )
