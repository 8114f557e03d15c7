"""The settings of a person: name, time zone, quiet hours, what they share, and where they are signed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from scrapbook.core import Book, sharing, together
from scrapbook.core.people import rename
from scrapbook.core.quiet_hours import set_quiet_hours
from scrapbook.core.timezone import TimezoneSet, set_timezone
from scrapbook.core.wording import sentence
from scrapbook.errors import NameInvalid, NotFound
from scrapbook.store import BookSession, QuietHours, Share, Store, Topic, Transaction
from scrapbook.text.display import one_line
from scrapbook.text.fuzzy_match import Match, MatchOutcome
from scrapbook.text.listing import quoted
from scrapbook.text.quiet_hours import clock_of, quiet_hours_in
from scrapbook.text.segments import shorten
from scrapbook.web.book.access import Access, PageRoute, SignedIn
from scrapbook.web.book.flash import FlashLine
from scrapbook.web.book.framing import MAX_NAME, read_frame
from scrapbook.web.book.rendering import render

ADDRESS = "/book/settings"

_SAVED = {
    "name": "Your name is changed.",
    "timezone": "Your time zone is changed.",
    "sign-in": "That device is signed out.",
}
"""What the page says after a change that undo does not take back, by the word in its address."""

_NO_HOURS = "Write two times of the day, such as 22:00 and 7:00."
_NO_TIMEZONE = "No time zone has that name. Try the nearest big city, such as New York."


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a change was not made.

    Attributes:
        field: "name", "timezone" or "quiet".
        typed: what was sent.
        text: what is wrong, and what to do.
        options: what may have been meant.
    """

    field: str
    typed: str
    text: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Device:
    """A line of the list of sign-ins, its times in the zone of the person."""

    id: int
    name: str
    is_this_one: bool
    signed_in_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class SharedTopic:
    """A topic that has a public page."""

    id: int
    topic: str
    topic_id: int
    address: str
    at: datetime


@dataclass(frozen=True, slots=True)
class JoinedTopic:
    """A topic that the person shares with people, or people with them.

    Attributes:
        is_owner: whether the person shared it.
    """

    id: int
    name: str
    others: tuple[str, ...]
    is_owner: bool


