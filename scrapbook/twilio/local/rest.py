"""The part of Twilio's REST API that has to do with messages."""

import base64
import binascii
import secrets
from collections.abc import Awaitable, Callable
from functools import wraps

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from scrapbook.twilio.form import parse_form
from scrapbook.twilio.local import problems
from scrapbook.twilio.local.config import LocalTwilio
from scrapbook.twilio.local.creation import Creation
from scrapbook.twilio.local.ledger import Ledger, Media, Message
from scrapbook.twilio.local.links import MediaLinks
from scrapbook.twilio.local.shapes import media_json, message_json, messages_path, page_json

_Endpoint = Callable[[Request], Awaitable[Response]]


class RestApi:
    """Answers as Twilio does, errors included."""

    def __init__(self, config: LocalTwilio, ledger: Ledger, creation: Creation, links: MediaLinks) -> None:
        self._config = config
        self._ledger = ledger
        self._creation = creation
        self._links = links

    def routes(self) -> list[Route]:
        """All of them want the account's sid and auth token."""
        messages = messages_path(self._config.account_sid)
        one, media = f"{messages}/{{sid}}", f"{messages}/{{sid}}/Media"
        return [
            Route(f"{messages}.json", self._allowed(self._create), methods=["POST"]),
            Route(f"{messages}.json", self._allowed(self._list), methods=["GET"]),
            Route(f"{media}.json", self._allowed(self._list_media), methods=["GET"]),
            Route(f"{media}/{{media}}.json", self._allowed(self._delete_media), methods=["DELETE"]),
            Route(f"{media}/{{media}}.json", self._allowed(self._get_media), methods=["GET"]),
            Route(f"{media}/{{media}}", self._allowed(self._delete_media), methods=["DELETE"]),
            Route(f"{media}/{{media}}", self._allowed(self._get_content), methods=["GET"]),
            Route(f"{one}.json", self._allowed(self._get), methods=["GET"]),
            Route(f"{one}.json", self._allowed(self._delete), methods=["DELETE"]),
            Route("/{anything:path}", self._allowed(_nothing_here), methods=["GET", "POST", "DELETE"]),
        ]

    def _allowed(self, endpoint: _Endpoint) -> _Endpoint:
        @wraps(endpoint)
        async def answer(request: Request) -> Response:
            if not self._is_authentic(request.headers.get("authorization", "")):
                raise problems.unauthenticated()
            return await endpoint(request)

        return answer

    def _is_authentic(self, header: str) -> bool:
        scheme, _, credentials = header.partition(" ")
        try:
            given = base64.b64decode(credentials, validate=True)
        except (binascii.Error, ValueError):
            return False
        expected = f"{self._config.account_sid}:{self._config.auth_token}".encode()
        return scheme.lower() == "basic" and secrets.compare_digest(given, expected)

    async def _create(self, request: Request) -> Response:
        message = await self._creation.create(parse_form(await request.body()))
        return JSONResponse(self._json(message), status_code=201)

    async def _list(self, request: Request) -> Response:
        query = dict(request.query_params)
        kept = self._ledger.listed(query.get("From", ""), query.get("To", ""))
        items = [self._json(message) for message in kept]
        return JSONResponse(page_json("messages", items, request.url.path, query))

    async def _get(self, request: Request) -> Response:
        return JSONResponse(self._json(self._message(request)))

    async def _delete(self, request: Request) -> Response:
        self._ledger.delete(self._message(request).sid)
        return Response(status_code=204)

    async def _list_media(self, request: Request) -> Response:
        message = self._message(request)
        items = [self._media_json(message, media) for media in message.media if not media.deleted]
        return JSONResponse(page_json("media_list", items, request.url.path, dict(request.query_params)))

    async def _get_media(self, request: Request) -> Response:
        return JSONResponse(self._media_json(self._message(request), self._media(request)))

    async def _get_content(self, request: Request) -> Response:
        return RedirectResponse(self._links.to(self._media(request).sid), status_code=307)

    async def _delete_media(self, request: Request) -> Response:
        self._ledger.delete_media(self._media(request).sid)
        return Response(status_code=204)

    def _message(self, request: Request) -> Message:
        try:
            message = self._ledger.get(request.path_params["sid"])
        except KeyError:
            raise problems.not_found(request.url.path) from None
        if message.deleted:
            raise problems.not_found(request.url.path)
        return message

    def _media(self, request: Request) -> Media:
        wanted = request.path_params["media"]
        for media in self._message(request).media:
            if media.sid == wanted and not media.deleted:
                return media
        raise problems.not_found(request.url.path)

    def _json(self, message: Message) -> dict[str, object]:
        return message_json(self._config.account_sid, message)

    def _media_json(self, message: Message, media: Media) -> dict[str, object]:
        return media_json(self._config.account_sid, message.sid, media)


async def _nothing_here(request: Request) -> Response:
    raise problems.not_found(request.url.path)
