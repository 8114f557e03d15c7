"""How the processes of one installation know each other: signed requests, proven responses.

``scrapbook/net/internal_auth.py`` describes the protocol; this environment cannot import it.
"""

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from typing import Callable, Dict, Optional
from urllib.parse import urlsplit

SIGNATURE = "Scrapbook-Signature"
PROOF = "Scrapbook-Proof"

MAX_AGE = 60
"""Seconds by which the clocks of two machines may differ, and for which a nonce is remembered at least."""

EMPTY_DIGEST = hashlib.sha256().hexdigest()


class CallRefused(Exception):
    """The request is not of a process of this installation; the message says why.

    Attributes:
        call: the request if its signature is right, for a proof that makes the refusal believable.
    """

    def __init__(self, reason: str, call: "Optional[SignedCall]" = None) -> None:
        super().__init__(reason)
        self.call = call


@dataclass(frozen=True)
class SignedCall:
    """One signed request, as both its ends know it.

    Attributes:
        headers: what the caller sends; empty at the callee.
        digest: the SHA-256 of the body, in hexadecimal.
    """

    _key: bytes
    _mac: str
    digest: str
    headers: Dict[str, str]

    def has_body(self, body: bytes) -> bool:
        """Return whether the body is the one that was signed."""
        return hmac.compare_digest(self.digest, hashlib.sha256(body).hexdigest())

    def proof(self, status: int) -> str:
        """Return what the callee sends with a response of that status."""
        return _mac(self._key, "response", self._mac, str(status))

    def is_proven(self, status: int, proof: Optional[str]) -> bool:
        """Return whether a response of that status is from a process that knows the secret."""
        return _equal(self.proof(status), proof or "")


class InternalAuth:
    """Signs the requests of this process, and checks those of others. Threads may share it.

    Args:
        secret: what all processes of the installation share.
        clock: the time in Unix seconds.
    """

    def __init__(self, secret: str, clock: Callable[[], float] = time.time) -> None:
        self._key = secret.encode()
        self._clock = clock
        self._nonces = _Nonces()

    def sign(self, method: str, url: str, body: bytes = b"") -> SignedCall:
        """Return the call with the headers to send, the Host among them."""
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        digest = hashlib.sha256(body).hexdigest() if body else EMPTY_DIGEST
        stamp = f"{int(self._clock())}.{secrets.token_hex(16)}.{digest}"
        mac = _mac(self._key, "request", method, parts.netloc, target, stamp)
        return SignedCall(self._key, mac, digest, {"Host": parts.netloc, SIGNATURE: f"{stamp}.{mac}"})

    def verify(self, method: str, host: str, target: str, signature: str) -> SignedCall:
        """Return the call of which these are the head. The body is still to be compared with its digest.

        Args:
            target: path and query, as they were sent.
            signature: the value of the header.

        Raises:
            CallRefused: the signature is wrong, too old, or was used before.
        """
        stamp, _, mac = signature.rpartition(".")
        if not _equal(_mac(self._key, "request", method, host, target, stamp), mac):
            raise CallRefused("The signature is not of this installation.")
        signed_at, nonce, digest = stamp.split(".")
        call, now = SignedCall(self._key, mac, digest, {}), self._clock()
        if abs(now - int(signed_at)) > MAX_AGE:
            raise CallRefused("The clocks differ by more than a minute.", call)
        if not self._nonces.add(nonce, now):
            raise CallRefused("The signature was used before.", call)
        return call


class _Nonces:
    """Those of the last requests, in two halves: the older is dropped when no clock allows it any more."""

    def __init__(self) -> None:
        self._newer: set[str] = set()
        self._older: set[str] = set()
        self._since = 0.0

    def add(self, nonce: str, now: float) -> bool:
        """Remember a nonce. Returns False if it was there."""
        if not 0 <= now - self._since < 2 * MAX_AGE:
            self._newer, self._older, self._since = set(), self._newer, now
        if nonce in self._newer or nonce in self._older:
            return False
        self._newer.add(nonce)
        return True


def _mac(key: bytes, *parts: str) -> str:
    return hmac.digest(key, "\n".join(parts).encode("utf-8", "surrogateescape"), "sha256").hex()


def _equal(expected: str, given: str) -> bool:
    """Compare in constant time; what is given may hold any character."""
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogateescape"))
