"""The entries that were saved, changed or shown last: what "that", "them" and "the other one" mean."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from scrapbook.store import Entry, Transaction

EVER = datetime.min.replace(tzinfo=UTC)
MOST = 80
"""Entries that are read of one change. A page of a list shows no more either."""


@dataclass(frozen=True, slots=True)
class Recent:
    """Entries that were listed, sent in full or changed at one time.

    Attributes:
        at: aware.
        ids: of the entries, also of those in the trash.
        is_list: whether they were listed.
    """

    at: datetime
    ids: tuple[int, ...]
    is_list: bool = False


def recent(tx: Transaction, person_id: int) -> list[Recent]:
    """Return the list that was sent last, the entries sent in full since, and the latest change.

    The latest of them comes first.
    """
    return sorted(_recent(tx, person_id), key=lambda one: one.at, reverse=True)


def touched_last(tx: Transaction, person_id: int) -> Entry | None:
    """Return the entry that was saved, changed or shown last.

    None if several were shown or changed at once, and if there is none.
    """
    newest = tx.entries.latest(person_id)
    if newest is None:
        return None
    for one in recent(tx, person_id):
        if one.at <= newest.created_at:
            return newest
        present = tx.entries.by_ids(person_id, one.ids)
        if present:
            return present[0] if len(present) == 1 else None
    return newest


def _recent(tx: Transaction, person_id: int) -> Iterator[Recent]:
    listing = tx.conversations.listing(person_id)
    if listing and listing.listed:
        yield Recent(listing.listed.at, listing.listed.entry_ids, is_list=True)
    if listing and listing.opened:
        yield Recent(listing.opened.at, listing.opened.entry_ids)
    if said := tx.reminders.said_last(person_id, EVER):
        entries = tuple(one.reminder.entry_id for one in tx.reminders.said_in(said[0]))
        yield Recent(said[1], entries)
    if change := tx.changes.latest(person_id):
        yield Recent(change.made_at, tuple(tx.changes.entries_of(change.id, MOST)))
