"""Send messages through Twilio's REST API."""

import json
from collections.abc import Collection, Generator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cached_property

from twilio.base import values  # pyright: ignore[reportMissingTypeStubs]
from twilio.rest import Client  # pyright: ignore[reportMissingTypeStubs]
from twilio.rest.api.v2010.account.message import MessageInstance  # pyright: ignore[reportMissingTypeStubs]

from scrapbook.channels.twilio.rest import PersistentHttpClient, async_client, rest_client, translating_errors
from scrapbook.errors import RecipientOptedOut, SendError
from scrapbook.messaging.ports import SentMessage

OPTED_OUT = 21610
"""Twilio's error code for a recipient who texted STOP."""

STATUS_PATH = "/twilio/status"
REFERENCE = "reply"
"""The query field of a status callback's URL that has the id of the outbound message."""

_MAX_CLOCK_DIFFERENCE = timedelta(minutes=1)
"""Between Twilio's clock and this machine's."""

_SEARCHED_MESSAGES = 100


class TwilioTransport:
    """Sends the messages of one account; implements ``Transport``.

    Its coroutines belong to one event loop; close it there. No request is retried here: the caller decides by
    ``SendError.permanent``.

    Args:
        api_url: base URL of the REST API, if it is not Twilio's usual one.
        timeout: seconds for a whole request.
        public_url: base URL to which Twilio reports delivery statuses; empty for no reports.
        template: the Content SID of a template of WhatsApp with one variable; empty for none.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - an account, and how it is used
        self,
        account_sid: str,
        auth_token: str,
        api_url: str = "",
        timeout: float = 10.0,
        public_url: str = "",
        template: str = "",
    ) -> None:
        self._account = (account_sid, auth_token, api_url, timeout)
        self._template = template
        self._public_url = public_url

    @cached_property
    def _client(self) -> Client:
        return async_client(*self._account)

    @cached_property
    def _blocking_client(self) -> Client:
        return rest_client(*self._account)

    async def close(self) -> None:
        """Close the connections."""
        if isinstance(self._client.http_client, PersistentHttpClient):
            await self._client.http_client.close()

    async def send(  # noqa: PLR0913 - the parts of a message
        self,
        from_: str,
        to: str,
        body: str,
        reference: int | None = None,
        media_urls: Sequence[str] = (),
        *,
        in_template: bool = False,
    ) -> SentMessage:
        """Submit one message to Twilio.

        Raises:
            RecipientOptedOut: the recipient has texted STOP.
            SendError: permanent if Twilio refuses this message; not permanent if Twilio is unreachable,
                overloaded or failing. It may have accepted the message then; ``find`` returns it.
        """
        with _translating_errors():
            message = await self._client.messages.create_async(
                from_=from_,
                to=to,
                body=values.unset if in_template else body or values.unset,
                content_sid=self._template if in_template else values.unset,
                content_variables=_variables(body) if in_template else values.unset,
                status_callback=self._status_url(reference),
                media_url=list(media_urls) or values.unset,
            )
            return _sent(message)

    async def find(  # noqa: PLR0913 - what tells one message from another
        self,
        from_: str,
        to: str,
        body: str,
        since: datetime,
        known: Collection[str] = (),
        *,
        in_template: bool = False,
    ) -> SentMessage | None:
        """Return the earliest equal message that Twilio accepted since then, other than the ``known`` sids.

        It answers whether a message was accepted although the response was lost. Raises SendError like
        ``send``.
        """
        after = since - _MAX_CLOCK_DIFFERENCE
        with _translating_errors():
            recent = await self._client.messages.list_async(from_=from_, to=to, limit=_SEARCHED_MESSAGES)
        equal = [
            message
            for message in recent
            if _is_body(message.body or "", body, in_template=in_template)
            and message.sid not in known
            and message.date_created is not None
            and message.date_created >= after
        ]
        return _sent(equal[-1]) if equal else None

    def _status_url(self, reference: int | None) -> str | object:
        if reference is None or not self._public_url:
            return values.unset
        return f"{self._public_url}{STATUS_PATH}?{REFERENCE}={reference}"

    def check(self) -> None:
        """Raise SendError if Twilio cannot be reached, or refuses the account or its token. Blocks."""
        with _translating_errors():
            self._blocking_client.messages.list(limit=1)

    def owns(self, number: str) -> bool:
        """Return whether the account has that number, E.164. Blocks. Raises as ``check``."""
        with _translating_errors():
            numbers = self._blocking_client.incoming_phone_numbers
            return bool(numbers.list(phone_number=number, limit=1))


@contextmanager
def _translating_errors() -> Generator[None]:
    try:
        with translating_errors(SendError):
            yield
    except SendError as refusal:
        if refusal.code == OPTED_OUT:
            raise RecipientOptedOut from None
        raise


def _variables(body: str) -> str:
    """Return the variables of the template: its first is the body, in one line, as WhatsApp demands.

    https://developers.facebook.com/docs/whatsapp/message-templates/guidelines: no line breaks in a variable.
    """
    return json.dumps({"1": _one_line(body)})


def _is_body(stored: str, body: str, *, in_template: bool) -> bool:
    """Return whether Twilio's body of a message is ours; that of a template has more words around it."""
    return _one_line(body) in stored if in_template else stored == body


def _one_line(body: str) -> str:
    return " ".join(body.split())


def _sent(message: MessageInstance) -> SentMessage:
    if not message.sid:
        raise ValueError("a message without a sid")
    return SentMessage(message.sid, str(message.status))
