"""What the turns came to, so that a turn that is run again says the same and does nothing."""

from typing import cast

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from scrapbook.store.records import Outcome
from scrapbook.store.tables import OutcomeRow


class Outcomes:
    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, message_sid: str) -> Outcome | None:
        row = self._session.scalar(select(OutcomeRow).where(OutcomeRow.message_sid == message_sid))
        return row and Outcome(row.response, cast(dict[str, str], row.arguments))

    def record(self, message_sid: str, outcome: Outcome) -> None:
        """To be called in the transaction that holds the turn's effects: StoreError, which takes them back,
        when the turn has had an outcome before."""
        arguments = dict(outcome.arguments)
        row = insert(OutcomeRow).values(
            message_sid=message_sid, response=outcome.response, arguments=arguments
        )
        self._session.execute(row)
