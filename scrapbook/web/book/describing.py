"""The form on the page of a topic with which people write a few words about it."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from scrapbook.core import Book, topics
from scrapbook.core.stale_pages import version_of_text
from scrapbook.core.topics import MAX_DESCRIPTION
from scrapbook.core.undo import latest_about
from scrapbook.errors import NotFound
from scrapbook.store import Store, Transaction
from scrapbook.text.listing import quoted
from scrapbook.web.book.access import PageRoute, SignedIn
from scrapbook.web.book.flash import FlashLine
from scrapbook.web.book.form_changes import Done, Refused
from scrapbook.web.book.framing import frame_of
from scrapbook.web.book.rendering import render

_TOO_LONG = f"That is more than {MAX_DESCRIPTION:,} characters. Save the rest as an entry of the topic."
_CHANGED = (
    "It was changed after you had opened the page, so nothing was saved. Open the topic again, and put your"
    " words in there."
)


def describing_routes(
    store: Store, flash: Callable[[SignedIn, FlashLine], Awaitable[None]]
) -> Sequence[PageRoute]:
    """Return the route of the form: path, handler, methods.

    Args:
        flash: lets the next page of the session show a line.
    """

    async def describe(request: Request, who: SignedIn) -> Response:
        topic_id, form = request.path_params["topic"], await request.form()
        written, version = (_text(form.get(name)) for name in ("description", "version"))

        def described(tx: Transaction) -> tuple[Done | Refused, int | None, bool]:
            book = Book(tx, tx.people.get(who.person_id), "", datetime.now(UTC))
            outcome, change = _described(book, topic_id, written, version)
            return outcome, change, any(topic.id == topic_id for topic in book.topics())

        outcome, change, is_there = await run_in_threadpool(store.write, described)
        if isinstance(outcome, Refused):
            frame = await frame_of(store, request, who)
            refusal = {"problem": outcome.sentence, "written": written, "csrf": who.csrf}
            return render("refused.html", status=422, frame=frame, **refusal)
        await flash(who, FlashLine(outcome.sentence, change))
        where = f"/book/topics/{topic_id}" if is_there else "/book/topics"
        return RedirectResponse(where, status_code=303)

    return [("/book/topics/{topic:number}/description", describe, ["POST"])]


def _described(book: Book, topic_id: int, written: str, version: str) -> tuple[Done | Refused, int | None]:
    """Set the words. Returns what came of it, and the id of the change that the page may undo."""
    topic = next((topic for topic in book.topics() if topic.id == topic_id), None)
    if topic is None:
        change = latest_about(book, "topics", topic_id)
        if written or change is None or change.kind != "describe":
            raise NotFound("There is no such topic.")
        # The form was sent twice, and nothing was left of the topic once its words were removed.
        return Done(_changed(str(change.arguments["topic"]))), change.id
    before = book.tx.topics.description(topic.id)
    if len(written) > max(MAX_DESCRIPTION, len(before)):
        return Refused(_TOO_LONG), None
    done = Done(_changed(topic.name))
    if written == before:  # also where the form was sent twice
        change = latest_about(book, "topics", topic.id)
        return done, change.id if change and change.kind == "describe" else None
    if version != version_of_text(before):
        return Refused(_CHANGED), None
    topics.describe(book, topic, written)
    latest = book.tx.changes.latest(book.person.id)
    return done, latest.id if latest else None


def _changed(name: str) -> str:
    return f"Changed what stands above {quoted(name)}."


def _text(field: object) -> str:
    """Return the words of a field, with line breaks as a phone sends them."""
    return field.replace("\r\n", "\n").strip() if isinstance(field, str) else ""
