"""Who may use the REST API."""

import base64
import binascii
import secrets
from collections.abc import Awaitable, Callable
from functools import wraps

from starlette.requests import Request
from starlette.responses import Response

from scrapbook.twilio.local import problems
from scrapbook.twilio.local.config import LocalTwilio

Endpoint = Callable[[Request], Awaitable[Response]]


class Access:
    """Basic authentication with the account's sid and auth token."""

    def __init__(self, config: LocalTwilio) -> None:
        self._expected = f"{config.account_sid}:{config.auth_token}".encode()
        self._media_for_all = not config.account.media_needs_password

    def only(self, endpoint: Endpoint) -> Endpoint:
        """The endpoint, for those who know the token; a Problem for everybody else."""

        @wraps(endpoint)
        async def answer(request: Request) -> Response:
            if not self._is_authentic(request.headers.get("authorization", "")):
                raise problems.unauthenticated()
            return await endpoint(request)

        return answer

    def only_media(self, endpoint: Endpoint) -> Endpoint:
        """The endpoint of a file, for those whom the account's settings let see it."""
        return endpoint if self._media_for_all else self.only(endpoint)

    def _is_authentic(self, header: str) -> bool:
        scheme, _, credentials = header.partition(" ")
        try:
            given = base64.b64decode(credentials, validate=True)
        except (binascii.Error, ValueError):
            return False
        return scheme.lower() == "basic" and secrets.compare_digest(given, self._expected)
