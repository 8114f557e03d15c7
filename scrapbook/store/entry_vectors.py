"""The vectors of entries: what each means to a model, as that model computed it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, func, select

from scrapbook.store.prepared import Prepared
from scrapbook.store.sql_helpers import insert_if_new
from scrapbook.store.tables import EntryRow, EntryVectorRow
from scrapbook.store.unit_of_work import UnitOfWork

MAX_ENCODED = 2_000
"""Characters of an entry that its vector is computed of: about as many as a model reads."""


@dataclass(frozen=True, slots=True)
class StoredVector:
    """A vector as it is stored. One that was stored later has a higher ``id``."""

    id: int
    entry_id: int
    vector: bytes


_OF_PERSON = Prepared(
    lambda _: (
        select(EntryVectorRow.id, EntryVectorRow.entry_id, EntryVectorRow.vector)
        .join(EntryRow, EntryRow.id == EntryVectorRow.entry_id)
        .where(
            EntryVectorRow.id > bindparam("after"),
            EntryRow.person_id == bindparam("person_id"),
            EntryVectorRow.model == bindparam("model"),
        )
        .order_by(EntryVectorRow.id)
    )
)

_HIGHEST_ID = Prepared(lambda _: select(func.coalesce(func.max(EntryVectorRow.id), 0)))

_STATE = Prepared(
    lambda _: select(
        select(func.coalesce(func.max(EntryRow.id), 0)).scalar_subquery(),
        select(func.count()).select_from(EntryVectorRow).scalar_subquery(),
    )
)


class EntryVectors:
    """The vectors of entries, within one transaction. A changed entry has none until it is encoded again."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def without(self, model: str, limit: int) -> list[tuple[int, str]]:
        """Return the id and the text of the newest entries without a vector of that model, at most ``limit``.

        Entries in the trash count: they may be restored.
        """
        encoded = select(EntryVectorRow.id).where(
            EntryVectorRow.entry_id == EntryRow.id, EntryVectorRow.model == model
        )
        rows = select(EntryRow.id, EntryRow.text, EntryRow.attached_words).where(~encoded.exists())
        found = self._work.session.execute(rows.order_by(EntryRow.id.desc()).limit(limit))
        return [(entry_id, _encoded(text, words)) for entry_id, text, words in found]

    def record(self, model: str, entry_id: int, text: str, vector: bytes) -> bool:
        """Store the vector of an entry. Returns False if its text is another one than ``text`` by now."""
        row = select(EntryRow.text, EntryRow.attached_words).where(EntryRow.id == entry_id)
        current = self._work.session.execute(row.with_for_update()).first()
        if current is None or _encoded(*current) != text:
            return False
        self._work.session.execute(delete(EntryVectorRow).where(EntryVectorRow.entry_id == entry_id))
        return insert_if_new(
            self._work.session, EntryVectorRow, entry_id=entry_id, model=model, vector=vector
        )

    def of(self, person_id: int, model: str, after: int = 0) -> Sequence[StoredVector]:
        """Return the vectors of a person's entries that were stored after the one of that id, in order."""
        rows = _OF_PERSON.rows(self._work.connection, person_id=person_id, model=model, after=after)
        return [StoredVector(*row) for row in rows]

    def highest_id(self) -> int:
        """Return the id of the vector of anybody that was stored last; 0 if there is none."""
        row = _HIGHEST_ID.one(self._work.connection)
        return row[0] if row else 0

    def state(self) -> tuple[int, int]:
        """Return what changes when an entry is added or has lost its vector."""
        highest, vectors = _STATE.one(self._work.connection) or (0, 0)
        return highest, vectors


def _encoded(text: str, words: str) -> str:
    return f"{text}\n{words}"[:MAX_ENCODED].strip()
