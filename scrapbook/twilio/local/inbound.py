"""Messages from handsets, brought to the house."""

import asyncio
from collections.abc import Sequence

from scrapbook.twilio.local.config import LocalTwilio
from scrapbook.twilio.local.faults import Fault, Faults
from scrapbook.twilio.local.ledger import Ledger, Message, NewMessage
from scrapbook.twilio.local.tasks import Tasks
from scrapbook.twilio.local.webhooks import Answer, Webhooks
from scrapbook.twilio.optout import OptOut, opt_out

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
    """Keeps each handset's messages in order and tries again until the house has taken them.

    The handset's own number waits behind a message that found nobody at home; one that the house refused
    (4xx) holds up nothing, and is tried again with the others.
    """

    def __init__(
        self, config: LocalTwilio, ledger: Ledger, webhooks: Webhooks, faults: Faults, tasks: Tasks
    ) -> None:
        self._delays = config.retry_delays
        self._ledger = ledger
        self._webhooks = webhooks
        self._faults = faults
        self._tasks = tasks
        self._bells: dict[str, asyncio.Event] = {}

    def receive(self, new: NewMessage) -> Message:
        """Takes a message from a handset."""
        message = self._ledger.add(new)
        self._mind_opt_out(message)
        self._bring(message.from_)
        return message

    def resume(self) -> None:
        """Goes on with what was pending when the server stopped."""
        for sender in {message.from_ for message in self._ledger.waiting()}:
            self._bring(sender)

    def _mind_opt_out(self, message: Message) -> None:
        asked = opt_out(message.body)
        was_out = self._ledger.opted_out(message.to, message.from_)
        if asked is None or was_out is (asked is not OptOut.IN):
            return
        if asked is not OptOut.HELP:
            self._ledger.set_opted_out(message.to, message.from_, asked is OptOut.OUT)
        self._ledger.add(
            NewMessage("outbound-reply", message.to, message.from_, _REPLIES[asked], status="delivered")
        )

    def _bring(self, sender: str) -> None:
        if sender in self._bells:
            self._bells[sender].set()
        else:
            self._bells[sender] = asyncio.Event()
            self._tasks.start(self._bring_all(sender))

    async def _bring_all(self, sender: str) -> None:
        failures = 0
        while waiting := self._ledger.waiting(sender):
            self._bells[sender].clear()
            if await self._bring_each(waiting):
                failures = 0
            else:
                await self._pause(sender, failures)
                failures += 1
        del self._bells[sender]

    async def _bring_each(self, waiting: Sequence[Message]) -> bool:
        answers = set[Answer]()
        for message in waiting:
            answer = await self._bring_one(message)
            answers.add(answer)
            if answer is Answer.DOWN:
                break
        return answers == {Answer.TAKEN}

    async def _bring_one(self, message: Message) -> Answer:
        if self._faults.strikes(Fault.WEBHOOK_DOWN):
            return Answer.DOWN
        answer = await self._webhooks.incoming(message)
        if answer is Answer.TAKEN:
            self._ledger.set_status(message.sid, "delivered")
        return answer

    async def _pause(self, sender: str, failures: int) -> None:
        delay = self._delays[min(failures, len(self._delays) - 1)]
        try:
            await asyncio.wait_for(self._bells[sender].wait(), delay)
        except TimeoutError:
            return
