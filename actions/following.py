"""Follow feeds and pages, list what is new on them, and say what the person wants to be told of."""

import re
from collections.abc import Sequence

from actions.action import BookAction
from actions.receipts import answer_or_save, receipt, save_message, save_or_explain
from actions.reminders import cancel_named
from actions.replies import page, quoted, reply, which_topic
from actions.turn import Turn
from scrapbook.core import AmbiguousTopic, TopicNotFound, feed_items, following
from scrapbook.core.feed_items import WordsUnclear
from scrapbook.core.following import Subscription, TooManyFollowed, TooManyWatched
from scrapbook.model.feeds import Watch
from scrapbook.store import TurnResult
from scrapbook.text.listing import listed

MAX_LISTED = 12
"""Feeds that one text lists."""

_CALLED = re.compile(r"\s(?:as|called|and call (?:it|that))\s+(?P<name>\S.{0,80}?)[\s.!]*$", re.IGNORECASE)

_SAYS_FOLLOW = re.compile(r"\b(?:un)?fol+ow", re.IGNORECASE)

_FEEDS = r"(?:feeds|pages|sites|ones)"
_ALL = re.compile(
    r"\b(?:(?:un)?fol+ow(?:ing)?|from)\s+(?:everything|every\s+(?:feed|page|site|one)|them(?:\s+all)?"
    rf"|all(?:\s+of)?(?:\s+(?:them|it))?(?:\s+(?:the\s+|my\s+|these\s+)?{_FEEDS})?|my\s+{_FEEDS})"
    r"[\s.!]*(?:please|thanks)?[\s.!]*$",
    re.IGNORECASE,
)

_SAYS_LATEST = re.compile(r"\blatest\b", re.IGNORECASE)

_SAYS_STOP = re.compile(r"\W*(?:please\s+)?(?:stop|unwatch)\b", re.IGNORECASE)

_SAYS_MENTION = re.compile(r"\bmentions?\b", re.IGNORECASE)

_NO_MORE = re.compile(r"\s+(?:any\s?more|any\s+longer|again|please|feed|alerts|news|updates)$", re.IGNORECASE)

_ITEM = re.compile(
    r"\W*(?:save|keep)\s+(?:number\s+|item\s+|no\.?\s*|#)?(?P<number>\d{1,3})\W*", re.IGNORECASE
)

_IN_FEED = re.compile(r"(?P<words>.+?)\s+(?:in|on|from|at)\s+(?:the\s+|my\s+)?(?P<feed>.+)", re.IGNORECASE)


class ActionFollow(BookAction):
    """Follow the feed at an address. Without an address there is nothing to follow: "follow your heart"."""

    action_name = "action_follow"

    def answer(self, turn: Turn) -> TurnResult:
        body = turn.message.body
        address = following.address_in(body)
        if address is None:
            return save_or_explain(turn, "utter_follow_how")
        if failure := following.never_read(address):
            return reply("utter_follow_refused", failure=failure)
        called = _CALLED.search(body)
        followed = following.follow(turn.book, address, called["name"] if called else None)
        if isinstance(followed, TooManyFollowed):
            return reply("utter_too_many_followed")
        name = quoted(following.called(turn.book.tx, followed.subscription))
        if followed.is_new or followed.is_resumed:
            return reply("utter_following", feed=name)
        return reply("utter_followed_before", feed=name)


class ActionUnfollow(BookAction):
    action_name = "action_unfollow"

    def answer(self, turn: Turn) -> TurnResult:
        typed = turn.slots.text("feed")
        if _ALL.search(turn.message.body) and not (typed and following.named_exactly(turn.book, typed)):
            return _unfollow_all(turn)
        if not typed:
            return save_or_explain(turn, "utter_unfollow_how")
        feed = following.subscription_meant(turn.book, typed)
        if isinstance(feed, AmbiguousTopic):
            return which_topic(turn.book, feed, self.action_name, {}, "feed")
        if isinstance(feed, TopicNotFound):
            # "Unsubscribe from the catalogue" is something to do, where nothing of that name is followed.
            is_request = feed.nearest or _SAYS_FOLLOW.search(turn.message.body)
            return _not_followed(feed) if is_request else answer_or_save(turn)
        return _unfollow(turn, feed)


