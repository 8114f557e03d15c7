"""Tell open pages that what they show has changed: server-sent events, which say no more than that.

One task for each app asks the database for the versions of the people whose pages are open, twice a second,
and only while any are. So a page hears of a change whichever process made it, on both databases. A version
costs 0.1 milliseconds, flat from 1,000 to 10,000 entries, and 0.2 more for somebody who follows 200 pages.
PostgreSQL's NOTIFY would need a connection for each app and a trigger for each table, and SQLite has nothing
like it.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from scrapbook.errors import ScrapbookError
from scrapbook.net.streams import ends_at_shutdown
from scrapbook.store import Store, Transaction
from scrapbook.web.book.access import Handler, SignedIn

INTERVAL = 0.5
"""Seconds between two looks at the versions."""

HEARTBEAT = 20.0
"""Seconds after which a line is sent though nothing changed, so that a broken connection is noticed."""

LIFETIME = 300.0
"""Seconds of one stream. A browser then opens another."""

MAX_OF_SESSION = 4
"""Streams of one session. A page in a hidden tab has none."""

MAX_IN_ALL = 500
"""Streams of one app: a quarter of its connections (``net/http_limits.py``)."""

MAX_VERSION = 200
"""Characters of a version that a browser sends back."""

RETRY = 2_000
"""Milliseconds after which a browser opens a stream again that has ended."""

log = structlog.get_logger(__name__)


IsSignedIn: TypeAlias = Callable[[SignedIn], Awaitable[bool]]
"""Returns whether a session still lasts."""


def book_events_routes(store: Store, is_signed_in: IsSignedIn) -> list[tuple[str, Handler, Sequence[str]]]:
    """Return the route of the events: path, handler, methods."""
    return [("/book/events", Events(store, is_signed_in).events, ["GET"])]


@dataclass(eq=False, slots=True)
class _Listener:
    """An open page, with the version that it was told of last."""

    who: SignedIn
    version: str
    changed: asyncio.Event = field(default_factory=asyncio.Event)


class _Stream(StreamingResponse):
    """Server-sent events, which are no longer counted once the client has gone."""

    def __init__(self, parts: AsyncGenerator[str], on_end: Callable[[], None]) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(parts, media_type="text/event-stream", headers=headers)
        self._on_end = on_end

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._on_end()


class Events:
    """The streams of one app, in one event loop."""

    def __init__(self, store: Store, is_signed_in: IsSignedIn, interval: float = INTERVAL) -> None:
        self._store = store
        self._is_signed_in = is_signed_in
        self._interval = interval
        self._listeners: set[_Listener] = set()
        self._task: asyncio.Task[None] | None = None

    async def events(self, request: Request, who: SignedIn) -> Response:
        """Answer with a stream in which ``changed`` is sent after each change of what a person's pages show.

        A browser that says which version it has, in ``Last-Event-ID`` or ``?since=``, hears at once of what
        was changed since. Answers 429 beyond the limits; a page then is as one without JavaScript.
        """
        sessions = [listener.who.session_id for listener in self._listeners]
        if len(sessions) >= MAX_IN_ALL or sessions.count(who.session_id) >= MAX_OF_SESSION:
            return PlainTextResponse("Too many pages are open.", status_code=429)
        known = request.headers.get("last-event-id") or request.query_params.get("since", "")
        listener = _Listener(who, known[:MAX_VERSION])
        self._listeners.add(listener)
        ends_at_shutdown(request)
        return _Stream(self._parts(listener), lambda: self._listeners.discard(listener))

    async def _parts(self, listener: _Listener) -> AsyncGenerator[str]:
        ends_at = time.monotonic() + LIFETIME
        known, version = listener.version, (await self._versions({listener.who.person_id})).popitem()[1]
        listener.version = version
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._watch())
        yield f"retry: {RETRY}\n{_event('changed' if known not in {'', version} else 'current', version)}"
        while time.monotonic() < ends_at:
            try:
                async with asyncio.timeout(HEARTBEAT):
                    await listener.changed.wait()
            except TimeoutError:
                part = ": still here\n\n"
            else:
                listener.changed.clear()
                part = _event("changed", listener.version)
            if not await self._is_signed_in(listener.who):
                return
            yield part

    async def _watch(self) -> None:
        """Wake listeners whose version is another one, until there are none."""
        while self._listeners:
            await asyncio.sleep(self._interval)
            try:
                versions = await self._versions({listener.who.person_id for listener in self._listeners})
            except ScrapbookError as error:
                log.warning("page_versions_not_read", reason=str(error))
                continue
            for listener in self._listeners:
                version = versions.get(listener.who.person_id, listener.version)
                if version != listener.version:
                    listener.version = version
                    listener.changed.set()

    async def _versions(self, people: set[int]) -> dict[int, str]:
        def read(tx: Transaction) -> dict[int, str]:
            return {person_id: tx.page_versions.of(person_id) for person_id in people}

        return await asyncio.to_thread(self._store.read, read)


def _event(name: str, version: str) -> str:
    return f"id: {version}\nevent: {name}\ndata: 1\n\n"
