"""What the turns came to, so that a turn that is run again says the same and does nothing."""

from collections.abc import Iterable
from datetime import datetime
from typing import cast

from sqlalchemy import bindparam, null, select, update

from scrapbook.store.prepared import Prepared, values_of
from scrapbook.store.records import Outcome
from scrapbook.store.statements import chunks
from scrapbook.store.tables import MessageRow, OutcomeRow
from scrapbook.store.unit_of_work import UnitOfWork

_OF = Prepared(
    lambda _: select(OutcomeRow.response, OutcomeRow.arguments).where(
        OutcomeRow.message_sid == bindparam("sid")
    )
)

_RECORD = Prepared(lambda _: values_of(OutcomeRow, "message_sid", "response", "arguments"))


class Outcomes:
    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def of(self, message_sid: str) -> Outcome | None:
        row = _OF.one(self._work.connection, sid=message_sid)
        if row is None:
            return None
        response, kept = row
        arguments = cast(dict[str, str] | None, kept)
        return Outcome(response, arguments or {}, is_forgotten=arguments is None)

    def worded(self, after: int, before: datetime, limit: int) -> tuple[list[str], int | None]:
        """Whose arguments are kept, among the next ``limit`` answered messages that came in before then.

        ``after`` is 0, or what came second the last time: None when these were the last.
        """
        old = (MessageRow.received_at < before) & (MessageRow.state == "answered")
        rows = select(MessageRow.id, MessageRow.sid).where(MessageRow.id > after, old)
        found = self._work.session.execute(rows.order_by(MessageRow.id).limit(limit)).all()
        kept = (OutcomeRow.arguments.is_not(None)) & (OutcomeRow.arguments != {})
        of_these = OutcomeRow.message_sid.in_([sid for _, sid in found])
        sids = self._work.session.scalars(select(OutcomeRow.message_sid).where(kept, of_these)).all()
        return list(sids), found[-1][0] if found else None

    def forget(self, message_sids: Iterable[str]) -> None:
        """Their arguments."""
        for chunk in chunks(message_sids):
            row = update(OutcomeRow).where(OutcomeRow.message_sid.in_(chunk))
            self._work.session.execute(row.values(arguments=null()))

    def record(self, message_sid: str, outcome: Outcome) -> None:
        """To be called in the transaction that holds the turn's effects: StoreError, which takes them back,
        when the turn has had an outcome before."""
        arguments = dict(outcome.arguments)
        _RECORD.run(
            self._work.connection, message_sid=message_sid, response=outcome.response, arguments=arguments
        )
