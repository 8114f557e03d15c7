"""Find what a message answers, when a person replies to an earlier message in WhatsApp."""

from scrapbook.store import DueReminder, Entry, Message, Transaction


def entry_answered(tx: Transaction, message: Message) -> Entry | None:
    """Return the entry that the answered message made, or that the answered reply names.

    None if the message answers no other, if there is no such entry, or if it is in the trash.
    """
    answered = message_answered(tx, message)
    if answered is None:
        said = said_in_answered(tx, message)
        return tx.entries.get(said[0].reminder.entry_id) if len(said) == 1 else None
    entries = tx.entries.of_message(answered.id) or _named(tx, answered)
    return next((entry for entry in entries if entry.deleted_at is None), None)


def said_in_answered(tx: Transaction, message: Message) -> list[DueReminder]:
    """Return the reminders that the answered message said; none if it said none."""
    ours = tx.outbound_messages.by_provider_id(message.replied_to) if message.replied_to else None
    if ours is None or ours.in_reply_to is not None or ours.person_id != message.person_id:
        return []
    return tx.reminders.said_in(ours.id)


def message_answered(tx: Transaction, message: Message) -> Message | None:
    """Return the person's own message that this one answers, itself or by its reply; None without one."""
    if message.replied_to is None:
        return None
    ours = tx.outbound_messages.by_provider_id(message.replied_to)
    answered = tx.messages.find((ours.in_reply_to or "") if ours else message.replied_to)
    return answered if answered and answered.person_id == message.person_id else None


def _named(tx: Transaction, answered: Message) -> list[Entry]:
    outcome = tx.turn_results.of(answered.id)
    number = outcome.arguments.get("number", "") if outcome else ""
    entry = tx.entries.by_number(answered.person_id, int(number)) if number.isdecimal() else None
    return [entry] if entry else []
