"""Lets only processes of the same scrapbook call Rasa, and proves to them that Rasa is one.

``scrapbook/net/internal_guard.py`` does the same for the other processes.
"""

import os
from functools import wraps
from inspect import isawaitable
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Awaitable, Callable, Optional, Text
from urllib.parse import urlsplit

from sanic import response
from sanic.request import Request
from sanic.response import HTTPResponse

from components.internal_auth import PROOF, SIGNATURE, CallRefused, InternalAuth, SignedCall

SECRET = "SCRAPBOOK_INTERNAL_SECRET"  # noqa: S105 - the name of the variable
FORBIDDEN, UNAUTHORIZED = 403, 401

Handler = Callable[..., Awaitable[HTTPResponse]]


def auth_of_environment() -> InternalAuth:
    """Return the secret of the environment, or of the file that it names.

    Raises:
        SystemExit: there is none.
    """
    path = os.environ.get(SECRET + "_FILE")
    secret = os.environ.get(SECRET) or (Path(path).read_text(encoding="utf-8").strip() if path else "")
    if not secret:
        raise SystemExit(
            f"Set {SECRET}, or {SECRET}_FILE, to the secret that the scrapbook's processes share."
        )
    return InternalAuth(secret)


def signed(auth: InternalAuth, is_open: bool = False) -> Callable[[Handler], Handler]:
    """Return a decorator of handlers that answers 401 or 403 to others than processes of this scrapbook.

    Args:
        is_open: whether programs that are given no secret may ask, too, under an address or a name without a
            dot.
    """

    def decorated(handler: Handler) -> Handler:
        @wraps(handler)
        async def guarded(request: Request, *arguments: Any) -> HTTPResponse:
            if _is_of_a_browser(request):
                return response.text("Pages in browsers may not use this.", FORBIDDEN)
            if is_open and SIGNATURE not in request.headers:
                if not is_local_name(request.headers.get("host", "")):
                    return response.text("This server does not have that host name.", FORBIDDEN)
                return await handler(request, *arguments)
            try:
                call = _verified(auth, request)
            except CallRefused as refused:
                return _proven(response.text(str(refused), UNAUTHORIZED), refused.call)
            try:
                answer = await handler(request, *arguments)
            except Exception as error:  # noqa: BLE001 - it is described to the caller, and logged by Sanic
                answer = await _described(request, error)
            return _proven(answer, call)

        return guarded

    return decorated


async def _described(request: Request, error: Exception) -> HTTPResponse:
    """Return Sanic's response to an error. Sanic itself would send it without a proof.

    The caller would take Rasa for another program then, and ask again for ever.
    """
    answer = request.app.error_handler.response(request, error)
    return await answer if isawaitable(answer) else answer


def _verified(auth: InternalAuth, request: Request) -> SignedCall:
    target = request.raw_url.decode("ascii", "replace")
    signature = request.headers.get(SIGNATURE, "")
    call = auth.verify(request.method, request.headers.get("host", ""), target, signature)
    if not call.has_body(request.body):
        raise CallRefused("The body is not the one that was signed.")
    return call


def _proven(answer: HTTPResponse, call: Optional[SignedCall]) -> HTTPResponse:
    if call:
        answer.headers[PROOF] = call.proof(answer.status)
    return answer


def _is_of_a_browser(request: Request) -> bool:
    return "origin" in request.headers or request.headers.get("sec-fetch-site", "none") != "none"


def is_local_name(host: Text) -> bool:
    """Return whether no foreign DNS server gives out this Host: an address, or a name without a dot."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:  # brackets that hold no IPv6 address
        return False
    try:
        ip_address(name)
    except ValueError:
        return bool(name) and "." not in name
    return True
