"""The REST API of recordings.

https://www.twilio.com/docs/voice/api/recording
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from scrapbook.emulators.twilio import api_errors
from scrapbook.emulators.twilio.access import Access
from scrapbook.emulators.twilio.config import LocalTwilio
from scrapbook.emulators.twilio.faults import Faults
from scrapbook.emulators.twilio.json_format import page_json, recording_json, recordings_path
from scrapbook.emulators.twilio.recordings import Recording, Recordings


class RecordingsApi:
    """The routes of the API. Recordings are WAV only, because there is no encoder."""

    def __init__(self, config: LocalTwilio, recordings: Recordings, faults: Faults, access: Access) -> None:
        self._config = config
        self._recordings = recordings
        self._faults = faults
        self._access = access

    def routes(self) -> list[Route]:
        """Return the routes, which require the account's sid and auth token."""
        path, protect = recordings_path(self._config.account_sid), self._access.protect
        return [
            Route(f"{path}.json", protect(self._list), methods=["GET"]),
            Route(f"{path}/{{sid}}.json", protect(self._get), methods=["GET"]),
            Route(f"{path}/{{sid}}.json", protect(self._delete), methods=["DELETE"]),
            Route(f"{path}/{{sid}}.wav", self._access.protect_media(self._content), methods=["GET"]),
            Route(f"{path}/{{sid}}", protect(self._delete), methods=["DELETE"]),
            Route(f"{path}/{{sid}}", self._access.protect_media(self._content), methods=["GET"]),
        ]

    async def _list(self, request: Request) -> Response:
        items = [self._json(recording) for recording in self._recordings.visible()]
        return JSONResponse(page_json("recordings", items, request.url.path, dict(request.query_params)))

    async def _get(self, request: Request) -> Response:
        return JSONResponse(self._json(self._recording(request)))

    async def _content(self, request: Request) -> Response:
        self._faults.check_media(request.url.path)
        try:
            content = self._recordings.content(request.path_params["sid"])
        except KeyError:
            raise api_errors.not_found(request.url.path) from None
        return Response(content, media_type="audio/x-wav")

    async def _delete(self, request: Request) -> Response:
        self._recordings.delete(self._recording(request).sid)
        return Response(status_code=204)

    def _recording(self, request: Request) -> Recording:
        try:
            return self._recordings.get(request.path_params["sid"])
        except KeyError:
            raise api_errors.not_found(request.url.path) from None

    def _json(self, recording: Recording) -> dict[str, object]:
        return recording_json(self._config.account_sid, recording)
