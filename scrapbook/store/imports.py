"""Entries that come from elsewhere, many at a time, each once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from hashlib import blake2b

from sqlalchemy import bindparam, delete, insert, select, update

from scrapbook.errors import NotFound
from scrapbook.model.records import Change, EntryChange, JsonValue, Media
from scrapbook.store import attached_words
from scrapbook.store.bulk_insert import insert_rows, reserve_ids
from scrapbook.store.changes import Changes
from scrapbook.store.prepared import Prepared
from scrapbook.store.spelling_index import Words
from scrapbook.store.sql_helpers import chunks
from scrapbook.store.tables import (
    EntryMediaRow,
    EntryRow,
    ImportedChangeRow,
    ImportedEntryRow,
    PersonRow,
    RowSnapshotRow,
)
from scrapbook.store.unit_of_work import UnitOfWork
from scrapbook.text.entry_facts import EntryFacts

_ENTRY = (
    *("id", "person_id", "number", "text", "topic_id", "created_at"),
    *("edited_at", "deleted_at", "pinned_at", "due_at", "character_terms"),
    *(fact.name for fact in fields(EntryFacts)),
)

MAX_WANTED = 10**9
"""The highest number that an imported entry may keep: below it there is room for more than anybody saves."""

_NEXT_NUMBERS = Prepared(
    lambda _: (
        update(PersonRow)
        .where(PersonRow.id == bindparam("person_id"))
        .values(next_number=PersonRow.next_number + bindparam("count"))
        .returning(PersonRow.next_number - bindparam("count"))
    )
)


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry to be added.

    Attributes:
        key: names it where it comes from.
        created_at: aware.
        media: whose files are stored.
        number: the number that it had; it keeps it where no entry had it here.
    """

    key: str
    text: str
    facts: EntryFacts
    topic_id: int | None
    created_at: datetime
    media: Sequence[Media] = ()
    pinned_at: datetime | None = None
    number: int | None = None
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """An entry that was imported before.

    Attributes:
        entry_id: None if it is purged.
        was_taken_back: whether it is in the trash because its import was undone.
    """

    entry_id: int | None
    text_digest: str
    was_taken_back: bool = False

    def had(self, text: str) -> bool:
        """Return whether that was its text when it was imported last."""
        return self.text_digest == _digest(text)


