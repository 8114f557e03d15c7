"""The page of what a person follows, and the forms on it: follow, unfollow, save an item.

Each form calls the function of the core that the text calls, and is undone alike.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from scrapbook.core import Book, feed_items, following
from scrapbook.core.following_pages import ListedFeed, read_following
from scrapbook.core.local_days import zone_of
from scrapbook.core.undo import latest_about
from scrapbook.core.wording import sentence
from scrapbook.errors import NotFound
from scrapbook.model.feeds import FeedItem, Subscription
from scrapbook.store import Store, Transaction
from scrapbook.text.display import displayable, one_line
from scrapbook.text.listing import quoted
from scrapbook.text.segments import shorten
from scrapbook.text.spelled_dates import day_words
from scrapbook.web.book.access import PageRoute, SignedIn
from scrapbook.web.book.addresses import page_of_the_book
from scrapbook.web.book.changing import Flash, OnLinks
from scrapbook.web.book.flash import FlashLine
from scrapbook.web.book.form_changes import Refused
from scrapbook.web.book.framing import frame_of
from scrapbook.web.book.numbers import number_of
from scrapbook.web.book.prose import MAX_ADDRESS, shortened
from scrapbook.web.book.reading_pages import Page, ReadingPages
from scrapbook.web.book.rendering import render

ADDRESS = "/book/following"

MAX_TITLE, MAX_LABEL, MAX_WORDS = 100, 30, 150
"""Characters of the title of an item, of what its button calls it, and of the words about a feed."""

MAX_LINK = 600
"""Bytes of an address that is a link, so that a page has less than 100,000."""

_NO_ADDRESS = "Write the address of a page, such as https://xkcd.com."


def following_routes(pages: ReadingPages, forms: "FollowingForms") -> Sequence[PageRoute]:
    """Return the routes of the page and its forms: path, handler, methods."""
    return [
        (ADDRESS, pages.handler(following_page), ("GET", "HEAD")),
        (f"{ADDRESS}/follow", forms.follow, ("POST",)),
        (f"{ADDRESS}/{{id:number}}/unfollow", forms.unfollow, ("POST",)),
        (f"{ADDRESS}/items/{{id:number}}/save", forms.save, ("POST",)),
    ]


def following_page(book: Book, request: Request) -> Page:
    """Read what the person follows, or what comes after a part of it."""
    after = number_of(request.query_params.get("after", "0"))
    page = read_following(book, after)
    return Page(
        "following.html",
        {
            "address": ADDRESS,
            "feeds": [_shown(book, one) for one in page.feeds],
            "is_next": bool(after),
            "next": f"{ADDRESS}?after={page.next_id}" if page.next_id else "",
            "max_address": MAX_ADDRESS,
        },
    )


class FollowingForms:
    """The forms of the page.

    Args:
        now: returns the time (aware).
        on_followed: is called, in the event loop, when a feed is due to be read.
    """

    def __init__(
        self,
        store: Store,
        flash: Flash,
        now: Callable[[], datetime],
        on_followed: Callable[[], None],
        on_links: OnLinks,
    ) -> None:
        self._store = store
        self._flash = flash
        self._now = now
        self._on_followed = on_followed
        self._on_links = on_links

    async def follow(self, request: Request, who: SignedIn) -> Response:
        """Follow an address; 422 if it is none."""
        typed = (await request.form()).get("address")
        written = typed.strip() if isinstance(typed, str) else ""
        answer = await self._change(request, who, lambda book: _followed(book, written), written)
        self._on_followed()
        return answer

    async def unfollow(self, request: Request, who: SignedIn) -> Response:
        """Follow a feed no longer. Raises NotFound if the person does not, unless the form is sent twice."""
        id_ = request.path_params["id"]
        return await self._change(request, who, lambda book: _unfollowed(book, id_))

    async def save(self, request: Request, who: SignedIn) -> Response:
        """Keep an item as an entry. Raises NotFound if it is of no feed that the person follows."""
        id_ = request.path_params["id"]
        return await self._change(request, who, lambda book: _saved(book, id_), brings_links=True)

    async def _change(
        self,
        request: Request,
        who: SignedIn,
        act: Callable[[Book], FlashLine | Refused],
        written: str = "",
        *,
        brings_links: bool = False,
    ) -> Response:
        def run(tx: Transaction) -> FlashLine | Refused:
            return act(Book(tx, tx.people.get(who.person_id), "", self._now()))

        done = await run_in_threadpool(self._store.write, run)
        if isinstance(done, Refused):
            frame = await frame_of(self._store, request, who)
            problem = {"problem": done.sentence, "written": written[:MAX_ADDRESS]}
            return render("refused.html", status=422, frame=frame, csrf=who.csrf, **problem)
        await self._flash(who, done)
        if brings_links and done.change:
            await run_in_threadpool(self._on_links, who.person_id, done.change)
        back = (await request.form()).get("back")
        address = page_of_the_book(back, ADDRESS) if isinstance(back, str) else ADDRESS
        return RedirectResponse(address, status_code=303)


def _followed(book: Book, written: str) -> FlashLine | Refused:
    address = following.address_in(written[: MAX_ADDRESS + 1])
    if address is None or len(written) > MAX_ADDRESS:
        return Refused(_NO_ADDRESS)
    if failure := following.never_read(address):
        return Refused(sentence("utter_follow_refused", failure=failure))
    followed = following.follow(book, address)
    if isinstance(followed, following.TooManyFollowed):
        return Refused("You follow as many pages as you can. Unfollow one first.")
    name, change = (
        quoted(following.name_of(followed.subscription)),
        _change_of(book, followed.subscription.id),
    )
    if change or followed.is_resumed:
        return FlashLine(f"Following {name}. It is read within a minute.", change)
    return FlashLine(f"You follow {name} already.")


def _unfollowed(book: Book, subscription_id: int) -> FlashLine:
    known = next((one for one in following.subscriptions(book) if one.id == subscription_id), None)
    change = latest_about(book, "feed_subscriptions", subscription_id)
    if known:
        following.unfollow(book, known)
    elif change is None or change.kind != "unfollow":
        raise NotFound("That is not followed.")
    return FlashLine("It is not followed any more.", _change_of(book, subscription_id))


def _saved(book: Book, item_id: int) -> FlashLine:
    item = feed_items.followed_item(book, item_id)
    if item is None:
        raise NotFound("There is no such item.")
    entry = feed_items.saved_lately(book, item) or feed_items.save_item(book, item).entry
    change = latest_about(book, "entries", entry.id)
    return FlashLine(f"Saved {entry.number}.", change.id if change else None)


def _change_of(book: Book, subscription_id: int) -> int | None:
    change = latest_about(book, "feed_subscriptions", subscription_id)
    return change.id if change else None


def _shown(book: Book, one: ListedFeed) -> Mapping[str, Any]:
    """Return what a template shows of a feed."""
    feed, its = one.subscription.feed, one.subscription
    return {
        "id": its.id,
        "name": one_line(displayable(one.name)),
        "address": _as_link(its.address),
        "shown_address": shortened(displayable(its.address)),
        "state": _state(book, its),
        "is_paused": feed.next_fetch_at is None,
        "watched": shorten(one_line(displayable(", ".join(one.watched))), MAX_WORDS),
        "items": [_shown_item(book, item, its) for item in one.items],
    }


def _state(book: Book, subscription: Subscription) -> str:
    feed = subscription.feed
    why = f": {shorten(one_line(displayable(feed.failure)), MAX_WORDS)}" if feed.failure else ""
    if feed.next_fetch_at is None:
        return f"stopped, it could not be read{why}"
    last = f"last read {_moment(book, feed.last_read_at)}" if feed.last_read_at else ""
    if feed.failures:
        again = f"it is tried again {_moment(book, feed.next_fetch_at)}"
        return ", ".join(filter(None, (last, f"it cannot be read at the moment{why}", again)))
    return last or ("read" if feed.read_at else "not read yet")


def _shown_item(book: Book, item: FeedItem, subscription: Subscription) -> Mapping[str, Any]:
    title = shorten(one_line(displayable(item.title)), MAX_TITLE) or "An item"
    at = (item.published_at or item.found_at).astimezone(zone_of(book))
    return {
        "id": item.id,
        "title": title,
        "label": shorten(title, MAX_LABEL),
        "url": _as_link(item.url),
        "day": at.date(),
        "day_words": day_words(at.date()),
        "is_new": item.is_news and item.id > subscription.seen_item_id,
    }


def _as_link(url: str) -> str:
    is_of_the_web = url.startswith(("http://", "https://"))
    return url if is_of_the_web and len(escape(url).encode()) <= MAX_LINK else ""


def _moment(book: Book, at: datetime) -> str:
    local = at.astimezone(zone_of(book))
    return f"{day_words(local.date())} at {local.hour}:{local:%M}"
