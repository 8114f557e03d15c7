"""Twilio's webhook signature.

base64(HMAC-SHA1(auth token, URL + each field's name and value, sorted by name)):
https://www.twilio.com/docs/usage/webhooks/webhooks-security
"""

from collections.abc import Callable
from typing import cast

from twilio.request_validator import RequestValidator  # pyright: ignore[reportMissingTypeStubs]

from scrapbook.channels.twilio.form import Form

HEADER = "X-Twilio-Signature"


class Signatures:
    """Signs and verifies requests with one account's auth token. Raises ValueError for an empty token."""

    def __init__(self, auth_token: str) -> None:
        if not auth_token:
            raise ValueError("webhooks cannot be checked without an auth token")
        self._validator = RequestValidator(auth_token)

    def sign(self, url: str, form: Form) -> str:
        """Return the header's value for a request to ``url``, query included, with ``form`` as its body."""
        return self._validator.compute_signature(url, form)  # pyright: ignore[reportUnknownMemberType]

    def is_valid(self, url: str, form: Form, signature: str) -> bool:
        """Return whether ``signature`` was made for this URL and form; False for a missing one."""
        validate = cast("Callable[[str, Form, str], bool]", self._validator.validate)  # pyright: ignore[reportUnknownMemberType]
        return bool(signature) and validate(url, form, signature)
