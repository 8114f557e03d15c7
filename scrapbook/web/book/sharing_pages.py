"""What is shared, for anybody who has the address: a page of a topic, its pictures, and a feed.

Nobody is signed in here. Each request looks the share up anew, so that its end is the end of everything.
"""

import hashlib
import re
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scrapbook.core import sharing
from scrapbook.core.attachments import without_live_videos
from scrapbook.core.sharing import SharedTopic
from scrapbook.errors import MediaMissing, PictureUnreadable
from scrapbook.media.picture_sizes import CONTENT_TYPE, PICTURE_FORMATS, WIDTHS
from scrapbook.net.rate_limiter import RateLimiter
from scrapbook.store import Entry, Store, Transaction
from scrapbook.text.display import displayable, one_line
from scrapbook.text.file_types import extension
from scrapbook.text.segments import shorten
from scrapbook.text.spelled_dates import day_words
from scrapbook.web.book.access import Access, too_many_requests
from scrapbook.web.book.attached import Attached, Picture
from scrapbook.web.book.byte_ranges import is_known, not_modified
from scrapbook.web.book.file_addresses import digest, shown_picture
from scrapbook.web.book.files import Pictures
from scrapbook.web.book.framing import MAX_NAME, title_of_book
from scrapbook.web.book.presented import MAX_READ, ShownEntry, present, title_of
from scrapbook.web.book.prose import linked_lines
from scrapbook.web.book.rendering import render, render_xml

SHARED = "/shared"

REQUESTS_PER_MINUTE = 300
"""Of one address: a page with fifty pictures, six times."""

ROOM = 60_000
"""Bytes of the words of the entries on a page; a page with one entry only may be larger."""

_ROOM_OF_ENTRY = 70_000
_TAGS, _PICTURE = 600, 900
"""Bytes of the tags of an entry and of a picture, about."""

IN_FEED = 30
"""Entries of the feed, the newest."""

MAX_SKIPPED = 200
"""Entries of the same time, such as those of one message, over which an address may skip."""

_MAX_DESCRIPTION = 200

_HEADERS = {"Cache-Control": "no-cache"}
"""Caches ask each time, so that nothing is seen any more once the share has ended."""

_PICTURE_HEADERS = {
    **_HEADERS,
    "Content-Type": CONTENT_TYPE,
    "Content-Security-Policy": "sandbox; default-src 'none'",
}

_DIGEST = re.compile(r"[0-9a-f]{64}")

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 has not: https://www.w3.org/TR/xml/#charsets"""


