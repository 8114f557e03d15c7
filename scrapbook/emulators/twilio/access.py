"""Authentication of the REST API."""

import base64
import binascii
import secrets
from collections.abc import Awaitable, Callable
from functools import wraps

from starlette.requests import Request
from starlette.responses import Response

from scrapbook.emulators.twilio import api_errors
from scrapbook.emulators.twilio.config import LocalTwilio

Endpoint = Callable[[Request], Awaitable[Response]]


class Access:
    """HTTP Basic authentication with the account's sid and auth token."""

    def __init__(self, config: LocalTwilio) -> None:
        self._expected = f"{config.account_sid}:{config.auth_token}".encode()
        self._media_is_public = not config.account.media_needs_password

    def protect(self, endpoint: Endpoint) -> Endpoint:
        """Return the endpoint, which raises ApiError for a request without the account's sid and token."""

        @wraps(endpoint)
        async def answer(request: Request) -> Response:
            if not self._is_authentic(request.headers.get("authorization", "")):
                raise api_errors.unauthenticated()
            return await endpoint(request)

        return answer

    def protect_media(self, endpoint: Endpoint) -> Endpoint:
        """Return the endpoint of a file; it needs a password unless the account says otherwise."""
        return endpoint if self._media_is_public else self.protect(endpoint)

    def _is_authentic(self, header: str) -> bool:
        scheme, _, credentials = header.partition(" ")
        try:
            given = base64.b64decode(credentials, validate=True)
        except (binascii.Error, ValueError):
            return False
        return scheme.lower() == "basic" and secrets.compare_digest(given, self._expected)
