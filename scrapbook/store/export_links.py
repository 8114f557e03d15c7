"""Links under which people download what they saved. Tokens are stored as hashes only."""

from datetime import datetime

from sqlalchemy import delete, insert, select

from scrapbook.store.sign_in_links import hash_of
from scrapbook.store.sql_helpers import rows_written
from scrapbook.store.tables import ExportLinkRow
from scrapbook.store.unit_of_work import UnitOfWork


class ExportLinks:
    """The links, within one transaction. A person has one at most."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def add(self, person_id: int, token: str, expires_at: datetime) -> None:
        """Add a link of a person, in place of an earlier one."""
        self.end(person_id)
        row = insert(ExportLinkRow).values(
            token_hash=hash_of(token), person_id=person_id, expires_at=expires_at
        )
        self._work.session.execute(row)

    def person_of(self, token: str, at: datetime) -> int | None:
        """Return the id of the person of a link. None if it cannot be used, or not any more."""
        row = select(ExportLinkRow.person_id).where(
            ExportLinkRow.token_hash == hash_of(token), ExportLinkRow.expires_at > at
        )
        return self._work.session.scalar(row)

    def use_up(self, token: str) -> None:
        """End a link, because what it leads to was downloaded."""
        self._work.session.execute(delete(ExportLinkRow).where(ExportLinkRow.token_hash == hash_of(token)))

    def count_open(self, person_id: int, at: datetime) -> int:
        """Return how many links of a person can still be used."""
        theirs = select(ExportLinkRow.token_hash).where(
            ExportLinkRow.person_id == person_id, ExportLinkRow.expires_at > at
        )
        return len(self._work.session.scalars(theirs).all())

    def end(self, person_id: int) -> int:
        """End the links of a person. Returns how many there were."""
        return rows_written(
            self._work.session, delete(ExportLinkRow).where(ExportLinkRow.person_id == person_id)
        )

    def end_all(self) -> None:
        """End the links of everybody."""
        self._work.session.execute(delete(ExportLinkRow))

    def forget(self, expired_before: datetime) -> int:
        """Delete the links that expired before then. Returns how many there were."""
        return rows_written(
            self._work.session, delete(ExportLinkRow).where(ExportLinkRow.expires_at < expired_before)
        )
