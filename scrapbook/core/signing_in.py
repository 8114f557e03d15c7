"""Sign a person in to the book: by a link that works once, and opens a session on the device that uses it."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from scrapbook.store import BookSession, Transaction

LINK_LIFETIME = timedelta(minutes=10)
"""From the text that asks for a link until it expires. The wording of the reply says so."""

SESSION_LIFETIME = timedelta(days=180)
"""From the sign-in until the device must sign in again. Browsers keep a cookie for up to 400 days."""

SEEN_INTERVAL = timedelta(minutes=5)
"""Uses of a session within that time are recorded once, so that reading a page seldom writes."""

MAX_OPEN_LINKS = 3
"""Links of a person that can be used at the same time: of those that were asked for, the newest."""

TOKEN_BYTES = 16
"""128 random bits, which nobody guesses. In hexadecimal: phones cut a hyphen off the end of a link."""

MAX_TOKEN = 2 * TOKEN_BYTES
"""Characters of a token; a longer text is none."""


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A session that was opened; ``token`` is what its cookie holds, and is stored nowhere."""

    id: int
    token: str


@dataclass(frozen=True, slots=True)
class SignedOut:
    """How many devices were signed out, and how many links can no longer be used."""

    sessions: int
    links: int


def create_link(tx: Transaction, person_id: int, now: datetime) -> str:
    """Return the token of a new link for a person, which is valid for LINK_LIFETIME."""
    token = secrets.token_hex(TOKEN_BYTES)
    tx.sign_in_links.add(person_id, token, now, now + LINK_LIFETIME, keep=MAX_OPEN_LINKS)
    return token


def link_is_open(tx: Transaction, token: str, now: datetime) -> bool:
    """Return whether a link can still be used. Changes nothing, whoever looks at the link."""
    return len(token) <= MAX_TOKEN and tx.sign_in_links.is_open(token, now)


def use_link(tx: Transaction, token: str, device: str, now: datetime) -> OpenedSession | None:
    """Use a link up, and open a session of its person. None if it was used, has expired or never existed.

    Args:
        device: what the person is told of the device, in plain words.
    """
    person_id = tx.sign_in_links.use(token, now) if len(token) <= MAX_TOKEN else None
    if person_id is None:
        return None
    opened = secrets.token_hex(TOKEN_BYTES)
    csrf = secrets.token_hex(TOKEN_BYTES)
    id = tx.book_sessions.add(person_id, opened, csrf, device, now, now + SESSION_LIFETIME)  # noqa: A001
    return OpenedSession(id, opened)


def session_of(tx: Transaction, token: str, now: datetime) -> BookSession | None:
    """Return the session of a cookie's token. None if it has ended or expired, or never existed."""
    return tx.book_sessions.by_token(token, now) if len(token) <= MAX_TOKEN else None


def is_to_be_recorded(session: BookSession, now: datetime) -> bool:
    """Return whether a use of a session now is to be recorded with ``tx.book_sessions.seen``."""
    return now - session.last_seen_at >= SEEN_INTERVAL


def sign_out_everywhere(tx: Transaction, person_id: int, now: datetime) -> SignedOut:
    """End all sessions and open links of a person, also the link to an export."""
    links = tx.sign_in_links.count_open(person_id, now) + tx.export_links.count_open(person_id, now)
    sessions = len(tx.book_sessions.of_person(person_id, now))
    tx.sign_in_links.end(person_id)
    tx.export_links.end(person_id)
    tx.book_sessions.end_every(person_id)
    return SignedOut(sessions, links)


def sign_in_url(public_url: str, token: str) -> str:
    """Return the address of a link.

    Args:
        public_url: the base URL under which a person's browser reaches the app.
    """
    return f"{public_url}/book/sign-in/{token}"
