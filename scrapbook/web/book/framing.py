"""What stands around the text of each page of the book."""

import re
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from scrapbook.store import Store, Transaction
from scrapbook.text.display import one_line
from scrapbook.text.segments import shorten
from scrapbook.web.book.access import SAFE_METHODS, SignedIn
from scrapbook.web.book.flash import FlashLine
from scrapbook.web.book.rendering import render
from scrapbook.web.book.themes import theme_of

MAX_NAME = 60
"""Characters of the name of a person that are shown."""

_IS_NUMBER = re.compile(r"\+?[\d ]+")


@dataclass(frozen=True, slots=True)
class Frame:
    """What the head and the foot of a page need.

    Attributes:
        name: of the person.
        count: how many entries the book has.
        csrf: the token of the forms.
        path: the address of the page, to come back to.
        theme: "light" or "dark"; empty if the system decides.
        version: of what the person has saved, by which an open page knows that something has changed.
        flash: what was just done; None if that is nothing.
    """

    name: str
    count: int
    csrf: str
    path: str
    theme: str
    version: str
    flash: FlashLine | None = None

    @property
    def title(self) -> str:
        """Return how the book is called: after its person, if the person has a name and not just a number."""
        return title_of_book(self.name) or "Your book"


def title_of_book(name: str) -> str:
    """Return how the book of a person is called; empty if they have a number in place of a name."""
    return "" if _IS_NUMBER.fullmatch(name) else f"{name}’s book"


def read_frame(tx: Transaction, request: Request, who: SignedIn, flash: FlashLine | None = None) -> Frame:
    """Return the frame of the page that is asked for.

    Args:
        flash: what was just done; None if that is nothing.
    """
    name, count = tx.people.get(who.person_id).name, tx.entries.count(who.person_id)
    query = f"?{request.url.query}" if request.url.query else ""
    return Frame(
        shorten(one_line(name), MAX_NAME),
        count,
        who.csrf,
        f"{request.url.path}{query}" if request.method in SAFE_METHODS else "/book",
        theme_of(request),
        tx.page_versions.of(who.person_id),
        flash,
    )


async def frame_of(store: Store, request: Request, who: SignedIn) -> Frame:
    """Return the frame of a page that reads nothing else in the same transaction."""
    return await run_in_threadpool(store.read, lambda tx: read_frame(tx, request, who))


async def not_found(store: Store, request: Request, who: SignedIn) -> Response:
    """Return the page for an address at which the person has nothing."""
    return render("not_found.html", status=404, frame=await frame_of(store, request, who))
