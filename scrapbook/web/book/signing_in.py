"""The pages by which a person gets in to the book and out again.

A link in a text is looked at by robots, which make previews or look for viruses. So its page only has a
button, and the button's request uses the link. Both are public: who has the link is let in, nobody else.
"""

from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from scrapbook.core import signing_in
from scrapbook.store import Store
from scrapbook.web.book.access import Access, PageRoute, SignedIn, too_many_requests
from scrapbook.web.book.devices import describe_device
from scrapbook.web.book.rendering import render_bare


class SigningIn:
    """The pages of links, and those for signing out."""

    def __init__(self, store: Store, access: Access) -> None:
        self._store = store
        self._access = access

    def public_routes(self) -> list[Route]:
        """Return the routes for which nobody is signed in."""
        return [
            Route("/book/sign-in/{token}", self.show_link, methods=["GET"]),
            Route("/book/sign-in/{token}", self.use_link, methods=["POST"]),
            Route("/book/signed-out", self.signed_out, methods=["GET"]),
        ]

    def page_routes(self) -> Sequence[PageRoute]:
        """Return the routes for somebody who is signed in."""
        return [
            ("/book/sign-out", self.sign_out, ["POST"]),
            ("/book/sign-out/everywhere", self.sign_out_everywhere, ["POST"]),
        ]

    async def show_link(self, request: Request) -> Response:
        """Answer with a button if the link can still be used; 410 if not. Changes nothing."""
        token, now = request.path_params["token"], self._access.now()
        is_open = await run_in_threadpool(
            self._store.read, lambda tx: signing_in.link_is_open(tx, token, now)
        )
        return render_bare(request, "open_book.html") if is_open else self._no_link(request)

    async def use_link(self, request: Request) -> Response:
        """Use the link, and sign the browser in; 410 if the link cannot be used."""
        token, now = request.path_params["token"], self._access.now()
        device = describe_device(request.headers.get("user-agent", ""))
        opened = await run_in_threadpool(
            self._store.write, lambda tx: signing_in.use_link(tx, token, device, now)
        )
        if opened is None:
            return self._no_link(request)
        response = RedirectResponse("/book", status_code=303)
        self._access.set_cookie(response, opened.token)
        return response

    async def sign_out(self, _request: Request, who: SignedIn) -> Response:
        """End the session of this browser."""
        await run_in_threadpool(
            self._store.write, lambda tx: tx.book_sessions.end(who.session_id, who.person_id)
        )
        return self._out()

    async def sign_out_everywhere(self, _request: Request, who: SignedIn) -> Response:
        """End all sessions and links of the person."""
        now = self._access.now()
        await run_in_threadpool(
            self._store.write, lambda tx: signing_in.sign_out_everywhere(tx, who.person_id, now)
        )
        return self._out()

    async def signed_out(self, request: Request) -> Response:
        """Say that this browser is signed out."""
        return render_bare(request, "signed_out.html")

    def _out(self) -> Response:
        response = RedirectResponse("/book/signed-out", status_code=303)
        self._access.clear_cookie(response)
        return response

    def _no_link(self, request: Request) -> Response:
        if not self._access.may_miss(request):
            return too_many_requests(request)
        return render_bare(request, "link_gone.html", status=410)
