"""Whose scrapbooks these are, and the addresses they text from."""

import builtins
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, delete, insert, select, update

from scrapbook import numbers
from scrapbook.errors import AddressInvalid, AddressTaken, HasEntries, NotFound
from scrapbook.search import Index
from scrapbook.store.prepared import Prepared
from scrapbook.store.records import Address, Person
from scrapbook.store.statements import insert_if_new, rows_written, update_one
from scrapbook.store.tables import AddressRow, EntryRow, OptOutRow, PersonRow
from scrapbook.store.unit_of_work import UnitOfWork

_ID_OF = Prepared(lambda _: select(AddressRow.person_id).where(AddressRow.value == bindparam("address")))

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
        """Whose address it is; None for a stranger's, who costs one look into an index."""
        row = _ID_OF.one(self._work.connection, address=address)
        return row[0] if row else None

    def by_address(self, value: str) -> Person | None:
        owner = select(AddressRow.person_id).where(AddressRow.value == value).scalar_subquery()
        return next(iter(self._people(PersonRow.id == owner)), None)

    def get(self, id: int) -> Person:  # noqa: A002
        """NotFound when there is no such person."""
        rows = _GET.rows(self._work.connection, id=id)
        if not rows:
            raise NotFound("There is no such person.")
        addresses = tuple(Address(value, at) for _, _, value, at in rows if value is not None)
        name, timezone, *_ = rows[0]
        return Person(id, name, timezone, addresses)

    def list(self) -> builtins.list[Person]:
        """In the order in which they came."""
        return self._people()

    def add(self, name: str, addresses: Iterable[str]) -> Person:
        """A new person, in the time zone of their first address. AddressInvalid, AddressTaken."""
        values = [numbers.normalise(address) for address in addresses]
        if not values:
            raise AddressInvalid("A person needs at least one address.")
        row = insert(PersonRow).values(name=name, timezone=numbers.guess_timezone(values[0]))
        person_id = self._work.session.execute(row.returning(PersonRow.id)).scalar_one()
        for value in dict.fromkeys(values):
            self._claim(person_id, value)
        return self.get(person_id)

    def rename(self, id: int, name: str) -> None:  # noqa: A002
        self._update(id, name=name)

    def set_timezone(self, id: int, timezone: str) -> None:  # noqa: A002
        """``timezone`` is an IANA name, which is not checked here."""
        self._update(id, timezone=timezone)

    def remove(self, id: int, *, with_entries: bool = False) -> None:  # noqa: A002
        """Removes the person and all that is kept of them. HasEntries when that would take entries along,
        those in the trash included, without being told to."""
        person = self.get(id)
        theirs = EntryRow.person_id == person.id
        if not with_entries and self._work.session.scalar(select(EntryRow.id).where(theirs).limit(1)):
            raise HasEntries
        self._work.session.execute(delete(EntryRow).where(theirs))
        self._work.session.execute(delete(PersonRow).where(PersonRow.id == person.id))
        self._index.forget_deleted()

    def add_address(self, id: int, value: str) -> None:  # noqa: A002
        """Adding an address that is the person's already changes nothing. AddressInvalid, AddressTaken."""
        person = self.get(id)
        address = numbers.normalise(value)
        if address not in {known.value for known in person.addresses}:
            self._claim(id, address)

    def remove_address(self, id: int, value: str) -> None:  # noqa: A002
        """NotFound when it is not an address of that person's."""
        address = numbers.normalise(value)
        row = delete(AddressRow).where(AddressRow.person_id == id, AddressRow.value == address)
        if rows_written(self._work.session, row) == 0:
            raise NotFound("There is no such address.")

    def set_opt_out(self, value: str, at: datetime | None) -> None:
        """``at`` is when the owner of the address asked to be left alone, None when they are back."""
        self._work.session.execute(delete(OptOutRow).where(OptOutRow.address == value))
        if at is not None:
            insert_if_new(self._work.session, OptOutRow, address=value, at=at)

    def is_opted_out(self, value: str) -> bool:
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

    def _addresses(self, person_ids: Iterable[int]) -> dict[int, builtins.list[Address]]:
        rows = select(AddressRow, OptOutRow.at).outerjoin(OptOutRow, OptOutRow.address == AddressRow.value)
        theirs = rows.where(AddressRow.person_id.in_(builtins.list(person_ids))).order_by(AddressRow.value)
        found: dict[int, builtins.list[Address]] = {}
        for row, opted_out_at in self._work.session.execute(theirs):
            found.setdefault(row.person_id, []).append(Address(row.value, opted_out_at))
        return found
