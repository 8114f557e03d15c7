"""The phone in the browser: a page that texts the app through the local Twilio. For development only.

The browser sends its requests to the app, which forwards them, so the local Twilio needs to admit no browser.
"""

from collections.abc import Sequence
from pathlib import Path

import httpx
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from scrapbook.web.guard import LOOPBACK_NAMES, SameSiteOnly

_HERE = Path(__file__).parent
_TIMEOUT = 60.0
"""Seconds."""

_CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self';"
    " connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_PAGE_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": _CONTENT_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_RETURNED_HEADERS = ("content-type", "content-security-policy", "x-content-type-options")


def phone_routes(
    handset_url: str,
    default_number: str,
    numbers: Sequence[str] = (),
    hosts: frozenset[str] = LOOPBACK_NAMES,
) -> list[BaseRoute]:
    """Return the routes of the page, ``GET /phone`` and below.

    Args:
        handset_url: base URL of the local Twilio.
        default_number: the number that the page texts from at first.
        numbers: further numbers to choose from.
        hosts: the host names under which the page may be opened.
    """
    guard = [Middleware(SameSiteOnly, hosts=hosts, loopback_only=True)]
    page, proxy = _Page(default_number, numbers), _Proxy(handset_url)
    return [
        Route("/phone", page.show, middleware=guard),
        Route("/phone/messages", proxy.forward, methods=["GET", "POST"], middleware=guard),
        Route("/phone/media/{sid}", proxy.forward, middleware=guard),
        Mount("/phone/static", StaticFiles(directory=_HERE / "static")),
    ]


class _Page:
    def __init__(self, default_number: str, numbers: Sequence[str]) -> None:
        templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined
        )
        self._html = templates.get_template("phone.html").render(
            default_number=default_number, numbers=list(dict.fromkeys([default_number, *numbers]))
        )

    async def show(self, _: Request) -> Response:
        return HTMLResponse(self._html, headers=_PAGE_HEADERS)


class _Proxy:
    """Forwards requests to the handset API of the local Twilio."""

    def __init__(self, handset_url: str) -> None:
        self._base = handset_url.rstrip("/")

    async def forward(self, request: Request) -> Response:
        # Loopback has no TLS, and loading the certificates would take longer than a request.
        async with httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False, verify=False) as client:  # noqa: S501
            try:
                response = await client.request(
                    request.method,
                    self._base + request.scope["path"].replace("/phone/", "/handset/", 1),
                    params=request.query_params,
                    content=await request.body(),
                )
            except httpx.InvalidURL:
                return PlainTextResponse("There is nothing at this address.", status_code=404)
            except httpx.HTTPError:
                return PlainTextResponse("The local Twilio is not running.", status_code=502)
        headers = {name: response.headers[name] for name in _RETURNED_HEADERS if name in response.headers}
        return Response(response.content, response.status_code, headers)
