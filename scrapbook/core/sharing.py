"""Share topics: a page of a topic, and a feed, that anybody with the address can read, until it is ended."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from scrapbook.core.book import AmbiguousTopic, Book, TopicNotFound, match_among
from scrapbook.core.topics import existing
from scrapbook.store import Entry, Media, Person, Share, Topic, Transaction
from scrapbook.text.file_types import CONTACT_CARD
from scrapbook.text.fuzzy_match import MatchOutcome

TOKEN_BYTES = 16
"""128 random bits, which nobody guesses. In hexadecimal: phones cut a hyphen off the end of a link."""

MAX_TOKEN = 2 * TOKEN_BYTES
"""Characters of a token; a longer text is none."""


@dataclass(frozen=True, slots=True)
class NotShared:
    """A topic that is not shared cannot be unshared. ``typed`` is its name, as typed."""

    typed: str


def topic_to_share(book: Book, typed: str) -> Topic | AmbiguousTopic | TopicNotFound:
    """Return the topic that is meant by a typed name.

    A name that is not quite that of the topic is asked about, even if it is clear: what was published by
    mistake may have been read before it is undone.
    """
    topic = existing(book, typed)
    is_exact = book.match_topic(typed).outcome is MatchOutcome.EXACT
    return topic if not isinstance(topic, Topic) or is_exact else AmbiguousTopic(typed, (topic.name,))


def share(book: Book, topic: Topic) -> Share:
    """Share a topic, and return its share. A topic that is shared keeps the address that it has."""
    if shared := share_of(book, topic.id):
        return shared
    with book.recording("share", topic=topic.name):
        book.tx.shares.add(book.person.id, topic.id, secrets.token_hex(TOKEN_BYTES), book.now)
    return _present(share_of(book, topic.id))


def unshare(book: Book, typed: str) -> Share | AmbiguousTopic | NotShared:
    """End the share of the topic that is meant by a typed name, and return what it was.

    Only topics that are shared are matched, so that a name is understood as often as possible.
    """
    shares = {share.topic: share for share in shared(book)}
    found = match_among(typed, [topic for topic in book.topics() if topic.name in shares])
    if found.outcome is MatchOutcome.AMBIGUOUS:
        return AmbiguousTopic(typed, found.candidates)
    if not found.topic:
        return NotShared(typed)
    return end(book, shares[found.topic])


def end(book: Book, share: Share) -> Share:
    """End a share of the person, and return what it was."""
    with book.recording("unshare", topic=share.topic):
        book.tx.shares.end(share)
    return share


def shared(book: Book) -> Sequence[Share]:
    """Return the shares of the person by the names of their topics."""
    return book.tx.shares.of_person(book.person.id)


def share_of(book: Book, topic_id: int) -> Share | None:
    """Return the share of a topic of the person; None if it is not shared."""
    return next((share for share in shared(book) if share.topic_id == topic_id), None)


def share_url(public_url: str, share: Share) -> str:
    """Return the address of a share.

    Args:
        public_url: the base URL under which browsers reach the app.
    """
    return f"{public_url}/shared/{share.token}"


MAX_NUMBER = 2**62
"""Above the number of any entry."""

PAGE = 50
"""Entries of a page, at most."""


@dataclass(frozen=True, slots=True)
class SharedTopic:
    """What anybody with the address can read.

    Attributes:
        person: whose book it is of.
        description: what that person wrote about the topic.
        entries: of one page, the newest first.
        has_more: whether there are older ones.
    """

    share: Share
    person: Person
    topic: Topic
    description: str
    entries: tuple[Entry, ...]
    has_more: bool


def read_shared(
    tx: Transaction, token: str, until: datetime | None = None, skip: int = 0, limit: int = PAGE
) -> SharedTopic | None:
    """Return entries of a shared topic; None if the share of the token has ended, or never was.

    Entries with a contact card are left out: it has the numbers of somebody who was not asked. So are the
    entries of others with whom the topic is shared.

    Args:
        until: the entries made then or earlier; None for the newest.
        skip: how many of those made at that very time are left out.
    """
    found = tx.shares.by_token(token) if len(token) <= MAX_TOKEN else None
    if found is None:
        return None
    after = (until, MAX_NUMBER) if until else None
    wanted = limit + 1 + skip
    entries = (
        tx.entries.list(
            found.person_id, limit=wanted, topic_id=found.topic_id, after=after, with_others=False
        )
        if after
        else tx.entries.list(found.person_id, limit=wanted, topic_id=found.topic_id, with_others=False)
    )[skip:]
    return SharedTopic(
        share=found,
        person=tx.people.get(found.person_id),
        topic=tx.topics.get(found.topic_id),
        description=tx.topics.description(found.topic_id),
        entries=tuple(entries[:limit]),
        has_more=len(entries) > limit,
    )


def is_public(entry: Entry) -> bool:
    """Return whether an entry of a shared topic is shown."""
    return all(part.content_type != CONTACT_CARD for part in entry.media)


def shared_picture(tx: Transaction, token: str, keys: Collection[str]) -> Media | None:
    """Return a file with one of these keys that an entry has which is shared now; None if there is none.

    Args:
        keys: of the media store.
    """
    found = tx.shares.by_token(token) if len(token) <= MAX_TOKEN else None
    if found is None:
        return None
    ids = tx.shares.entries_with(found, keys, limit=PAGE)
    entries = filter(is_public, tx.entries.by_ids(found.person_id, ids))
    return next((part for entry in entries for part in entry.media if part.key in keys), None)


def _present(share: Share | None) -> Share:
    assert share is not None  # noqa: S101 - it was just added
    return share
