"""The webhooks that Twilio calls: a message came in, a reply was delivered (or not), somebody calls.

Messages are answered with nothing but "taken": the replies go out later, through the REST API.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scrapbook.twilio.form import CALL, Form, MalformedWebhook, required, sid, whole_number
from scrapbook.twilio.inbox import Inbox
from scrapbook.twilio.incoming import Incoming
from scrapbook.twilio.optout import OptOut, opt_out
from scrapbook.twilio.signature import Signatures
from scrapbook.twilio.signed import SignedForms
from scrapbook.twilio.status import Delivery
from scrapbook.twilio.voice import voice_routes

MESSAGES_PATH = "/twilio/messages"
STATUS_PATH = "/twilio/status"

EMPTY = "<Response/>"
"""TwiML that says nothing."""

log = structlog.get_logger(__name__)


def routes(public_url: str, auth_token: str, inbox: Inbox, installation: str = "") -> list[Route]:
    """``public_url`` is the base URL that Twilio was given: signatures are checked against it alone.

    ``installation`` is what answers to probes are made with.
    """
    forms = SignedForms(public_url.rstrip("/"), Signatures(auth_token), installation)
    webhook = _Webhook(forms, inbox)
    return [
        Route(MESSAGES_PATH, forms.in_time(webhook.message), methods=["POST"]),
        Route(STATUS_PATH, forms.in_time(webhook.status), methods=["POST"]),
        *voice_routes(forms, inbox),
    ]


@dataclass(frozen=True, slots=True)
class _Webhook:
    forms: SignedForms
    inbox: Inbox

    async def message(self, request: Request) -> Response:
        incoming = Incoming.from_form(await self.forms.read(request, MESSAGES_PATH), datetime.now(UTC))
        if await self._is_for_the_carrier(incoming):
            return Response(EMPTY, media_type="text/xml")
        person_id = await self.inbox.accept(incoming)
        if person_id is None:
            self.forms.seldom(log.info, "message_from_a_stranger")
        else:
            log.info("message_accepted", message_sid=incoming.message_sid, person_id=person_id)
        return Response(EMPTY, media_type="text/xml")

    async def status(self, request: Request) -> Response:
        form = await self.forms.read(request, STATUS_PATH)
        if form.get("CallSid"):  # the number's own status callback is about calls
            log.info("call_ended", call_sid=sid(form, "CallSid", CALL), status=required(form, "CallStatus"))
            return Response(status_code=204)
        delivery = Delivery.from_form(form)
        reply_id = whole_number(Form(request.query_params.multi_items()), "reply")
        if reply_id is None:
            raise MalformedWebhook("reply is missing")
        await self.inbox.delivery(
            reply_id,
            delivery.twilio_sid,
            delivery.status,
            delivery.error_code,
            datetime.now(UTC),
        )
        return Response(status_code=204)

    async def _is_for_the_carrier(self, incoming: Incoming) -> bool:
        """Keeps the opt-out state. What comes with an attachment is the house's business all the same."""
        asked = opt_out(incoming.body, incoming.opt_out_type)
        if asked is None:
            return False
        if await self.inbox.person_id_of(incoming.from_) is None:
            self.forms.seldom(log.info, "message_from_a_stranger")
            return True
        if asked in {OptOut.OUT, OptOut.IN}:
            await self.inbox.set_opt_out(incoming.from_, asked is OptOut.OUT, incoming.received_at)
            log.info("opt_out_changed", message_sid=incoming.message_sid, opted_out=asked is OptOut.OUT)
        return not incoming.media
