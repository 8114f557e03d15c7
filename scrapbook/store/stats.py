"""Row counts for monitoring, at constant cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, literal_column, select, text
from sqlalchemy.orm import Session

from scrapbook.model.records import MessageState, OutboundState
from scrapbook.store.leases import TO_BE_SENT
from scrapbook.store.tables import InboxRow, MessageRow, OutboundRow

MAX_COUNTED = 10_000
"""Rows that are read for one count; where there are more, this number is reported."""


@dataclass(frozen=True, slots=True)
class Stats:
    """Row counts at one moment.

    Attributes:
        arrived: all messages that were ever received.
        unfinished: messages that are not answered, by state.
        oldest_unfinished: when the oldest message in state ``received`` was received.
        unsent: outbound messages that no provider has accepted, by state and error code.
        inbox: messages in the inbox.
        people_waiting: people who have messages in the inbox.
        outbox: outbound messages to be sent now, by state.
    """

    arrived: int
    unfinished: Mapping[MessageState, int]
    oldest_unfinished: datetime | None
    unsent: Mapping[tuple[OutboundState, int | None], int]
    inbox: int
    people_waiting: int
    outbox: Mapping[OutboundState, int]


def stats_of(session: Session) -> Stats:
    """Return the counts, read in the session's transaction."""
    # The conditions of the partial indexes, so that only these are read.
    unfinished = select(MessageRow.state, MessageRow.received_at).where(literal_column("state <> 'answered'"))
    messages = unfinished.order_by(MessageRow.id).limit(MAX_COUNTED).subquery().c
    by_state = select(messages.state, func.count(), func.min(messages.received_at)).group_by(messages.state)
    counted = {state: (count, oldest) for state, count, oldest in session.execute(by_state)}
    unsent = select(OutboundRow.state, OutboundRow.error_code).where(literal_column("state <> 'sent'"))
    outbound = unsent.order_by(OutboundRow.id).limit(MAX_COUNTED).subquery().c
    by_code = select(outbound.state, outbound.error_code, func.count()).group_by(
        outbound.state, outbound.error_code
    )
    inbox, people = session.execute(
        select(func.count(), func.count(InboxRow.person_id.distinct())).select_from(InboxRow)
    ).one()
    outbox = select(OutboundRow.state, func.count()).where(text(TO_BE_SENT)).group_by(OutboundRow.state)
    sizes: dict[OutboundState, int] = {"recorded": 0, "sending": 0}
    sizes.update((state, count) for state, count in session.execute(outbox))
    return Stats(
        arrived=session.scalar(select(func.max(MessageRow.id))) or 0,
        unfinished={state: count for state, (count, _) in counted.items()},
        oldest_unfinished=counted["received"][1] if "received" in counted else None,
        unsent={(state, code): count for state, code, count in session.execute(by_code)},
        inbox=inbox,
        people_waiting=people,
        outbox={state: count for state, count in session.execute(outbox)},  # noqa: C416 - typed so
    )
