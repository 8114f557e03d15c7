"""The book over real HTTP: browsers of people, and every address that a router has."""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from sqlalchemy import select
from starlette.routing import BaseRoute, Mount, Route

from scrapbook.core import signing_in
from scrapbook.media.picture_resizer import PictureResizer
from scrapbook.media.storage import MediaStore
from scrapbook.net.rate_limiter import RateLimiter
from scrapbook.store import Person, Store
from scrapbook.store.tables import BookSessionRow, SignInLinkRow
from scrapbook.web.application import application
from scrapbook.web.book.access import Access, PageRoute
from scrapbook.web.book.exporting import Exports
from scrapbook.web.book.importing import Uploads
from scrapbook.web.book.routes import BookServices, book_routes, page_routes
from scrapbook.workflows.picture_sizes import PictureSizes
from tests.support.book_pages import InOtherProcess
from tests.support.served import served

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/19.1 Mobile/15E148 Safari/604.1"
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"

LINKS, SESSIONS = SignInLinkRow.__table__, BookSessionRow.__table__


MAX_IMPORT = 2**20
"""Bytes of a file that is uploaded to be imported."""


@dataclass
class Clock:
    """The time, which only a test moves."""

    now: datetime = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, time: timedelta) -> None:
        self.now += time


@dataclass
class ServedBook:
    """A book that is served, and its parts.

    Attributes:
        linked: the person and the change of each form that has brought links.
    """

    store: Store
    access: Access
    clock: Clock
    url: str
    pages: Sequence[PageRoute]
    routes: Sequence[BaseRoute]
    files: MediaStore
    uploads: Path
    linked: list[tuple[int, int]]
    _clients: list[httpx.Client] = field(default_factory=list)

    def client(self, user_agent: str = FIREFOX) -> httpx.Client:
        """A browser with cookies of its own, which follows no redirect by itself."""
        client = httpx.Client(base_url=self.url, headers={"User-Agent": user_agent}, verify=False)
        self._clients.append(client)
        return client

    def link(self, person: Person) -> str:
        """The path of a new link of a person."""
        with self.store.transaction() as tx:
            return signing_in.sign_in_url("", signing_in.create_link(tx, person.id, self.clock.now))

    def signed_in(self, person: Person, user_agent: str = FIREFOX) -> httpx.Client:
        """A browser in which a person has used a link."""
        client = self.client(user_agent)
        answer = client.post(self.link(person))
        assert answer.status_code == 303, answer.text
        return client

    def csrf(self, client: httpx.Client) -> str:
        """The token of the forms on a page of that browser."""
        found = re.search(r'name="csrf" value="(\w+)"', client.get("/book/settings").text)
        assert found
        return found[1]

    def close(self) -> None:
        for client in self._clients:
            client.close()


@contextmanager
def serving_book(
    store: Store,
    public_url: str = "",
    more: Iterable[PageRoute] = (),
    requests: RateLimiter[int] | None = None,
    misses: RateLimiter[str] | None = None,
) -> Iterator[ServedBook]:
    """Serve the pages of the app, and some more, under the public URL; without one under their own."""
    clock = Clock()
    made: list[ServedBook] = []
    linked: list[tuple[int, int]] = []
    resizer = PictureResizer()

    def app(url: str):
        access = Access(store, public_url or url, clock, requests, misses)
        parts = services(url, access)
        pages = [*page_routes(store, access, parts), *more]
        routes = book_routes(store, access, pages, parts)
        made.append(ServedBook(store, access, clock, url, pages, routes, files, uploaded, linked))
        return application(routes)

    with TemporaryDirectory() as folder:
        uploaded = Path(folder) / "uploads"
        files = MediaStore((Path(folder) / "media").as_uri())

        def services(url: str, access: Access) -> BookServices:
            messages = InOtherProcess(store, files, "test")
            pictures = PictureSizes(store, files, resizer)
            exports = Exports(store, files, access)
            uploads = Uploads(uploaded, "test", MAX_IMPORT, lambda: None)
            return BookServices(
                messages,
                files,
                pictures,
                exports,
                bytes,
                "+15550199",
                public_url or url,
                uploads,
                on_links=lambda person_id, change_id: linked.append((person_id, change_id)),
            )

        with served(app):
            yield made[0]
            made[0].close()
    resizer.close()


def rows_of(store: Store) -> list[str]:
    """All rows of links and sessions, of everybody."""
    with store.transaction(read_only=True) as tx:
        session = tx._work.session
        rows = [session.execute(select(table)).all() for table in (LINKS, SESSIONS)]
    return sorted(map(repr, itertools.chain(*rows)))


def every_request(
    routes: Iterable[BaseRoute], values: Mapping[str, Sequence[object]], before: str = ""
) -> Iterator[tuple[str, str]]:
    """Method and path of everything that a router answers.

    Args:
        values: what is put in for each parameter of a path, by its name; "1" for those that are not named.
    """
    for route in routes:
        if isinstance(route, Mount):
            yield from every_request(route.routes, values, before + route.path)
        elif isinstance(route, Route):
            for path in filled(before + route.path, values):
                yield from ((method, path) for method in sorted(route.methods or {"GET", "POST"}))


def filled(path: str, values: Mapping[str, Sequence[object]]) -> Iterator[str]:
    """The path with each combination of the values of its parameters."""
    names = re.findall(r"{(\w+)(?::\w+)?}", path)
    template = re.sub(r"{\w+(?::\w+)?}", "{}", path)
    for combination in itertools.product(*(values.get(name, ["1"]) for name in names)):
        yield template.format(*combination)
