"""Serve pictures and recordings under signed links that expire.

A provider of messages fetches the files of an outbound message there. A link needs no other permission.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from scrapbook.errors import MediaMissing, ScrapbookError
from scrapbook.media.storage import MediaStore
from scrapbook.text.file_types import COMPACT_AUDIO, extension

LIFETIME = timedelta(hours=1)
"""Twilio fetches at once; the rest is for another attempt."""

_TWILIO_TYPES = {"audio/wav": "audio/vnd.wave"}
"""Content types for which Twilio has another name: https://www.twilio.com/docs/messaging/guides/accepted-mime-types"""

_HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
}


class LinkInvalid(Exception):
    """The link has no valid signature."""


class LinkExpired(Exception):
    """The link is older than LIFETIME."""


class MediaLinks:
    """Creates and reads links.

    Args:
        secret: signs the links.
        public_url: the base URL under which providers reach this app.
    """

    def __init__(self, secret: str, public_url: str) -> None:
        if not secret:
            raise ValueError("links cannot be signed without a secret")
        self._serializer = URLSafeSerializer(secret, salt="media")
        self._base = public_url.rstrip("/")

    def url(self, key: str, content_type: str, at: datetime | None = None) -> str:
        """Return a link that is valid for LIFETIME from ``at`` on, which is aware and by default now."""
        expires = int(((at or datetime.now(UTC)) + LIFETIME).timestamp())
        token = self._serializer.dumps([key, content_type, expires])
        return f"{self._base}/media/{token}"

    def read(self, token: str) -> tuple[str, str]:
        """Return the key and the content type. Raises LinkInvalid or LinkExpired."""
        try:
            key, content_type, expires = self._serializer.loads(token)
        except BadSignature:
            raise LinkInvalid from None
        if datetime.now(UTC).timestamp() >= expires:
            raise LinkExpired
        return key, content_type


def media_routes(links: MediaLinks, store: MediaStore, compact: Callable[[bytes], bytes]) -> list[Route]:
    """Return the route ``GET /media/{token}``.

    It answers 403 to an invalid link, 410 to an expired one, 404 if the file is missing, and 503 if the file
    cannot be read or encoded now.

    Args:
        compact: encodes a recording as COMPACT_AUDIO.
    """

    def read(key: str, content_type: str) -> bytes:
        content = store.read(key)
        return compact(content) if content_type == COMPACT_AUDIO else content

    async def serve(request: Request) -> Response:
        try:
            key, content_type = links.read(request.path_params["token"])
            content = await run_in_threadpool(read, key, content_type)
        except LinkInvalid:
            return PlainTextResponse("This link is not valid.", status_code=403)
        except LinkExpired:
            return PlainTextResponse("This link has expired.", status_code=410)
        except MediaMissing:
            return PlainTextResponse("This file has been deleted.", status_code=404)
        except ScrapbookError:
            return PlainTextResponse("This file is not available now.", status_code=503)
        # Twilio shows a file name of up to 20 ASCII characters.
        name = f"scrapbook{extension(content_type.partition(';')[0])}"
        disposition = {"Content-Disposition": f'inline; filename="{name}"'}
        served_as = _TWILIO_TYPES.get(content_type, content_type)
        return Response(content, headers=_HEADERS | disposition | {"Content-Type": served_as})

    return [Route("/media/{token}", serve)]
