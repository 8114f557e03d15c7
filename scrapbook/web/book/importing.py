"""The page for importing: upload an export, see what would come, and have it taken over.

Nothing of the file is read here. A process that the system limits reads it (``workflows/importing.py``), and
the page shows how far that is.
"""

import asyncio
import hmac
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from scrapbook.store import UNDER_WAY, Store, Transaction, UploadedExport
from scrapbook.web.book.access import PageRoute, SignedIn
from scrapbook.web.book.flash import FlashLine
from scrapbook.web.book.framing import read_frame
from scrapbook.web.book.limited_body import BodyTooLarge, LimitedBody
from scrapbook.web.book.numbers import number_of
from scrapbook.web.book.rendering import render

ADDRESS = "/book/import"

MAX_UPLOADS = 2
"""Files that are received at the same time. Beyond, they wait unread."""

_MEGABYTE = 2**20
_MAX_NAME = 150
"""Bytes of the name of a file; file systems take 255."""
_OVERHEAD = 64 * 1024

_NO_FORM = "That was not the form of this page. Choose the file again."
_NOT_WHOLE = "The file did not arrive whole. Choose it again."
_NO_FILE = "Choose a file first."
_TOO_OLD = "This page was too old to be sent. Choose the file again."
_BUSY = "Your earlier file is still being worked on. Wait until it is done, or leave it."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Uploads:
    """Where uploaded exports go.

    Attributes:
        folder: in which each has a folder of its own, named by its id, with the file.
        worker: the name of this app, which works on them.
        max_bytes: of a file.
        wake: has the app look for what is to be done.
    """

    folder: Path
    worker: str
    max_bytes: int
    wake: Callable[[], None]


