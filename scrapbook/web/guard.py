"""Keeps other sites' pages away from servers that trust whoever can reach them."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class SameSiteOnly:
    """ASGI middleware: 403 for what a page of another site, or a name that was rebound to us, would send.

    ``hosts`` are the names under which the server may be addressed; with ``loopback_only``, clients on other
    machines are refused too.
    """

    def __init__(
        self, app: ASGIApp, hosts: frozenset[str] = LOOPBACK_NAMES, loopback_only: bool = False
    ) -> None:
        self._app = app
        self._hosts = hosts
        self._loopback_only = loopback_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hands on what may pass."""
        problem = self._problem(scope) if scope["type"] == "http" else ""
        app = PlainTextResponse(problem, status_code=403) if problem else self._app
        await app(scope, receive, send)

    def _problem(self, scope: Scope) -> str:
        headers = Headers(scope=scope)
        if self._loopback_only and not _is_loopback(scope):
            return "Only programs on this computer may use this."
        if _hostname(headers.get("host", "")) not in self._hosts:
            return "This server does not go by that name."
        if scope["method"] not in _SAFE and not _is_same_site(headers):
            return "Other sites may not use this."
        return ""


def _hostname(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _is_loopback(scope: Scope) -> bool:
    client = scope.get("client")
    try:
        return client is not None and ip_address(client[0]).is_loopback
    except ValueError:
        return False


def _is_same_site(headers: Headers) -> bool:
    """Browsers send Origin with every POST, programs do not."""
    origin = headers.get("origin")
    same_origin = origin is None or origin.partition("://")[2] == headers.get("host")
    return same_origin and headers.get("sec-fetch-site", "none") in {"none", "same-origin"}
