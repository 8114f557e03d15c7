"""The HTTP API with which handsets text and call. Twilio has no such API; only this machine may use it."""

import asyncio
import binascii
import re
from base64 import b64decode
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route

from scrapbook.emulators.handset import Attachment, HandsetMessage
from scrapbook.emulators.twilio.addresses import is_address, is_whatsapp, on_channel_of
from scrapbook.emulators.twilio.calls import Call, Calls
from scrapbook.emulators.twilio.faults import Fault, Faults
from scrapbook.emulators.twilio.inbound import Inbound
from scrapbook.emulators.twilio.links import media_response
from scrapbook.emulators.twilio.message_log import Message, MessageLog, NewMessage
from scrapbook.web.guard import SameSiteOnly

MAX_WAIT = 30.0
_MEGABYTE = 1024 * 1024
_MAX_REQUEST = 72 * _MEGABYTE
_CONTENT_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(; ?[\w-]+=[\w.+-]+)*")


def _address(value: str) -> str:
    if not is_address(value):
        raise ValueError("not a number like +15550100")
    return value


def _decoded(base64: str) -> bytes:
    try:
        return b64decode(base64, validate=True)
    except binascii.Error as problem:
        raise ValueError("a file is not base64") from problem


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")
    content_type: str = Field(pattern=_CONTENT_TYPE)
    content: str

    def attachment(self) -> Attachment:
        return Attachment(self.content_type, _decoded(self.content))


class _TextRequest(BaseModel):
    """A text; ``extras`` are further fields of its webhook."""

    model_config = ConfigDict(extra="forbid")
    from_: Annotated[str, AfterValidator(_address)] = Field(alias="from")
    to: str = ""
    body: str = Field("", max_length=1600)
    media: list[_Part] = []
    extras: dict[str, str] = {}

    def message(self, number: str) -> NewMessage:
        attachments = [part.attachment() for part in self.media]
        check_attachments(attachments, is_whatsapp(self.from_))
        if not (self.body or attachments or self.extras):
            raise ValueError("there is nothing in the message")
        to = _address(self.to or on_channel_of(self.from_, number))
        return NewMessage("inbound", self.from_, to, self.body, "pending", "", self.extras, attachments)


class _CallRequest(BaseModel):
    """A call; ``sound`` is a WAV file in base64, ``key`` is pressed at its end, "" hangs up."""

    model_config = ConfigDict(extra="forbid")
    from_: Annotated[str, AfterValidator(_address)] = Field(alias="from")
    to: str = ""
    sound: str = ""
    key: str = Field("", pattern=r"^[0-9*#]?$")

    def call(self, number: str) -> Call:
        if is_whatsapp(self.from_):
            raise ValueError("only a number without a channel can call")
        return Call(self.from_, _address(self.to or number), _decoded(self.sound), self.key)


class _FaultRequest(BaseModel):
    fault: Fault
    count: int = Field(1, ge=0)


class _EventsQuery(BaseModel):
    number: Annotated[str, AfterValidator(_address)]
    after: int = Field(0, ge=0, lt=2**63)
    wait: float = Field(0, ge=0)


class HandsetApi:
    """The routes of the API. Any number may text; there is no login."""

    def __init__(
        self, number: str, message_log: MessageLog, inbound: Inbound, calls: Calls, faults: Faults
    ) -> None:
        self._number = number
        self._message_log = message_log
        self._inbound = inbound
        self._calls = calls
        self._faults = faults

    def mount(self) -> Mount:
        """Return the routes, which refuse other machines and other sites."""
        routes = [
            Route("/messages", self._send, methods=["POST"]),
            Route("/messages", self._events, methods=["GET"]),
            Route("/media/{sid}", self._media, methods=["GET"]),
            Route("/calls", self._call, methods=["POST"]),
            Route("/faults", self._inject, methods=["POST"]),
        ]
        guard = Middleware(SameSiteOnly, loopback_only=True, is_linked=False)
        return Mount("/handset", routes=routes, middleware=[guard])

    async def _send(self, request: Request) -> Response:
        if _is_too_large(request):
            return PlainTextResponse("That is too much for one message.", status_code=413)
        text = _TextRequest.model_validate_json(await request.body())
        return JSONResponse(
            handset_message(self._inbound.receive(text.message(self._number))), status_code=201
        )

    async def _events(self, request: Request) -> Response:
        query = _EventsQuery.model_validate(dict(request.query_params))
        found = await self._changed(query.number, query.after, min(query.wait, MAX_WAIT))
        shown = [handset_message(message) for message in found]
        return JSONResponse({"messages": shown, "latest": self._message_log.latest_change()})

    async def _changed(self, number: str, after: int, wait: float) -> list[Message]:
        try:
            async with asyncio.timeout(wait):
                while not (found := self._message_log.of_number(number, after)) and self._knows(after):
                    await self._message_log.wait_for_change()
        except TimeoutError:
            return self._message_log.of_number(number, after)
        return found

    def _knows(self, change: int) -> bool:
        """Return False for a change that is not in the database, which was deleted since."""
        return change <= self._message_log.latest_change()

    async def _media(self, request: Request) -> Response:
        return media_response(self._message_log, request.path_params["sid"])

    async def _call(self, request: Request) -> Response:
        if _is_too_large(request):
            return PlainTextResponse("That is too much for one call.", status_code=413)
        request_body = _CallRequest.model_validate_json(await request.body())
        return JSONResponse(await self._calls.run(request_body.call(self._number)), status_code=201)

    async def _inject(self, request: Request) -> Response:
        fault_request = _FaultRequest.model_validate_json(await request.body())
        self._faults.inject(fault_request.fault, fault_request.count)
        return JSONResponse({})


def _is_too_large(request: Request) -> bool:
    return int(request.headers.get("content-length", 0)) > _MAX_REQUEST


def handset_message(message: Message) -> HandsetMessage:
    """Return the message as its handset shows it."""
    return {
        "seq": message.seq,
        "changed": message.changed,
        "sid": message.sid,
        "direction": "inbound" if message.is_inbound else "outbound",
        "from": message.from_,
        "to": message.to,
        "body": message.body,
        "media": [
            {"sid": part.sid, "content_type": part.content_type, "size": part.size} for part in message.media
        ],
        "status": message.status,
        "error_code": message.error_code,
        "carrier": message.direction == "outbound-reply",
        "created_at": message.created_at.isoformat(),
    }


def check_attachments(attachments: list[Attachment], whatsapp: bool) -> None:
    """Raise ValueError above the limits: 10 attachments of 5 MB for MMS, one of 16 MB for WhatsApp."""
    parts, megabytes = (1, 16) if whatsapp else (10, 5)
    if len(attachments) > parts:
        raise ValueError(f"a message has {parts} attachments at most")
    if any(len(part.content) > megabytes * _MEGABYTE for part in attachments):
        raise ValueError(f"an attachment has {megabytes} MB at most")


async def answer(_: Request, problem: Exception) -> Response:
    """Return a response with status 400 and one sentence."""
    return PlainTextResponse(_sentence(problem), status_code=400)


def _sentence(problem: Exception) -> str:
    if not isinstance(problem, ValidationError):
        return str(problem)
    first: Mapping[str, object] = problem.errors()[0]  # pyright: ignore[reportAssignmentType]
    return f"{'.'.join(map(str, problem.errors()[0]['loc']))}: {first['msg']}"
