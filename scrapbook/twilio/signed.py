"""Requests that only Twilio can have made, answered before it gives up."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial, wraps
from typing import TypeVar

import anyio
import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from scrapbook.metrics import webhook_answers
from scrapbook.reports import report
from scrapbook.seldom import Seldom
from scrapbook.twilio import probe
from scrapbook.twilio.form import Form, MalformedWebhook, parse_form
from scrapbook.twilio.signature import HEADER, Signatures

MAX_BODY = 64 * 1024
DEADLINE = 10.0
"""Seconds. Twilio gives up after 15, and must be told in time that something was not taken."""

log = structlog.get_logger(__name__)

_T = TypeVar("_T")
_Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class SignedForms:
    """``public_url`` is the base URL that Twilio was given: signatures are checked against it alone.

    ``installation`` is what answers to probes are made with.
    """

    public_url: str
    signatures: Signatures
    installation: str = ""
    seldom: Seldom = field(default_factory=Seldom)

    async def read(self, request: Request, path: str) -> Form:
        """The form. Raises HTTPException: 403 where it was not signed for this URL, 413 above MAX_BODY.

        Raises ProbeAnswered for a probe, which ``in_time`` turns into its answer.
        """
        query = request.scope["query_string"].decode("latin-1")
        url = f"{self.public_url}{path}?{query}" if query else self.public_url + path
        form = _form(await _body(request))
        if form is None or not self.signatures.is_valid(url, form, request.headers.get(HEADER, "")):
            self.seldom(log.warning, "webhook_refused", path=path, reason="signature")
            raise HTTPException(403)
        if nonce := form.get(probe.FIELD):
            log.info("probe_answered", path=path)
            raise probe.ProbeAnswered(probe.proof(self.installation, nonce))
        return form

    def in_time(self, endpoint: _Endpoint) -> _Endpoint:
        """The endpoint, with a plain status for whatever goes wrong in it or takes longer than DEADLINE."""

        @wraps(endpoint)
        async def counted(request: Request) -> Response:
            try:
                answered = await answer(request)
            except HTTPException as refused:
                webhook_answers.labels(request.scope["path"], refused.status_code).inc()
                raise
            webhook_answers.labels(request.scope["path"], answered.status_code).inc()
            return answered

        async def answer(request: Request) -> Response:
            try:
                with anyio.fail_after(DEADLINE):
                    return await endpoint(request)
            except (MalformedWebhook, ClientDisconnect) as problem:
                self.seldom(log.warning, "webhook_malformed", path=request.scope["path"], reason=str(problem))
                raise HTTPException(400) from None
            except probe.ProbeAnswered as probed:
                return JSONResponse({probe.ANSWER: probed.proof})
            except HTTPException:
                raise
            except Exception as problem:  # noqa: BLE001 - whatever it was, Twilio must hear of it
                report(problem, step=request.scope["path"])
                return Response(status_code=503)

        return counted


async def blocking(function: Callable[..., _T], *args: object) -> _T:
    """Runs it in a thread, and leaves it to itself when time is up."""
    return await anyio.to_thread.run_sync(partial(function, *args), abandon_on_cancel=True)


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
