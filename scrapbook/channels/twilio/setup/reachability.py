"""Send a probe to a URL, and explain why Twilio's webhooks would not reach this installation there."""

import secrets
import socket
import ssl
from collections.abc import Iterator
from typing import Any, cast

import httpx

from scrapbook.channels.twilio.form import Form
from scrapbook.channels.twilio.probe import ANSWER, FIELD, proof
from scrapbook.channels.twilio.signature import HEADER, Signatures

_TIMEOUT = 15.0
"""Seconds, as long as Twilio waits for an answer."""

_EARLIER_RELEASE = "A scrapbook of an earlier release answers there: start it again."
_NOT_FOUND = "There is nothing at that address ({status}): is it that of the scrapbook, with its whole path?"
_PASSWORD = "A server in front of the scrapbook asks for a password ({status}), which Twilio does not have."  # noqa: S105
_NOTHING_BEHIND = "The tunnel or the proxy is there ({status}), but not the scrapbook behind it: is it up?"
_SIGNATURE = (
    "The signature is refused: the scrapbook there runs with another SCRAPBOOK_PUBLIC_URL or another"
    " TWILIO_AUTH_TOKEN. Correct them in .env and start it again."
)
_BY_STATUS = {
    403: _SIGNATURE,
    **dict.fromkeys((400, 422), _EARLIER_RELEASE),
    **dict.fromkeys((404, 405), _NOT_FOUND),
    **dict.fromkeys((401, 407), _PASSWORD),
    **dict.fromkeys((502, 503, 504, 530), _NOTHING_BEHIND),  # 530 is Cloudflare's
}
_ANOTHER_SERVER = "A server that is no scrapbook answers there."


def explain_failure(url: str, auth_token: str, installation_key: str) -> str:
    """Return why a webhook to ``url`` would not reach this installation; empty if it would. Blocks."""
    nonce = secrets.token_hex(16)
    fields = {FIELD: nonce}
    headers = {HEADER: Signatures(auth_token).sign(url, Form(fields))}
    try:
        response = httpx.post(url, data=fields, headers=headers, timeout=_TIMEOUT)
    except httpx.HTTPError as error:
        return _explain_error(error, httpx.URL(url).host)
    except httpx.InvalidURL:
        return "It is not a valid URL."
    if response.is_success:
        return _explain_identity(response, proof(installation_key, nonce))
    return _explain_status(response)


def _explain_identity(response: httpx.Response, expected: str) -> str:
    try:
        received = cast("dict[str, Any]", response.json()).get(ANSWER)
    except (ValueError, AttributeError):
        return _ANOTHER_SERVER
    if received == expected:
        return ""
    if received is None:
        return _ANOTHER_SERVER
    return "Another scrapbook answers there, or one with another SCRAPBOOK_DATA_DIR."


def _explain_status(response: httpx.Response) -> str:
    status = response.status_code
    if response.is_redirect:
        target = httpx.URL(response.url).join(response.headers.get("location", ""))
        return f"It is redirected to {target.scheme}://{target.host}: use the URL that needs no redirect."
    return _BY_STATUS.get(status, "It was answered with {status}.").format(status=status)


def _explain_error(error: httpx.HTTPError, host: str) -> str:
    causes = list(_causes(error))
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return f"There is no such name as {host} in DNS, or not yet."
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return f"The certificate of {host} is not one that Twilio would accept: {_tls_error(causes)}."
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return f"{host} refuses the connection: is the tunnel or the proxy up?"
    if isinstance(error, httpx.TimeoutException):
        return f"{host} did not answer within {_TIMEOUT:.0f} seconds, which is how long Twilio waits."
    if isinstance(error, httpx.UnsupportedProtocol):
        return "The URL must begin with https://."
    return f"{host} could not be reached: {type(error).__name__}."


def _tls_error(causes: list[BaseException]) -> str:
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return cause.verify_message
    return "TLS failed"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
