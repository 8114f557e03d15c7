"""A sender for those who wait for each of its answers."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from scrapbook.twilio.sending import Sender, Sent
from tests.integration.paths import LoopRunning, loop_running


class WaitingSender:
    """As ``Sender``; every call blocks."""

    def __init__(self, sender: Sender, loop: LoopRunning) -> None:
        self._sender = sender
        self._loop = loop

    def send(
        self, from_: str, to: str, body: str, status_callback: str = "", media_urls: Sequence[str] = ()
    ) -> Sent:
        return self._loop.wait(self._sender.send(from_, to, body, status_callback, media_urls))

    def find(
        self, from_: str, to: str, body: str, since: datetime, known: Collection[str] = ()
    ) -> Sent | None:
        return self._loop.wait(self._sender.find(from_, to, body, since, known))

    def check(self) -> None:
        self._sender.check()

    def owns(self, number: str) -> bool:
        return self._sender.owns(number)

    def close(self) -> None:
        self._loop.wait(self._sender.close())


@contextmanager
def sending(
    account_sid: str, auth_token: str, api_url: str, timeout: float = 10.0
) -> Iterator[WaitingSender]:
    """A sender with an event loop of its own."""
    with loop_running() as loop:
        sender = WaitingSender(Sender(account_sid, auth_token, api_url, timeout), loop)
        try:
            yield sender
        finally:
            sender.close()
