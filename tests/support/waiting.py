"""A transport whose methods block."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from scrapbook.channels.twilio.transport import TwilioTransport
from scrapbook.messaging.ports import SentMessage
from tests.support.message_paths import LoopRunning, loop_running


class WaitingSender:
    """A TwilioTransport whose methods block until its event loop has the result."""

    def __init__(self, sender: TwilioTransport, loop: LoopRunning) -> None:
        self._sender = sender
        self._loop = loop

    def send(
        self,
        from_: str,
        to: str,
        body: str,
        reference: int | None = None,
        media_urls: Sequence[str] = (),
        *,
        in_template: bool = False,
    ) -> SentMessage:
        sending = self._sender.send(from_, to, body, reference, media_urls, in_template=in_template)
        return self._loop.wait(sending)

    def find(
        self,
        from_: str,
        to: str,
        body: str,
        since: datetime,
        known: Collection[str] = (),
        *,
        in_template: bool = False,
    ) -> SentMessage | None:
        return self._loop.wait(self._sender.find(from_, to, body, since, known, in_template=in_template))

    def check(self) -> None:
        self._sender.check()

    def owns(self, number: str) -> bool:
        return self._sender.owns(number)

    def close(self) -> None:
        self._loop.wait(self._sender.close())


@contextmanager
def sending(
    account_sid: str,
    auth_token: str,
    api_url: str,
    timeout: float = 10.0,
    public_url: str = "",
    template: str = "",
) -> Iterator[WaitingSender]:
    """Yield a sender that has an event loop of its own."""
    with loop_running() as loop:
        transport = TwilioTransport(account_sid, auth_token, api_url, timeout, public_url, template)
        sender = WaitingSender(transport, loop)
        try:
            yield sender
        finally:
            sender.close()
