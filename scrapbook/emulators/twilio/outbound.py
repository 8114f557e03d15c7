"""Deliver outbound messages to handsets, and report their statuses."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx

from scrapbook.emulators.twilio.addresses import is_whatsapp
from scrapbook.emulators.twilio.config import LocalTwilio
from scrapbook.emulators.twilio.faults import Fault, Faults
from scrapbook.emulators.twilio.fetching import FetchFailed, fetch_all
from scrapbook.emulators.twilio.message_log import Message, MessageLog, NewMessage
from scrapbook.emulators.twilio.tasks import Tasks
from scrapbook.emulators.twilio.webhooks import WebhookResult, Webhooks

_WHATSAPP_WINDOW = timedelta(hours=24)
_FILTERED = 30007
_OUTSIDE_WINDOW = 63016


@dataclass(frozen=True, slots=True)
class Outbound:
    """Sets the statuses queued, sent and delivered, and reports each to the app.

    Messages without attachments take the same time, so they arrive in the order in which they were sent.
    """

    _config: LocalTwilio
    _message_log: MessageLog
    _webhooks: Webhooks
    _client: httpx.AsyncClient
    _faults: Faults
    _tasks: Tasks

    def send(self, new: NewMessage) -> Message:
        """Store a valid message and deliver it in the background."""
        message = self._message_log.add(new)
        self._tasks.start(self._progress(message, self._faults.consume(Fault.FILTERED)))
        return message

    def resume(self) -> None:
        """Deliver the messages that had no final status when the server stopped."""
        for message in self._message_log.on_the_way():
            self._tasks.start(self._progress(message, filtered=False))

    async def _progress(self, message: Message, filtered: bool) -> None:
        reports = asyncio.Queue[Message | None]()
        self._tasks.start(self._report(reports))
        try:
            await self._fetch_media(message)
        except FetchFailed as failure:
            await self._set_status(reports, message, "failed", failure.code)
        else:
            await self._set_status(reports, message, "sent")
            await self._set_status(reports, message, *self._final_status(message, filtered))
        reports.put_nowait(None)

    async def _fetch_media(self, message: Message) -> None:
        """Fetch the attachments. Raises FetchFailed."""
        if urls := self._message_log.media_urls(message.sid):
            parts = await fetch_all(self._client, urls, is_whatsapp(message.to))
            self._message_log.attach(message.sid, parts)

    async def _set_status(
        self, reports: asyncio.Queue[Message | None], message: Message, status: str, error: int | None = None
    ) -> None:
        await asyncio.sleep(self._config.status_interval)
        reports.put_nowait(self._message_log.set_status(message.sid, status, error))

    def _final_status(self, message: Message, filtered: bool) -> tuple[str, int | None]:
        if filtered:
            return "undelivered", _FILTERED
        is_free = "ContentSid" not in message.extras
        if is_whatsapp(message.to) and is_free and not self._is_in_window(message.to):
            return "failed", _OUTSIDE_WINDOW
        return "delivered", None

    def _is_in_window(self, whatsapp: str) -> bool:
        latest = self._message_log.last_from(whatsapp)
        return latest is not None and datetime.now(UTC) - latest.created_at < _WHATSAPP_WINDOW

    async def _report(self, reports: asyncio.Queue[Message | None]) -> None:
        while message := await reports.get():
            if message.status_callback:
                await self._report_one(message)

    async def _report_one(self, message: Message) -> None:
        for delay in self._config.retry_delays:
            if await self._webhooks.status(message) is not WebhookResult.UNAVAILABLE:
                return
            await asyncio.sleep(delay)
