"""Follow feeds and pages, find them by their names, and say what people are to be told of.

They are fetched by ``workflows/feed_polling.py``.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from scrapbook.core.book import AmbiguousTopic, Book, TopicNotFound
from scrapbook.model.exported import FollowedPage
from scrapbook.model.feeds import Subscription, Watch
from scrapbook.net.public_urls import refusal
from scrapbook.store import Transaction
from scrapbook.text.fuzzy_match import MAX_CANDIDATES, MatchOutcome, match
from scrapbook.text.links import find_links
from scrapbook.text.listing import listed
from scrapbook.text.mentions import meant_words, mentions, words_of
from scrapbook.text.segments import shorten

MAX_FOLLOWED = 200
"""Feeds that a person can follow."""

MAX_WATCHES = 20
"""Words of one feed of which a person can be told."""

MAX_NAMED = 5
"""Feeds ended at once that are named when that is undone; of more only the number is said."""

MAX_NAME = 40
"""Characters of the name of a feed."""

READ = 2000
"""Items that are looked at, the newest first."""

_SHORTEST_WORD = 4
"""Letters of a word of a title by which the feed can be named."""

_BARE = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?:/\S*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Followed:
    """A feed is followed.

    Attributes:
        is_new: whether it was not before.
        is_resumed: whether it was paused, and is fetched again.
    """

    subscription: Subscription
    is_new: bool
    is_resumed: bool = False


@dataclass(frozen=True, slots=True)
class TooManyFollowed:
    """The person follows as many feeds as they can."""


@dataclass(frozen=True, slots=True)
class Watched:
    """The person is told when a feed mentions words. ``is_new``: they were not told of them before."""

    subscription: Subscription
    words: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class TooManyWatched:
    """The person is told of as many words of this feed as they can be."""

    subscription: Subscription


def address_in(text: str) -> str | None:
    """Return the address that a text names, with or without its scheme; None if it names none."""
    if links := find_links(text):
        return _normalized(links[0].url)
    bare = next((word for word in text.split() if _BARE.fullmatch(word.strip(".,:;!?"))), None)
    return _normalized(f"https://{bare.strip('.,:;!?')}") if bare else None


def never_read(address: str) -> str | None:
    """Return why an address can never be fetched, as a sentence; None if that may succeed."""
    return refusal(address)


def follow(book: Book, address: str, name: str | None = None) -> Followed | TooManyFollowed:
    """Follow the feed at an address, or that of the page there. A feed that is paused is fetched again.

    Args:
        name: what the person calls it; None for its own title.
    """
    tx, name = book.tx, name and name[:MAX_NAME]
    before = subscriptions(book)
    known = next((one for one in before if address in {one.address, one.feed.url}), None)
    if known:
        if name:
            with book.recording("rename_feed", feed=called(tx, known)):
                tx.subscriptions.rename(known.id, name)
        return Followed(_again(book, known), is_new=False, is_resumed=_resume(book, known))
    if len(before) >= MAX_FOLLOWED:
        return TooManyFollowed()
    title = tx.feeds.get_or_add(address, book.now).title
    with book.recording("follow", feed=name or title or urlsplit(address).hostname or address):
        added = _add(book, FollowedPage(address, address, name))
    return Followed(added, is_new=True, is_resumed=_resume(book, added))


def follow_again(book: Book, page: FollowedPage) -> None:
    """Follow a page that an export names, with the words to be told of, within the change of its import.

    Nothing is done if the person follows it, or as many as they can.
    """
    before = subscriptions(book)
    addresses = {address for one in before for address in (one.address, one.feed.url)}
    if len(before) >= MAX_FOLLOWED or addresses & {page.url, page.address}:
        return
    added = _add(book, page)
    for words in page.watched[:MAX_WATCHES]:
        if words_of(words):
            book.tx.subscriptions.watch(added, words, book.now)
    _resume(book, added)


def resume(book: Book, subscription: Subscription) -> bool:
    """Fetch a paused feed again. Returns whether it was paused."""
    return _resume(book, subscription)


def unfollow(book: Book, *ended: Subscription) -> None:
    """Follow feeds no longer, as one change. What nobody follows is not fetched."""
    names = listed(called(book.tx, one) for one in ended)
    with book.recording("unfollow", feed=names if len(ended) <= MAX_NAMED else f"all {len(ended)}"):
        for one in ended:
            book.tx.subscriptions.end(one)
    book.tx.feeds.settle(book.now)


def subscriptions(book: Book) -> Sequence[Subscription]:
    """Return what the person follows, in the order in which they began to."""
    return book.tx.subscriptions.of_person(book.person.id)


def subscription_meant(
    book: Book, typed: str, *, among: Sequence[Subscription] | None = None
) -> Subscription | AmbiguousTopic | TopicNotFound:
    """Return the feed that is meant by a typed name, an address, or words of its title, however spelled.

    Args:
        among: of these; of all that the person follows if left out.
    """
    every = subscriptions(book) if among is None else among
    names = names_of(every)
    wanted = typed.strip().casefold()
    of_that_name = [name for name, one in zip(names, every, strict=True) if name_of(one).casefold() == wanted]
    if len(of_that_name) > 1:
        return AmbiguousTopic(typed, tuple(of_that_name[:MAX_CANDIDATES]))
    found = match(typed, names, tuple(_aliases(dict(zip(names, every, strict=True)))))
    if found.topic:
        return every[names.index(found.topic)]
    if found.outcome is MatchOutcome.AMBIGUOUS:
        return AmbiguousTopic(typed, found.candidates)
    return TopicNotFound(typed, found.candidates)


def named_exactly(book: Book, typed: str) -> bool:
    """Return whether that is just what a feed that the person follows is called."""
    return match(typed, names_of(subscriptions(book))).outcome is MatchOutcome.EXACT


def names_of(every: Sequence[Subscription]) -> list[str]:
    """Return what each feed is called: as the person calls it, else its title, else the name of its server.

    Feeds of one name are told apart by their servers and numbers.
    """
    names = [name_of(one) for one in every]
    counts = Counter(name.casefold() for name in names)
    return [
        name if counts[name.casefold()] == 1 else f"{shorten(name, 20)} ({host_of(one)}, {index})"
        for index, (name, one) in enumerate(zip(names, every, strict=True), 1)
    ]


def called(tx: Transaction, subscription: Subscription) -> str:
    """Return what a feed is called among all that the person follows, as ``names_of`` does."""
    every = tx.subscriptions.of_person(subscription.person_id)
    named = {one.id: name for one, name in zip(every, names_of(every), strict=True)}
    return named.get(subscription.id) or name_of(subscription)


def name_of(subscription: Subscription) -> str:
    """Return what a feed is called, whatever else is followed."""
    return shorten(subscription.name or subscription.feed.title or host_of(subscription), MAX_NAME)


def host_of(subscription: Subscription) -> str:
    """Return the server that the person named, such as ``xkcd.com``."""
    return (urlsplit(subscription.address).hostname or subscription.address).removeprefix("www.")


def watch(book: Book, subscription: Subscription, typed: str) -> Watched | TooManyWatched | None:
    """Tell the person when items of a feed that are still to come mention words.

    A word that surely means one that the feed has, differently spelled, is taken for that. None without any.
    """
    typed_words = words_of(typed)
    if not typed_words:
        return None
    items = book.tx.feeds.items([subscription.feed.id], READ)
    meant = meant_words(typed, (f"{item.title} {item.summary}" for item in items))
    words = " ".join(meant.words or typed_words)
    known = {watch.words for watch in book.tx.subscriptions.watches(subscription.id)}
    if len(known) >= MAX_WATCHES and words not in known:
        return TooManyWatched(subscription)
    with book.recording("watch_feed", words=words):
        is_new = book.tx.subscriptions.watch(subscription, words, book.now)
    return Watched(subscription, words, is_new)


def watches(book: Book) -> list[tuple[Subscription, Watch]]:
    """Return all that the person is told of."""
    return [(one, watch) for one in subscriptions(book) for watch in book.tx.subscriptions.watches(one.id)]


def unwatch(book: Book, typed: str, feed: Subscription | None) -> list[tuple[Subscription, Watch]]:
    """Tell the person no longer of words, and return which these were.

    Args:
        typed: the words, however spelled, or a text that has them as they are.
        feed: of which they are told; None for any.
    """
    every = [(one, watch) for one, watch in watches(book) if feed is None or one.id == feed.id]
    found = match(typed, {watch.words: None for _, watch in every}, proper=True)
    every = [
        (one, watch)
        for one, watch in every
        if watch.words == found.topic or (found.topic is None and mentions(typed, watch.words.split()))
    ]
    if every:
        with book.recording("unwatch_feed", words=listed(dict.fromkeys(watch.words for _, watch in every))):
            _end_watches(book, every)
    return every


def unwatch_feed(book: Book, feed: Subscription) -> list[tuple[Subscription, Watch]]:
    """Tell the person nothing of a feed any longer, and return of which words they were told."""
    every = [(one, watch) for one, watch in watches(book) if one.id == feed.id]
    if every:
        with book.recording("unwatch_feed", words=listed(watch.words for _, watch in every)):
            _end_watches(book, every)
    return every


def unwatch_all(book: Book) -> int:
    """Tell the person nothing of feeds any longer. Returns of how many words that was."""
    every = watches(book)
    _end_watches(book, every)
    return len(every)


def _end_watches(book: Book, every: Iterable[tuple[Subscription, Watch]]) -> None:
    for _, ended in every:
        book.tx.subscriptions.unwatch(ended.id)
        # What waits for the end of the quiet hours is not wanted any more either.
        book.tx.unasked.drop(book.person.id, mention_key(ended.id))


def mention_key(watch_id: int) -> str:
    """Return how the keys of all messages begin that tell a person of these words."""
    return f"feed-mention:{watch_id}:"


def _add(book: Book, page: FollowedPage) -> Subscription:
    feed = book.tx.feeds.get_or_add(page.url, book.now)
    book.tx.subscriptions.add(book.person.id, feed, page.address, page.name, book.now)
    added = next(one for one in subscriptions(book) if one.feed.id == feed.id)
    # What others know already is not new.
    book.tx.subscriptions.mark_seen(added.id, book.tx.feeds.newest_id(feed.id))
    return added


def _resume(book: Book, subscription: Subscription) -> bool:
    if subscription.feed.next_fetch_at is not None:
        return False
    book.tx.feeds.resume(subscription.feed.id, book.now)
    return True


def _again(book: Book, known: Subscription) -> Subscription:
    return next(one for one in subscriptions(book) if one.id == known.id)


def _aliases(by_name: dict[str, Subscription]) -> Iterator[tuple[str, str]]:
    """Yield other words for a feed: its title, its server, and the words of its title that no other has."""
    words = Counter(word for one in by_name.values() for word in set(_words_of_title(one)))
    for name, one in by_name.items():
        host = host_of(one)
        yield from ((alias, name) for alias in (one.feed.title, host, host.rpartition(".")[0]) if alias)
        yield from ((word, name) for word in _words_of_title(one) if words[word] == 1)


def _words_of_title(subscription: Subscription) -> list[str]:
    title = subscription.name or subscription.feed.title
    return [word for word in words_of(title) if len(word) >= _SHORTEST_WORD]


def _normalized(url: str) -> str:
    """Return an address as it is stored: its server in lower case, at least a slash, without a fragment."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path or "/", parts.query, ""))
