"""All addresses of the book, with what protects each of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from scrapbook.core.search import Meaning
from scrapbook.errors import NotFound, StoreUnavailable
from scrapbook.media.storage import MediaStore
from scrapbook.store import Store
from scrapbook.web.application import application
from scrapbook.web.book.access import Access, Handler, PageRoute, SignedIn
from scrapbook.web.book.changing import OnLinks, book_changing_routes
from scrapbook.web.book.describing import describing_routes
from scrapbook.web.book.events import book_events_routes
from scrapbook.web.book.exporting import Exports
from scrapbook.web.book.files import FilePages, Pictures, book_file_routes
from scrapbook.web.book.following_pages import FollowingForms, following_routes
from scrapbook.web.book.framing import not_found
from scrapbook.web.book.headers import BookHeaders
from scrapbook.web.book.importing import Uploads, book_importing_routes
from scrapbook.web.book.memo_words import MemoWords, memo_word_routes
from scrapbook.web.book.reading_pages import ReadingPages, book_reading_routes
from scrapbook.web.book.reminder_pages import reminder_routes
from scrapbook.web.book.rendering import render_bare
from scrapbook.web.book.settings_page import SettingsPage
from scrapbook.web.book.sharing_forms import sharing_form_routes
from scrapbook.web.book.sharing_pages import SHARED, SharedPages
from scrapbook.web.book.signing_in import SigningIn
from scrapbook.web.book.static_files import static_routes
from scrapbook.web.book.writing import WrittenMessages, book_writing_routes
from scrapbook.web.guard import LOOPBACK_NAMES, SameSiteOnly

PREFIX = "/book"

log = structlog.get_logger(__name__)

CHECK_THEIR_TOKEN = frozenset({"/book/write", "/book/import"})
"""Addresses whose handlers check the token of their forms, which hold files, within limits of their own."""

ROBOTS = "User-agent: *\nDisallow: /book\n"

_ERRORS = {
    400: ("That cannot be read", "Go back, and send it once more."),
    500: ("Something went wrong", "It is reported. Try again, or text instead: texts are kept."),
    503: ("Not now", "The scrapbook cannot be read at the moment. Try again in a minute."),
}


@dataclass(frozen=True, slots=True)
class BookServices:
    """What the pages need beside the store.

    Attributes:
        messages: takes what is written in the box.
        exports: sends what a person takes along.
        compact: encodes a recording for browsers that cannot play it as it came.
        number: the number to text.
        public_url: the base URL under which browsers reach the app.
        uploads: where exports go that are to be imported.
        meaning: the search by meaning; None if there is none.
        on_followed: is called, in the event loop, when a feed is due to be read.
        on_links: is called, in a thread, when a form has brought links, to make their cards.
    """

    messages: WrittenMessages
    files: MediaStore
    pictures: Pictures
    exports: Exports
    compact: Callable[[bytes], bytes]
    number: str
    public_url: str
    uploads: Uploads
    meaning: Meaning | None = None
    on_followed: Callable[[], None] = lambda: None
    on_links: OnLinks = lambda _person_id, _change_id: None


def page_routes(store: Store, access: Access, services: BookServices) -> list[PageRoute]:
    """Return all pages for somebody who is signed in: path, handler, methods."""
    reading = ReadingPages(
        store,
        number=services.number,
        public_url=services.public_url,
        meaning=services.meaning,
        take_flash=access.take_flash,
        now=access.now,
    )
    files = FilePages(store, services.files, services.pictures, services.compact)
    return [
        *SigningIn(store, access).page_routes(),
        *SettingsPage(store, access, services.public_url).page_routes(),
        *services.exports.page_routes(),
        *describing_routes(store, access.flash),
        *sharing_form_routes(store, access.flash, services.public_url),
        *book_reading_routes(reading),
        *following_routes(
            reading,
            FollowingForms(store, access.flash, access.now, services.on_followed, services.on_links),
        ),
        *reminder_routes(reading, store, access.flash, access.now),
        *book_file_routes(files),
        *memo_word_routes(MemoWords(store)),
        *book_writing_routes(store, services.messages),
        *book_changing_routes(store, access.flash, services.on_links),
        *book_importing_routes(store, services.uploads, access.take_flash),
        *book_events_routes(store, access.is_signed_in),
    ]


def book_routes(
    store: Store, access: Access, pages: Iterable[PageRoute], services: BookServices
) -> list[BaseRoute]:
    """Return the routes ``/book`` and below, those of what is shared, and ``/robots.txt``.

    Requests under another host name than that of the public URL or of this machine are refused, and changes
    that a page of another site sends.

    Args:
        pages: run for somebody who is signed in only.
        services: whose pictures are shown to everybody where they are shared.
    """
    public_url = services.public_url
    public = [
        *static_routes(),
        *SigningIn(store, access).public_routes(),
        *services.exports.public_routes(),
    ]
    private = [
        Route(
            path,
            access.requires_sign_in(_with_not_found(store, page), checks_token=path in CHECK_THEIR_TOKEN),
            methods=methods,
        )
        for path, page, methods in [*pages, (f"{PREFIX}/{{rest:path}}", _nowhere, ("GET", "HEAD"))]
    ]
    book = _protected(PREFIX, [*public, *private], public_url)
    shared = _protected(
        SHARED, SharedPages(store, services.pictures, access, public_url).routes(), public_url
    )
    return [Route(PREFIX, _AtItsRoot(book.app)), book, shared, Route("/robots.txt", _robots)]


def _protected(prefix: str, routes: Iterable[Route], public_url: str) -> Mount:
    address = urlsplit(public_url)
    below = [
        Route(route.path.removeprefix(prefix) or "/", route.endpoint, methods=route.methods)
        for route in routes
    ]
    errors = {
        HTTPException: _http_error,
        NotFound: _not_found,
        StoreUnavailable: _unavailable,
        Exception: _failed,
    }
    return Mount(
        prefix,
        app=application(below, handlers=errors),
        middleware=[
            Middleware(BookHeaders, is_https=address.scheme == "https"),
            Middleware(SameSiteOnly, hosts=LOOPBACK_NAMES | {address.hostname or ""}),
        ],
    )


def _with_not_found(store: Store, page: Handler) -> Handler:
    """Return a handler that answers with the page for what is not found, within the frame of the book."""

    async def answer(request: Request, who: SignedIn) -> Response:
        try:
            return await page(request, who)
        except NotFound:
            return await not_found(store, request, who)

    return answer


async def _nowhere(_request: Request, _who: SignedIn) -> Response:
    raise NotFound("There is no such page.")


class _AtItsRoot:
    """Leads ``/book``, which no mount matches, to the root of the app that is mounted there."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app({**scope, "path": f"{PREFIX}/", "root_path": PREFIX}, receive, send)


async def _robots(_request: Request) -> Response:
    return PlainTextResponse(ROBOTS)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for these
    return _page(request, error.status_code)


async def _not_found(request: Request, _error: Exception) -> Response:
    return _page(request, 404)


async def _unavailable(request: Request, error: Exception) -> Response:
    log.warning("book_unavailable", reason=type(error).__name__)
    return _page(request, 503)


async def _failed(request: Request, _error: Exception) -> Response:
    """Return the page for an error that nobody expected, which is raised again and reported."""
    return _page(request, 500)


def _page(request: Request, status: int) -> Response:
    if status not in _ERRORS and status < 500:
        return render_bare(request, "not_found.html", status=status)
    heading, text = _ERRORS.get(status, _ERRORS[500])
    return render_bare(request, "error.html", status=status, heading=heading, text=text)
