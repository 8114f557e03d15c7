"""The pages of the book, in a test or over HTTP, for people who are signed in without having signed in."""

import asyncio
import hmac
import json
import re
import secrets
import struct
import threading
import zlib
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from typing_extensions import override

from scrapbook.channels.book.inbound import BookInbound
from scrapbook.core.search import Meaning
from scrapbook.core.unparsed_saving import save_unparsed
from scrapbook.core.wording import render
from scrapbook.media.storage import MediaStore
from scrapbook.messaging.written import WrittenMessage
from scrapbook.store import GroupWriter, Store
from scrapbook.web.application import application
from scrapbook.web.book.access import Handler, SignedIn
from scrapbook.web.book.changing import book_changing_routes
from scrapbook.web.book.flash import FlashLine
from scrapbook.web.book.following_pages import FollowingForms, following_routes
from scrapbook.web.book.memo_words import MemoWords, memo_word_routes
from scrapbook.web.book.reading_pages import ReadingPages, book_reading_routes
from scrapbook.web.book.reminder_pages import reminder_routes
from scrapbook.web.book.rendering import STATIC
from scrapbook.web.book.static_files import static_routes
from scrapbook.workflows.intake import MessageIntake
from tests.support.installation import Installation
from tests.support.message_paths import RunningPath
from tests.support.served import served
from tests.support.standins import Answering, Server

if TYPE_CHECKING:
    from playwright.sync_api import SetCookieParam

WHO = "x-test-person"
"""The header, or the cookie, that says which person a request is from, in place of a session."""


