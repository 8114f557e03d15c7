"""The handsets' side of the local Twilio.

Not a part of Twilio's API, and open to programs on this computer alone.
"""

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

from scrapbook.twilio.handset import Attachment, HandsetMessage
from scrapbook.twilio.local.addresses import is_address, is_whatsapp, on_channel_of
from scrapbook.twilio.local.calls import Call, Calls
from scrapbook.twilio.local.faults import Fault, Faults
from scrapbook.twilio.local.inbound import Inbound
from scrapbook.twilio.local.ledger import Ledger, Message, NewMessage
from scrapbook.twilio.local.links import media_response
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


class _Text(BaseModel):
    """``extras`` are webhook fields beside the usual ones."""

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


class _Dialled(BaseModel):
    """``sound`` is a WAV file in base64; ``key`` is pressed at its end, without one the phone is hung up."""

    model_config = ConfigDict(extra="forbid")
    from_: Annotated[str, AfterValidator(_address)] = Field(alias="from")
    to: str = ""
    sound: str = ""
    key: str = Field("", pattern=r"^[0-9*#]?$")

    def call(self, number: str) -> Call:
        if is_whatsapp(self.from_):
            raise ValueError("only a number without a channel can call")
        return Call(self.from_, _address(self.to or number), _decoded(self.sound), self.key)


class _Trouble(BaseModel):
    fault: Fault
    count: int = Field(1, ge=0)


class _Question(BaseModel):
    number: Annotated[str, AfterValidator(_address)]
    after: int = Field(0, ge=0, lt=2**63)
    wait: float = Field(0, ge=0)


class Phones:
    """Any number may text; there is nothing to log in to."""

    def __init__(self, number: str, ledger: Ledger, inbound: Inbound, calls: Calls, faults: Faults) -> None:
        self._number = number
        self._ledger = ledger
        self._inbound = inbound
        self._calls = calls
        self._faults = faults

    def mount(self) -> Mount:
        """The routes, guarded."""
        routes = [
            Route("/messages", self._send, methods=["POST"]),
            Route("/messages", self._events, methods=["GET"]),
            Route("/media/{sid}", self._media, methods=["GET"]),
            Route("/calls", self._call, methods=["POST"]),
            Route("/faults", self._inject, methods=["POST"]),
        ]
        return Mount("/handset", routes=routes, middleware=[Middleware(SameSiteOnly, loopback_only=True)])

    async def _send(self, request: Request) -> Response:
        if _is_too_much(request):
            return PlainTextResponse("That is too much for one message.", status_code=413)
        text = _Text.model_validate_json(await request.body())
        return JSONResponse(as_seen(self._inbound.receive(text.message(self._number))), status_code=201)

    async def _events(self, request: Request) -> Response:
        question = _Question.model_validate(dict(request.query_params))
        found = await self._changed(question.number, question.after, min(question.wait, MAX_WAIT))
        seen = [as_seen(message) for message in found]
        return JSONResponse({"messages": seen, "latest": self._ledger.latest_change()})

    async def _changed(self, number: str, after: int, wait: float) -> list[Message]:
        try:
            async with asyncio.timeout(wait):
                while not (found := self._ledger.of_number(number, after)) and self._knows(after):
                    await self._ledger.wait_for_change()
        except TimeoutError:
            return self._ledger.of_number(number, after)
        return found

    def _knows(self, change: int) -> bool:
        """False for somebody who remembers more than we do: our file was removed in the meantime."""
        return change <= self._ledger.latest_change()

    async def _media(self, request: Request) -> Response:
        return media_response(self._ledger, request.path_params["sid"])

    async def _call(self, request: Request) -> Response:
        if _is_too_much(request):
            return PlainTextResponse("That is too much for one call.", status_code=413)
        dialled = _Dialled.model_validate_json(await request.body())
        return JSONResponse(await self._calls.place(dialled.call(self._number)), status_code=201)

    async def _inject(self, request: Request) -> Response:
        trouble = _Trouble.model_validate_json(await request.body())
        self._faults.inject(trouble.fault, trouble.count)
        return JSONResponse({})


def _is_too_much(request: Request) -> bool:
    return int(request.headers.get("content-length", 0)) > _MAX_REQUEST


def as_seen(message: Message) -> HandsetMessage:
    """The message as its handset shows it."""
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
    """Raises ValueError for what carriers do not take: MMS has 10 parts of 5 MB, WhatsApp one of 16 MB."""
    parts, megabytes = (1, 16) if whatsapp else (10, 5)
    if len(attachments) > parts:
        raise ValueError(f"a message has {parts} attachments at most")
    if any(len(part.content) > megabytes * _MEGABYTE for part in attachments):
        raise ValueError(f"an attachment has {megabytes} MB at most")


async def answer(_: Request, problem: Exception) -> Response:
    """400 and one sentence."""
    return PlainTextResponse(_sentence(problem), status_code=400)


def _sentence(problem: Exception) -> str:
    if not isinstance(problem, ValidationError):
        return str(problem)
    first: Mapping[str, object] = problem.errors()[0]  # pyright: ignore[reportAssignmentType]
    return f"{'.'.join(map(str, problem.errors()[0]['loc']))}: {first['msg']}"