class ActionListFollowing(BookAction):
    action_name = "action_list_following"

    def answer(self, turn: Turn) -> TurnResult:
        feeds = following.subscriptions(turn.book)
        if not feeds:
            return reply("utter_following_nothing")
        names = following.names_of(feeds)
        shown = zip(feeds[:MAX_LISTED], names[:MAX_LISTED], strict=True)
        lines = "\n".join(_with_state(feed, name) for feed, name in shown)
        watched = listed(quoted(watch.words) for _, watch in following.watches(turn.book))
        if watched:
            return reply(
                "utter_following_list_and_watched", count=str(len(feeds)), lines=lines, words=watched
            )
        return reply("utter_following_list", count=str(len(feeds)), lines=lines)


class ActionWhatsNew(BookAction):
    """List what is new. A question about what nobody follows, "what's new with Tom", is saved as it is."""

    action_name = "action_whats_new"

    def answer(self, turn: Turn) -> TurnResult:
        typed = turn.slots.text("feed")
        if not following.subscriptions(turn.book):
            return save_message(turn) if typed else reply("utter_following_nothing")
        feed = following.subscription_meant(turn.book, typed) if typed else None
        if isinstance(feed, AmbiguousTopic):
            return which_topic(turn.book, feed, self.action_name, {}, "feed")
        if isinstance(feed, TopicNotFound):
            # "What's the latest on Ada" asks about nobody's feed.
            is_request = feed.nearest or not _SAYS_LATEST.search(turn.message.body)
            return _not_followed(feed) if is_request else answer_or_save(turn)
        news = feed_items.whats_new(turn.book, feed)
        if news is None:
            return _nothing_read(turn, feed)
        if not news.is_latest:
            return page(news.page)
        return reply("utter_nothing_new", lines="\n".join(news.page.lines))


class ActionWatchFeed(BookAction):
    """Tell the person when a feed mentions words. If it names no feed that they follow, it is a thought."""

    action_name = "action_watch_feed"

    def answer(self, turn: Turn) -> TurnResult:
        typed, words = turn.slots.text("feed"), turn.slots.text("mentioned")
        if not typed or not words:
            return save_or_explain(turn, "utter_watch_how")
        feed = following.subscription_meant(turn.book, typed)
        if isinstance(feed, AmbiguousTopic):
            return which_topic(turn.book, feed, self.action_name, {"mentioned": words}, "feed")
        if isinstance(feed, TopicNotFound):
            # "Tell me when mum says yes" is about nobody's feed, "when xkcd mentions" is.
            is_request = following.subscriptions(turn.book) and _SAYS_MENTION.search(turn.message.body)
            return _not_followed(feed) if is_request else save_message(turn)
        name = quoted(following.called(turn.book.tx, feed))
        watched = following.watch(turn.book, feed, words)
        if isinstance(watched, TooManyWatched):
            return reply("utter_too_many_watched", feed=name)
        if watched is None:
            return save_or_explain(turn, "utter_watch_how")
        response = "utter_watching" if watched.is_new else "utter_watching_already"
        return reply(response, feed=name, words=quoted(watched.words))


class ActionUnwatchFeed(BookAction):
    """End what the person is told of: certain words, or all that a feed says if its name is given."""

    action_name = "action_unwatch_feed"

    def answer(self, turn: Turn) -> TurnResult:
        typed, words = turn.slots.text("feed"), _NO_MORE.sub("", turn.slots.text("mentioned") or "")
        feed = following.subscription_meant(turn.book, typed) if typed else None
        if isinstance(feed, AmbiguousTopic):
            return which_topic(turn.book, feed, self.action_name, {"mentioned": words}, "feed")
        if isinstance(feed, TopicNotFound):
            return _not_followed(feed)
        if words or not feed:
            ended = following.unwatch(turn.book, words or turn.message.body, feed)
            if ended:
                return reply("utter_unwatched", words=_words_of(ended))
            return self._feed_of_that_name(turn, words)
        return _end_all_of(turn, feed)

    def _feed_of_that_name(self, turn: Turn, words: str) -> TurnResult:
        """End what is told of the feed, or of the reminder, of that name: "stop telling me about fires"."""
        feed = following.subscription_meant(turn.book, words) if words else None
        if isinstance(feed, AmbiguousTopic):
            return which_topic(turn.book, feed, self.action_name, {}, "feed")
        if feed and not isinstance(feed, TopicNotFound):
            return _end_all_of(turn, feed)
        if words and (cancelled := cancel_named(turn, words)):
            return cancelled
        is_request = following.watches(turn.book) and _SAYS_STOP.match(turn.message.body)
        return reply("utter_not_watching") if is_request else save_message(turn)


