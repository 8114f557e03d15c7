"""The webhooks that Twilio calls: a message arrived, the status of a reply changed, somebody calls.

A message is answered with an empty response. The replies are sent later, through the REST API.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scrapbook.channels.twilio.calls import voice_routes
from scrapbook.channels.twilio.form import CALL, Form, MalformedWebhook, required, sid, whole_number
from scrapbook.channels.twilio.inbound import inbound_message
from scrapbook.channels.twilio.optout import OptOut, is_answered_by_twilio, opt_out
from scrapbook.channels.twilio.signature import Signatures
from scrapbook.channels.twilio.signed_requests import SignedRequests
from scrapbook.channels.twilio.status import StatusCallback
from scrapbook.channels.twilio.transport import REFERENCE, STATUS_PATH
from scrapbook.messaging.inbound import InboundMessage
from scrapbook.messaging.ports import MessageReceiver

MESSAGES_PATH = "/twilio/messages"

EMPTY = "<Response/>"
"""TwiML without verbs: Twilio sends no reply."""

log = structlog.get_logger(__name__)


def routes(
    public_url: str, auth_token: str, receiver: MessageReceiver, installation_key: str = ""
) -> list[Route]:
    """Return the routes of all webhooks.

    Args:
        public_url: the base URL that Twilio was given; signatures are verified against it alone.
        installation_key: proves to ``scrapbook connect`` which installation answers.
    """
    requests = SignedRequests(public_url.rstrip("/"), Signatures(auth_token), installation_key)
    webhook = _Webhook(requests, receiver)
    return [
        Route(MESSAGES_PATH, requests.with_deadline(webhook.message), methods=["POST"]),
        Route(STATUS_PATH, requests.with_deadline(webhook.status), methods=["POST"]),
        *voice_routes(requests, receiver),
    ]


@dataclass(frozen=True, slots=True)
class _Webhook:
    requests: SignedRequests
    receiver: MessageReceiver

    async def message(self, request: Request) -> Response:
        incoming = inbound_message(await self.requests.read(request, MESSAGES_PATH), datetime.now(UTC))
        if await self._is_for_twilio(incoming):
            return Response(EMPTY, media_type="text/xml")
        person_id = await self.receiver.accept(incoming)
        if person_id is None:
            self.requests.throttled(log.info, "message_from_unknown_sender")
        else:
            log.info("message_accepted", message_id=incoming.message_id, person_id=person_id)
        return Response(EMPTY, media_type="text/xml")

    async def status(self, request: Request) -> Response:
        form = await self.requests.read(request, STATUS_PATH)
        if form.get("CallSid"):  # the status callback of the number, which is about calls
            log.info("call_ended", call_sid=sid(form, "CallSid", CALL), status=required(form, "CallStatus"))
            return Response(status_code=204)
        callback = StatusCallback.from_form(form)
        reference = whole_number(Form(request.query_params.multi_items()), REFERENCE)
        if reference is None:
            raise MalformedWebhook(f"{REFERENCE} is missing")
        if callback.status is None:
            status = required(form, "MessageStatus")
            self.requests.throttled(log.warning, "delivery_status_unknown", status=status)
        else:
            await self.receiver.delivery(
                reference, callback.message_sid, callback.status, callback.error_code, datetime.now(UTC)
            )
        return Response(status_code=204)

    async def _is_for_twilio(self, incoming: InboundMessage) -> bool:
        """Record an opt-out or opt-in. Returns whether nothing more is to be done with the message.

        What Twilio does not answer is for the scrapbook: HELP on WhatsApp, START and YES of somebody who has
        not opted out. So is what came with files.
        """
        request = opt_out(
            incoming.body, incoming.from_, incoming.opt_out_type, has_media=bool(incoming.media)
        )
        if request is None:
            return False
        if await self.receiver.person_id_of(incoming.from_) is None:
            self.requests.throttled(log.info, "message_from_unknown_sender")
            return True
        is_answered = is_answered_by_twilio(incoming.from_, incoming.opt_out_type)
        if request is OptOut.OUT:
            await self._set_opt_out(incoming, opted_out=True)
            is_answered = True  # by silence, where Twilio does not confirm it
        elif request is OptOut.IN:
            is_answered &= await self._set_opt_out(incoming, opted_out=False)
        return is_answered and not incoming.media

    async def _set_opt_out(self, incoming: InboundMessage, *, opted_out: bool) -> bool:
        """Record an opt-out or opt-in. Returns whether it changes anything."""
        has_changed = await self.receiver.set_opt_out(incoming.from_, opted_out, incoming.received_at)
        if has_changed:
            log.info("opt_out_changed", message_id=incoming.message_id, opted_out=opted_out)
        return has_changed
