"""A signed webhook that asks nothing but who is there: not kept, not answered to anybody.

It goes to the addresses that Twilio calls, signed as Twilio signs, with one field that Twilio never sends.
"""

import hashlib
import hmac
import secrets
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import httpx

from scrapbook.kept import kept_once
from scrapbook.twilio.form import Form
from scrapbook.twilio.signature import HEADER, Signatures

FIELD = "ScrapbookProbe"
ANSWER = "scrapbook"

_PATIENCE = 15.0
"""Seconds: how long Twilio would wait."""

_EARLIER = "A scrapbook of an earlier release answers there: start it again."
_NOTHING = "There is nothing at that address ({status}): is it that of the scrapbook, with its whole path?"
_LOCKED = "Something before the scrapbook asks for a password ({status}), which Twilio does not have."
_ALONE = "The tunnel or the proxy is there ({status}), but not the scrapbook behind it: is it up?"
_SIGNATURE = (
    "The signature is refused: the scrapbook there runs with another SCRAPBOOK_PUBLIC_URL or another"
    " TWILIO_AUTH_TOKEN. Put them right in .env and start it again."
)
_REFUSALS = {
    403: _SIGNATURE,
    **dict.fromkeys((400, 422), _EARLIER),
    **dict.fromkeys((404, 405), _NOTHING),
    **dict.fromkeys((401, 407), _LOCKED),
    **dict.fromkeys((502, 503, 504, 530), _ALONE),  # 530 is Cloudflare's
}


class ProbeAnswered(Exception):
    """A probe came in, and its signature was right. ``proof`` is what to answer."""

    def __init__(self, proof: str) -> None:
        super().__init__()
        self.proof = proof


def installation_key(data_dir: Path) -> str:
    """What this installation alone knows: another one may well have the same Twilio account."""
    return kept_once(data_dir / "installation.key", lambda: secrets.token_hex(32))


def proof(installation: str, nonce: str) -> str:
    """What only this installation can say to ``nonce``."""
    return hmac.new(installation.encode(), nonce.encode(), hashlib.sha256).hexdigest()


def obstacle(url: str, auth_token: str, installation: str) -> str:
    """Why a webhook that Twilio sends to ``url`` would not reach this installation; empty if it would."""
    nonce = secrets.token_hex(16)
    fields = {FIELD: nonce}
    headers = {HEADER: Signatures(auth_token).sign(url, Form(fields))}
    try:
        answer = httpx.post(url, data=fields, headers=headers, timeout=_PATIENCE)
    except httpx.HTTPError as problem:
        return _unreachable(problem, httpx.URL(url).host)
    except httpx.InvalidURL:
        return "It is not an address."
    if answer.is_success:
        return _mistaken_identity(answer, proof(installation, nonce))
    return _refusal(answer)


def _mistaken_identity(answer: httpx.Response, expected: str) -> str:
    try:
        said = cast("dict[str, Any]", answer.json()).get(ANSWER)
    except (ValueError, AttributeError):
        return "Something else than a scrapbook answers there."
    if said == expected:
        return ""
    if said is None:
        return "Something else than a scrapbook answers there."
    return "Another scrapbook answers there, or one with another SCRAPBOOK_DATA_DIR."


def _refusal(answer: httpx.Response) -> str:
    status = answer.status_code
    if answer.is_redirect:
        where = httpx.URL(answer.url).join(answer.headers.get("location", ""))
        return f"It is redirected to {where.scheme}://{where.host}: name the address that needs no redirect."
    return _REFUSALS.get(status, "It was answered with {status}.").format(status=status)


def _unreachable(problem: httpx.HTTPError, host: str) -> str:
    causes = list(_causes(problem))
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return f"There is no such name as {host} in DNS, or not yet."
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return f"The certificate of {host} is not one that Twilio would accept: {_reason(causes)}."
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return f"{host} refuses the connection: is the tunnel or the proxy up?"
    if isinstance(problem, httpx.TimeoutException):
        return f"{host} did not answer within {_PATIENCE:.0f} seconds, which is how long Twilio waits."
    if isinstance(problem, httpx.UnsupportedProtocol):
        return "The address has to begin with https://."
    return f"{host} could not be reached: {type(problem).__name__}."


def _reason(causes: list[BaseException]) -> str:
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return cause.verify_message
    return "TLS failed"


def _causes(problem: BaseException | None) -> Iterator[BaseException]:
    while problem is not None:
        yield problem
        problem = problem.__cause__ or problem.__context__
