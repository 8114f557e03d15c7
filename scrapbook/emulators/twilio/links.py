"""Signed links to attachments, which expire and need no password."""

import hashlib
import hmac
import time
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scrapbook.emulators.twilio.config import LocalTwilio
from scrapbook.emulators.twilio.message_log import MessageLog


class MediaLinks:
    """Signs the links and serves the files."""

    def __init__(self, config: LocalTwilio, message_log: MessageLog) -> None:
        self._config = config
        self._message_log = message_log

    def routes(self) -> list[Route]:
        """Return the route of the links."""
        return [Route("/media/{sid}", self._content, methods=["GET"])]

    def to(self, media_sid: str) -> str:
        """Return a link that expires after ``media_link_lifetime`` seconds."""
        expires = str(int(time.time() + self._config.media_link_lifetime))
        query = urlencode({"expires": expires, "signature": self._signature(media_sid, expires)})
        return f"{self._config.url}/media/{media_sid}?{query}"

    async def _content(self, request: Request) -> Response:
        sid = request.path_params["sid"]
        expires = request.query_params.get("expires", "")
        signature = request.query_params.get("signature", "")
        if not hmac.compare_digest(signature.encode(), self._signature(sid, expires).encode()):
            return Response(status_code=403)
        if time.time() >= int(expires):
            return Response(status_code=403)
        return media_response(self._message_log, sid)

    def _signature(self, media_sid: str, expires: str) -> str:
        key = self._config.auth_token.encode()
        return hmac.new(key, f"{media_sid} {expires}".encode(), hashlib.sha256).hexdigest()


def media_response(message_log: MessageLog, media_sid: str) -> Response:
    """Return the file, or 404. The sender chose its type, so the headers keep a browser from running it."""
    try:
        part = message_log.content(media_sid)
    except KeyError:
        return Response(status_code=404)
    headers = {
        "Content-Type": part.content_type,
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(part.content, headers=headers)
