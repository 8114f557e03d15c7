"""Verify that a request is from Twilio, and answer it before Twilio gives up."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import wraps

import anyio
import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from scrapbook.channels.twilio import probe
from scrapbook.channels.twilio.form import Form, MalformedWebhook, parse_form
from scrapbook.channels.twilio.signature import HEADER, Signatures
from scrapbook.observability.log_throttle import ThrottledLog
from scrapbook.observability.metrics import webhook_answers
from scrapbook.observability.reporting import report_error

MAX_BODY = 64 * 1024
"""Bytes. Our limit: Twilio documents none, and its longest form is far shorter."""

DEADLINE = 10.0
"""Seconds. Twilio gives up after 15; an answer with an error before that makes it try its fallback."""

log = structlog.get_logger(__name__)

_Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class SignedRequests:
    """Reads the forms of Twilio's webhooks.

    Attributes:
        public_url: the base URL that Twilio was given; signatures are verified against it alone.
        installation_key: the key with which probes are answered.
        throttled: writes the log lines that unknown senders could cause without end.
    """

    public_url: str
    signatures: Signatures
    installation_key: str = ""
    throttled: ThrottledLog = field(default_factory=ThrottledLog)

    async def read(self, request: Request, path: str) -> Form:
        """Return the form of a request to ``path``.

        Raises:
            HTTPException: 403 if it was not signed for this URL, 413 above MAX_BODY bytes.
            ProbeReceived: it is a probe; ``with_deadline`` answers it.
        """
        query = request.scope["query_string"].decode("latin-1")
        url = f"{self.public_url}{path}?{query}" if query else self.public_url + path
        form = _form(await _body(request))
        if form is None or not self.signatures.is_valid(url, form, request.headers.get(HEADER, "")):
            self.throttled(log.warning, "webhook_refused", path=path, reason="signature")
            raise HTTPException(403)
        if nonce := form.get(probe.FIELD):
            log.info("probe_answered", path=path)
            raise probe.ProbeReceived(probe.proof(self.installation_key, nonce))
        return form

    def with_deadline(self, endpoint: _Endpoint) -> _Endpoint:
        """Return the endpoint with a deadline, with an HTTP status for each error, and counted.

        A malformed form is answered with 400; any other error and a timeout with 503, and it is reported.
        """

        @wraps(endpoint)
        async def counted(request: Request) -> Response:
            try:
                response = await answer(request)
            except HTTPException as refusal:
                webhook_answers.labels(request.scope["path"], refusal.status_code).inc()
                raise
            webhook_answers.labels(request.scope["path"], response.status_code).inc()
            return response

        async def answer(request: Request) -> Response:
            try:
                with anyio.fail_after(DEADLINE):
                    return await endpoint(request)
            except (MalformedWebhook, ClientDisconnect) as error:
                path = request.scope["path"]
                self.throttled(log.warning, "webhook_malformed", path=path, reason=str(error))
                raise HTTPException(400) from None
            except probe.ProbeReceived as received:
                return JSONResponse({probe.ANSWER: received.proof})
            except HTTPException:
                raise
            except Exception as error:  # noqa: BLE001 - Twilio must learn of any failure
                report_error(error, step=request.scope["path"])
                return Response(status_code=503)

        return counted


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise HTTPException(413)
    return bytes(body)


def _form(body: bytes) -> Form | None:
    """Return the form; None for a body that is none, which Twilio cannot have signed."""
    try:
        return parse_form(body)
    except MalformedWebhook:
        return None
