"""Sending messages through Twilio's REST API."""

from collections.abc import Collection, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from twilio.base import values  # pyright: ignore[reportMissingTypeStubs]
from twilio.rest import Client  # pyright: ignore[reportMissingTypeStubs]
from twilio.rest.api.v2010.account.message import MessageInstance  # pyright: ignore[reportMissingTypeStubs]

from scrapbook.errors import RecipientOptedOut, SendError
from scrapbook.twilio.rest import KeptConnections, async_client, rest_client, translated

OPTED_OUT = 21610

_CLOCKS_APART = timedelta(minutes=1)
_LOOK_BACK = 100


@dataclass(frozen=True, slots=True)
class Sent:
    """What Twilio calls the message, and its status at that moment."""

    twilio_sid: str
    status: str


class Sender:
    """One account. What is awaited is for one event loop; close it there.

    ``timeout`` is in seconds, for a whole request. No call is repeated in here:
    whoever calls decides by ``SendError.permanent``.
    """

    def __init__(self, account_sid: str, auth_token: str, api_url: str = "", timeout: float = 10.0) -> None:
        self._account = (account_sid, auth_token, api_url, timeout)

    @cached_property
    def _client(self) -> Client:
        return async_client(*self._account)

    @cached_property
    def _blocking_client(self) -> Client:
        return rest_client(*self._account)

    async def close(self) -> None:
        if isinstance(self._client.http_client, KeptConnections):
            await self._client.http_client.close()

    async def send(
        self,
        from_: str,
        to: str,
        body: str,
        status_callback: str = "",
        media_urls: Sequence[str] = (),
    ) -> Sent:
        """Hands one message to Twilio.

        Raises RecipientOptedOut, or SendError: permanent where Twilio refuses this message, not permanent
        where it is out of reach, overloaded or failing. Then it may nevertheless have taken the message:
        ``find`` tells.
        """
        with _translated():
            message = await self._client.messages.create_async(
                from_=from_,
                to=to,
                body=body or values.unset,
                status_callback=status_callback or values.unset,
                media_url=list(media_urls) or values.unset,
            )
            return _sent(message)

    async def find(
        self, from_: str, to: str, body: str, since: datetime, known: Collection[str] = ()
    ) -> Sent | None:
        """The earliest message like this that Twilio took since then, other than the ``known`` sids.

        For the retry of a send whose answer never arrived. Raises SendError like ``send``.
        """
        after = since - _CLOCKS_APART
        with _translated():
            recent = await self._client.messages.list_async(from_=from_, to=to, limit=_LOOK_BACK)
        alike = [
            message
            for message in recent
            if message.body == body
            and message.sid not in known
            and message.date_created is not None
            and message.date_created >= after
        ]
        return _sent(alike[-1]) if alike else None

    def check(self) -> None:
        """Blocks. Raises SendError when Twilio cannot be reached, or refuses the account or its token."""
        with _translated():
            self._blocking_client.messages.list(limit=1)

    def owns(self, number: str) -> bool:
        """Whether the account has that number (E.164, without a channel). Blocks. Raises as ``check``."""
        with _translated():
            numbers = self._blocking_client.incoming_phone_numbers
            return bool(numbers.list(phone_number=number, limit=1))


@contextmanager
def _translated() -> Generator[None]:
    try:
        with translated(SendError):
            yield
    except SendError as refusal:
        if refusal.code == OPTED_OUT:
            raise RecipientOptedOut from None
        raise


def _sent(message: MessageInstance) -> Sent:
    if not message.sid:
        raise ValueError("a message without a sid")
    return Sent(message.sid, str(message.status))
