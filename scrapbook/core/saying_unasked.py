"""Say what is due to people unasked: reminders first, then what recurs, then what was left to be said."""

from datetime import datetime

from scrapbook.core.saying_recurring import Sources, say_recurring
from scrapbook.core.saying_reminders import say_due
from scrapbook.core.unasked import OwnSender, Said, say_left
from scrapbook.store import Transaction


def next_at(tx: Transaction) -> datetime | None:
    """Return when something is due next; None if nothing is."""
    return min(
        filter(None, (tx.reminders.next_at(), tx.recurring.next_at(), tx.unasked.next_at())), default=None
    )


def people_due(tx: Transaction, now: datetime) -> list[int]:
    """Return the ids of people to whom something is due."""
    sources = (tx.reminders, tx.recurring, tx.unasked)
    return list(dict.fromkeys(person_id for source in sources for person_id in source.people_due(now)))


def say_next(tx: Transaction, person_id: int, now: datetime, sender: OwnSender, sources: Sources) -> Said:
    """Record one message that says what is due to a person; claim their lease before.

    Args:
        now: aware.
    """
    said = say_due(tx, person_id, now, sender)
    if not said.message and not said.may_be_more:
        said = say_recurring(tx, person_id, now, sender, sources)
    if not said.message and not said.may_be_more:
        said = say_left(tx, person_id, now, sender)
    return said
