"""The pages that are read: timeline, topics, an entry, a week, this day in other years, search, trash."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeAlias
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from scrapbook.core import entry_pages, sharing, timeline, together, topic_pages, weeks
from scrapbook.core.book import Book
from scrapbook.core.book_search import When, search
from scrapbook.core.entry_names import entry_of_number
from scrapbook.core.local_days import today
from scrapbook.core.search import Meaning
from scrapbook.store import Entry, Store, Topic, Transaction
from scrapbook.text.entry_facts import EntryKind
from scrapbook.text.spelled_dates import month_words
from scrapbook.web.book import shown_pages
from scrapbook.web.book.access import Handler, SignedIn
from scrapbook.web.book.addresses import page_of_the_book
from scrapbook.web.book.flash import FlashLine
from scrapbook.web.book.framing import read_frame
from scrapbook.web.book.numbers import entry_number_of
from scrapbook.web.book.rendering import render, render_markdown
from scrapbook.web.book.themes import THEME_COOKIE, THEMES

_YEAR = 365 * 24 * 3600
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
"""Years that an address may name."""

MAX_NUMBER = 2**62
"""The highest number, of an entry or a topic, that an address may name."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a page is made of."""

    template: str
    context: Mapping[str, Any]
    status: int = 200


NOT_FOUND = Page("not_found.html", {}, status=404)

Build: TypeAlias = Callable[[Book, Request], Page]
"""Reads what is asked for, in one transaction."""


class BadAddress(Exception):
    """An address names something that cannot be."""


