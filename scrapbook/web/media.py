"""Pictures and sounds for those who hold a link to them: Twilio, and through it the person who asked.

A link is its own permission, so it is signed and does not last.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from scrapbook.errors import MediaMissing, ScrapbookError
from scrapbook.file_types import COMPACT_SOUND, extension
from scrapbook.media import MediaStore

LIFETIME = timedelta(hours=1)
"""Twilio fetches at once. The rest is for a message that has to be sent again."""

_AS_TWILIO_CALLS_IT = {"audio/wav": "audio/vnd.wave"}
"""https://www.twilio.com/docs/messaging/guides/accepted-mime-types"""

_HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
}


class LinkInvalid(Exception):
    """Nobody here signed that."""


class LinkExpired(Exception):
    """It was good once."""


class MediaLinks:
    """``secret`` signs them; ``public_url`` is the base URL under which Twilio reaches the house."""

    def __init__(self, secret: str, public_url: str) -> None:
        if not secret:
            raise ValueError("links cannot be signed without a secret")
        self._serializer = URLSafeSerializer(secret, salt="media")
        self._base = public_url.rstrip("/")

    def url(self, key: str, content_type: str, at: datetime | None = None) -> str:
        """A link that is good for LIFETIME from ``at`` on, which is aware and by default now."""
        expires = int(((at or datetime.now(UTC)) + LIFETIME).timestamp())
        token = self._serializer.dumps([key, content_type, expires])
        return f"{self._base}/media/{token}"

    def opened(self, token: str) -> tuple[str, str]:
        """Key and content type. Raises LinkInvalid or LinkExpired."""
        try:
            key, content_type, expires = self._serializer.loads(token)
        except BadSignature:
            raise LinkInvalid from None
        if datetime.now(UTC).timestamp() >= expires:
            raise LinkExpired
        return key, content_type


def media_routes(links: MediaLinks, store: MediaStore, compact: Callable[[bytes], bytes]) -> list[Route]:
    """``GET /media/{token}``: 403 for a link that is not ours, 410 for an old one, 404 for a lost file, 503
    when the sound cannot be made small now.

    ``compact`` makes a sound what COMPACT_SOUND says.
    """

    def read(key: str, content_type: str) -> bytes:
        content = store.read(key)
        return compact(content) if content_type == COMPACT_SOUND else content

    async def show(request: Request) -> Response:
        try:
            key, content_type = links.opened(request.path_params["token"])
            content = await run_in_threadpool(read, key, content_type)
        except LinkInvalid:
            return PlainTextResponse("This link is not valid.", status_code=403)
        except LinkExpired:
            return PlainTextResponse("This link has expired.", status_code=410)
        except MediaMissing:
            return PlainTextResponse("This file is no longer kept.", status_code=404)
        except ScrapbookError:
            return PlainTextResponse("This file cannot be had now.", status_code=503)
        # Twilio shows a name of up to 20 plain characters.
        name = f"scrapbook{extension(content_type.partition(';')[0])}"
        named = {"Content-Disposition": f'inline; filename="{name}"'}
        served_as = _AS_TWILIO_CALLS_IT.get(content_type, content_type)
        return Response(content, headers=_HEADERS | named | {"Content-Type": served_as})

    return [Route("/media/{token}", show)]
