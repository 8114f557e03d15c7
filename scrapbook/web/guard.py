"""Protect servers without authentication from pages of other sites."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class SameSiteOnly:
    """ASGI middleware that answers 403 to requests from pages of other sites, and to DNS rebinding.

    Args:
        hosts: the host names that a request may have.
        loopback_only: refuse clients on other machines, too.
        is_linked: whether pages of other sites may lead to what is read here.
    """

    def __init__(
        self,
        app: ASGIApp,
        hosts: frozenset[str] = LOOPBACK_NAMES,
        *,
        loopback_only: bool = False,
        is_linked: bool = True,
    ) -> None:
        self._app = app
        self._hosts = hosts
        self._loopback_only = loopback_only
        self._linked = _SAFE if is_linked else frozenset[str]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 403."""
        problem = self._problem(scope) if scope["type"] == "http" else ""
        app = PlainTextResponse(problem, status_code=403) if problem else self._app
        await app(scope, receive, send)

    def _problem(self, scope: Scope) -> str:
        headers = Headers(scope=scope)
        if self._loopback_only and not _is_loopback(scope):
            return "Only programs on this computer may use this."
        if _hostname(headers.get("host", "")) not in self._hosts:
            return "This server does not have that host name."
        if scope["method"] not in self._linked and not _is_same_site(headers):
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
    """Return whether a request is from a page of this server, or not from a browser.

    Browsers send Origin with every POST; other programs do not.
    """
    origin = headers.get("origin")
    same_origin = origin is None or origin.partition("://")[2] == headers.get("host")
    return same_origin and headers.get("sec-fetch-site", "none") in {"none", "same-origin"}
