"""The secret that the processes of a test share, and what stands in for one of them."""

from dataclasses import replace
from http.server import BaseHTTPRequestHandler

import httpx

from scrapbook.net.internal_auth import PROOF, SIGNATURE, CallRefused, InternalAuth
from tests.support.asgi import Request

SECRET = "the secret that the processes of a test share"
AUTH = InternalAuth(SECRET)
HOST = "localhost"
VARIABLE = {"SCRAPBOOK_INTERNAL_SECRET": SECRET}


def signed(request: Request) -> Request:
    """The request as a process of the scrapbook sends it."""
    target = request.path + (f"?{request.query.decode()}" if request.query else "")
    call = AUTH.sign(request.method, f"http://{HOST}{target}", b"".join(request.chunks))
    return replace(
        request,
        headers=(
            *request.headers,
            *((name.lower().encode(), value.encode()) for name, value in call.headers.items()),
        ),
    )


class Signed(httpx.Auth):
    """Signs requests as a process of the scrapbook does."""

    requires_request_body = True

    def auth_flow(self, request: httpx.Request):
        request.headers.update(AUTH.sign(request.method, str(request.url), request.content).headers)
        yield request


def proof(handler: BaseHTTPRequestHandler, status: int, auth: InternalAuth = AUTH) -> dict[str, str]:
    """The header by which a stand-in proves that it is of the scrapbook; empty if nobody asked for it."""
    headers = handler.headers
    try:
        call = auth.verify(handler.command, headers.get("Host", ""), handler.path, headers.get(SIGNATURE, ""))
    except CallRefused:
        return {}
    return {PROOF: call.proof(status)}
