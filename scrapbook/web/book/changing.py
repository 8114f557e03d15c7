"""Change entries from the page: edit, file, pin, tick off, delete, restore, undo.

Each form calls the function of the core that a text calls, in one transaction, and leaves the same record in
the undo journal. So a text undoes what was done on a page, and a page what was texted.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import TypeAlias, TypeVar
from zoneinfo import ZoneInfo

import structlog
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from scrapbook.core import Book
from scrapbook.core.stale_pages import ChangedMeanwhile, as_shown, version_of
from scrapbook.core.undo import undo
from scrapbook.core.wording import render as render_reply
from scrapbook.errors import StoreUnavailable
from scrapbook.store import Entry, Store
from scrapbook.text.links import has_link
from scrapbook.web.book.access import Handler, SignedIn
from scrapbook.web.book.addresses import page_of_the_book
from scrapbook.web.book.flash import FlashLine
from scrapbook.web.book.form_changes import (
    FORM_CHANGES,
    TOO_LONG,
    Done,
    Form,
    FormChange,
    Outcome,
    Refused,
    WhichTopic,
    parts_of,
    place_of,
)
from scrapbook.web.book.framing import frame_of, not_found, read_frame
from scrapbook.web.book.numbers import entry_number_of, number_of
from scrapbook.web.book.presented import present
from scrapbook.web.book.rendering import render
from scrapbook.web.book.shown_pages import MOST_ROOM
from scrapbook.web.book.uploads import MAX_TEXT

Flash: TypeAlias = Callable[[SignedIn, FlashLine], Awaitable[None]]
"""Keeps a line that the next page of the session shows once, with a button that undoes the latest change."""

OnLinks: TypeAlias = Callable[[int, int], None]
"""Has the pages behind the links of a change be previewed, by the ids of person and change. It may block."""

MAX_SUGGESTED = 200
"""Topics, the most recently used, that the form of filing offers."""

_NOT_NOW = "That could not be saved just now. Send it again in a minute."

log = structlog.get_logger(__name__)

T = TypeVar("T")


def book_changing_routes(
    store: Store, flash: Flash, on_links: OnLinks
) -> list[tuple[str, Handler, Sequence[str]]]:
    """Return the routes of the forms: path, handler, methods."""
    changing = Changing(store, flash, on_links)
    entry = "/book/entries/{number}"
    return [
        (f"{entry}/edit", changing.edit_page, ["GET"]),
        (f"{entry}/file", changing.file_page, ["GET"]),
        *((f"{entry}/{name}", changing.handler(name, form), ["POST"]) for name, form in FORM_CHANGES.items()),
        ("/book/undo", changing.undo, ["POST"]),
    ]


class Changing:
    """The forms, in one event loop."""

    def __init__(self, store: Store, flash: Flash, on_links: OnLinks) -> None:
        self._store = store
        self._flash = flash
        self._on_links = on_links

    async def edit_page(self, request: Request, who: SignedIn) -> Response:
        """Show the form with the text of an entry, or a part of it; of a memo, with what was heard."""
        number, part = _number(request), max(1, number_of(request.query_params.get("part", "1")))
        entry = await self._read(who, lambda book: book.entry(number))
        if entry is None or entry.writer or part > parts_of(entry.text):
            return await self._not_found(request, who)
        text = entry.text[slice(*place_of(part))]
        return await self._page(
            request,
            who,
            "edit.html",
            entry,
            text=text,
            part=part,
            parts=parts_of(entry.text),
            besides=len(entry.text) - len(text),
            problem="",
        )

    async def file_page(self, request: Request, who: SignedIn) -> Response:
        """Show the form that files an entry under a topic."""
        number = _number(request)
        entry, names = await self._read(who, lambda book: (book.entry(number), _topics(book)))
        if entry is None or entry.writer:
            return await self._not_found(request, who)
        return await self._page(request, who, "file.html", entry, topics=names, which=None)

    def handler(self, name: str, change: FormChange) -> Handler:
        """Return the handler of a form that changes one entry, if that still is as the page showed it."""

        async def handle(request: Request, who: SignedIn) -> Response:
            form = _fields(await request.form())
            number = _number(request)
            try:
                outcome, change_id = await self._write(who, lambda book: _changed(book, number, change, form))
            except StoreUnavailable:
                return await self._refuse(request, who, _NOT_NOW, form.get("text", ""))
            if isinstance(outcome, Done):
                log.info("changed_on_page", change=name, person_id=who.person_id)
                await self._flash(who, FlashLine(outcome.sentence, change_id))
                if change_id and has_link(form.get("text", "")):
                    await asyncio.to_thread(self._on_links, who.person_id, change_id)
                back = page_of_the_book(form.get("back", ""), f"/book/entries/{number}")
                return RedirectResponse(back, status_code=303)
            return await self._not_done(request, who, name, form, outcome)

        return handle

    async def undo(self, request: Request, who: SignedIn) -> Response:
        """Undo the latest change, whether a page made it or a text.

        The field ``change`` has the id of the latest change when the page was made. So a button that is
        pressed twice undoes one change, and never one that was made since.
        """
        form = _fields(await request.form())
        try:
            sentence = await self._write(who, lambda book: _undone(book, form.get("change", "")))
        except StoreUnavailable:
            return await self._refuse(request, who, _NOT_NOW)
        await self._flash(who, FlashLine(sentence))
        return RedirectResponse(page_of_the_book(form.get("back", ""), "/book"), status_code=303)

    async def _not_done(
        self, request: Request, who: SignedIn, name: str, form: Form, outcome: Outcome
    ) -> Response:
        if isinstance(outcome, WhichTopic):
            return await self._page(request, who, "file.html", outcome.entry, topics=(), which=outcome)
        if isinstance(outcome, ChangedMeanwhile):
            written, back = form.get("text" if name == "edit" else "topic", ""), form.get("back", "")
            is_part = name == "edit" and "part" in form
            context = {"name": name, "written": written, "back": back, "is_part": is_part}
            return await self._page(request, who, "conflict.html", outcome.entry, status=409, **context)
        if isinstance(outcome, Refused) and name == "edit":
            return await self._edit_again(request, who, form, outcome.sentence)
        if isinstance(outcome, Refused):
            return await self._refuse(request, who, outcome.sentence, form.get("text", ""))
        return await self._not_found(request, who)

    async def _edit_again(self, request: Request, who: SignedIn, form: Form, problem: str) -> Response:
        """Show the form with what was written, which is to be sent once more."""
        number = _number(request)
        entry = await self._read(who, lambda book: book.entry(number))
        if entry is None or entry.writer:
            return await self._not_found(request, who)
        return await self._page(
            request,
            who,
            "edit.html",
            entry,
            status=422,
            text=form.get("text", ""),
            part=max(1, number_of(form.get("part", "1"))),
            parts=parts_of(entry.text),
            problem=problem,
            version=form.get("version", ""),
            besides=form.get("besides", "0"),
        )

    async def _not_found(self, request: Request, who: SignedIn) -> Response:
        return await not_found(self._store, request, who)

    async def _refuse(self, request: Request, who: SignedIn, sentence: str, written: str = "") -> Response:
        frame = await frame_of(self._store, request, who)
        return render(
            "refused.html", status=422, frame=frame, problem=sentence, written=written, csrf=who.csrf
        )

    async def _page(
        self,
        request: Request,
        who: SignedIn,
        template: str,
        entry: Entry,
        *,
        status: int = 200,
        **context: object,
    ) -> Response:
        frame, zone = await asyncio.to_thread(
            self._store.read,
            lambda tx: (read_frame(tx, request, who), ZoneInfo(tx.people.get(who.person_id).timezone)),
        )
        return render(
            template,
            status=status,
            frame=frame,
            entry=entry,
            shown=present(entry, zone, size=MOST_ROOM),
            csrf=who.csrf,
            **{"version": version_of(entry), **context},
        )

    async def _read(self, who: SignedIn, read: Callable[[Book], T]) -> T:
        return await asyncio.to_thread(
            self._store.read, lambda tx: read(Book(tx, tx.people.get(who.person_id), "", datetime.now(UTC)))
        )

    async def _write(self, who: SignedIn, work: Callable[[Book], T]) -> T:
        return await asyncio.to_thread(
            self._store.write, lambda tx: work(Book(tx, tx.people.get(who.person_id), "", datetime.now(UTC)))
        )


def _changed(book: Book, number: int, change: FormChange, form: Form) -> tuple[Outcome, int | None]:
    """Make a change. Returns what came of it, and the id of the change that the page may undo."""
    if len(form.get("text", "")) > MAX_TEXT:
        return Refused(TOO_LONG), None
    found = as_shown(book, number, form.get("version", ""))
    shown = found.entry if isinstance(found, ChangedMeanwhile) else found
    if shown and shown.writer and change is not FORM_CHANGES["tick"]:
        return None, None
    if isinstance(found, Entry):
        outcome = change.make(book, found, form)
    elif found and change.is_made(found.entry, form):  # the form was sent twice
        outcome = Done(change.sentence(found.entry))
    else:
        outcome = found
    return outcome, _latest_of(book, number) if isinstance(outcome, Done) else None


def _latest_of(book: Book, number: int) -> int | None:
    """Return the id of the latest change, if it is one of that entry."""
    latest, entry = book.tx.changes.latest(book.person.id), book.entry(number)
    is_its = latest and entry and entry.id in book.tx.changes.entries_of(latest.id, 1)
    return latest.id if latest and is_its else None


def _undone(book: Book, known: str) -> str:
    """Undo the latest change if it is the one that the page knew. Returns what was done."""
    latest = book.tx.changes.latest(book.person.id)
    change_id = number_of(known)
    if change_id and (latest is None or latest.id < change_id):
        return "That was undone already."
    if latest and latest.id > change_id:
        return "Something else was changed since then, so nothing was undone."
    return render_reply(undo(book))


def _number(request: Request) -> int:
    """Return the number in the path; 0, which no entry has, if there is none."""
    return entry_number_of(request.path_params["number"])


def _topics(book: Book) -> list[str]:
    return [topic.name for topic in book.topics() if topic.entry_count][:MAX_SUGGESTED]


def _fields(form: FormData) -> dict[str, str]:
    """Return the texts of a form, with line breaks as a phone sends them."""
    return {name: value.replace("\r\n", "\n") for name, value in form.items() if isinstance(value, str)}