CSRF = "a-token-of-forty-three-characters-like-others"
POLICY = "; ".join(
    (
        "default-src 'none'",
        *(f"{what}-src 'self'" for what in ("img", "media", "style", "script", "connect")),
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


class SavingRasa(Server):
    """Speaks Rasa's REST channel, and saves every text just as it came.

    Attributes:
        store: where it saves.
        released: while it is not set, no turn is answered.
        texts: of the turns, in order.
    """

    def __init__(self, store: Store) -> None:
        super().__init__(_Turns)
        self.store = store
        self.released = threading.Event()
        self.released.set()
        self.texts: list[str] = []


class _Turns(Answering):
    server: SavingRasa

    @override
    def post(self, body: str) -> None:
        turn = json.loads(body)
        self.server.texts.append(turn["message"])
        assert self.server.released.wait(60)
        message_id = turn["metadata"]["message_id"]
        result = self.server.store.write(
            lambda tx: tx.turn_results.of(message_id)
        ) or self.server.store.write(lambda tx: save_unparsed(tx, message_id))
        self.answer([{"recipient_id": "1", "text": render(result)}])


@dataclass
class Flashes:
    """Keeps the lines that a page would show once."""

    lines: list[str] = field(default_factory=list)
    change: int | None = None

    async def __call__(self, who: SignedIn, line: FlashLine) -> None:
        self.lines.append(line.text)
        self.change = line.change


class InOtherLoop:
    """Takes written messages in the event loop of a path."""

    def __init__(self, path: RunningPath, files: MediaStore, store: Store) -> None:
        self._path = path
        self._inbound = BookInbound(path.path.intake, files)

    async def take(self, written: WrittenMessage) -> str:
        return await asyncio.wrap_future(self._path.loop.begin(self._inbound.take(written)))


class InOtherProcess:
    """Takes written messages into the database of an installation, whose app finds them within a second."""

    def __init__(self, store: Store, files: MediaStore, executor_id: str) -> None:
        intake = MessageIntake(store, GroupWriter(store), _Nobody(), executor_id)  # pyright: ignore[reportArgumentType]
        self._inbound = BookInbound(intake, files)

    async def take(self, written: WrittenMessage) -> str:
        return await self._inbound.take(written)


class _Nobody:
    """Stands in for the inbox of a process that answers nobody."""

    def wake(self, person_id: int, waiting: object = None) -> None:
        del person_id, waiting


def csrf_of(person_id: int) -> str:
    return f"token of {person_id}"


def signed_in(handler: Handler) -> Handler:
    """The handler behind the checks that sessions have."""

    async def checked(request: Request, _who: SignedIn | None = None) -> Response:
        said = request.headers.get(WHO) or request.cookies.get(WHO)
        if said is None:
            return PlainTextResponse("Sign in first.", status_code=401)
        who = SignedIn(int(said), int(said), csrf_of(int(said)))
        is_multipart = request.headers.get("content-type", "").startswith("multipart/")
        if request.method != "GET" and not is_multipart:
            form = await request.form()
            if not hmac.compare_digest(str(form.get("csrf")), who.csrf):
                return PlainTextResponse("The token of the form is wrong.", status_code=403)
        return await handler(request, who)

    return checked  # pyright: ignore[reportReturnType]


@contextmanager
def book_served(routes: Sequence[tuple[str, Handler, Sequence[str]]]) -> Iterator[str]:
    """Serve pages, and yield the base URL."""

    class Static(StaticFiles):
        @override
        def get_path(self, scope: Mapping[str, object]) -> str:
            return super().get_path(scope).partition("/")[2]  # pyright: ignore[reportArgumentType]

    pages = [Route(path, signed_in(handler), methods=list(methods)) for path, handler, methods in routes]  # pyright: ignore[reportArgumentType]
    with served(lambda _: Starlette(routes=[*pages, Mount("/book/static", Static(directory=STATIC))])) as url:
        yield url


@dataclass
class Visitor:
    """A person's browser without JavaScript."""

    url: str
    person_id: int
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        headers = {WHO: str(self.person_id)}
        self.client = httpx.Client(base_url=self.url, headers=headers, verify=False, timeout=60)

    @property
    def csrf(self) -> str:
        return csrf_of(self.person_id)

    def write(
        self,
        text: str = "",
        files: Sequence[tuple[str, bytes, str]] = (),
        key: str = "",
        csrf: str | None = None,
        answers: str = "",
    ) -> httpx.Response:
        """Send the box's form; the answer as the server gave it, not the page that it leads to."""
        fields = {
            "csrf": self.csrf if csrf is None else csrf,
            "key": key or secrets.token_hex(16),
            "text": text,
            "answers": answers,
        }
        parts = [(name, (None, value.encode())) for name, value in fields.items()]
        parts += [("files", file) for file in files or [("", b"", "application/octet-stream")]]
        return self.client.post("/book/write", files=parts)  # pyright: ignore[reportArgumentType]

    def said(self, text: str = "", files: Sequence[tuple[str, bytes, str]] = ()) -> str:
        """Write, and read the receipt that the page shows."""
        return receipt_on(self.follow(self.write(text, files)))

    def follow(self, answer: httpx.Response) -> httpx.Response:
        assert answer.status_code == 303, answer.text
        return self.client.get(answer.headers["location"])

    def change(self, path: str, **fields: str) -> httpx.Response:
        """Send a form."""
        return self.client.post(path, data={"csrf": self.csrf, **fields})


def receipt_on(page: httpx.Response) -> str:
    """The replies on a page, one a line."""
    return "\n".join(re.findall(r'<p class="reply" dir="auto">(.*?)</p>', page.text, re.DOTALL))


@dataclass
class Reader:
    """A person's browser without JavaScript, signed in to the book of a whole house."""

    home: Installation
    number: str
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = httpx.Client(base_url=self.home.url, verify=False, timeout=60)
        link = self.home.say("book", self.number).split()[-1]
        assert self.client.post(link).status_code == 303

    @property
    def csrf(self) -> str:
        found = re.search(r'name="csrf" value="(\w+)"', self.client.get("/book/settings").text)
        assert found
        return found[1]

    def write(self, text: str, csrf: str, key: str = "") -> httpx.Response:
        """Send the box's form."""
        fields = {"csrf": csrf, "key": key or secrets.token_hex(16), "text": text}
        parts = [(name, (None, value.encode())) for name, value in fields.items()]
        return self.client.post("/book/write", files=parts)  # pyright: ignore[reportArgumentType]

    def cookies(self) -> "list[SetCookieParam]":
        """Of the session, for another browser."""
        return [
            {"name": one.name, "value": one.value or "", "url": self.home.url}
            for one in self.client.cookies.jar
        ]


def mounted(pages: Sequence[tuple[str, Handler, Sequence[str]]], others: Sequence[Route] = ()) -> Starlette:
    """An app with these pages. The header ``x-person`` has the id of the person; the first without it."""
    routes = [Route(path, as_person(handler), methods=list(methods)) for path, handler, methods in pages]
    return Starlette(routes=[*routes, *others])


def as_person(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        return await handler(request, SignedIn(int(request.headers.get("x-person", "1")), 1, "token"))

    return answer


def book_app(
    store: Store,
    person_id: int,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    flash: str = "",
    public_url: str = "http://localhost",
    picture: tuple[int, int] = (640, 427),
    meaning: Meaning | None = None,
) -> Starlette:
    """The pages, with a policy as strict as in production.

    Args:
        picture: the width and height of every picture.
        meaning: the search by meaning; None for none.
    """
    who = SignedIn(person_id, session_id=1, csrf=CSRF)
    line = FlashLine(flash, 7) if flash else None
    pages = ReadingPages(
        store,
        number="+15550199",
        public_url=public_url,
        meaning=meaning,
        now=now,
        take_flash=lambda _: line,
    )

    def answering(handler: Handler) -> Callable[..., object]:
        async def answer(request: Request) -> Response:
            response = await handler(request, who)
            response.headers["Content-Security-Policy"] = POLICY
            return response

        return answer

    async def file(_request: Request) -> Response:
        return Response(png(*picture), media_type="image/png")

    pages_of_book = [
        *book_reading_routes(pages),
        *reminder_routes(pages, store, Flashes(), now),
        *following_routes(pages, FollowingForms(store, Flashes(), now, lambda: None, _make_no_cards)),
        *book_changing_routes(store, Flashes(), _make_no_cards),
        *memo_word_routes(MemoWords(store)),
    ]
    address = "/book/entries/{number:int}/files/{place:int}"
    return application(
        routes=[
            *(
                Route(path, answering(handler), methods=list(methods))
                for path, handler, methods in pages_of_book
            ),
            Route(address, file),
            Route(f"{address}/{{width:int}}", file),
            *static_routes(),
        ]
    )


def _make_no_cards(_person_id: int, _change_id: int) -> None:
    """Take the place of the previews of links."""


def png(width: int, height: int) -> bytes:
    """A picture in warm colours."""
    row = b"".join(bytes((150 + 90 * x // width, 120, 90)) for x in range(width))
    rows = b"".join(b"\0" + row for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in parts
    )
