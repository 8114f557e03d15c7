"""The REST API of messages."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from scrapbook.channels.twilio.form import parse_form
from scrapbook.emulators.twilio import api_errors
from scrapbook.emulators.twilio.access import Access
from scrapbook.emulators.twilio.config import LocalTwilio
from scrapbook.emulators.twilio.faults import Fault, Faults
from scrapbook.emulators.twilio.json_format import media_json, message_json, messages_path, page_json
from scrapbook.emulators.twilio.links import MediaLinks
from scrapbook.emulators.twilio.message_log import Media, Message, MessageLog
from scrapbook.emulators.twilio.validation import MessageCreator

_METADATA_URL = "http://169.254.169.254/latest/meta-data/"
"""The metadata service of several clouds, which would disclose credentials of the machine."""


@dataclass(frozen=True, slots=True)
class RestApi:
    """The routes of the API, and the answer for every other path."""

    _config: LocalTwilio
    _message_log: MessageLog
    _creator: MessageCreator
    _links: MediaLinks
    _faults: Faults
    _access: Access

    def routes(self) -> list[Route]:
        """Return the routes, which require the account's sid and auth token."""
        messages = messages_path(self._config.account_sid)
        one, media = f"{messages}/{{sid}}", f"{messages}/{{sid}}/Media"
        protect = self._access.protect
        return [
            Route(f"{messages}.json", protect(self._create), methods=["POST"]),
            Route(f"{messages}.json", protect(self._list), methods=["GET"]),
            Route(f"{media}.json", protect(self._list_media), methods=["GET"]),
            Route(f"{media}/{{media}}.json", protect(self._delete_media), methods=["DELETE"]),
            Route(f"{media}/{{media}}.json", protect(self._get_media), methods=["GET"]),
            Route(f"{media}/{{media}}", protect(self._delete_media), methods=["DELETE"]),
            Route(f"{media}/{{media}}", self._access.protect_media(self._get_content), methods=["GET"]),
            Route(f"{one}.json", protect(self._get), methods=["GET"]),
            Route(f"{one}.json", protect(self._delete), methods=["DELETE"]),
            Route("/{anything:path}", protect(_nothing_here), methods=["GET", "POST", "DELETE"]),
        ]

    async def _create(self, request: Request) -> Response:
        message = self._creator.create(parse_form(await request.body()))
        return JSONResponse(self._json(message), status_code=201)

    async def _list(self, request: Request) -> Response:
        query = dict(request.query_params)
        messages = self._message_log.visible(query.get("From", ""), query.get("To", ""))
        items = [self._json(message) for message in messages]
        return JSONResponse(page_json("messages", items, request.url.path, query))

    async def _get(self, request: Request) -> Response:
        return JSONResponse(self._json(self._message(request)))

    async def _delete(self, request: Request) -> Response:
        self._message_log.delete(self._message(request).sid)
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
        goes_astray = self._faults.consume(Fault.MEDIA_ASTRAY)
        return RedirectResponse(_METADATA_URL if goes_astray else link, status_code=307)

    async def _delete_media(self, request: Request) -> Response:
        self._message_log.delete_media(self._media(request).sid)
        return Response(status_code=204)

    def _message(self, request: Request) -> Message:
        try:
            message = self._message_log.get(request.path_params["sid"])
        except KeyError:
            raise api_errors.not_found(request.url.path) from None
        if message.deleted:
            raise api_errors.not_found(request.url.path)
        return message

    def _media(self, request: Request) -> Media:
        wanted = request.path_params["media"]
        for media in self._message(request).media:
            if media.sid == wanted and not media.deleted:
                return media
        raise api_errors.not_found(request.url.path)

    def _json(self, message: Message) -> dict[str, object]:
        return message_json(self._config.account_sid, message)

    def _media_json(self, message: Message, media: Media) -> dict[str, object]:
        return media_json(self._config.account_sid, message.sid, media)


async def _nothing_here(request: Request) -> Response:
    raise api_errors.not_found(request.url.path)
