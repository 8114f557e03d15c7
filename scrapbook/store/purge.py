"""Delete entries from the trash, their text from the other tables, and changes that are too old for undo.

The undo journal and the results of turns may quote them. Their text remains only in messages and replies, and
in the result of a turn that is still to be answered.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, null, select, update
from sqlalchemy.orm import Session

from scrapbook.store.sql_helpers import CHUNK, rows_written
from scrapbook.store.tables import (
    ChangeRow,
    ConversationRow,
    EntryRow,
    ImportedChangeRow,
    MessageRow,
    RowSnapshotRow,
    TurnResultRow,
)

TRASH_RETENTION = timedelta(days=30)
"""For as long an entry that was deleted can be had back."""

UNDO_RETENTION = TRASH_RETENTION
"""For as long a change can be undone: undo brings entries back from the trash."""

BATCH = CHUNK
"""Entries or changes deleted in one transaction."""


def purge_trash(session: Session, before: datetime) -> int:
    """Delete one batch of the entries that were put into the trash before then. Returns how many."""
    expired = select(EntryRow.id, EntryRow.person_id).where(EntryRow.deleted_at < before)
    found = session.execute(expired.order_by(EntryRow.deleted_at).limit(BATCH)).all()
    entry_ids = [entry_id for entry_id, _ in found]
    forget_changes(session, entry_ids)
    for person_id in {owner for _, owner in found}:
        forget_quotations(session, person_id, before)
    return rows_written(session, delete(EntryRow).where(EntryRow.id.in_(entry_ids)))


def purge_changes(session: Session, before: datetime) -> int:
    """Delete one batch of the changes that were made before then, with their snapshots. Returns how many.

    Those that imported entries brought along are deleted, too.
    """
    expired = select(ChangeRow.id).where(ChangeRow.made_at < before).order_by(ChangeRow.id).limit(BATCH)
    brought = select(ImportedChangeRow.id).where(ImportedChangeRow.made_at < before).limit(BATCH)
    return rows_written(session, delete(ChangeRow).where(ChangeRow.id.in_(expired))) + rows_written(
        session, delete(ImportedChangeRow).where(ImportedChangeRow.id.in_(brought))
    )


def forget_changes(session: Session, entry_ids: Sequence[int]) -> None:
    """Delete the changes that concern only these entries; the others remain, without these entries."""
    theirs = (RowSnapshotRow.table_name == EntryRow.__tablename__) & RowSnapshotRow.row_id.in_(entry_ids)
    touched = ChangeRow.id.in_(select(RowSnapshotRow.change_id).where(theirs))
    others = select(RowSnapshotRow.id).where(RowSnapshotRow.change_id == ChangeRow.id, ~theirs).exists()
    session.execute(delete(ChangeRow).where(touched, ~others))
    session.execute(update(ChangeRow).where(touched).values(arguments={}))
    session.execute(delete(RowSnapshotRow).where(theirs))


def forget_quotations(session: Session, person_id: int, before: datetime | None) -> None:
    """Erase the arguments of turn results, the list and the old open question of a person.

    Any of them may quote a deleted entry. The rows of turn results remain, because a turn must not run again.

    Args:
        before: since when a question that was asked earlier is old; None for any.
    """
    answered = (MessageRow.person_id == person_id) & (MessageRow.state == "answered")
    turns = select(MessageRow.message_id).where(answered)
    with_arguments = (TurnResultRow.message_id.in_(turns)) & (TurnResultRow.arguments != {})
    session.execute(update(TurnResultRow).where(with_arguments).values(arguments=null()))
    theirs = ConversationRow.person_id == person_id
    session.execute(update(ConversationRow).where(theirs).values(listing=None))
    asked = theirs if before is None else theirs & (ConversationRow.asked_at < before)
    session.execute(update(ConversationRow).where(asked).values(question=None, asked_at=None))