def _end_all_of(turn: Turn, feed: Subscription) -> TurnResult:
    """Tell the person nothing of a feed any longer; one that tells them nothing is followed no longer."""
    ended = following.unwatch_feed(turn.book, feed)
    if not ended:
        return _unfollow(turn, feed)
    name = quoted(following.called(turn.book.tx, feed))
    return reply("utter_unwatched_feed", feed=name, words=_words_of(ended))


def _unfollow(turn: Turn, feed: Subscription) -> TurnResult:
    name = following.called(turn.book.tx, feed)
    following.unfollow(turn.book, feed)
    return reply("utter_unfollowed", feed=quoted(name))


def _unfollow_all(turn: Turn) -> TurnResult:
    every = following.subscriptions(turn.book)
    if not every:
        return reply("utter_following_nothing")
    names = listed(quoted(name) for name in following.names_of(every)[:MAX_LISTED])
    following.unfollow(turn.book, *every)
    return reply("utter_unfollowed_all", count=str(len(every)), feeds=names)


def _words_of(watched: Sequence[tuple[Subscription, Watch]]) -> str:
    return listed(dict.fromkeys(quoted(watch.words) for _, watch in watched))


def find_in_feed(turn: Turn, query: str) -> TurnResult | None:
    """Answer "napa in fires" with the items of a feed that is called fires. None if no feed is surely meant.

    A topic of that very name comes first, unless the feed has it, too.
    """
    named = _IN_FEED.fullmatch(query)
    feed = following.subscription_meant(turn.book, named["feed"]) if named else None
    if named is None or not isinstance(feed, Subscription):
        return None
    if turn.book.has_topic(named["feed"]) and not following.named_exactly(turn.book, named["feed"]):
        return None
    found = feed_items.find_in(turn.book, feed, named["words"])
    name = following.called(turn.book.tx, feed)
    if isinstance(found, WordsUnclear):
        options = tuple(f"{words} in {name}" for words in found.options)
        ambiguous = AmbiguousTopic(query, options)
        return which_topic(turn.book, ambiguous, "action_find", {}, "query")
    if found is None:
        return reply("utter_not_on_feed", words=quoted(named["words"]), feed=quoted(name))
    return page(found)


def save_listed_item(turn: Turn) -> TurnResult | None:
    """Keep an item of the list that was sent last: "save 2". None if the message is no such request."""
    asked = None if turn.message.media else _ITEM.fullmatch(turn.message.body)
    saved = feed_items.save_listed(turn.book, int(asked["number"])) if asked else None
    return receipt(turn.book, saved) if saved else None


def _with_state(feed: Subscription, name: str) -> str:
    if feed.feed.next_fetch_at is None:
        return f"{name} (stopped: it could not be read)"
    return name if feed.feed.read_at else f"{name} (not read yet)"


def _nothing_read(turn: Turn, feed: Subscription | None) -> TurnResult:
    every = following.subscriptions(turn.book)
    asked = [
        (one, name)
        for one, name in zip(every, following.names_of(every), strict=True)
        if feed is None or one.id == feed.id
    ]
    waiting = [name for one, name in asked if one.feed.next_fetch_at is not None]
    names = listed(quoted(name) for name in (waiting or [name for _, name in asked])[:MAX_LISTED])
    return reply("utter_nothing_read_yet" if waiting else "utter_feed_stopped", feeds=names)


def _not_followed(missing: TopicNotFound) -> TurnResult:
    if missing.nearest:
        near = listed(map(quoted, missing.nearest))
        return reply("utter_not_followed_but", feed=quoted(missing.typed), feeds=near)
    return reply("utter_not_followed", feed=quoted(missing.typed))