class Imports:
    """What was imported, within one transaction."""

    def __init__(self, work: UnitOfWork, changes: Changes, words: Words) -> None:
        self._work = work
        self._changes = changes
        self._words = words

    def known(self, person_id: int, keys: Collection[str]) -> dict[str, KnownEntry]:
        """Return those of the keys under which something was imported.

        Without what has left the trash, to which the undo of its import had moved it: that is as good as new.
        """
        by_digest = {_key(key): key for key in keys}
        row = ImportedEntryRow
        is_there = row.undone_at.is_(None) | row.entry_id.is_not(None)
        found: dict[str, KnownEntry] = {}
        for chunk in chunks(by_digest):
            rows = (
                select(row.key, row.entry_id, row.text_digest, row.undone_at, EntryRow.deleted_at)
                .outerjoin(EntryRow, EntryRow.id == row.entry_id)
                .where(row.person_id == person_id, row.key.in_(chunk), is_there)
            )
            for digest, entry_id, text_digest, undone_at, deleted_at in self._work.session.execute(rows):
                was_taken_back = undone_at is not None and undone_at == deleted_at
                found[by_digest[digest]] = KnownEntry(entry_id, text_digest, was_taken_back)
        return found

    def add(self, change: Change, entries: Sequence[NewEntry], written: set[str]) -> list[int]:
        """Add entries as a part of a change. Returns their ids.

        Args:
            written: words that are known to be in the spelling index; those of these entries are added.

        Raises:
            NotFound: there is no such person.
        """
        connection, person_id = self._work.connection, change.person_id
        numbers = self._numbers(person_id, entries)
        ids = reserve_ids(connection, EntryRow, len(entries))
        rows = list(zip(ids, numbers, entries, strict=True))
        insert_rows(connection, EntryRow, _ENTRY, (_row(person_id, *row) for row in rows))
        insert_rows(connection, EntryMediaRow, _MEDIA, _media(rows))
        self._forget_gone(person_id, entries)
        insert_rows(
            connection,
            ImportedEntryRow,
            ("person_id", "key", "entry_id", "text_digest"),
            (
                {
                    "person_id": person_id,
                    "key": _key(entry.key),
                    "entry_id": entry_id,
                    "text_digest": _digest(entry.text),
                }
                for entry_id, _, entry in rows
            ),
        )
        self._record_added(change, ids)
        self._work.begin_epoch()
        self._words.index_new_words(person_id, [entry.text for entry in entries], written)
        return ids

    def bring_back(
        self, change: Change, entry_ids: Sequence[int], topic_id: int | None, deleted_at: datetime | None
    ) -> None:
        """Take entries whose import was undone out of the trash, as a part of a change that adds them.

        Args:
            topic_id: of the topic that they go to, since the undo may have removed theirs.
            deleted_at: when they were deleted where they come from; None if they were not.
        """
        for chunk in chunks(entry_ids):
            theirs = update(EntryRow).where(EntryRow.id.in_(chunk))
            self._work.session.execute(theirs.values(topic_id=topic_id, deleted_at=deleted_at))
        self._record_added(change, entry_ids)
        self._work.begin_epoch()

    def add_history(self, entry_id: int, changes: Sequence[EntryChange]) -> None:
        """Add what happened to an imported entry where it comes from, the oldest change first."""
        rows = [
            {
                "entry_id": entry_id,
                "kind": change.kind,
                "made_at": change.made_at,
                "undone_at": change.undone_at,
                "before": dict(change.before),
            }
            for change in changes
        ]
        if rows:
            self._work.session.execute(insert(ImportedChangeRow), rows)

    def still_here(self, person_id: int, numbers: Collection[int]) -> dict[int, tuple[datetime, bool]]:
        """Return when the entries of these numbers were made, and whether they are in the trash."""
        found: dict[int, tuple[datetime, bool]] = {}
        for chunk in chunks(numbers):
            rows = select(EntryRow.number, EntryRow.created_at, EntryRow.deleted_at).where(
                EntryRow.person_id == person_id, EntryRow.number.in_(chunk)
            )
            for number, created_at, deleted_at in self._work.session.execute(rows):
                found[number] = created_at, deleted_at is not None
        return found

    def keep_numbers_below(self, person_id: int, number: int) -> None:
        """Give no new entry of the person a number below this one."""
        theirs = (PersonRow.id == person_id) & (PersonRow.next_number < min(number, MAX_WANTED))
        self._work.session.execute(
            update(PersonRow).where(theirs).values(next_number=min(number, MAX_WANTED))
        )

    def remember_text(self, person_id: int, key: str, text: str) -> None:
        """Record that an imported entry was brought up to date."""
        theirs = (ImportedEntryRow.person_id == person_id) & (ImportedEntryRow.key == _key(key))
        self._work.session.execute(update(ImportedEntryRow).where(theirs).values(text_digest=_digest(text)))

    def begin(self, person_id: int, arguments: Mapping[str, JsonValue], at: datetime) -> Change:
        """Begin the change of an import, or go on with one of the same arguments that was interrupted."""
        return self.interrupted(person_id, arguments) or self._changes.begin(
            person_id, KIND, {**arguments, "finished": False}, at
        )

    def interrupted(self, person_id: int, arguments: Mapping[str, JsonValue]) -> Change | None:
        """Return the change of an import of these arguments that was interrupted. None if there is none."""
        latest = self._changes.latest_of_kind(person_id, KIND)
        is_it = latest is not None and dict(latest.arguments) == {**arguments, "finished": False}
        return latest if is_it else None

    def finish(self, change: Change, count: int) -> None:
        """Record that an import is complete, with the number of entries that it added."""
        self._changes.set_arguments(change.id, {**change.arguments, "finished": True, "count": count})

    def count_of(self, change: Change) -> int:
        """Return how many entries a change added."""
        return self._changes.count_added(change.id)

    def _record_added(self, change: Change, entry_ids: Sequence[int]) -> None:
        """Have the undo of a change move entries to the trash."""
        insert_rows(
            self._work.connection,
            RowSnapshotRow,
            ("change_id", "table_name", "row_id"),
            (
                {"change_id": change.id, "table_name": EntryRow.__tablename__, "row_id": entry_id}
                for entry_id in entry_ids
            ),
        )

    def _forget_gone(self, person_id: int, entries: Sequence[NewEntry]) -> None:
        """Forget that entries were imported before whose undone import has left the trash."""
        row = ImportedEntryRow
        for chunk in chunks(_key(entry.key) for entry in entries):
            gone = delete(row).where(row.person_id == person_id, row.key.in_(chunk), row.entry_id.is_(None))
            self._work.session.execute(gone)

    def _numbers(self, person_id: int, entries: Sequence[NewEntry]) -> list[int]:
        """Return a number for each entry: the one that it had where that is free, else the next.

        A number below the person's next one is never free, since somebody may remember it.
        """
        # Also locks the person's row, so that nobody else is given one of these numbers meanwhile.
        first = following = self._next_number(person_id, 0)
        numbers: list[int] = []
        for entry in entries:
            wanted = entry.number or 0
            following = (wanted if following <= wanted <= MAX_WANTED else following) + 1
            numbers.append(following - 1)
        self._next_number(person_id, following - first)
        return numbers

    def _next_number(self, person_id: int, count: int) -> int:
        row = _NEXT_NUMBERS.one(self._work.connection, person_id=person_id, count=count)
        if row is None:
            raise NotFound("There is no such person.")
        return row[0]


KIND = "import"
"""The kind of an import's change."""

_MEDIA = ("entry_id", "ordinal", "url", "content_type")


def _row(person_id: int, entry_id: int, number: int, entry: NewEntry) -> dict[str, object]:
    return {
        "id": entry_id,
        "person_id": person_id,
        "number": number,
        "text": entry.text,
        "topic_id": entry.topic_id,
        "created_at": entry.created_at,
        "edited_at": entry.edited_at,
        "deleted_at": entry.deleted_at,
        "pinned_at": entry.pinned_at,
        "due_at": entry.due_at,
        "character_terms": attached_words.character_terms(entry.text),
        **asdict(entry.facts),
    }


def _media(rows: Sequence[tuple[int, int, NewEntry]]) -> list[dict[str, object]]:
    return [
        {"entry_id": entry_id, "ordinal": ordinal, "url": part.url, "content_type": part.content_type}
        for entry_id, _, entry in rows
        for ordinal, part in enumerate(entry.media)
    ]


def _key(key: str) -> str:
    return blake2b(key.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()
