"""Looking through the scrapbook: topics, entries by time or number, and the rest of a list."""

import re
from typing import cast

from actions.action import BookAction
from actions.receipts import keep, keep_or_explain
from actions.replies import ask, listed, not_there, numbered, numbers_listed, page, quoted, reply
from actions.turn import Turn
from actions.unanswered import remember
from scrapbook import matching
from scrapbook.book import Book, Named, browsing, finding
from scrapbook.book.browsing import PERIODS, Period
from scrapbook.book.pages import PINNED, Page, content, first_topics, next_page, pages_behind
from scrapbook.kinds import Kind
from scrapbook.locations import Location
from scrapbook.matching import Match, match
from scrapbook.store import Entry, Outcome

USUAL_COUNT = 5

_NUMBER = re.compile(r"\d(?:[\d.,]*\d)?")


class ActionTopics(BookAction):
    called = "action_topics"

    def answer(self, turn: Turn) -> Outcome:
        topics = finding.topics(turn.book)
        if not topics:
            return reply("utter_no_topics")
        return page(first_topics(turn.book, topics))


class ActionBrowse(BookAction):
    called = "action_browse"

    def answer(self, turn: Turn) -> Outcome:
        period = turn.slots.text("period")
        if period and (known := match(period, PERIODS).topic):
            found = browsing.during(turn.book, cast(Period, known))
            return page(found) if found else _nothing(turn, "utter_nothing_then", period=known)
        kind = turn.slots.text("kind")
        if kind and kind in set(Kind):
            found = browsing.of_kind(turn.book, Kind(kind))
            return page(found) if found else _nothing(turn, "utter_nothing_of_kind", kind=kind)
        counts = turn.slots.numbers("count")
        found = browsing.last(turn.book, counts[0] if counts else USUAL_COUNT)
        return page(found) if found else reply("utter_nothing_yet")


class ActionQuotesBy(BookAction):
    called = "action_quotes_by"

    def answer(self, turn: Turn) -> Outcome:
        author, source = turn.slots.text("author"), turn.slots.text("source")
        if source:
            return self._from(turn, source)
        if author is None:
            return keep_or_explain(turn, "utter_quotes_by_how")
        found = browsing.quotes_by(turn.book, author)
        return page(found) if isinstance(found, Page) else self._not_clear(turn, author, found)

    def _from(self, turn: Turn, source: str) -> Outcome:
        """``quotes from Mies``: a thought where neither an author nor a topic of that name is known."""
        if browsing.is_author(turn.book, source) and isinstance(
            found := browsing.quotes_by(turn.book, source), Page
        ):
            return page(found)
        topic = turn.book.match_topic(source, with_empty=False)
        found = finding.find(turn.book, f"quotes about {source}") if topic.topic else None
        return page(found) if isinstance(found, Page) else keep(turn)

    def _not_clear(self, turn: Turn, author: str, found: Match) -> Outcome:
        if found.outcome is matching.Outcome.TORN:
            ask(turn.book, self.called, {}, "author", found.candidates)
            return reply("utter_which_topic", options=numbered(found.candidates))
        if found.candidates:
            near = listed(map(quoted, found.candidates))
            return _nothing(turn, "utter_no_quotes_by_but", author=quoted(author), authors=near)
        return _nothing(turn, "utter_no_quotes_by", author=quoted(author))


class ActionOnThisDay(BookAction):
    called = "action_on_this_day"

    def answer(self, turn: Turn) -> Outcome:
        found = browsing.on_this_day(turn.book)
        return page(found) if found else reply("utter_nothing_on_this_day")


class ActionSurprise(BookAction):
    called = "action_surprise"

    def answer(self, turn: Turn) -> Outcome:
        entry = browsing.any_one(turn.book)
        return _shown(turn.book, Named((entry,))) if entry else reply("utter_nothing_yet")


class ActionShow(BookAction):
    """Says all of an entry, over as many messages as it takes."""

    called = "action_show"

    def answer(self, turn: Turn) -> Outcome:
        numbers = turn.slots.numbers("entry")
        unread = None if numbers else _NUMBER.search(turn.message.body)
        if unread:  # "show 1.5" does not mean the latest
            return reply("utter_no_entry", numbers=unread[0])
        named = turn.book.look_up(numbers)
        return _shown(turn.book, named) if named.kept else not_there(named)


class ActionMore(BookAction):
    called = "action_more"

    def answer(self, turn: Turn) -> Outcome:
        found = next_page(turn.book)
        return page(found) if found else reply("utter_no_more")


def _nothing(turn: Turn, response: str, **arguments: str) -> Outcome:
    remember(turn)
    return reply(response, **arguments)


def _shown(book: Book, named: Named) -> Outcome:
    entries = "\n\n".join(_in_full(book, entry) for entry in named.kept)
    absent = [*(entry.number for entry in named.trashed), *named.unknown]
    if absent:
        return reply("utter_some_entries", entries=entries, numbers=numbers_listed(absent))
    return reply("utter_entries", entries=entries)


def _in_full(book: Book, entry: Entry) -> str:
    number = f"{entry.number}{PINNED if entry.pinned_at else ''}"
    head = f"{number} {entry.topic}" if entry.topic else number
    titles = [" - ".join(filter(None, (page.title, page.site))) for page in pages_behind(book, entry)]
    place = Location.of(entry.text)
    return "\n".join(
        [f"{head}:", content(book, entry), *filter(None, titles), *([place.map] if place else [])]
    )
