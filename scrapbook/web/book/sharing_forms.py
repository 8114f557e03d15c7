"""The forms on the page of a topic that share it, and end that."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from scrapbook.core import Book, sharing, together
from scrapbook.core.people import MAX_NAME
from scrapbook.core.wording import sentence
from scrapbook.errors import NotFound
from scrapbook.store import Person, Store, Topic, Transaction
from scrapbook.text.listing import listed, quoted
from scrapbook.web.book.access import Handler, PageRoute, SignedIn
from scrapbook.web.book.addresses import page_of_the_book
from scrapbook.web.book.flash import FlashLine


def sharing_form_routes(
    store: Store, flash: Callable[[SignedIn, FlashLine], Awaitable[None]], public_url: str
) -> Sequence[PageRoute]:
    """Return the routes of the forms: path, handler, methods.

    Args:
        flash: lets the next page of the session show a line.
        public_url: the base URL of the addresses of shares.
    """

    def share(book: Book, topic: Topic) -> str:
        address = sharing.share_url(public_url, sharing.share(book, topic))
        return sentence("utter_shared", topic=quoted(topic.name), address=address)

    def unshare(book: Book, topic: Topic) -> str:
        if found := sharing.share_of(book, topic.id):
            sharing.end(book, found)
        return sentence("utter_unshared", topic=quoted(topic.name))

    def handler(change: Callable[..., str], field: str = "") -> Handler:
        async def handle(request: Request, who: SignedIn) -> Response:
            topic_id, form = request.path_params["topic"], await request.form()
            typed = [_typed(form, field)] if field else []

            def changed(tx: Transaction) -> str:
                book = Book(tx, tx.people.get(who.person_id), "", datetime.now(UTC))
                topic = next((topic for topic in book.topics() if topic.id == topic_id), None)
                if topic is None:
                    raise NotFound("There is no such topic.")
                return change(book, topic, *typed)

            await flash(who, FlashLine(await run_in_threadpool(store.write, changed)))
            page = await run_in_threadpool(_page_of, store, who, topic_id)
            back = form.get("back")
            address = page_of_the_book(back, page) if isinstance(back, str) else page
            return RedirectResponse(address, status_code=303)

        return handle

    return [
        ("/book/topics/{topic:number}/share", handler(share), ["POST"]),
        ("/book/topics/{topic:number}/unshare", handler(unshare), ["POST"]),
        ("/book/topics/{topic:number}/share-with", handler(_share_with, "person"), ["POST"]),
        ("/book/topics/{topic:number}/leave", handler(_leave), ["POST"]),
    ]


def _share_with(book: Book, topic: Topic, typed: str) -> str:
    person = together.person_meant(book, typed) if typed else together.PersonNotFound(typed)
    if isinstance(person, Person):
        return _said_of(together.share_with(book, topic, person))
    if isinstance(person, together.AmbiguousPerson):
        return f"Did you mean {' or '.join(person.options)}? Write the whole name."
    return sentence("utter_nobody_called", person=quoted(typed))


def _leave(book: Book, topic: Topic) -> str:
    ended = together.end(book, topic)
    if ended is None:
        return sentence("utter_not_shared", topic=quoted(topic.name))
    response = "utter_unshared_with" if ended.is_owner else "utter_left"
    return sentence(response, topic=quoted(topic.name), people=listed(ended.people))


def _said_of(shared: together.SharedWith | together.Refusal) -> str:
    if isinstance(shared, together.Refusal):
        return sentence(shared.response, topic=quoted(shared.topic), person=shared.person)
    arguments = {"topic": quoted(shared.topic), "person": shared.person}
    if shared.is_told:
        return sentence("utter_shared_with", **arguments)
    return sentence("utter_shared_with_untold", their_topic=quoted(shared.their_topic), **arguments)


def _typed(form: FormData, field: str) -> str:
    """Return the words of a field, as many as a name may have."""
    written = form.get(field)
    return " ".join(written.split())[:MAX_NAME] if isinstance(written, str) else ""


def _page_of(store: Store, who: SignedIn, topic_id: int) -> str:
    """Return the address of the topic; that of all topics if it went with the end of its sharing."""

    def is_there(tx: Transaction) -> bool:
        return any(topic.id == topic_id for topic in tx.topics.list(who.person_id))

    return f"/book/topics/{topic_id}#share" if store.read(is_there) else "/book/topics"
