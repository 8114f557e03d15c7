"""Records delivery statuses in groups, behind the messages that arrive at the same time.

A provider reports two or three of them for each message, and all of a burst at once. One group is written at
a time, so a message waits for one group at most. A status is acknowledged when it is recorded, or after
``ACKNOWLEDGE_TIMEOUT``: unlike a message, nobody misses one that a kill then loses.
"""

import asyncio
from collections import deque
from contextvars import Context
from dataclasses import dataclass
from datetime import datetime

import structlog

from scrapbook.core.unasked import say_again_if_outside
from scrapbook.errors import NotFound, RecipientOptedOut, StoreUnavailable
from scrapbook.model.delivery_status import DeliveryStatus
from scrapbook.observability import metrics
from scrapbook.observability.reporting import report_error
from scrapbook.store import GroupWriter, Origin, Transaction
from scrapbook.workflows.retry import retry

ACKNOWLEDGE_TIMEOUT = 5.0
"""Seconds after which a status is acknowledged although it still waits; Twilio waits for 15."""

MAX_GROUP = 128
"""Statuses in one transaction. It takes some hundredths of a second, for which messages wait."""

MAX_WAITING = 100_000
"""Statuses that wait in memory, some 50 MB; more are refused."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class StatusReport:
    """The delivery status of an outbound message.

    Attributes:
        reference: the id of the outbound message.
        at: when the report arrived.
    """

    reference: int
    provider_id: str
    status: DeliveryStatus
    error_code: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class _Waiting:
    report: StatusReport
    recorded: asyncio.Future[None]


class DeliveryStatuses:
    """The statuses that wait to be recorded, in one event loop."""

    def __init__(self, writer: GroupWriter) -> None:
        self._writer = writer
        self._waiting: deque[_Waiting] = deque()
        self._task: asyncio.Task[None] | None = None

    async def record(self, report: StatusReport) -> None:
        """Return once the status is recorded, or after ``ACKNOWLEDGE_TIMEOUT``; then it still will be.

        Raises:
            StoreUnavailable: too many wait already.
            StoreError: it cannot be recorded.
        """
        if len(self._waiting) >= MAX_WAITING:
            raise StoreUnavailable("Too many delivery statuses wait for the database.")
        waiting = _Waiting(report, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._task is None or self._task.done():
            # In a new context: what is logged there does not belong to the caller's request.
            self._task = asyncio.create_task(self._record_all(), context=Context())
        done, _ = await asyncio.wait([waiting.recorded], timeout=ACKNOWLEDGE_TIMEOUT)
        if done:
            waiting.recorded.result()

    async def stop(self, seconds: float) -> None:
        """Record what waits, for at most ``seconds``."""
        if self._task is not None:
            await asyncio.wait([self._task], timeout=seconds)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _record_all(self) -> None:
        while self._waiting:
            group = [self._waiting.popleft() for _ in range(min(MAX_GROUP, len(self._waiting)))]
            # In the order of their rows, so that no two apps lock the same rows in different orders.
            await self._record_group(sorted(group, key=lambda waiting: waiting.report.reference))

    async def _record_group(self, group: list[_Waiting]) -> None:
        try:
            origins = await retry(
                lambda: self._writer.write(lambda tx: [_record(tx, each.report) for each in group])
            )
        except Exception as error:  # noqa: BLE001 - one status must not end the others
            if len(group) > 1:
                for each in group:
                    await self._record_group([each])
                return
            report_error(error, step="delivery", outbound_id=group[0].report.reference)
            group[0].recorded.set_exception(error)
            group[0].recorded.exception()  # nobody may be waiting for it any more
        else:
            for each, origin in zip(group, origins, strict=True):
                _log(each.report, origin)
                each.recorded.set_result(None)


def _record(tx: Transaction, report: StatusReport) -> Origin | None:
    """Record a status. Opt the recipient out if it says so, or have the message sent in another way.

    Returns:
        The origin of the message if the status is new and final.
    """
    try:
        is_new = tx.outbound_messages.update_delivery(
            report.reference, report.provider_id, report.status, report.error_code, report.at
        )
    except NotFound:
        log.warning("delivery_of_unknown_message", outbound_id=report.reference)
        return None
    if not is_new or not report.status.is_final:
        return None
    if report.error_code == RecipientOptedOut().code:
        tx.people.set_opt_out(tx.outbound_messages.get(report.reference).to, report.at)
    say_again_if_outside(tx, report.reference, report.error_code, report.at)
    return tx.outbound_messages.origin(report.reference)


def _log(report: StatusReport, origin: Origin | None) -> None:
    if origin is None:
        return
    if report.status.is_failure and origin.is_unasked:
        metrics.unasked_failed.labels("none" if report.error_code is None else report.error_code).inc()
    log.info(
        "message_undelivered" if report.status.is_failure else "message_delivered",
        message_id=origin.in_reply_to,
        person_id=origin.person_id,
        outbound_id=report.reference,
        status=report.status,
        code=report.error_code,
        arrived_ms=round((report.at - origin.began_at).total_seconds() * 1000),
    )
