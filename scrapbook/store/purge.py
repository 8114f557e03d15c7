"""Emptying the trash: entries go for good, and no other table keeps what was in them.

Their text may stand in the undo journal and in the arguments with which a turn's reply was worded. Only the
messages and the replies themselves keep it.
"""

from datetime import datetime

from sqlalchemy import Select, delete, or_, select, update
from sqlalchemy.orm import Session

from scrapbook.store.statements import rows_written
from scrapbook.store.tables import (
    ChangeRow,
    ConversationRow,
    EntryRow,
    ImageRow,
    MessageRow,
    OutcomeRow,
)


def purge_trash(session: Session, before: datetime) -> int:
    """How many entries were removed: those put in the trash earlier than ``before``."""
    doomed = EntryRow.deleted_at < before
    owners = session.scalars(select(EntryRow.person_id).where(doomed).distinct()).all()
    if not owners:
        return 0
    _forget_changes(session, select(EntryRow.id).where(doomed))
    for person_id in owners:
        _forget_wording(session, person_id, before)
    return rows_written(session, delete(EntryRow).where(doomed))


def _forget_changes(session: Session, entry_ids: Select[int]) -> None:
    """Changes of nothing but these entries go; the others keep what they need for the rest."""
    theirs = (ImageRow.table_name == EntryRow.__tablename__) & ImageRow.row_id.in_(entry_ids)
    touched = ChangeRow.id.in_(select(ImageRow.change_id).where(theirs))
    others = select(ImageRow.id).where(ImageRow.change_id == ChangeRow.id, ~theirs).exists()
    session.execute(delete(ChangeRow).where(touched, ~others))
    session.execute(update(ChangeRow).where(touched).values(arguments={}))
    session.execute(delete(ImageRow).where(theirs))


def _forget_wording(session: Session, person_id: int, before: datetime) -> None:
    """Any reply may have quoted the entry. That a turn had an outcome is kept: it must not run again."""
    over = or_(MessageRow.state != "received", MessageRow.received_at < before)
    turns = select(MessageRow.sid).where(MessageRow.person_id == person_id, over)
    worded = (OutcomeRow.message_sid.in_(turns)) & (OutcomeRow.arguments != {})
    session.execute(update(OutcomeRow).where(worded).values(arguments={}))
    asked = (ConversationRow.person_id == person_id) & (ConversationRow.asked_at < before)
    session.execute(update(ConversationRow).where(asked).values(question=None, asked_at=None))
