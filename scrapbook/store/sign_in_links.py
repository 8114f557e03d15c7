"""Links that sign a person in to the book once. Tokens are stored as hashes only."""

import hashlib
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from scrapbook.store.sql_helpers import rows_written
from scrapbook.store.tables import SignInLinkRow
from scrapbook.store.unit_of_work import UnitOfWork


def hash_of(token: str) -> str:
    """Return what is stored of a token. It is random and long, so that a plain hash tells nothing of it."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


class SignInLinks:
    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def add(self, person_id: int, token: str, at: datetime, expires_at: datetime, keep: int) -> None:
        """Add a link of a person. Of those that are open, the newest ``keep`` stay."""
        self._work.session.execute(
            insert(SignInLinkRow).values(
                token_hash=hash_of(token), person_id=person_id, created_at=at, expires_at=expires_at
            )
        )
        newest_first = SignInLinkRow.created_at.desc(), SignInLinkRow.token_hash
        theirs = select(SignInLinkRow.token_hash).where(
            SignInLinkRow.person_id == person_id, SignInLinkRow.used_at.is_(None)
        )
        surplus = self._work.session.scalars(theirs.order_by(*newest_first).offset(keep)).all()
        self._work.session.execute(delete(SignInLinkRow).where(SignInLinkRow.token_hash.in_(surplus)))

    def is_open(self, token: str, at: datetime) -> bool:
        """Return whether the link can still be used. Changes nothing."""
        row = select(SignInLinkRow.token_hash).where(
            SignInLinkRow.token_hash == hash_of(token),
            SignInLinkRow.used_at.is_(None),
            SignInLinkRow.expires_at > at,
        )
        return self._work.session.scalar(row) is not None

    def use(self, token: str, at: datetime) -> int | None:
        """Use a link up, and return the id of its person. None if it cannot be used, or not any more.

        Of several uses at the same time one gets the id: the row is changed only while it is unused.
        """
        used = (
            update(SignInLinkRow)
            .where(
                SignInLinkRow.token_hash == hash_of(token),
                SignInLinkRow.used_at.is_(None),
                SignInLinkRow.expires_at > at,
            )
            .values(used_at=at)
        )
        return self._work.session.scalar(used.returning(SignInLinkRow.person_id))

    def end(self, person_id: int) -> int:
        """End all links of a person. Returns how many were there, used ones included."""
        return rows_written(
            self._work.session, delete(SignInLinkRow).where(SignInLinkRow.person_id == person_id)
        )

    def count_open(self, person_id: int, at: datetime) -> int:
        """Return how many links of a person can still be used."""
        theirs = select(SignInLinkRow.token_hash).where(
            SignInLinkRow.person_id == person_id,
            SignInLinkRow.used_at.is_(None),
            SignInLinkRow.expires_at > at,
        )
        return len(self._work.session.scalars(theirs).all())

    def end_all(self) -> None:
        """End the links of everybody."""
        self._work.session.execute(delete(SignInLinkRow))

    def forget(self, expired_before: datetime) -> int:
        """Delete the links that expired before then. Returns how many there were."""
        return rows_written(
            self._work.session, delete(SignInLinkRow).where(SignInLinkRow.expires_at < expired_before)
        )
