"""The part of Twilio's REST API that has to do with messages."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from scrapbook.twilio.form import parse_form
from scrapbook.twilio.local import problems
from scrapbook.twilio.local.access import Access
from scrapbook.twilio.local.config import LocalTwilio
from scrapbook.twilio.local.creation import Creation
from scrapbook.twilio.local.faults import Fault, Faults
from scrapbook.twilio.local.ledger import Ledger, Media, Message
from scrapbook.twilio.local.links import MediaLinks
from scrapbook.twilio.local.shapes import media_json, message_json, messages_path, page_json

_NOBODYS_BUSINESS = "http://169.254.169.254/latest/meta-data/"
"""Where the machines of several clouds tell whoever asks who they are."""


@dataclass(frozen=True, slots=True)
class RestApi:
    """Answers as Twilio does, errors included."""

    _config: LocalTwilio
    _ledger: Ledger
    _creation: Creation
    _links: MediaLinks
    _faults: Faults
    _access: Access

    def routes(self) -> list[Route]:
        """All of them want the account's sid and auth token."""
        messages = messages_path(self._config.account_sid)
        one, media = f"{messages}/{{sid}}", f"{messages}/{{sid}}/Media"
        only = self._access.only
        return [
            Route(f"{messages}.json", only(self._create), methods=["POST"]),
            Route(f"{messages}.json", only(self._list), methods=["GET"]),
            Route(f"{media}.json", only(self._list_media), methods=["GET"]),
            Route(f"{media}/{{media}}.json", only(self._delete_media), methods=["DELETE"]),
            Route(f"{media}/{{media}}.json", only(self._get_media), methods=["GET"]),
            Route(f"{media}/{{media}}", only(self._delete_media), methods=["DELETE"]),
            Route(f"{media}/{{media}}", self._access.only_media(self._get_content), methods=["GET"]),
            Route(f"{one}.json", only(self._get), methods=["GET"]),
            Route(f"{one}.json", only(self._delete), methods=["DELETE"]),
            Route("/{anything:path}", only(_nothing_here), methods=["GET", "POST", "DELETE"]),
        ]

    async def _create(self, request: Request) -> Response:
        message = self._creation.create(parse_form(await request.body()))
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
        self._faults.check_media(request.url.path)
        link = self._links.to(self._media(request).sid)
        astray = self._faults.strikes(Fault.MEDIA_ASTRAY)
        return RedirectResponse(_NOBODYS_BUSINESS if astray else link, status_code=307)

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