class SharedPages:
    """The public pages.

    Args:
        access: limits the requests of those who guess.
        public_url: the base URL of the addresses in a page and a feed.
        requests: limits the requests of an address.
    """

    def __init__(
        self,
        store: Store,
        pictures: Pictures,
        access: Access,
        public_url: str,
        requests: RateLimiter[str] | None = None,
    ) -> None:
        self._store = store
        self._pictures = pictures
        self._access = access
        self._public_url = public_url
        self._requests = requests or RateLimiter[str](REQUESTS_PER_MINUTE)

    def routes(self) -> list[Route]:
        """Return the routes, for which nobody is signed in."""
        methods = ["GET", "HEAD"]
        return [
            Route(f"{SHARED}/{{token}}", self.page, methods=methods),
            Route(f"{SHARED}/{{token}}/feed.atom", self.feed, methods=methods),
            Route(f"{SHARED}/{{token}}/pictures/{{digest}}/{{width:number}}", self.picture, methods=methods),
        ]

    async def page(self, request: Request) -> Response:
        """Answer with a page of the entries."""
        if not self._may_ask(request):
            return too_many_requests(request)
        token, until, skip = request.path_params["token"], _time(request), _skip(request)

        def read(tx: Transaction) -> dict[str, Any] | None:
            found = sharing.read_shared(tx, token, until, skip)
            return self._shown(tx, found, until, skip) if found else None

        context = await run_in_threadpool(self._store.read, read)
        if context is None:
            return self._gone(request)
        return _fresh(request, render("shared.html", **context), context["last"])

    async def feed(self, request: Request) -> Response:
        """Answer with the newest entries as an Atom feed (RFC 4287)."""
        if not self._may_ask(request):
            return too_many_requests(request)
        token = request.path_params["token"]

        def read(tx: Transaction) -> dict[str, Any] | None:
            found = sharing.read_shared(tx, token, limit=IN_FEED)
            return self._fed(found) if found else None

        context = await run_in_threadpool(self._store.read, read)
        if context is None:
            return self._gone(request)
        feed = Response(render_xml("shared.atom", **context), media_type="application/atom+xml")
        return _fresh(request, feed, context["last"])

    async def picture(self, request: Request) -> Response:
        """Answer with a picture of an entry that is shared now, in one of its sizes, without its metadata."""
        if not self._may_ask(request):
            return too_many_requests(request)
        token, wanted = request.path_params["token"], request.path_params["digest"]
        width = request.path_params["width"]
        if not _DIGEST.fullmatch(wanted) or width not in WIDTHS:
            return self._gone(request)
        keys = {f"{wanted[:2]}/{wanted}{extension(type_)}" for type_ in PICTURE_FORMATS}
        media = await run_in_threadpool(self._store.read, lambda tx: sharing.shared_picture(tx, token, keys))
        if media is None:
            return self._gone(request)
        etag = f'"{wanted}-{width}"'
        if is_known(request, etag):
            return not_modified(etag, _PICTURE_HEADERS)
        try:
            content = await run_in_threadpool(self._pictures.read, media, width)
        except (MediaMissing, PictureUnreadable):
            return self._gone(request)
        return Response(content, headers=_PICTURE_HEADERS | {"ETag": etag})

    def _may_ask(self, request: Request) -> bool:
        return self._requests.allows(request.client.host if request.client else "")

    def _gone(self, request: Request) -> Response:
        """Return the same page for what has ended and what never was."""
        return (
            render("not_shared.html", status=404)
            if self._access.may_miss(request)
            else too_many_requests(request)
        )

    def _address(self, found: SharedTopic) -> str:
        return sharing.share_url(self._public_url, found.share)

    def _shown(
        self, tx: Transaction, found: SharedTopic, until: datetime | None, skip: int
    ) -> dict[str, Any]:
        zone = ZoneInfo(found.person.timezone)
        entries, is_all = _that_fit(found.entries)
        shown = [self._entry(tx, found, entry, zone) for entry in entries if sharing.is_public(entry)]
        pictures = [picture for entry in shown for picture in entry.attached.pictures]
        first = found.description or (shown[0].record.text if shown else "")
        words = one_line(first[:400])
        address = self._address(found)
        return {
            "name": shorten(one_line(found.topic.name), MAX_NAME),
            "book": _title(found),
            "last": _last(found),
            "last_words": day_words(found.topic.last_used_at.astimezone(zone).date())
            if found.topic.last_used_at
            else "",
            "about": () if until else linked_lines(found.description),
            "entries": shown,
            "address": address,
            "feed": f"{address}/feed.atom",
            "picture": f"{self._public_url}{pictures[0].original}" if pictures else "",
            "description": shorten(words, _MAX_DESCRIPTION),
            "next": f"{SHARED}/{found.share.token}?{_onward(entries, until, skip)}"
            if entries and (found.has_more or not is_all)
            else "",
        }

    def _entry(self, tx: Transaction, found: SharedTopic, entry: Entry, zone: ZoneInfo) -> ShownEntry:
        previews = tx.previews.of([entry.id]).get(entry.id, ())
        shown = present(entry, zone, previews, size=_ROOM_OF_ENTRY)
        shown.blocks = [replace(block, author_address="") for block in shown.blocks]
        pictures = [
            _picture(found.share.token, place, entry, shown)
            for place, part in enumerate(entry.media)
            if part in without_live_videos(entry.media) and part.state == "kept"
        ]
        shown.attached = Attached(pictures=[picture for picture in pictures if picture])
        return shown

    def _fed(self, found: SharedTopic) -> dict[str, Any]:
        address = self._address(found)
        entries = [entry for entry in found.entries if sharing.is_public(entry)]
        return {
            "name": _xml(one_line(found.topic.name)) or "Shared",
            "about": _xml(displayable(found.description)),
            "book": _xml(_title(found)),
            "address": address,
            "feed": f"{address}/feed.atom",
            "id": _id(found.share.token),
            "last": max([_last(found), *(entry.edited_at for entry in entries if entry.edited_at)]),
            "entries": [
                {
                    "id": _id(found.share.token, entry.id),
                    "title": _xml(title_of(entry)),
                    "published": entry.created_at,
                    "updated": entry.edited_at or entry.created_at,
                    "text": _xml(displayable(entry.text[:MAX_READ])),
                }
                for entry in entries
            ],
        }