class UploadRefused(Exception):
    """A file is not taken. The message is a sentence for the person; ``status`` is that of the answer."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.status = status


def book_importing_routes(
    store: Store, uploads: Uploads, take_flash: Callable[[SignedIn], FlashLine | None]
) -> Sequence[PageRoute]:
    """Return the routes: path, handler, methods.

    ``POST /book/import`` checks the token of its form itself, because its body is not read before that, but
    within limits of its own.
    """
    pages = ImportPage(store, uploads, take_flash)
    return [
        (ADDRESS, pages.show, ["GET"]),
        (ADDRESS, pages.upload, ["POST"]),
        (f"{ADDRESS}/start", pages.start, ["POST"]),
        (f"{ADDRESS}/leave", pages.leave, ["POST"]),
    ]


class ImportPage:
    """The page and its forms, in one event loop."""

    def __init__(
        self, store: Store, uploads: Uploads, take_flash: Callable[[SignedIn], FlashLine | None]
    ) -> None:
        self._store = store
        self._take_flash = take_flash
        self._uploads = uploads
        self._places = asyncio.Semaphore(MAX_UPLOADS)

    async def show(self, request: Request, who: SignedIn) -> Response:
        """Show what would come, how far it is, or what came; and the form."""
        return await self._page(request, who)

    async def upload(self, request: Request, who: SignedIn) -> Response:
        """Store a file, to be looked at."""
        try:
            async with self._places:
                await self._take(request, who)
        except UploadRefused as refusal:
            return await self._page(request, who, str(refusal), refusal.status)
        self._uploads.wake()
        log.info("export_uploaded", person_id=who.person_id)
        return _back()

    async def start(self, request: Request, who: SignedIn) -> Response:
        """Have the file imported whose contents the page has shown."""
        id_ = number_of(str((await request.form()).get("export", "")))

        def start(tx: Transaction) -> bool:
            uploaded = tx.uploaded_exports.of_person(who.person_id)
            is_it = uploaded is not None and uploaded.id == id_
            return is_it and tx.uploaded_exports.set_state(id_, "read", "wanted")

        await asyncio.to_thread(self._store.write, start)
        self._uploads.wake()
        return _back()

    async def leave(self, request: Request, who: SignedIn) -> Response:
        """Forget a file. What was imported of it stays, and can be undone."""
        id_ = number_of(str((await request.form()).get("export", "")))
        await asyncio.to_thread(self._store.write, lambda tx: tx.uploaded_exports.remove(id_, who.person_id))
        self._uploads.wake()
        return _back()

    async def _take(self, request: Request, who: SignedIn) -> None:
        limit = self._uploads.max_bytes
        if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
            raise UploadRefused(_NO_FORM, 400)
        body = LimitedBody(request, limit + _OVERHEAD)
        parser = MultiPartParser(request.headers, body.within_limit(), max_files=1, max_fields=4)
        try:
            form = await parser.parse()
        except BodyTooLarge:
            await body.discard()
            raise UploadRefused(_too_large(limit), 413) from None
        except MultiPartException:
            await body.discard()
            raise UploadRefused(_NOT_WHOLE, 400) from None
        try:
            sent, file = form.get("csrf"), form.get("file")
            if not isinstance(sent, str) or not hmac.compare_digest(sent.encode(), who.csrf.encode()):
                raise UploadRefused(_TOO_OLD, 403)
            if not isinstance(file, UploadFile) or not file.size:
                raise UploadRefused(_NO_FILE, 422)
            if file.size > limit:
                raise UploadRefused(_too_large(limit), 413)
            await asyncio.to_thread(self._store_file, who, file)
        finally:
            await form.close()

    def _store_file(self, who: SignedIn, file: UploadFile) -> None:
        """Store the file under the id of its row, which is there before it."""
        name = file_name(file.filename or "")

        def add(tx: Transaction) -> int:
            before = tx.uploaded_exports.of_person(who.person_id)
            if before is not None and before.state in UNDER_WAY:
                raise UploadRefused(_BUSY, 409)
            return tx.uploaded_exports.add(who.person_id, self._uploads.worker, name, datetime.now(UTC))

        id_ = self._store.write(add)
        folder = self._uploads.folder / str(id_)
        folder.mkdir(mode=0o700, parents=True)
        path = folder / name
        path.touch(mode=0o600)
        with path.open("wb") as target:
            shutil.copyfileobj(file.file, target, _MEGABYTE)
        self._store.write(lambda tx: tx.uploaded_exports.set_state(id_, "uploading", "reading"))

    async def _page(self, request: Request, who: SignedIn, problem: str = "", status: int = 200) -> Response:
        flash = None if "x-live" in request.headers else await asyncio.to_thread(self._take_flash, who)
        frame, uploaded, person = await asyncio.to_thread(
            self._store.read,
            lambda tx: (
                read_frame(tx, request, who, flash),
                tx.uploaded_exports.of_person(who.person_id),
                tx.people.get(who.person_id),
            ),
        )
        return render(
            "import.html",
            status=status,
            frame=frame,
            csrf=who.csrf,
            problem=problem,
            export=uploaded,
            first=_first(uploaded, ZoneInfo(person.timezone)),
            is_under_way=uploaded is not None and uploaded.state in UNDER_WAY,
            megabytes=self._uploads.max_bytes // _MEGABYTE,
        )


def file_name(sent: str) -> str:
    """Return the name of a file as its browser sent it, without what leads elsewhere.

    It is kept, because some programs tell only in it whose chat or which notes they export.
    """
    name = "".join(one for one in sent.replace("\\", "/").rpartition("/")[2] if one.isprintable())
    return name.strip().lstrip(".").encode("utf-8", "replace")[:_MAX_NAME].decode("utf-8", "ignore") or "file"


def _first(uploaded: UploadedExport | None, zone: ZoneInfo) -> list[Mapping[str, Any]]:
    """Return the first entries that would come, with their times where the person is."""
    shown: list[Mapping[str, Any]] = uploaded.preview.get("first", []) if uploaded else []
    return [
        {**one, "at": datetime.fromisoformat(one["at"]).astimezone(zone) if one["at"] else None}
        for one in shown
    ]


def _too_large(limit: int) -> str:
    return f"The file has more than {limit // _MEGABYTE} MB. Export it in parts, or without pictures."


def _back() -> Response:
    return RedirectResponse(ADDRESS, status_code=303)
