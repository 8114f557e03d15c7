"""Deliver messages from handsets to the app's webhook."""

import asyncio
from collections.abc import Sequence

from scrapbook.channels.twilio.optout import OptOut, is_answered_by_twilio, opt_out
from scrapbook.emulators.twilio.config import LocalTwilio
from scrapbook.emulators.twilio.faults import Fault, Faults
from scrapbook.emulators.twilio.message_log import Message, MessageLog, NewMessage
from scrapbook.emulators.twilio.tasks import Tasks
from scrapbook.emulators.twilio.webhooks import WebhookResult, Webhooks

_REPLIES = {
    OptOut.OUT: (
        "You have successfully been unsubscribed. You will not receive any more messages from this number."
        " Reply START to resubscribe."
    ),
    OptOut.IN: (
        "You have successfully been re-subscribed to messages from this number. Reply HELP for help."
        " Reply STOP to unsubscribe. Msg&Data Rates May Apply."
    ),
    OptOut.HELP: "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}


class Inbound:
    """Delivers each handset's messages in order, and retries until the app accepts them.

    While the app is unavailable, a handset's later messages wait. A message that the app refuses (4xx) holds
    up no other, and is retried with them.
    """

    def __init__(
        self, config: LocalTwilio, message_log: MessageLog, webhooks: Webhooks, faults: Faults, tasks: Tasks
    ) -> None:
        self._delays = config.retry_delays
        self._message_log = message_log
        self._webhooks = webhooks
        self._faults = faults
        self._tasks = tasks
        self._wakeups: dict[str, asyncio.Event] = {}

    def receive(self, new: NewMessage) -> Message:
        """Record a message from a handset and deliver it in the background."""
        message = self._message_log.add(new)
        self._apply_opt_out(message)
        self._deliver(message.from_)
        return message

    def resume(self) -> None:
        """Deliver the messages that were pending when the server stopped."""
        for sender in {message.from_ for message in self._message_log.waiting()}:
            self._deliver(sender)

    def _apply_opt_out(self, message: Message) -> None:
        """Take a keyword as Twilio does, which leaves those of WhatsApp to the app."""
        if not is_answered_by_twilio(message.from_):
            return
        request = opt_out(message.body, message.from_, has_media=bool(message.media))
        was_out = self._message_log.opted_out(message.to, message.from_)
        if request is None or was_out is (request is not OptOut.IN):
            return
        if request is not OptOut.HELP:
            self._message_log.set_opted_out(message.to, message.from_, request is OptOut.OUT)
        self._message_log.add(
            NewMessage("outbound-reply", message.to, message.from_, _REPLIES[request], status="delivered")
        )

    def _deliver(self, sender: str) -> None:
        if sender in self._wakeups:
            self._wakeups[sender].set()
        else:
            self._wakeups[sender] = asyncio.Event()
            self._tasks.start(self._deliver_all(sender))

    async def _deliver_all(self, sender: str) -> None:
        failures = 0
        while waiting := self._message_log.waiting(sender):
            self._wakeups[sender].clear()
            if await self._deliver_each(waiting):
                failures = 0
            else:
                await self._wait_to_retry(sender, failures)
                failures += 1
        del self._wakeups[sender]

    async def _deliver_each(self, waiting: Sequence[Message]) -> bool:
        answers = set[WebhookResult]()
        for message in waiting:
            answer = await self._deliver_one(message)
            answers.add(answer)
            if answer is WebhookResult.UNAVAILABLE:
                break
        return answers == {WebhookResult.ACCEPTED}

    async def _deliver_one(self, message: Message) -> WebhookResult:
        if self._faults.consume(Fault.WEBHOOK_DOWN):
            return WebhookResult.UNAVAILABLE
        answer = await self._webhooks.incoming(message)
        if answer is WebhookResult.ACCEPTED:
            self._message_log.set_status(message.sid, "delivered")
        return answer

    async def _wait_to_retry(self, sender: str, failures: int) -> None:
        delay = self._delays[min(failures, len(self._delays) - 1)]
        try:
            await asyncio.wait_for(self._wakeups[sender].wait(), delay)
        except TimeoutError:
            return
