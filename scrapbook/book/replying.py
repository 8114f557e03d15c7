"""What a message is about that answers an earlier one, as WhatsApp lets people do."""

from scrapbook.store import Entry, Message, Transaction


def entry_answered(tx: Transaction, message: Message) -> Entry | None:
    """The entry that the earlier message made, or that our reply names. None when there is none, or it is in
    the trash."""
    if message.replied_to is None:
        return None
    reply = tx.replies.by_twilio_sid(message.replied_to)
    answered = tx.messages.find(reply.message_sid if reply else message.replied_to)
    if answered is None or answered.person_id != message.person_id:
        return None
    entries = tx.entries.of_message(answered.sid) or _named(tx, answered)
    return next((entry for entry in entries if entry.deleted_at is None), None)


def _named(tx: Transaction, answered: Message) -> list[Entry]:
    outcome = tx.outcomes.of(answered.sid)
    number = outcome.arguments.get("number", "") if outcome else ""
    entry = tx.entries.by_number(answered.person_id, int(number)) if number.isdecimal() else None
    return [entry] if entry else []
