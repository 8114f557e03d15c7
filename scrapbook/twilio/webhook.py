"""The webhooks that Twilio calls: a message came in, and a reply was delivered (or not).

Nothing is answered here but "taken": the replies go out later, through the REST API.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial, wraps
from typing import Protocol, TypeVar

import anyio
import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from scrapbook.twilio.form import Form, MalformedWebhook, parse_form, whole_number
from scrapbook.twilio.incoming import Incoming
from scrapbook.twilio.optout import OptOut, opt_out
from scrapbook.twilio.signature import HEADER, Signatures
from scrapbook.twilio.status import Delivery

MESSAGES_PATH = "/twilio/messages"
STATUS_PATH = "/twilio/status"
MAX_BODY = 64 * 1024
DEADLINE = 10.0
"""Seconds. Twilio gives up after 15, and must be told in time that a message was not taken."""

log = structlog.get_logger(__name__)

_T = TypeVar("_T")
_Endpoint = Callable[[Request], Awaitable[Response]]


class Inbox(Protocol):
    """What the webhooks need of the house. Every call may block; every ``at`` is aware."""

    def person_id_of(self, address: str) -> int | None:
        """Whose number this is; None for strangers."""
        ...

    def set_opt_out(self, address: str, opted_out: bool, at: datetime) -> None:
        """Keeps whether the carrier lets us text this number."""
        ...

    def accept(self, incoming: Incoming, person_id: int) -> None:
        """Returns once the message can no longer be lost; the same message again changes nothing."""
        ...

    def delivery(
        self, reply_id: int, twilio_sid: str, status: str, error_code: int | None, at: datetime
    ) -> None:
        """Keeps what became of a reply."""
        ...


def routes(public_url: str, auth_token: str, inbox: Inbox) -> list[Route]:
    """``public_url`` is the base URL that Twilio was given: signatures are checked against it alone."""
    webhook = _Webhook(public_url.rstrip("/"), Signatures(auth_token), inbox)
    return [
        Route(MESSAGES_PATH, _in_time(webhook.message), methods=["POST"]),
        Route(STATUS_PATH, _in_time(webhook.status), methods=["POST"]),
    ]


@dataclass(frozen=True, slots=True)
class _Webhook:
    public_url: str
    signatures: Signatures
    inbox: Inbox

    async def message(self, request: Request) -> Response:
        incoming = Incoming.from_form(await self._signed_form(request, MESSAGES_PATH), datetime.now(UTC))
        person_id = await _blocking(self.inbox.person_id_of, incoming.from_)
        if person_id is None:
            log.info("message_from_a_stranger")
        elif not await self._is_for_the_carrier(incoming):
            await _blocking(self.inbox.accept, incoming, person_id)
            log.info("message_accepted", message_sid=incoming.message_sid, person_id=person_id)
        return Response("<Response/>", media_type="text/xml")

    async def status(self, request: Request) -> Response:
        delivery = Delivery.from_form(await self._signed_form(request, STATUS_PATH))
        reply_id = whole_number(Form(request.query_params.multi_items()), "reply")
        if reply_id is None:
            raise MalformedWebhook("reply is missing")
        await _blocking(
            self.inbox.delivery,
            reply_id,
            delivery.twilio_sid,
            delivery.status,
            delivery.error_code,
            datetime.now(UTC),
        )
        return Response(status_code=204)

    async def _signed_form(self, request: Request, path: str) -> Form:
        query = request.scope["query_string"].decode("latin-1")
        url = f"{self.public_url}{path}?{query}" if query else self.public_url + path
        form = _form(await _body(request))
        if form is None or not self.signatures.is_valid(url, form, request.headers.get(HEADER, "")):
            log.warning("webhook_refused", path=path, reason="signature")
            raise HTTPException(403)
        return form

    async def _is_for_the_carrier(self, incoming: Incoming) -> bool:
        """Keeps the opt-out state. What comes with an attachment is the house's business all the same."""
        asked = opt_out(incoming.body, incoming.opt_out_type)
        if asked in {OptOut.OUT, OptOut.IN}:
            await _blocking(self.inbox.set_opt_out, incoming.from_, asked is OptOut.OUT, incoming.received_at)
            log.info("opt_out_changed", message_sid=incoming.message_sid, opted_out=asked is OptOut.OUT)
        return asked is not None and not incoming.media


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise HTTPException(413)
    return bytes(body)


def _form(body: bytes) -> Form | None:
    # What is not even a form cannot have been signed as one.
    try:
        return parse_form(body)
    except MalformedWebhook:
        return None


async def _blocking(function: Callable[..., _T], *args: object) -> _T:
    return await anyio.to_thread.run_sync(partial(function, *args), abandon_on_cancel=True)


def _in_time(endpoint: _Endpoint) -> _Endpoint:
    @wraps(endpoint)
    async def answer(request: Request) -> Response:
        try:
            with anyio.fail_after(DEADLINE):
                return await endpoint(request)
        except (MalformedWebhook, ClientDisconnect) as problem:
            log.warning("webhook_refused", path=request.url.path, reason=str(problem))
            raise HTTPException(400) from None
        except HTTPException:
            raise
        except Exception as problem:  # noqa: BLE001 - whatever it was, Twilio must hear of it
            # A driver's error may quote the message, so only its kind is logged.
            log.error("webhook_not_taken", path=request.url.path, error=type(problem).__name__)
            return Response(status_code=503)

    return answer
