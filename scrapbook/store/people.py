"""The people who have a scrapbook, and the addresses from which they text."""

import builtins
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, delete, insert, select, update

from scrapbook.errors import AddressInvalid, AddressTaken, HasEntries, NotFound
from scrapbook.messaging.addresses import guess_timezone, normalize
from scrapbook.model.records import Person, PersonAddress
from scrapbook.store.prepared import Prepared
from scrapbook.store.sql_helpers import insert_if_new, rows_written, update_one
from scrapbook.store.tables import AddressRow, EntryRow, OptOutRow, PersonRow
from scrapbook.store.unit_of_work import UnitOfWork
from scrapbook.text.query import Index

_ID_OF = Prepared(lambda _: select(AddressRow.person_id).where(AddressRow.value == bindparam("address")))

_HAS = Prepared(lambda _: select(PersonRow.id).where(PersonRow.id == bindparam("id")))

_GET = Prepared(
    lambda _: (
        select(PersonRow.name, PersonRow.timezone, AddressRow.value, OptOutRow.at)
        .select_from(PersonRow)
        .outerjoin(AddressRow, AddressRow.person_id == PersonRow.id)
        .outerjoin(OptOutRow, OptOutRow.address == AddressRow.value)
        .where(PersonRow.id == bindparam("id"))
        .order_by(AddressRow.value)
    )
)


class People:
    def __init__(self, work: UnitOfWork, index: Index) -> None:
        self._work = work
        self._index = index

    def id_of(self, address: str) -> int | None:
        """Return the id of the person with that address; None for an unknown sender. Reads only an index."""
        row = _ID_OF.one(self._work.connection, address=address)
        return row[0] if row else None

    def has(self, id: int) -> bool:  # noqa: A002
        """Return whether there is a person with that id."""
        return _HAS.one(self._work.connection, id=id) is not None

    def by_address(self, value: str) -> Person | None:
        """Return the person with that address; None where there is none."""
        owner = select(AddressRow.person_id).where(AddressRow.value == value).scalar_subquery()
        return next(iter(self._people(PersonRow.id == owner)), None)

    def get(self, id: int) -> Person:  # noqa: A002
        """Return a person.

        Raises:
            NotFound: there is no person with that id.
        """
        rows = _GET.rows(self._work.connection, id=id)
        if not rows:
            raise NotFound("There is no such person.")
        addresses = tuple(PersonAddress(value, at) for _, _, value, at in rows if value is not None)
        name, timezone, *_ = rows[0]
        return Person(id, name, timezone, addresses)

    def list(self) -> builtins.list[Person]:
        """Return all people, in the order in which they were added."""
        return self._people()

    def add(self, name: str, addresses: Iterable[str]) -> Person:
        """Add a person, in the time zone of the first address.

        Raises:
            AddressInvalid: an address is not valid, or there is none.
            AddressTaken: an address is another person's.
        """
        values = [normalize(address, kinds=None) for address in addresses]
        if not values:
            raise AddressInvalid("A person needs at least one address.")
        row = insert(PersonRow).values(name=name, timezone=guess_timezone(values[0]))
        person_id = self._work.session.execute(row.returning(PersonRow.id)).scalar_one()
        for value in dict.fromkeys(values):
            self._claim(person_id, value)
        return self.get(person_id)

    def rename(self, id: int, name: str) -> None:  # noqa: A002
        """Rename a person.

        Raises:
            NotFound: there is no person with that id.
        """
        self._update(id, name=name)

    def set_timezone(self, id: int, timezone: str) -> None:  # noqa: A002
        """Set the time zone of a person.

        Args:
            timezone: an IANA name, which is not checked here.

        Raises:
            NotFound: there is no person with that id.
        """
        self._update(id, timezone=timezone)

    def remove(self, id: int, *, with_entries: bool = False) -> None:  # noqa: A002
        """Remove a person and everything that is stored about them.

        Args:
            with_entries: whether entries may be deleted.

        Raises:
            NotFound: there is no person with that id.
            HasEntries: the person has entries, in the trash or not, and ``with_entries`` is not set.
        """
        person = self.get(id)
        theirs = EntryRow.person_id == person.id
        if not with_entries and self._work.session.scalar(select(EntryRow.id).where(theirs).limit(1)):
            raise HasEntries
        self._work.session.execute(delete(EntryRow).where(theirs))
        self._work.session.execute(delete(PersonRow).where(PersonRow.id == person.id))
        self._index.forget_deleted()

    def add_address(self, id: int, value: str) -> None:  # noqa: A002
        """Add an address of a person, unless they have it already.

        Raises:
            NotFound: there is no person with that id.
            AddressInvalid: the address is not valid.
            AddressTaken: it is another person's.
        """
        person = self.get(id)
        address = normalize(value, kinds=None)
        if address not in {known.value for known in person.addresses}:
            self._claim(id, address)

    def remove_address(self, id: int, value: str) -> None:  # noqa: A002
        """Remove an address of a person.

        Raises:
            NotFound: the person does not have that address.
        """
        address = normalize(value, kinds=None)
        row = delete(AddressRow).where(AddressRow.person_id == id, AddressRow.value == address)
        if rows_written(self._work.session, row) == 0:
            raise NotFound("There is no such address.")

    def set_opt_out(self, value: str, at: datetime | None) -> bool:
        """Record that the owner of an address opted out at ``at``; None when they opted in again.

        Returns:
            Whether that is a change; the time of an earlier opt-out stays.
        """
        if at is not None:
            return insert_if_new(self._work.session, OptOutRow, address=value, at=at)
        row = delete(OptOutRow).where(OptOutRow.address == value)
        return rows_written(self._work.session, row) > 0

    def is_opted_out(self, value: str) -> bool:
        """Return whether the owner of an address has opted out."""
        return self._work.session.scalar(select(OptOutRow.at).where(OptOutRow.address == value)) is not None

    def _claim(self, person_id: int, value: str) -> None:
        if not insert_if_new(self._work.session, AddressRow, value=value, person_id=person_id):
            raise AddressTaken

    def _update(self, person_id: int, **values: str) -> None:
        update_one(
            self._work.session, update(PersonRow).where(PersonRow.id == person_id).values(values), "person"
        )

    def _people(self, *where: ColumnElement[bool]) -> builtins.list[Person]:
        rows = self._work.session.scalars(select(PersonRow).where(*where).order_by(PersonRow.id)).all()
        addresses = self._addresses(row.id for row in rows)
        return [Person(row.id, row.name, row.timezone, tuple(addresses.get(row.id, ()))) for row in rows]

    def _addresses(self, person_ids: Iterable[int]) -> dict[int, builtins.list[PersonAddress]]:
        rows = select(AddressRow, OptOutRow.at).outerjoin(OptOutRow, OptOutRow.address == AddressRow.value)
        theirs = rows.where(AddressRow.person_id.in_(builtins.list(person_ids))).order_by(AddressRow.value)
        found: dict[int, builtins.list[PersonAddress]] = {}
        for row, opted_out_at in self._work.session.execute(theirs):
            found.setdefault(row.person_id, []).append(PersonAddress(row.value, opted_out_at))
        return found
