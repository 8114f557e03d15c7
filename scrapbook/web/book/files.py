"""The files of an entry: pictures in several sizes, recordings and videos in parts, all else as downloads.

Strangers made them, so a browser gets none of them as a page, a script or a document: each has a type of a
fixed list, or none, and is in a sandbox where it is opened on its own.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Protocol
from weakref import WeakValueDictionary

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from scrapbook.core.entry_names import entry_of_number
from scrapbook.errors import AudioUnreadable, MediaMissing, PictureUnreadable, ScrapbookError
from scrapbook.media.picture_sizes import (
    CONTENT_TYPE,
    PICTURE_FORMATS,
    WIDTHS,
    is_picture,
)
from scrapbook.media.storage import MediaStore
from scrapbook.store import Media, Store
from scrapbook.text.file_types import COMPACT_AUDIO, UNKNOWN, extension
from scrapbook.web.book.access import Handler, SignedIn
from scrapbook.web.book.byte_ranges import Content, is_known, not_modified, respond
from scrapbook.web.book.file_addresses import digest, version

PLAYED = frozenset(
    {"audio/mpeg", "audio/mp4", "audio/ogg", "audio/wav", "audio/webm", "audio/aac", "audio/flac"}
)
"""The types of recordings that current browsers play. The others are converted."""

VIDEOS = frozenset(
    {"video/mp4", "video/webm", "video/quicktime", "video/x-matroska", "video/3gpp", "video/3gpp2"}
)

SERVED_AS_THEY_ARE = frozenset({*PICTURE_FORMATS, *PLAYED, *VIDEOS})
"""The types that are named to a browser. None of them is one that it runs."""

COMPACT = "compact.ogg"
"""The name under which the media store caches a recording that was converted."""

NO_FILE = "There is no such file."
NOT_YET = "This file is still being fetched. Try again in a minute."
NOT_NOW = "This file is not available now. Try again in a minute."
NOT_SHOWN = "This picture cannot be shown. Its original can be downloaded."

_HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
}

_FOR_EVER = {"Cache-Control": "private, max-age=31536000, immutable"}
"""For an address that changes with the content."""


class Pictures(Protocol):
    """The sizes of pictures."""

    def read(self, picture: Media, width: int) -> bytes:
        """Return a picture as WebP in one of ``WIDTHS``. Blocks while it is made.

        Raises:
            MediaMissing: its file is gone.
            PictureUnreadable: it cannot be shown.
        """
        ...


_FILE = "/book/entries/{number:entry}/files/{position:number}"


def book_file_routes(pages: "FilePages") -> list[tuple[str, Handler, Sequence[str]]]:
    """Return the routes of files: path, handler, methods."""
    return [
        (_FILE, pages.file, ("GET", "HEAD")),
        (f"{_FILE}/{{width:number}}", pages.picture, ("GET", "HEAD")),
    ]


class FilePages:
    """Serves the files of the entries of whoever is signed in, those in the trash included.

    Args:
        compact: encodes a recording as ``COMPACT_AUDIO``.
    """

    def __init__(
        self, store: Store, files: MediaStore, pictures: Pictures, compact: Callable[[bytes], bytes]
    ) -> None:
        self._store = store
        self._files = files
        self._pictures = pictures
        self._compact = compact
        self._turns: WeakValueDictionary[tuple[int, str], asyncio.Lock] = WeakValueDictionary()

    async def file(self, request: Request, who: SignedIn) -> Response:
        """Answer with a file; with ``?download``, just as it came."""
        return await _or_reason(self._file(request, who))

    async def picture(self, request: Request, who: SignedIn) -> Response:
        """Answer with a picture in one of the ``WIDTHS``; a smaller one as wide as it is."""
        return await _or_reason(self._picture(request, who))

    async def _file(self, request: Request, who: SignedIn) -> Response:
        media, key = await self._find(request, who)
        is_download = "download" in request.query_params
        if media.is_audio and media.content_type not in PLAYED and not is_download:
            converted = await self._converted(key, who)
            if converted is not None:
                content = Content.of(converted, f'"{digest(key)}-{COMPACT}"')
                headers = _file_headers(request, COMPACT_AUDIO, is_download=False)
                return respond(request, content, headers)
        size = await run_in_threadpool(self._files.size, key)
        content = Content(size, lambda start, end: self._files.chunks(key, start, end), f'"{digest(key)}"')
        return respond(request, content, _file_headers(request, media.content_type, is_download=is_download))

    async def _picture(self, request: Request, who: SignedIn) -> Response:
        media, key = await self._find(request, who)
        width = int(request.path_params["width"])
        if width not in WIDTHS or not is_picture(media.content_type):
            raise MediaMissing(NO_FILE)
        headers = _file_headers(request, CONTENT_TYPE, is_download=False)
        if request.query_params.get("v") == version(media):
            headers |= _FOR_EVER
        etag = f'"{digest(key)}-{width}"'
        if is_known(request, etag):
            return not_modified(etag, headers)
        async with self._turn(who, "pictures"):
            content = await run_in_threadpool(self._pictures.read, media, width)
        return Response(content, headers=headers | {"ETag": etag})

    async def _find(self, request: Request, who: SignedIn) -> tuple[Media, str]:
        """Return the file that is asked for, and its key.

        Raises MediaMissing, with a sentence for the person, if they have no such file.
        """
        number, index = int(request.path_params["number"]), int(request.path_params["position"]) - 1
        entry = await run_in_threadpool(
            self._store.read, lambda tx: entry_of_number(tx, who.person_id, number)
        )
        if entry is None or not 0 <= index < len(entry.media):
            raise MediaMissing(NO_FILE)
        media = entry.media[index]
        if not media.key:
            raise MediaMissing(NOT_YET if media.state == "waiting" else NO_FILE)
        return media, media.key

    async def _converted(self, key: str, who: SignedIn) -> bytes | None:
        """Return a recording in a format that browsers play; None if there is no sound in it."""
        async with self._turn(who, "recordings"):
            return await run_in_threadpool(self._convert, key)

    def _convert(self, key: str) -> bytes | None:
        if made := self._files.read_variant(key, COMPACT):
            return made
        try:
            converted = self._compact(self._files.read(key))
        except AudioUnreadable:
            return None
        self._files.save_variant(key, COMPACT, converted)
        return converted

    @asynccontextmanager
    async def _turn(self, who: SignedIn, work: str) -> AsyncGenerator[None]:
        """Wait until no other request of the person does this work: it takes one thread, not all."""
        lock = self._turns.setdefault((who.person_id, work), asyncio.Lock())
        async with lock:
            yield


async def _or_reason(answer: Awaitable[Response]) -> Response:
    """Return the answer, or a plain sentence that says why there is none."""
    try:
        return await answer
    except MediaMissing as error:
        sentence = str(error) if str(error) in {NO_FILE, NOT_YET} else NO_FILE
        return _reason(404, sentence)
    except PictureUnreadable as error:
        return _reason(404, NOT_SHOWN) if error.permanent else _reason(503, NOT_NOW)
    except ScrapbookError:
        return _reason(503, NOT_NOW)


def _reason(status: int, sentence: str) -> Response:
    headers = {**_HEADERS, "Cache-Control": "no-store"}
    if status == 503:
        headers["Retry-After"] = "60"
    return PlainTextResponse(sentence, status_code=status, headers=headers)


def _file_headers(request: Request, content_type: str, *, is_download: bool) -> dict[str, str]:
    """Return the headers of a file. What a browser might run has no type, and is a download."""
    is_harmless = content_type in SERVED_AS_THEY_ARE or content_type == COMPACT_AUDIO
    number, position = request.path_params["number"], request.path_params["position"]
    name = f"scrapbook-{number}-{position}{extension(content_type.partition(';')[0])}"
    place = "inline" if is_harmless and not is_download else "attachment"
    return {
        **_HEADERS,
        "Content-Type": content_type if is_harmless else UNKNOWN,
        "Content-Disposition": f'{place}; filename="{name}"',
    }
