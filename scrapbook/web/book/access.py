"""Who is signed in to the book: its pages run for a session only, and changes with its token only."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hmac import compare_digest
from typing import TypeAlias

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from scrapbook.core import signing_in
from scrapbook.net.rate_limiter import RateLimiter
from scrapbook.store import BookSession, Store
from scrapbook.web.book import numbers
from scrapbook.web.book.flash import FlashLine
from scrapbook.web.book.rendering import render_bare

numbers.register()

SAFE_METHODS = frozenset({"GET", "HEAD"})
"""They change nothing, so they need no token."""

REQUESTS_PER_MINUTE = 600
"""Of one session. A page with fifty pictures asks for some fifty files, a search for one page per letter."""

MISSES_PER_MINUTE = 30
"""Of one address: requests with a link or a cookie that is not valid. Valid ones are never refused for it."""

_SEND_AGAIN = "Go back, and send it once more."
_CHARSET = re.compile(r"charset\s*=\s*\"?([^\s;\"]*)", re.IGNORECASE)

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session in which a person is signed in.

    Attributes:
        person_id: the person.
        session_id: the session, for the list of sign-ins.
        csrf: the token that a form of this session sends as ``csrf``.
    """

    person_id: int
    session_id: int
    csrf: str


Handler: TypeAlias = Callable[[Request, SignedIn], Awaitable[Response]]
"""Answers a request of a person who is signed in."""

PageRoute: TypeAlias = tuple[str, Handler, Sequence[str]]
"""The address of a page, its handler, and the methods that it takes."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Access:
    """Knows the sessions by their cookies, lets handlers run for them, and limits how often.

    The limits are in memory (``net/rate_limiter.py``): there is no server between the apps that could count
    for all of them, and none is needed. Nobody guesses a token of 128 bits, so they keep a stranger, or a
    page that runs wild, from taking up the app, and nothing else depends on them.

    Args:
        public_url: the base URL under which browsers reach the app. Cookies are for https only if it is.
        clock: returns the time, which is aware.
        requests: limits the requests of a session.
        misses: limits the requests of an address whose link or cookie is not valid.
    """

    def __init__(
        self,
        store: Store,
        public_url: str,
        clock: Callable[[], datetime] = _utc_now,
        requests: RateLimiter[int] | None = None,
        misses: RateLimiter[str] | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._requests = requests or RateLimiter[int](REQUESTS_PER_MINUTE)
        self._misses = misses or RateLimiter[str](MISSES_PER_MINUTE)
        self._is_https = public_url.startswith("https:")

    def now(self) -> datetime:
        """Return the time, which is aware."""
        return self._clock()

    @property
    def cookie_name(self) -> str:
        """Return the name of the cookie. Browsers accept one that begins with ``__Host-`` from https only."""
        return "__Host-book" if self._is_https else "book"

    def set_cookie(self, response: Response, token: str) -> None:
        """Let a response sign its browser in, for as long as the session lasts."""
        self._cookie(response, token, int(signing_in.SESSION_LIFETIME.total_seconds()))

    def clear_cookie(self, response: Response) -> None:
        """Let a response remove the cookie of its browser."""
        self._cookie(response, "", 0)

    def requires_sign_in(
        self, handler: Handler, *, checks_token: bool = False
    ) -> Callable[[Request], Awaitable[Response]]:
        """Return an endpoint that runs the handler for somebody who is signed in.

        It answers 401 with the page that says how to sign in, 403 to a change without the token of the
        session, and 429 to too many requests.

        Args:
            checks_token: the handler checks the token itself, because it reads large forms its own way.
        """

        async def endpoint(request: Request) -> Response:
            session = await self._session(request)
            if session is None:
                return self._sign_in_page(request)
            if not self._requests.allows(session.id):
                return too_many_requests(request)
            if not _is_readable(request):
                return render_bare(
                    request, "error.html", status=400, heading="That cannot be read", text=_SEND_AGAIN
                )
            who = SignedIn(session.person_id, session.id, session.csrf)
            if request.method in SAFE_METHODS or checks_token:
                return await handler(request, who)
            try:
                if not await _has_token(request, session.csrf):
                    return render_bare(request, "form_expired.html", status=403)
                return await handler(request, who)
            finally:
                await request.close()

        return endpoint

    async def is_signed_in(self, who: SignedIn) -> bool:
        """Return whether the session still lasts, for what is sent long after its request was answered."""
        return await run_in_threadpool(
            self._store.read, lambda tx: tx.book_sessions.is_open(who.session_id, self._clock())
        )

    async def flash(self, who: SignedIn, line: FlashLine) -> None:
        """Let the next page of the session show a line, once."""
        await run_in_threadpool(
            self._store.write, lambda tx: tx.book_sessions.set_flash(who.session_id, line.to_text())
        )

    def take_flash(self, who: SignedIn) -> FlashLine | None:
        """Return the line that the page is to show, once; None if there is none. For a worker thread."""
        text = self._store.read(lambda tx: tx.book_sessions.flash(who.session_id))
        if not text:
            return None
        self._store.write(lambda tx: tx.book_sessions.clear_flash(who.session_id))
        return FlashLine.from_text(text)

    def may_miss(self, request: Request) -> bool:
        """Count a request whose link or cookie is not valid. Returns whether it is answered by a page."""
        return self._misses.allows(request.client.host if request.client else "")

    async def _session(self, request: Request) -> BookSession | None:
        token = request.cookies.get(self.cookie_name)
        if not token:
            return None
        now = self._clock()
        session = await run_in_threadpool(self._store.read, lambda tx: signing_in.session_of(tx, token, now))
        if session and signing_in.is_to_be_recorded(session, now):
            await run_in_threadpool(self._store.write, lambda tx: tx.book_sessions.seen(session.id, now))
        return session

    def _sign_in_page(self, request: Request) -> Response:
        if self.cookie_name not in request.cookies:
            return _unauthorized(request)
        if not self.may_miss(request):
            return too_many_requests(request)
        response = _unauthorized(request)
        self.clear_cookie(response)
        return response

    def _cookie(self, response: Response, value: str, max_age: int) -> None:
        # A link in a text, a mail or a chat leads to the book as the person left it: Lax sends the cookie
        # with it, and with nothing else from other sites.
        response.set_cookie(
            self.cookie_name, value, max_age, secure=self._is_https, httponly=True, samesite="lax"
        )


def _is_readable(request: Request) -> bool:
    """Return whether a form is in UTF-8, as browsers send it: Python has codecs that fail on anything."""
    charset = _CHARSET.search(request.headers.get("content-type", ""))
    return charset is None or charset[1].lower() in {"utf-8", "utf8"}


def too_many_requests(request: Request) -> Response:
    """Return the page for somebody who asks too often."""
    response = render_bare(request, "too_many_requests.html", status=429)
    response.headers["Retry-After"] = "60"
    return response


def _unauthorized(request: Request) -> Response:
    response = render_bare(request, "sign_in.html", status=401)
    # A response 401 must name a scheme; browsers ask for a password only where they know it.
    response.headers["WWW-Authenticate"] = 'Cookie realm="book"'
    return response


async def _has_token(request: Request, csrf: str) -> bool:
    sent: object = request.headers.get("x-csrf-token")
    if sent is None and request.headers.get("content-type", "").partition(";")[0].strip().lower() in _FORMS:
        sent = (await request.form()).get("csrf")
    return isinstance(sent, str) and compare_digest(sent.encode(), csrf.encode())
