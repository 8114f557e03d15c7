"""Emptying the trash: entries go for good, and no other table keeps what was in them.

Their text may stand in the undo journal and in the arguments with which a turn's reply was worded. Only the
messages and the replies themselves keep it, and the wording of a message that is still to be answered.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, null, select, update
from sqlalchemy.orm import Session

from scrapbook.store.statements import CHUNK, rows_written
from scrapbook.store.tables import (
    ChangeRow,
    ConversationRow,
    EntryRow,
    ImageRow,
    MessageRow,
    OutcomeRow,
)

TRASH_IS_KEPT = timedelta(days=30)
"""For as long an entry that was deleted can be had back."""

BATCH = CHUNK
"""Entries removed in one transaction."""


def purge_trash(session: Session, before: datetime) -> int:
    """How many entries were removed: of those put in the trash earlier than ``before``, one batch."""
    doomed = select(EntryRow.id, EntryRow.person_id).where(EntryRow.deleted_at < before)
    found = session.execute(doomed.order_by(EntryRow.deleted_at).limit(BATCH)).all()
    entry_ids = [entry_id for entry_id, _ in found]
    forget_changes(session, entry_ids)
    for person_id in {owner for _, owner in found}:
        _forget_wording(session, person_id, before)
    return rows_written(session, delete(EntryRow).where(EntryRow.id.in_(entry_ids)))


def forget_changes(session: Session, entry_ids: Sequence[int]) -> None:
    """Changes of nothing but these entries go; the others keep what they need to undo the rest."""
    theirs = (ImageRow.table_name == EntryRow.__tablename__) & ImageRow.row_id.in_(entry_ids)
    touched = ChangeRow.id.in_(select(ImageRow.change_id).where(theirs))
    others = select(ImageRow.id).where(ImageRow.change_id == ChangeRow.id, ~theirs).exists()
    session.execute(delete(ChangeRow).where(touched, ~others))
    session.execute(update(ChangeRow).where(touched).values(arguments={}))
    session.execute(delete(ImageRow).where(theirs))


def _forget_wording(session: Session, person_id: int, before: datetime) -> None:
    """Any reply may have quoted the entry, and any list may name its words.

    That a turn had an outcome is kept: it must not run again.
    """
    answered = (MessageRow.person_id == person_id) & (MessageRow.state == "answered")
    turns = select(MessageRow.sid).where(answered)
    worded = (OutcomeRow.message_sid.in_(turns)) & (OutcomeRow.arguments != {})
    session.execute(update(OutcomeRow).where(worded).values(arguments=null()))
    theirs = ConversationRow.person_id == person_id
    session.execute(update(ConversationRow).where(theirs).values(listing=None))
    asked = (ConversationRow.person_id == person_id) & (ConversationRow.asked_at < before)
    session.execute(update(ConversationRow).where(asked).values(question=None, asked_at=None))
