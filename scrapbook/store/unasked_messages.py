"""What is to be said to people unasked, until it is recorded among the outbound messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from scrapbook.store.prepared import Prepared
from scrapbook.store.sql_helpers import insert_if_new
from scrapbook.store.tables import UnaskedMessageRow
from scrapbook.store.waking import Waking, WakingRows

_FIELDS = (
    UnaskedMessageRow.id,
    UnaskedMessageRow.person_id,
    UnaskedMessageRow.dedup_key,
    UnaskedMessageRow.body,
    UnaskedMessageRow.left_at,
    UnaskedMessageRow.wakes_at,
    UnaskedMessageRow.held,
    UnaskedMessageRow.is_answer,
)
_DUE_OF = Prepared(
    lambda _: (
        select(*_FIELDS)
        .where(
            UnaskedMessageRow.person_id == bindparam("person_id"),
            UnaskedMessageRow.wakes_at <= bindparam("now"),
        )
        .order_by(UnaskedMessageRow.is_answer.desc(), UnaskedMessageRow.id)
        .limit(1)
    )
)


@dataclass(frozen=True, slots=True)
class UnaskedMessage:
    """Something that is to be said.

    Attributes:
        dedup_key: names its cause.
        left_at: since when.
        wakes_at: when it is looked at next.
        held: why it waits: ``quiet``, ``limit``, ``opted_out``, ``no_way``; None if it does not.
        is_answer: whether it answers something that the person did, and comes before all others.
    """

    id: int
    person_id: int
    dedup_key: str
    body: str
    left_at: datetime
    wakes_at: datetime
    held: str | None
    is_answer: bool


class UnaskedMessages(WakingRows):
    """What is to be said, within one transaction."""

    waking = Waking(UnaskedMessageRow)

    def add(
        self, person_id: int, dedup_key: str, body: str, at: datetime, *, is_answer: bool = False
    ) -> None:
        """Leave something to be said, unless something with that key waits already."""
        values = {"person_id": person_id, "body": body, "left_at": at, "wakes_at": at, "is_answer": is_answer}
        insert_if_new(self._work.session, UnaskedMessageRow, dedup_key=dedup_key, **values)

    def due_of(self, person_id: int, now: datetime) -> UnaskedMessage | None:
        """Return the first that is to be looked at; None if none is."""
        row = _DUE_OF.one(self._work.connection, person_id=person_id, now=now)
        return None if row is None else _message(row)

    def hold(self, person_id: int, until: datetime, reason: str) -> None:
        """Look at all that is to be said to a person again at that time."""
        theirs = update(UnaskedMessageRow).where(UnaskedMessageRow.person_id == person_id)
        self._work.session.execute(theirs.values(wakes_at=until, held=reason))

    def remove(self, id: int) -> None:  # noqa: A002
        """Say something no more: it was recorded, or is too old."""
        self._work.session.execute(delete(UnaskedMessageRow).where(UnaskedMessageRow.id == id))

    def drop(self, person_id: int, cause: str) -> None:
        """Say nothing of what waits for a person whose key begins with ``cause``, but what answers them."""
        row = UnaskedMessageRow
        theirs = (row.person_id == person_id, row.dedup_key.startswith(cause), row.is_answer.is_(False))
        self._work.session.execute(delete(row).where(*theirs))

    def upcoming(self, limit: int) -> list[UnaskedMessage]:
        """Return what will be said next, in that order."""
        rows = select(*_FIELDS).order_by(UnaskedMessageRow.wakes_at, UnaskedMessageRow.id).limit(limit)
        return [_message(row) for row in self._work.session.execute(rows)]


def _message(row: Sequence[Any]) -> UnaskedMessage:
    return UnaskedMessage(*row)
