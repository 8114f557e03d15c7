"""Short-lived links to attachments, which need no password."""

import hashlib
import hmac
import time
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scrapbook.twilio.local.config import LocalTwilio
from scrapbook.twilio.local.ledger import Ledger


class MediaLinks:
    """Makes them and serves them."""

    def __init__(self, config: LocalTwilio, ledger: Ledger) -> None:
        self._config = config
        self._ledger = ledger

    def routes(self) -> list[Route]:
        """Where the links lead."""
        return [Route("/media/{sid}", self._content, methods=["GET"])]

    def to(self, media_sid: str) -> str:
        """A link that works from now on for ``media_link_lifetime`` seconds."""
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
        return media_response(self._ledger, sid)

    def _signature(self, media_sid: str, expires: str) -> str:
        key = self._config.auth_token.encode()
        return hmac.new(key, f"{media_sid} {expires}".encode(), hashlib.sha256).hexdigest()


def media_response(ledger: Ledger, media_sid: str) -> Response:
    """The content, of a type that the sender chose: no browser is to run it. 404 where there is none."""
    try:
        part = ledger.content(media_sid)
    except KeyError:
        return Response(status_code=404)
    headers = {
        "Content-Type": part.content_type,
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(part.content, headers=headers)