class SettingsPage:
    """The page, and the forms on it.

    Args:
        public_url: the base URL of the addresses of shares.
    """

    def __init__(self, store: Store, access: Access, public_url: str = "") -> None:
        self._public_url = public_url
        self._store = store
        self._access = access

    def page_routes(self) -> Sequence[PageRoute]:
        """Return the routes: path, handler, methods."""
        return [
            (ADDRESS, self.show, ["GET"]),
            (f"{ADDRESS}/name", self.set_name, ["POST"]),
            (f"{ADDRESS}/timezone", self.set_timezone, ["POST"]),
            (f"{ADDRESS}/quiet-hours", self.set_quiet_hours, ["POST"]),
            (f"{ADDRESS}/shares/{{id:number}}/end", self.end_share, ["POST"]),
            (f"{ADDRESS}/sign-ins/{{id:number}}/end", self.end_sign_in, ["POST"]),
        ]

    async def show(self, request: Request, who: SignedIn) -> Response:
        """Show the settings."""
        return await self._page(request, who, done=_SAVED.get(request.query_params.get("done", ""), ""))

    async def set_name(self, request: Request, who: SignedIn) -> Response:
        """Change the name; 422 if it is none."""
        typed = await _field(request, "name")
        try:
            await run_in_threadpool(self._store.write, lambda tx: rename(tx, who.person_id, typed))
        except NameInvalid:
            text = "A name needs a letter, and has at most 60 characters."
            return await self._page(request, who, Problem("name", typed, text))
        return _back("name")

    async def set_timezone(self, request: Request, who: SignedIn) -> Response:
        """Change the time zone; 422 if it is not clear which is meant."""
        typed = await _field(request, "timezone")
        found = await run_in_threadpool(self._store.write, lambda tx: self._set_timezone(tx, who, typed))
        if isinstance(found, TimezoneSet):
            return _back("timezone")
        if found.outcome is MatchOutcome.AMBIGUOUS:
            problem = Problem("timezone", typed, "Which one is meant?", found.candidates)
        else:
            problem = Problem("timezone", typed, _NO_TIMEZONE)
        return await self._page(request, who, problem)

    async def set_quiet_hours(self, request: Request, who: SignedIn) -> Response:
        """Set the quiet hours, or none; 422 if it is not clear which."""
        begins, ends, off = [await _field(request, name) for name in ("begins", "ends", "off")]
        asked = quiet_hours_in("off" if off else f"{begins} to {ends}")
        if asked is None or asked.begins is None or asked.ends is None:
            return await self._page(request, who, Problem("quiet", "", _NO_HOURS))
        hours = QuietHours(asked.begins, asked.ends)
        line = await run_in_threadpool(self._store.write, lambda tx: self._set_quiet_hours(tx, who, hours))
        await self._access.flash(who, line)
        return RedirectResponse(ADDRESS, status_code=303)

    async def end_sign_in(self, request: Request, who: SignedIn) -> Response:
        """Sign out one device of the person. Raises NotFound if it is not theirs."""
        session_id = request.path_params["id"]
        await run_in_threadpool(self._store.write, lambda tx: tx.book_sessions.end(session_id, who.person_id))
        return _back("sign-in")

    async def end_share(self, request: Request, who: SignedIn) -> Response:
        """End a share of the person. Raises NotFound if it is not theirs."""
        share_id = request.path_params["id"]
        line = await run_in_threadpool(self._store.write, lambda tx: self._end_share(tx, who, share_id))
        await self._access.flash(who, line)
        return RedirectResponse(ADDRESS, status_code=303)

    def _book(self, tx: Transaction, who: SignedIn) -> Book:
        return Book(tx, tx.people.get(who.person_id), "", self._access.now())

    def _set_quiet_hours(self, tx: Transaction, who: SignedIn, hours: QuietHours) -> FlashLine:
        book, clocks = self._book(tx, who), (clock_of(hours.begins), clock_of(hours.ends))
        is_off = hours.begins == hours.ends
        line = "There are no quiet hours." if is_off else f"Quiet hours are from {clocks[0]} to {clocks[1]}."
        if hours == tx.quiet_hours.of(who.person_id):
            return FlashLine(line)
        set_quiet_hours(book, hours)
        return FlashLine(line, _latest_change(book))

    def _end_share(self, tx: Transaction, who: SignedIn, share_id: int) -> FlashLine:
        book = self._book(tx, who)
        share = next((share for share in sharing.shared(book) if share.id == share_id), None)
        if share is None:
            raise NotFound("There is no such share.")
        sharing.end(book, share)
        return FlashLine(sentence("utter_unshared", topic=quoted(share.topic)), _latest_change(book))

    def _shared(self, share: Share, zone: ZoneInfo) -> SharedTopic:
        return SharedTopic(
            share.id,
            shorten(one_line(share.topic), MAX_NAME),
            share.topic_id,
            sharing.share_url(self._public_url, share),
            share.created_at.astimezone(zone),
        )

    def _set_timezone(self, tx: Transaction, who: SignedIn, typed: str) -> TimezoneSet | Match:
        # As by text, this is no change that undo takes back, so no message is named.
        return set_timezone(self._book(tx, who), typed)

    async def _page(
        self, request: Request, who: SignedIn, problem: Problem | None = None, done: str = ""
    ) -> Response:
        now = self._access.now()
        is_live = "x-live" in request.headers
        flash = None if is_live else await run_in_threadpool(self._access.take_flash, who)
        person, quiet, is_stopped, sessions, shares, joined, frame = await run_in_threadpool(
            self._store.read,
            lambda tx: (
                tx.people.get(who.person_id),
                tx.quiet_hours.of(who.person_id),
                tx.quiet_hours.is_stopped(who.person_id),
                tx.book_sessions.of_person(who.person_id, now),
                tx.shares.of_person(who.person_id),
                _joined(self._book(tx, who)),
                read_frame(tx, request, who, flash),
            ),
        )
        zone = ZoneInfo(person.timezone)
        return render(
            "settings.html",
            status=422 if problem else 200,
            frame=frame,
            csrf=who.csrf,
            name=person.name,
            timezone=person.timezone,
            now=now.astimezone(zone),
            devices=[_device(session, who, zone) for session in sessions],
            is_stopped=is_stopped,
            has_quiet_hours=quiet.begins != quiet.ends,
            quiet_hours=_clocks(quiet if quiet.begins != quiet.ends else QuietHours()),
            shares=[self._shared(share, zone) for share in shares],
            joined=joined,
            problem=problem,
            done=done,
        )


def _joined(book: Book) -> list[JoinedTopic]:
    """Return the topics that the person shares with people, or people with them."""
    return [_joined_topic(book, topic) for topic in together.together(book)]


def _joined_topic(book: Book, topic: Topic) -> JoinedTopic:
    is_owner = bool(together.members_of(book, topic.id))
    return JoinedTopic(topic.id, shorten(one_line(topic.name), MAX_NAME), topic.others, is_owner)


def _clocks(hours: QuietHours) -> tuple[str, str]:
    """Return the times as a field for times wants them: ``07:00``."""
    begins, ends = (f"{minute // 60:02}:{minute % 60:02}" for minute in (hours.begins, hours.ends))
    return begins, ends


def _latest_change(book: Book) -> int | None:
    """Return the id of the change that was just made."""
    latest = book.tx.changes.latest(book.person.id)
    return latest.id if latest else None


def _device(session: BookSession, who: SignedIn, zone: ZoneInfo) -> Device:
    return Device(
        session.id,
        session.device,
        session.id == who.session_id,
        session.created_at.astimezone(zone),
        session.last_seen_at.astimezone(zone),
    )


async def _field(request: Request, name: str) -> str:
    value = (await request.form()).get(name)
    return " ".join(value.split()) if isinstance(value, str) else ""


def _back(done: str) -> Response:
    return RedirectResponse(f"{ADDRESS}?done={done}", status_code=303)