class ReadingPages:
    """The pages that are read.

    Args:
        number: the number to text; empty if it is not known.
        public_url: the base URL under which browsers reach the app. The cookie is for https only if it is.
        meaning: the search by meaning; None if there is none.
        take_flash: returns the line that a page of a session is to show, once; None if there is none.
        now: returns the time (aware).
    """

    def __init__(  # noqa: PLR0913 - what the pages read, and what tells them of it
        self,
        store: Store,
        *,
        number: str = "",
        public_url: str = "",
        meaning: Meaning | None = None,
        take_flash: Callable[[SignedIn], FlashLine | None] = lambda _: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._number = number
        self._public_url = public_url
        self._is_https = public_url.startswith("https:")
        self._meaning = meaning
        self._take_flash = take_flash
        self._now = now

    def handler(self, build: Build) -> Handler:
        """Return the handler of a page."""

        async def answer(request: Request, who: SignedIn) -> Response:
            return await run_in_threadpool(self._answer, request, who, build)

        return answer

    async def week_as_markdown(self, request: Request, who: SignedIn) -> Response:
        """Answer with a week as Markdown."""
        return await run_in_threadpool(self._week_as_markdown, request, who)

    async def this_week(self, _request: Request, who: SignedIn) -> Response:
        """Lead to the week of today."""

        def address() -> str:
            with self._store.transaction(read_only=True) as tx:
                return shown_pages.week_address(today(self._book(tx, who.person_id)))

        return RedirectResponse(f"/book/weeks/{await run_in_threadpool(address)}", status_code=303)

    async def set_theme(self, request: Request, _who: SignedIn) -> Response:
        """Keep the chosen theme in a cookie, and lead back."""
        form = await request.form()
        theme, back = str(form.get("theme", "")), str(form.get("back", ""))
        response = RedirectResponse(page_of_the_book(back, "/book"), status_code=303)
        if theme in THEMES:
            response.set_cookie(
                THEME_COOKIE,
                theme,
                max_age=_YEAR,
                path="/book",
                secure=self._is_https,
                httponly=True,
                samesite="lax",
            )
        else:
            response.delete_cookie(THEME_COOKIE, path="/book")
        return response

    def timeline(self, book: Book, request: Request) -> Page:
        """Read the newest entries, or those before a day or an entry."""
        if not book.tx.entries.count(book.person.id):
            return Page("nothing_yet.html", {"section": "Today", "number": self._number})
        before = _before(book, request)
        page = timeline.read_timeline(book, before)
        calendar = timeline.read_calendar(book)
        return Page(
            "timeline.html",
            {
                "section": "Today",
                "title": "The newest entries" if before is None else "Earlier entries",
                "is_first": before is None,
                "month": None,
                "days": shown_pages.days(book, page),
                "calendar": calendar,
                "onward": shown_pages.onward(book, page, "/book"),
            },
        )

    def month(self, book: Book, request: Request) -> Page:
        """Read the entries of a month."""
        month = _date(request.path_params["year"], request.path_params["month"], 1)
        page = timeline.read_timeline(book, _before(book, request), month)
        earlier, later = timeline.month_before(book, month), timeline.month_following(book, month)
        if not page.days:
            return NOT_FOUND
        return Page(
            "timeline.html",
            {
                "title": month_words(month),
                "is_first": False,
                "month": month,
                "days": shown_pages.days(book, page),
                "calendar": timeline.read_calendar(book, month.year),
                "onward": shown_pages.onward_of_month(book, page, month, earlier, later),
            },
        )

    def topics(self, book: Book, request: Request) -> Page:
        """Read the index of topics."""
        letter, page = request.query_params.get("letter"), _count(request.query_params.get("page"))
        index = topic_pages.read_index(book, letter, page)
        query = urlencode({"letter": letter or "", "page": page + 1})
        return Page(
            "topics.html",
            {
                "section": "Topics",
                "next": f"/book/topics?{query}" if index.has_more else "",
                **shown_pages.topic_index(book, index),
            },
        )

    def topic(self, book: Book, request: Request) -> Page:
        """Read the entries of a topic."""
        after = entry_named(book, request.query_params.get("after"))
        oldest_first = request.query_params.get("order") == "oldest"
        topic_id = request.path_params["topic"]
        page = (
            topic_pages.read_topic(book, topic_id, oldest_first=oldest_first, after=after)
            if topic_id <= MAX_NUMBER
            else None
        )
        if page is None:
            return NOT_FOUND
        share = sharing.share_of(book, topic_id)
        return Page(
            "topic.html",
            {
                "shared_at": sharing.share_url(self._public_url, share) if share else "",
                "is_next": after is not None,
                **_together(book, page.topic),
                **shown_pages.topic(book, page, oldest_first=oldest_first),
            },
        )

    def entry(self, book: Book, request: Request) -> Page:
        """Read one entry."""
        page = entry_pages.read_entry(book, request.path_params["number"])
        if page is None:
            return NOT_FOUND
        shown = shown_pages.entry(book, page, part=_count(request.query_params.get("part")))
        return Page("entry.html", {**shown, "number": self._number}) if shown else NOT_FOUND

    def week(self, book: Book, request: Request) -> Page:
        """Read a week."""
        week = weeks.read_week(book, _monday(request))
        return Page("week.html", {"section": "Week", **shown_pages.week(book, week)})

    def on_this_day(self, book: Book, _request: Request) -> Page:
        """Read this day in other years."""
        years = weeks.read_on_this_day(book)
        return Page("on_this_day.html", {"section": "On this day", **shown_pages.on_this_day(book, years)})

    def search(self, book: Book, request: Request) -> Page:
        """Search."""
        query = request.query_params
        kind = next((kind for kind in EntryKind if kind == query.get("kind")), None)
        when = next((when for when in When if when == query.get("when")), When.ANY)
        wanted, page = query.get("q", ""), _count(query.get("page"))
        found = search(book, wanted, kind=kind, when=when, page=page, meaning=self._meaning)
        return Page(
            "search.html", {"section": "Search", **shown_pages.search(book, found, wanted, kind, when)}
        )

    def trash(self, book: Book, request: Request) -> Page:
        """Read the trash."""
        page = entry_pages.read_trash(book, entry_named(book, request.query_params.get("after")))
        return Page("trash.html", shown_pages.trash(book, page))

    def _book(self, tx: Transaction, person_id: int) -> Book:
        return Book(tx, tx.people.get(person_id), message_id="", now=self._now())

    def _answer(self, request: Request, who: SignedIn, build: Build) -> Response:
        # The script fetches a page anew after a change; what the page says of it stays where it is.
        flash = None if "x-live" in request.headers else self._take_flash(who)
        with self._store.transaction(read_only=True) as tx:
            book = self._book(tx, who.person_id)
            try:
                page = build(book, request)
            except BadAddress:
                page = NOT_FOUND
            frame = read_frame(tx, request, who, flash)
        return render(
            page.template, status=page.status, frame=frame, csrf=who.csrf, back=frame.path, **page.context
        )

    def _week_as_markdown(self, request: Request, who: SignedIn) -> Response:
        with self._store.transaction(read_only=True) as tx:
            book = self._book(tx, who.person_id)
            try:
                week = weeks.read_week(book, _monday(request))
            except BadAddress:
                return PlainTextResponse("There is no such week.", status_code=404)
            text = render_markdown("week.md", **shown_pages.week_in_markdown(book, week))
        return Response(text, media_type="text/markdown", headers={"X-Content-Type-Options": "nosniff"})


def book_reading_routes(pages: ReadingPages) -> list[tuple[str, Handler, Sequence[str]]]:
    """Return the routes of the pages that are read: path, handler, methods."""
    read = ("GET", "HEAD")
    return [
        ("/book", pages.handler(pages.timeline), read),
        ("/book/{year:number}/{month:number}", pages.handler(pages.month), read),
        ("/book/topics", pages.handler(pages.topics), read),
        ("/book/topics/{topic:number}", pages.handler(pages.topic), read),
        ("/book/entries/{number:entry}", pages.handler(pages.entry), read),
        ("/book/weeks", pages.this_week, read),
        ("/book/weeks/{week}.md", pages.week_as_markdown, read),
        ("/book/weeks/{week}", pages.handler(pages.week), read),
        ("/book/on-this-day", pages.handler(pages.on_this_day), read),
        ("/book/search", pages.handler(pages.search), read),
        ("/book/trash", pages.handler(pages.trash), read),
        ("/book/theme", pages.set_theme, ("POST",)),
    ]


_IS_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _before(book: Book, request: Request) -> date | Entry | None:
    """Return the day or the entry that ``before`` names: ``2024-03-02`` or ``42``. None without one."""
    named = request.query_params.get("before")
    if not named or named.isdecimal():
        return entry_named(book, named)
    if not _IS_DATE.fullmatch(named):
        raise BadAddress
    return _date(*map(int, named.split("-")))


def entry_named(book: Book, named: str | None) -> Entry | None:
    """Return the entry of that number, also one in the trash. None without a number."""
    if not named:
        return None
    entry = entry_of_number(book.tx, book.person.id, entry_number_of(named))
    if entry is None:
        raise BadAddress
    return entry


def _together(book: Book, topic: Topic) -> dict[str, object]:
    """Return with whom the person shares a topic, and whether they may share it with more."""
    people = together.members_of(book, topic.id)
    return {"people": people, "may_share_with": bool(people) or not topic.others}


def _date(year: int, month: int, day: int) -> date:
    try:
        return _within(date(year, month, day))
    except (ValueError, OverflowError):
        raise BadAddress from None


def _within(day: date) -> date:
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise BadAddress
    return day


def _monday(request: Request) -> date:
    """Return the Monday of the week that the address names: ``2026-W48``."""
    named = request.path_params["week"]
    try:
        monday = _within(datetime.strptime(f"{named}-1", "%G-W%V-%u").replace(tzinfo=UTC).date())
    except ValueError:
        raise BadAddress from None
    if shown_pages.week_address(monday) != named:  # a week that its year does not have
        raise BadAddress
    return monday


def _count(named: str | None) -> int:
    """Return a number of a page, from 1 on; 1 for what is none."""
    is_one = named is not None and named.isascii() and named.isdecimal() and len(named) < 4
    return max(1, int(named)) if named and is_one else 1
