"""What people are told of the feeds that they follow without asking: mentions, and what cannot be read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from scrapbook.core.following import called, mention_key
from scrapbook.core.wording import sentence
from scrapbook.model.feeds import Feed, FeedItem, Subscription, Watch
from scrapbook.store import Transaction
from scrapbook.text import segments
from scrapbook.text.listing import quoted
from scrapbook.text.mentions import mentions

MAX_TOLD_A_DAY = 5
"""Messages that a person gets of one watch on a day where they are."""

TITLE = 80
"""Characters of the title of an item in a message."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that a person is told. ``dedup_key`` names its cause, for which they are told once."""

    person_id: int
    dedup_key: str
    body: str


def notices_of(tx: Transaction, feed: Feed, items: Sequence[FeedItem], now: datetime) -> Iterator[Notice]:
    """Yield what people are told of new items that mention what they asked for, and count it.

    The items that were found together are one message. What is over the daily number stays in what is new.
    """
    for subscription in tx.subscriptions.of_feed(feed.id) if items else ():
        for watch in tx.subscriptions.watches(subscription.id):
            found = [item for item in items if mentions(f"{item.title} {item.summary}", watch.words.split())]
            if found and (notice := _mentioned(tx, subscription, watch, found, now)):
                yield notice


def paused_notices(tx: Transaction, feed: Feed, failure: str, now: datetime) -> Iterator[Notice]:
    """Yield what those who follow a feed are told once it is not fetched any more.

    Who wants nothing said unasked sees it among what they follow, unless it could never be read.

    Args:
        failure: why it cannot be read, as a sentence.
    """
    response = "utter_feed_paused" if feed.read_at else "utter_feed_unreadable"
    for subscription in tx.subscriptions.of_feed(feed.id):
        if feed.read_at and tx.quiet_hours.is_stopped(subscription.person_id):
            continue
        arguments = {"feed": quoted(called(tx, subscription)), "failure": failure}
        body = sentence(response, address=subscription.address, **arguments)
        yield Notice(subscription.person_id, f"feed-paused:{subscription.id}:{now.isoformat()}", body)


def _mentioned(
    tx: Transaction, subscription: Subscription, watch: Watch, found: Sequence[FeedItem], now: datetime
) -> Notice | None:
    day = now.astimezone(ZoneInfo(tx.people.get(subscription.person_id).timezone)).date()
    told = _told(watch, day)
    if told >= MAX_TOLD_A_DAY:
        return None
    tx.subscriptions.count_told(watch, day)
    is_last = told + 1 == MAX_TOLD_A_DAY
    return Notice(
        subscription.person_id,
        f"{mention_key(watch.id)}{found[0].id}",
        _body(tx, subscription, watch, found, is_last=is_last),
    )


def _told(watch: Watch, day: date) -> int:
    return watch.told_count if watch.told_on == day else 0


def _body(
    tx: Transaction, subscription: Subscription, watch: Watch, found: Sequence[FeedItem], *, is_last: bool
) -> str:
    """Return the message, with as many of the items as fit, at least one."""
    arguments = {"feed": quoted(called(tx, subscription)), "words": quoted(watch.words)}
    lines: list[str] = []
    body = ""
    for count, item in enumerate(found, 1):
        lines.append("\n".join(filter(None, (segments.shorten(item.title, TITLE), item.url))))
        left = len(found) - count
        response = _RESPONSES[bool(left), is_last]
        longer = sentence(response, lines="\n".join(lines), left=str(left), **arguments)
        if body and not segments.fits(longer):
            break
        body = longer
    return body


_RESPONSES = {
    (False, False): "utter_mentioned",
    (True, False): "utter_mentioned_and_more",
    (False, True): "utter_mentioned_last",
    (True, True): "utter_mentioned_last_and_more",
}
"""By whether items are left out, and whether it is the last message of the day."""
