"""Read everything that a person has saved, page by page; and make links under which it is downloaded."""

import secrets
from datetime import datetime, timedelta

from scrapbook.core.book import Book
from scrapbook.model.exported import ExportedEntry, ExportedScrapbook, FollowedPage, SaidAgain
from scrapbook.model.feeds import Subscription
from scrapbook.store import Entry, Transaction

LINK_LIFETIME = timedelta(days=1)
"""From the text that asks for a link until it expires. The wording of the reply says so."""

TOKEN_BYTES = 16
"""128 random bits, which nobody guesses. In hexadecimal: phones cut a hyphen off the end of a link."""

MAX_TOKEN = 2 * TOKEN_BYTES
"""Characters of a token; a longer text is none."""


def create_link(tx: Transaction, person_id: int, now: datetime) -> str:
    """Return the token of a new link for a person, in place of an earlier one."""
    token = secrets.token_hex(TOKEN_BYTES)
    tx.export_links.add(person_id, token, now + LINK_LIFETIME)
    return token


def person_of_link(tx: Transaction, token: str, now: datetime) -> int | None:
    """Return the id of the person of a link. None if it was used, has expired or never existed."""
    return tx.export_links.person_of(token, now) if len(token) <= MAX_TOKEN else None


def link_url(public_url: str, token: str) -> str:
    """Return the address of a link.

    Args:
        public_url: the base URL under which a person's browser reaches the app.
    """
    return f"{public_url}/book/export/{token}"


def read_scrapbook(book: Book) -> ExportedScrapbook:
    """Return what is beside the entries."""
    tx, person = book.tx, book.person
    topics = tuple(sorted(tx.topics.list(person.id), key=lambda topic: topic.id))
    return ExportedScrapbook(
        person=person,
        topics=topics,
        descriptions=tx.topics.descriptions(person.id),
        public=frozenset(share.topic_id for share in tx.shares.of_person(person.id)),
        quiet_hours=tx.quiet_hours.of(person.id),
        following=tuple(_followed(book, one) for one in tx.subscriptions.of_person(person.id)),
        said_again=tuple(
            SaidAgain(one.kind, one.rule, one.has_time, one.occurs_at)
            for one in tx.recurring.of_person(person.id)
        ),
        next_number=tx.entries.highest_number(person.id) + 1,
        at=book.now,
    )


def _followed(book: Book, one: Subscription) -> FollowedPage:
    watched = (watch.words for watch in book.tx.subscriptions.watches(one.id))
    return FollowedPage(one.feed.url, one.address, one.name, tuple(watched))


def read_entries(book: Book, after: int, limit: int) -> list[ExportedEntry]:
    """Return a page of the person's own entries in the order of their numbers, also those in the trash.

    Args:
        after: the number of the last entry of the page before; 0 for the first page.
        limit: at most so many entries.
    """
    return with_everything(book, book.tx.entries.numbered(book.person.id, after, limit))


def with_everything(book: Book, entries: list[Entry]) -> list[ExportedEntry]:
    """Return entries of the person with all that is saved of them."""
    tx, ids = book.tx, [entry.id for entry in entries]
    facts = tx.entries.facts_of(ids)
    history = tx.changes.of_entries(ids)
    reminders = {reminder.entry_id: reminder for reminder in tx.reminders.of_entries(ids)}
    previews = tx.previews.of([id_ for id_ in ids if facts[id_].has_link])
    media = [part for entry in entries for part in entry.media]
    transcripts = tx.transcripts.of_all(part.url for part in media if part.is_audio)
    words = tx.file_texts.of(part.url for part in media)

    return [
        ExportedEntry(
            entry=entry,
            facts=facts[entry.id],
            transcripts={p.url: transcripts[p.url] for p in entry.media if p.url in transcripts},
            words={p.url: words[p.url] for p in entry.media if p.url in words},
            previews=tuple(previews.get(entry.id, ())),
            reminder=reminders.get(entry.id),
            history=tuple(history.get(entry.id, ())),
        )
        for entry in entries
    ]
