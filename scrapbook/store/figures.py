"""How much there is of what: for whoever watches the house. Cheap however many messages there are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, literal_column, select, text
from sqlalchemy.orm import Session

from scrapbook.store.leases import TO_BE_SENT
from scrapbook.store.records import MessageState, ReplyState
from scrapbook.store.tables import InboxRow, MessageRow, ReplyRow

MOST_COUNTED = 10_000
"""Rows that are looked at for one figure; where there are more, that many are told of."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How much there is.

    Attributes:
        arrived: messages that ever came in.
        unfinished: messages that are not answered, by state.
        oldest_unfinished: when the oldest came in that is still to be answered.
        unsent: replies that Twilio has not taken, by state and Twilio's error code.
        inbox: messages that are to be answered.
        people_waiting: how many people sent those.
        outbox: replies that are to be sent now, by state.
    """

    arrived: int
    unfinished: Mapping[MessageState, int]
    oldest_unfinished: datetime | None
    unsent: Mapping[tuple[ReplyState, int | None], int]
    inbox: int
    people_waiting: int
    outbox: Mapping[ReplyState, int]


def figures_of(session: Session) -> Figures:
    # Said as in the partial indexes, so that nothing but these is read.
    unfinished = select(MessageRow.state, MessageRow.received_at).where(literal_column("state <> 'answered'"))
    messages = unfinished.order_by(MessageRow.id).limit(MOST_COUNTED).subquery().c
    by_state = select(messages.state, func.count(), func.min(messages.received_at)).group_by(messages.state)
    counted = {state: (count, oldest) for state, count, oldest in session.execute(by_state)}
    unsent = select(ReplyRow.state, ReplyRow.error_code).where(literal_column("state <> 'sent'"))
    replies = unsent.order_by(ReplyRow.id).limit(MOST_COUNTED).subquery().c
    by_code = select(replies.state, replies.error_code, func.count()).group_by(
        replies.state, replies.error_code
    )
    inbox, people = session.execute(
        select(func.count(), func.count(InboxRow.person_id.distinct())).select_from(InboxRow)
    ).one()
    outbox = select(ReplyRow.state, func.count()).where(text(TO_BE_SENT)).group_by(ReplyRow.state)
    sizes: dict[ReplyState, int] = {"recorded": 0, "sending": 0}
    sizes.update((state, count) for state, count in session.execute(outbox))
    return Figures(
        arrived=session.scalar(select(func.max(MessageRow.id))) or 0,
        unfinished={state: count for state, (count, _) in counted.items()},
        oldest_unfinished=counted["received"][1] if "received" in counted else None,
        unsent={(state, code): count for state, code, count in session.execute(by_code)},
        inbox=inbox,
        people_waiting=people,
        outbox={state: count for state, count in session.execute(outbox)},  # noqa: C416 - typed so
    )
