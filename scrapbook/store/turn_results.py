"""The results of turns, so that a turn that runs again gives the same reply and changes nothing."""

from collections.abc import Iterable
from datetime import datetime
from typing import cast

from sqlalchemy import bindparam, null, select, update

from scrapbook.model.evidence import Evidence
from scrapbook.model.records import TurnResult
from scrapbook.store.prepared import Prepared, values_of
from scrapbook.store.sql_helpers import chunks
from scrapbook.store.tables import MessageRow, TurnResultRow
from scrapbook.store.unit_of_work import UnitOfWork

_OF = Prepared(
    lambda _: select(TurnResultRow.response, TurnResultRow.arguments, TurnResultRow.continues).where(
        TurnResultRow.message_id == bindparam("message_id")
    )
)

_RECORD = Prepared(
    lambda _: values_of(TurnResultRow, "message_id", "response", "arguments", "evidence", "continues")
)


class TurnResults:
    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def of(self, message_id: str) -> TurnResult | None:
        """Return the result of a message's turn; None where it has none yet."""
        row = _OF.one(self._work.connection, message_id=message_id)
        if row is None:
            return None
        response, stored, continues = row
        arguments = cast(dict[str, str] | None, stored)
        return TurnResult(response, arguments or {}, arguments is None, continues)

    def with_text(self, after: int, before: datetime, limit: int) -> tuple[list[str], int | None]:
        """Return the ids of messages whose results have arguments or evidence, which can be erased.

        Checks the next ``limit`` answered messages that were received before then.

        Args:
            after: 0, or the position that the call before returned.

        Returns:
            The ids, and the position to continue after; None where no more messages follow.
        """
        old = (MessageRow.received_at < before) & (MessageRow.state == "answered")
        rows = select(MessageRow.id, MessageRow.message_id).where(MessageRow.id > after, old)
        found = self._work.session.execute(rows.order_by(MessageRow.id).limit(limit)).all()
        has_arguments = (TurnResultRow.arguments.is_not(None)) & (TurnResultRow.arguments != {})
        has_either = has_arguments | TurnResultRow.evidence.is_not(None)
        of_these = TurnResultRow.message_id.in_([message_id for _, message_id in found])
        message_ids = self._work.session.scalars(
            select(TurnResultRow.message_id).where(has_either, of_these)
        ).all()
        return list(message_ids), found[-1][0] if found else None

    def forget(self, message_ids: Iterable[str]) -> None:
        """Erase the arguments of the results of messages, and how they were read."""
        for chunk in chunks(message_ids):
            row = update(TurnResultRow).where(TurnResultRow.message_id.in_(chunk))
            self._work.session.execute(row.values(arguments=null(), evidence=null()))

    def evidence(self, message_id: str) -> Evidence | None:
        """Return how a message was read; None where nothing is stored of that, or not any more."""
        of_message = TurnResultRow.message_id == message_id
        stored = self._work.session.scalar(select(TurnResultRow.evidence).where(of_message))
        return Evidence.from_json(stored)

    def record(self, message_id: str, result: TurnResult, evidence: Evidence | None = None) -> None:
        """Record the result of a turn, in the transaction of the turn's effects.

        Args:
            evidence: how the message was read.

        Raises:
            StoreError: the turn has a result already. Its effects are then rolled back.
        """
        _RECORD.run(
            self._work.connection,
            message_id=message_id,
            response=result.response,
            arguments=dict(result.arguments),
            evidence=evidence.to_json() if evidence else None,
            continues=result.continues,
        )