def _that_fit(entries: Sequence[Entry]) -> tuple[Sequence[Entry], bool]:
    """Return the first entries, at least one, that have room on a page, and whether that is all of them."""
    left = ROOM
    for place, entry in enumerate(entries):
        # Escaped, a sign has up to five letters; texts are mostly words.
        left -= len(entry.text[:MAX_READ].encode("utf-8", "replace")) + _TAGS + _PICTURE * len(entry.media)
        if place and left < 0:
            return entries[:place], False
    return entries, True


def _onward(entries: Sequence[Entry], until: datetime | None, skip: int) -> str:
    """Return the query of the next page: the time of the last entry, and how many of that time were shown."""
    last = entries[-1].created_at
    shown = sum(entry.created_at == last for entry in entries) + (skip if until == last else 0)
    return urlencode({"until": last.astimezone(UTC).isoformat(), "skip": shown})


def _picture(token: str, place: int, entry: Entry, shown: ShownEntry) -> Picture | None:
    part = entry.media[place]
    own = shown_picture(entry.number, place, part)
    if own is None or not part.key:
        return None
    base = f"{SHARED}/{token}/pictures/{digest(part.key)}"
    sizes = [size.split(" ") for size in own.srcset.split(", ")]
    nominal = [address.partition("?")[0].rpartition("/")[2] for address, _ in sizes]
    return Picture(
        src=f"{base}/{nominal[:2][-1]}",
        srcset=", ".join(f"{base}/{each} {wide}" for each, (_, wide) in zip(nominal, sizes, strict=True)),
        original=f"{base}/{nominal[-1]}",
        alt=shorten(one_line(entry.text[:400]), 100) or f"Picture of {shown.day}",
        width=own.width,
        height=own.height,
    )


def _title(found: SharedTopic) -> str:
    return title_of_book(shorten(one_line(found.person.name), MAX_NAME)) or "A scrapbook"


def _last(found: SharedTopic) -> datetime:
    """Return when the topic was last added to; when it was shared if it has no entries."""
    return (found.topic.last_used_at or found.share.created_at).astimezone(UTC)


def _time(request: Request) -> datetime | None:
    try:
        at = datetime.fromisoformat(request.query_params.get("until", ""))
        return at.astimezone(UTC) if at.tzinfo and 1900 < at.year < 2200 else None
    except ValueError:
        return None


def _skip(request: Request) -> int:
    named = request.query_params.get("skip", "")
    return min(int(named), MAX_SKIPPED) if named.isascii() and named.isdecimal() and len(named) < 4 else 0


def _fresh(request: Request, response: Response, last: datetime) -> Response:
    """Return the response, or 304 if the asker has just that."""
    etag = f'"{hashlib.sha256(bytes(response.body)).hexdigest()[:32]}"'
    headers = {**_HEADERS, "Last-Modified": format_datetime(last.replace(microsecond=0), usegmt=True)}
    if is_known(request, etag):
        return not_modified(etag, headers)
    response.headers.update(headers | {"ETag": etag})
    return response


def _id(*parts: object) -> str:
    """Return an id of a feed or of an entry in it, which stays the same as long as the share does."""
    return uuid.uuid5(uuid.NAMESPACE_URL, "/".join(map(str, (SHARED, *parts)))).urn


def _xml(text: str) -> str:
    return _NOT_XML.sub("", text)
