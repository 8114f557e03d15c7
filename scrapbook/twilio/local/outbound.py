"""Messages from the house, on their way to handsets."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx

from scrapbook.twilio.local.addresses import is_whatsapp
from scrapbook.twilio.local.config import LocalTwilio
from scrapbook.twilio.local.faults import Fault, Faults
from scrapbook.twilio.local.fetching import Unfetchable, fetch_all
from scrapbook.twilio.local.ledger import Ledger, Message, NewMessage
from scrapbook.twilio.local.tasks import Tasks
from scrapbook.twilio.local.webhooks import Answer, Webhooks

_WHATSAPP_WINDOW = timedelta(hours=24)
_FILTERED = 30007
_OUTSIDE_WINDOW = 63016


@dataclass(frozen=True, slots=True)
class Outbound:
    """Moves messages from queued to sent to delivered, and reports each step.

    All without attachments take the same time, so they arrive in the order in which they were sent. The
    client fetches attachments.
    """

    _config: LocalTwilio
    _ledger: Ledger
    _webhooks: Webhooks
    _client: httpx.AsyncClient
    _faults: Faults
    _tasks: Tasks

    def send(self, new: NewMessage) -> Message:
        """Takes a message that passed every check."""
        message = self._ledger.add(new)
        self._tasks.start(self._carry(message, self._faults.strikes(Fault.FILTERED)))
        return message

    def resume(self) -> None:
        """Goes on with what was on its way when the server stopped."""
        for message in self._ledger.on_the_way():
            self._tasks.start(self._carry(message, filtered=False))

    async def _carry(self, message: Message, filtered: bool) -> None:
        reports = asyncio.Queue[Message | None]()
        self._tasks.start(self._report(reports))
        try:
            await self._collect(message)
        except Unfetchable as problem:
            await self._step(reports, message, "failed", problem.code)
        else:
            await self._step(reports, message, "sent")
            await self._step(reports, message, *self._end(message, filtered))
        reports.put_nowait(None)

    async def _collect(self, message: Message) -> None:
        """The attachments. Raises Unfetchable."""
        if urls := self._ledger.media_urls(message.sid):
            parts = await fetch_all(self._client, urls, is_whatsapp(message.to))
            self._ledger.attach(message.sid, parts)

    async def _step(
        self, reports: asyncio.Queue[Message | None], message: Message, status: str, error: int | None = None
    ) -> None:
        await asyncio.sleep(self._config.pace)
        reports.put_nowait(self._ledger.set_status(message.sid, status, error))

    def _end(self, message: Message, filtered: bool) -> tuple[str, int | None]:
        if filtered:
            return "undelivered", _FILTERED
        if is_whatsapp(message.to) and not self._may_write(message.to):
            return "failed", _OUTSIDE_WINDOW
        return "delivered", None

    def _may_write(self, whatsapp: str) -> bool:
        latest = self._ledger.last_from(whatsapp)
        return latest is not None and datetime.now(UTC) - latest.created_at < _WHATSAPP_WINDOW

    async def _report(self, reports: asyncio.Queue[Message | None]) -> None:
        while message := await reports.get():
            if message.status_callback:
                await self._report_one(message)

    async def _report_one(self, message: Message) -> None:
        for delay in self._config.retry_delays:
            if await self._webhooks.status(message) is not Answer.DOWN:
                return
            await asyncio.sleep(delay)
