"""The phone in the browser: a page that texts the house through the local Twilio. Development only.

The browser speaks with this server alone, which hands its requests on: so nothing outside needs to be let in.
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
_PATIENCE = 60.0
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
_HANDED_BACK = ("content-type", "content-security-policy", "x-content-type-options")


def phone_routes(
    handset_url: str,
    default_number: str,
    numbers: Sequence[str] = (),
    hosts: frozenset[str] = LOOPBACK_NAMES,
) -> list[BaseRoute]:
    """``GET /phone`` and what belongs to it.

    ``handset_url`` is the local Twilio's base URL, ``numbers`` are offered beside ``default_number`` as whom
    to be, ``hosts`` are the names under which the page may be opened.
    """
    guard = [Middleware(SameSiteOnly, hosts=hosts, loopback_only=True)]
    page, line = _Page(default_number, numbers), _Line(handset_url)
    return [
        Route("/phone", page.show, middleware=guard),
        Route("/phone/messages", line.hand_on, methods=["GET", "POST"], middleware=guard),
        Route("/phone/media/{sid}", line.hand_on, middleware=guard),
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


class _Line:
    """The way to the local Twilio's handset API."""

    def __init__(self, handset_url: str) -> None:
        self._base = handset_url.rstrip("/")

    async def hand_on(self, request: Request) -> Response:
        # Nothing to verify on loopback, and loading the certificates is what makes a client expensive.
        async with httpx.AsyncClient(timeout=_PATIENCE, trust_env=False, verify=False) as client:  # noqa: S501
            try:
                answer = await client.request(
                    request.method,
                    self._base + request.scope["path"].replace("/phone/", "/handset/", 1),
                    params=request.query_params,
                    content=await request.body(),
                )
            except httpx.InvalidURL:
                return PlainTextResponse("There is nothing at this address.", status_code=404)
            except httpx.HTTPError:
                return PlainTextResponse("The local Twilio is not running.", status_code=502)
        headers = {name: answer.headers[name] for name in _HANDED_BACK if name in answer.headers}
        return Response(answer.content, answer.status_code, headers)
