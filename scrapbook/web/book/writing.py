"""The box on the page: takes what a text takes, and shows the same receipt.

A message that is written here takes the path of a text from the inbox on. The page waits for the receipt, and
shows what there is if it takes longer.
"""

import asyncio
import hmac
import time
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from scrapbook.core.written_receipts import Receipt, receipt_of
from scrapbook.errors import MediaStoreError, NotFound, OptOutWord, StoreError
from scrapbook.messaging.written import KEY, WrittenMessage, WrittenMessages
from scrapbook.observability.reporting import report_error
from scrapbook.store import Store
from scrapbook.text.display import displayable
from scrapbook.web.book.access import Handler, SignedIn
from scrapbook.web.book.framing import frame_of, not_found
from scrapbook.web.book.rendering import render
from scrapbook.web.book.uploads import UploadRefused, WrittenForm, read_form

RECEIPT_SECONDS = 8.0
"""For which a page waits for the receipt. Most are there within a second."""

CHECK_INTERVAL = 0.1
"""Seconds between two looks for a receipt, which any app process may record."""

MAX_WAITING = 4
"""Messages of a person that are sent at the same time, and pages of theirs that wait for a receipt."""

MAX_UPLOADS = 8
"""Forms that are read at the same time. Beyond, they wait unread; a form takes 49 megabytes on the disk."""

MAX_SENT = 2_000
"""Characters of the message that are shown with its receipt, unless all of it is asked for."""

log = structlog.get_logger(__name__)


_STILL_SENDING = "Your earlier messages are still being sent. Send this one then."
_TOO_OLD = "This page was too old to be sent. Send it again."
_OPT_OUT_WORD = "To get no more texts, or texts again, text that word from your phone."
_NOT_ON_LIST = "You are no longer on the list of this scrapbook."


def book_writing_routes(store: Store, messages: WrittenMessages) -> list[tuple[str, Handler, Sequence[str]]]:
    """Return the routes of the box: path, handler, methods.

    ``POST /book/write`` checks the token of its form itself, because its body is not read before that, but
    within limits of its own.
    """
    writing = Writing(store, messages)
    return [
        ("/book/write", writing.write, ["POST"]),
        ("/book/receipts/{message_id}", writing.receipt, ["GET"]),
    ]


class Writing:
    """The pages of the box, in one event loop."""

    def __init__(self, store: Store, messages: WrittenMessages) -> None:
        self._store = store
        self._messages = messages
        self._uploads = asyncio.Semaphore(MAX_UPLOADS)
        self._sending: Counter[int] = Counter()
        self._waiting: Counter[int] = Counter()

    async def write(self, request: Request, who: SignedIn) -> Response:
        """Record the message, and lead to its receipt; the same for a form that is sent twice."""
        with _counted(self._sending, who.person_id) as has_room:
            if not has_room:
                return await self._refused(request, who, _STILL_SENDING, 429)
            async with self._uploads:
                try:
                    form = await read_form(request)
                except UploadRefused as refusal:
                    return await self._refused(request, who, str(refusal), 413, text=refusal.text)
                try:
                    return await self._take(request, who, form)
                finally:
                    await form.close()

    async def _take(self, request: Request, who: SignedIn, form: WrittenForm) -> Response:
        is_ours = hmac.compare_digest(form.csrf.encode(), who.csrf.encode())
        if not is_ours or not KEY.fullmatch(form.key):
            return await self._refused(request, who, _TOO_OLD, 403, text=form.text)
        if not form.text.strip() and not form.files:
            return await self._refused(request, who, "Write something first, or choose a file.", 422)
        written = WrittenMessage(who.person_id, form.key, form.text, form.open_files(), form.answers)
        try:
            message_id = await self._messages.take(written)
        except OptOutWord:
            return await self._refused(request, who, _OPT_OUT_WORD, 422)
        except NotFound:
            return await self._refused(request, who, _NOT_ON_LIST, 403, text=form.text)
        except (StoreError, MediaStoreError) as error:
            report_error(error, step="write")
            sentence = "That could not be saved just now. Send it again in a minute."
            # With the same key, so that it is one message should it have been saved after all.
            return await self._refused(request, who, sentence, 503, text=form.text, key=form.key)
        log.info("message_written", message_id=message_id, person_id=who.person_id, files=len(form.files))
        return RedirectResponse(f"/book/receipts/{message_id}", status_code=303)

    async def receipt(self, request: Request, who: SignedIn) -> Response:
        """Show what was said to a message, once it is there or the page has waited for long enough."""
        message_id = request.path_params["message_id"]
        with _counted(self._waiting, who.person_id) as has_room:
            receipt = await self._receipt(who, message_id, RECEIPT_SECONDS if has_room else 0.0)
        if receipt is None:
            return await not_found(self._store, request, who)
        sent = displayable(receipt.text)
        is_cut = len(sent) > MAX_SENT and "all" not in request.query_params
        shown = f"{sent[:MAX_SENT]}…" if is_cut else sent
        return await self._page(request, who, "receipt.html", receipt=receipt, sent=shown, is_cut=is_cut)

    async def _refused(  # noqa: PLR0913 - what the page says, and what it fills in again
        self, request: Request, who: SignedIn, sentence: str, status: int, *, text: str = "", key: str = ""
    ) -> Response:
        """Return the page that says why nothing was saved, with the text in the box again."""
        return await self._page(
            request, who, "not_written.html", status, problem=sentence, text=text, key=key
        )

    async def _page(
        self, request: Request, who: SignedIn, template: str, status: int = 200, **context: object
    ) -> Response:
        try:
            context["frame"] = await frame_of(self._store, request, who)
        except NotFound:  # the person was removed meanwhile
            log.info("written_by_nobody", person_id=who.person_id)
        return render(template, status=status, csrf=who.csrf, **context)

    async def _receipt(self, who: SignedIn, message_id: str, seconds: float) -> Receipt | None:
        """Return the receipt once something was said to the message, or the seconds are over."""
        until = time.monotonic() + seconds
        while True:
            receipt = await asyncio.to_thread(
                self._store.read, lambda tx: receipt_of(tx, who.person_id, message_id, datetime.now(UTC))
            )
            if receipt is None or receipt.replies or receipt.is_complete or time.monotonic() >= until:
                return receipt
            await asyncio.sleep(CHECK_INTERVAL)


@contextmanager
def _counted(counts: Counter[int], person_id: int) -> Generator[bool]:
    """Count a request of a person. Yields whether it is within MAX_WAITING."""
    counts[person_id] += 1
    try:
        yield counts[person_id] <= MAX_WAITING
    finally:
        counts[person_id] -= 1
        if not counts[person_id]:
            del counts[person_id]
