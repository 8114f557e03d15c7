"""The answer to a probe: a signed webhook with which ``scrapbook connect`` asks which installation answers.

A probe goes to the URLs that Twilio calls, is signed as Twilio signs, and has one field that Twilio never
sends. It is not stored, and nobody gets a reply. ``setup/reachability.py`` sends it.
"""

import hashlib
import hmac

FIELD = "ScrapbookProbe"
"""The field of a probe; its value is a nonce."""

ANSWER = "scrapbook"
"""The key of the answer; its value is the proof."""


class ProbeReceived(Exception):
    """A request was a probe with a valid signature.

    Attributes:
        proof: what to answer.
    """

    def __init__(self, proof: str) -> None:
        super().__init__()
        self.proof = proof


def proof(installation_key: str, nonce: str) -> str:
    """Return the HMAC of the nonce, which only this installation can compute."""
    return hmac.new(installation_key.encode(), nonce.encode(), hashlib.sha256).hexdigest()
