"""Download everything that a person has saved: by a link from a text, or with a button of the settings.

The ZIP is made while it is sent, so nothing of it lies on a disk: an app that is killed, or a connection that
breaks, leaves nothing behind, and the link works again. As with sign-in links, the page of a link has only a
button, since robots look at what is texted.
"""

from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import ExitStack, suppress
from urllib.parse import quote

from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from scrapbook.core.exporting import person_of_link
from scrapbook.exchange.exporting import Exporter, export_name
from scrapbook.media.storage import MediaStore
from scrapbook.store import Store
from scrapbook.web.book.access import Access, PageRoute, SignedIn, too_many_requests
from scrapbook.web.book.rendering import render_bare

MAX_AT_ONCE = 2
"""Exports that one app sends at the same time, and one of each person: each takes up a processor core."""


class Exports:
    """The downloads."""

    def __init__(self, store: Store, files: MediaStore, access: Access) -> None:
        self._store = store
        self._files = files
        self._access = access
        self._sending: set[int] = set()

    def public_routes(self) -> list[Route]:
        """Return the routes for which nobody is signed in."""
        return [
            Route("/book/export/{token}", self.show_link, methods=["GET"]),
            Route("/book/export/{token}", self.use_link, methods=["POST"]),
        ]

    def page_routes(self) -> Sequence[PageRoute]:
        """Return the routes for somebody who is signed in."""
        return [("/book/settings/export", self.download, ["POST"])]

    async def show_link(self, request: Request) -> Response:
        """Answer with a button if the link can still be used; 410 if not. Changes nothing."""
        found = await self._person_of(request.path_params["token"])
        return self._no_link(request) if found is None else render_bare(request, "export.html")

    async def use_link(self, request: Request) -> Response:
        """Send the export, and end the link once all of it is sent; 410 if the link cannot be used."""
        token = request.path_params["token"]
        person_id = await self._person_of(token)
        if person_id is None:
            return self._no_link(request)
        with ExitStack() as place:
            if not self._take_place(person_id, place):
                return too_many_requests(request)
            if await self._person_of(token) is None:  # another request has used it up meanwhile
                return self._no_link(request)
            return await self._sent(
                person_id, lambda: self._store.write(lambda tx: tx.export_links.use_up(token)), place
            )

    async def download(self, request: Request, who: SignedIn) -> Response:
        """Send the export of the person."""
        with ExitStack() as place:
            if not self._take_place(who.person_id, place):
                return too_many_requests(request)
            return await self._sent(who.person_id, lambda: None, place)

    def _take_place(self, person_id: int, place: ExitStack) -> bool:
        """Take the person's place until ``place`` ends. Returns whether it was free.

        Awaits nothing, so that of several requests at once only one gets it.
        """
        if person_id in self._sending or len(self._sending) >= MAX_AT_ONCE:
            return False
        self._sending.add(person_id)
        place.callback(self._sending.discard, person_id)
        return True

    async def _person_of(self, token: str) -> int | None:
        now = self._access.now()
        return await run_in_threadpool(self._store.read, lambda tx: person_of_link(tx, token, now))

    async def _sent(self, person_id: int, on_sent: Callable[[], None], place: ExitStack) -> Response:
        person = await run_in_threadpool(self._store.read, lambda tx: tx.people.get(person_id))
        name = export_name(person.name, self._access.now())
        headers = {
            "Content-Disposition": f"attachment; filename=\"scrapbook.zip\"; filename*=UTF-8''{quote(name)}",
            "Cache-Control": "private, no-store",
        }
        content = self._content(person_id, on_sent)
        return _Download(content, headers, place.pop_all())

    async def _content(self, person_id: int, on_sent: Callable[[], None]) -> AsyncGenerator[bytes]:
        """Yield the ZIP, each part once the one before is taken, so that a slow client fills nothing."""
        parts = _parts(Exporter(self._store, self._files, person_id))
        try:
            async for part in iterate_in_threadpool(parts):
                yield part
            await run_in_threadpool(on_sent)
        finally:
            with suppress(ValueError):  # it is making a part right now, and ends with that
                parts.close()

    def _no_link(self, request: Request) -> Response:
        if self._access.may_miss(request):
            return render_bare(request, "export_gone.html", status=410)
        return too_many_requests(request)


class _Download(StreamingResponse):
    """A ZIP that is sent. Its place ends with it, also if the client is gone before the first part."""

    def __init__(self, content: AsyncGenerator[bytes], headers: dict[str, str], place: ExitStack) -> None:
        super().__init__(content, media_type="application/zip", headers=headers)
        self._place = place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._place:
            await super().__call__(scope, receive, send)


class _Buffer:
    """What was written since it was taken last."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, content: bytes, /) -> int:
        self._parts.append(bytes(content))
        return len(content)

    def flush(self) -> None:
        """Do nothing: all of it is taken after each step."""

    def take(self) -> bytes:
        """Return what was written, and forget it."""
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


def _parts(exporter: Exporter) -> Generator[bytes]:
    buffer = _Buffer()
    for _ in exporter.steps(buffer):
        if part := buffer.take():
            yield part
    yield buffer.take()
