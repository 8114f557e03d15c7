"""Show entries by time, kind, author or number, and the next page of a list."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from actions.action import BookAction
from actions.entry_numbers import named_numbers, topic_of_list
from actions.entry_requests import no_such_entries, request_text
from actions.receipts import save_message, save_or_explain
from actions.replies import listed, not_there, numbered, numbers_listed, page, quoted, reply
from actions.turn import Turn
from scrapbook.core import Book, EntryLookup, browsing, search
from scrapbook.core.attachments import without_live_videos
from scrapbook.core.described import Described, describe, list_described
from scrapbook.core.entry_names import writer_of
from scrapbook.core.entry_references import last_of_list
from scrapbook.core.feed_items import next_items
from scrapbook.core.open_questions import ask
from scrapbook.core.paging import (
    PINNED,
    ListPage,
    first_page_of_ids,
    link_metadata,
    next_page,
    remember_opened,
    render_entry,
)
from scrapbook.store import Entry, TurnResult
from scrapbook.text import fuzzy_match
from scrapbook.text.fuzzy_match import Match
from scrapbook.text.locations import Location

DEFAULT_COUNT = 5
MAX_FILES = 10
"""Files that are sent back with one reply: as many as one message may bring."""


_LAST_OF_LIST = re.compile(
    r"\W*(?:please\s+)?(?:show|list|see)(?:\s+me)?\s+the\s+last\s+\w+(?:\s+(?:ones|of\s+(?:them|those|these)))?\W*",
    re.IGNORECASE,
)


class ActionBrowse(BookAction):
    action_name = "action_browse"

    def answer(self, turn: Turn) -> TurnResult:
        if listed := _last_of_list(turn):
            return page(listed)
        which = describe(turn.book, request_text(turn))
        found = list_described(turn.book, which, _count(turn, which))
        return page(found) if found else _topic_of_kind(turn, which) or no_such_entries(which)


class ActionQuotesBy(BookAction):
    action_name = "action_quotes_by"

    def answer(self, turn: Turn) -> TurnResult:
        author, source = turn.slots.text("author"), turn.slots.text("source")
        if source:
            return self._from(turn, source)
        if author is None:
            return save_or_explain(turn, "utter_quotes_by_how")
        found = browsing.quotes_by(turn.book, author)
        return page(found) if isinstance(found, ListPage) else self._unclear(turn, author, found)

    def _from(self, turn: Turn, source: str) -> TurnResult:
        """Answer ``quotes from Mies``, by author or by topic; a thought if neither has that name."""
        if browsing.is_author(turn.book, source) and isinstance(
            found := browsing.quotes_by(turn.book, source), ListPage
        ):
            return page(found)
        topic = turn.book.match_topic(source, with_empty=False)
        found = search.find(turn.book, f"quotes about {source}") if topic.topic else None
        return page(found) if isinstance(found, ListPage) else save_message(turn)

    def _unclear(self, turn: Turn, author: str, found: Match) -> TurnResult:
        if found.outcome is fuzzy_match.MatchOutcome.AMBIGUOUS:
            ask(turn.book, self.action_name, {}, "author", found.candidates)
            return reply("utter_which_topic", options=numbered(found.candidates))
        if found.candidates:
            near = listed(map(quoted, found.candidates))
            return reply("utter_no_quotes_by_but", author=quoted(author), authors=near)
        return reply("utter_no_quotes_by", author=quoted(author))


class ActionOnThisDay(BookAction):
    action_name = "action_on_this_day"

    def answer(self, turn: Turn) -> TurnResult:
        found = browsing.on_this_day(turn.book)
        return page(found) if found else reply("utter_nothing_on_this_day")


class ActionSurprise(BookAction):
    action_name = "action_surprise"

    def answer(self, turn: Turn) -> TurnResult:
        entry = browsing.any_one(turn.book)
        return _shown(turn.book, EntryLookup((entry,))) if entry else reply("utter_nothing_yet")


class ActionShow(BookAction):
    """Show the whole text of entries, in several messages if needed."""

    action_name = "action_show"

    def answer(self, turn: Turn) -> TurnResult:
        if topic := topic_of_list(turn):
            return _of_topic(turn, topic)
        numbers = named_numbers(turn, self.action_name)
        if isinstance(numbers, TurnResult):
            return numbers
        named = _looked_up(turn.book, numbers)
        return _shown(turn.book, named) if named.saved else not_there(named)


class ActionMore(BookAction):
    action_name = "action_more"

    def answer(self, turn: Turn) -> TurnResult:
        found = next_items(turn.book) or next_page(turn.book)
        return page(found) if found else reply("utter_no_more")


def _last_of_list(turn: Turn) -> ListPage | None:
    """Return the last entries of the list that was sent last; None if they are not meant."""
    counts = turn.slots.numbers("count")
    if not counts or not _LAST_OF_LIST.fullmatch(turn.message.body):
        return None
    ids = last_of_list(turn.book, counts[0])
    return first_page_of_ids(turn.book, f"last {len(ids)}", ids) if ids else None


def _count(turn: Turn, which: Described) -> int | None:
    """Return how many of the newest entries are wanted; None for all."""
    if which.is_one:
        return 1
    # "the last 3 months" has a number, too.
    counts = [count for count in turn.slots.numbers("count") if str(count) not in which.period.split()]
    return counts[0] if counts else None if which.narrows else DEFAULT_COUNT


def _topic_of_kind(turn: Turn, which: Described) -> TurnResult | None:
    """List the topic that has the name of a kind: "quotes" may be a topic."""
    is_bare = which.phrase == which.kind
    named = search.find(turn.book, which.kind) if is_bare and turn.book.topic(which.kind) else None
    return page(named) if isinstance(named, ListPage) else None


def _of_topic(turn: Turn, name: str) -> TurnResult:
    found = search.find(turn.book, name)
    return page(found) if isinstance(found, ListPage) else reply("utter_topic_is_empty", topic=quoted(name))


def _looked_up(book: Book, numbers: list[int]) -> EntryLookup:
    """Return entries to be shown, which may be those of others."""
    if not numbers:
        latest = book.latest()
        return EntryLookup((latest,) if latest else ())
    others = [entry for number in numbers if number < 0 and (entry := book.entry(number))]
    named = book.look_up([number for number in numbers if number > 0]) if len(others) < len(numbers) else None
    return replace(named, saved=(*named.saved, *others)) if named else EntryLookup(tuple(others))


def _shown(book: Book, named: EntryLookup) -> TurnResult:
    entries = "\n\n".join(_in_full(book, entry) for entry in named.saved)
    files = _files_of(named.saved)
    remember_opened(book, named.saved)
    absent = [*(entry.number for entry in named.trashed), *named.unknown]
    if absent:
        return reply("utter_some_entries", entries=entries, numbers=numbers_listed(absent), **files)
    if any(part.state == "waiting" and not part.is_audio for entry in named.saved for part in entry.media):
        return reply("utter_entries_before_files", entries=entries, **files)
    return reply("utter_entries", entries=entries, **files)


def _files_of(entries: Sequence[Entry]) -> dict[str, str]:
    """Return the argument that sends the files of entries back. A recording is sent by "play" only."""
    files = (part for entry in entries for part in without_live_videos(entry.media) if not part.is_audio)
    keys = dict.fromkeys(file.key for file in files if file.key)
    return {"media_keys": " ".join(islice(keys, MAX_FILES))} if keys else {}


def _in_full(book: Book, entry: Entry) -> str:
    number = writer_of(entry) or f"{entry.number}{PINNED if entry.pinned_at else ''}"
    head = f"{number} {entry.topic}" if entry.topic else number
    titles = [" - ".join(filter(None, (page.title, page.site))) for page in link_metadata(book, entry)]
    location = Location.of(entry.text)
    return "\n".join(
        [f"{head}:", render_entry(book, entry), *filter(None, titles), *([location.map] if location else [])]
    )
