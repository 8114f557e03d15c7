"""What the turns came to, so that a turn that is run again says the same and does nothing."""

from datetime import datetime
from typing import cast

from sqlalchemy import insert, null, select, update
from sqlalchemy.orm import Session

from scrapbook.store.records import Outcome
from scrapbook.store.statements import rows_written
from scrapbook.store.tables import MessageRow, OutcomeRow


class Outcomes:
    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, message_sid: str) -> Outcome | None:
        row = self._session.scalar(select(OutcomeRow).where(OutcomeRow.message_sid == message_sid))
        if row is None:
            return None
        arguments = cast(dict[str, str] | None, row.arguments)
        return Outcome(row.response, arguments or {}, is_forgotten=arguments is None)

    def forget_wording(self, before: datetime, limit: int) -> int:
        """Of messages that came in before then and are answered; how many, ``limit`` at most."""
        worded = (OutcomeRow.arguments.is_not(None)) & (OutcomeRow.arguments != {})
        old = (MessageRow.received_at < before) & (MessageRow.state == "answered")
        turns = select(OutcomeRow.message_sid).join(MessageRow, MessageRow.sid == OutcomeRow.message_sid)
        doomed = turns.where(worded, old).limit(limit)
        row = update(OutcomeRow).where(OutcomeRow.message_sid.in_(doomed)).values(arguments=null())
        return rows_written(self._session, row)

    def record(self, message_sid: str, outcome: Outcome) -> None:
        """To be called in the transaction that holds the turn's effects: StoreError, which takes them back,
        when the turn has had an outcome before."""
        arguments = dict(outcome.arguments)
        row = insert(OutcomeRow).values(
            message_sid=message_sid, response=outcome.response, arguments=arguments
        )
        self._session.execute(row)
