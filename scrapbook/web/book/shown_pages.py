"""Turn what the core read into the values of the templates."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from scrapbook.core.book import Book
from scrapbook.core.book_search import SearchPage, When
from scrapbook.core.entry_pages import EntryPage, Event, Neighbours, TrashPage, previews_of
from scrapbook.core.local_days import day_of, zone_of
from scrapbook.core.paging import FoundBy
from scrapbook.core.spoken_words import spoken_texts
from scrapbook.core.stale_pages import version_of_text
from scrapbook.core.timeline import TimelinePage
from scrapbook.core.topic_pages import TopicIndex, TopicPage
from scrapbook.core.topics import MAX_DESCRIPTION
from scrapbook.core.weeks import MOST, TopicOfWeek, Week, YearsAgo
from scrapbook.store import Entry, Topic
from scrapbook.text.display import displayable, one_line
from scrapbook.text.entry_facts import EntryKind
from scrapbook.text.segments import shorten
from scrapbook.text.spelled_dates import counted, day_and_month, day_words, month_words, span_words
from scrapbook.web.book.memo import paragraphs
from scrapbook.web.book.presented import MAX_READ, ShownEntry, present, present_found, title_of
from scrapbook.web.book.prose import linked_lines

ROOM = 33_000
"""Bytes of HTML that the words of all entries on a page may take together; a page has 100,000 at most."""

LEAST_ROOM, MOST_ROOM = 280, 2_500
"""Bytes that one entry among others may take at least, and at most: about thirty lines."""

ROOM_ALONE = 75_000
"""Bytes that an entry may take on its own page; what goes beyond is on the next one."""

PART = MAX_READ
"""Characters of a part of an entry that is too long for one page. ROOM_ALONE has room for any of them."""

MAX_BEFORE = 2_000
"""Characters of a text before an edit that are shown, and of all of them together ten times as many."""

_MAX_NAME = 60
_KIND_WORDS = {
    EntryKind.QUOTE: "quote",
    EntryKind.LINK: "link",
    EntryKind.PICTURE: "picture",
    EntryKind.MEMO: "memo",
    EntryKind.LOCATION: "place",
}
_FILTERS = (
    ("everything", None),
    ("quotes", EntryKind.QUOTE),
    ("links", EntryKind.LINK),
    ("pictures", EntryKind.PICTURE),
    ("memos", EntryKind.MEMO),
    ("files", EntryKind.FILE),
    ("places", EntryKind.LOCATION),
)
_TIMES = (
    ("at any time", When.ANY),
    ("last week", When.WEEK),
    ("last month", When.MONTH),
    ("last year", When.YEAR),
)
_SAID = {
    FoundBy.ANY_WORD: "Nothing has all of these words. Nearest:",
    FoundBy.MEANING: "Nothing by those words; by meaning:",
}


def shown_entries(book: Book, entries: Sequence[Entry]) -> list[ShownEntry]:
    """Return entries as they are shown together on a page."""
    previews = previews_of(book, list(entries))
    size = min(MOST_ROOM, max(LEAST_ROOM, ROOM // max(1, len(entries))))
    zone = zone_of(book)
    return [present(entry, zone, previews.get(entry.id, ()), size=size) for entry in entries]


def days(book: Book, page: TimelinePage) -> list[dict[str, Any]]:
    """Return the days of a page of the timeline."""
    shown = iter(shown_entries(book, [entry for day in page.days for entry in day.entries]))
    return [
        {
            "day": day.day,
            "words": day_words(day.day),
            "entries": [next(shown) for _ in day.entries],
            "has_earlier": day.has_earlier,
            "quiet": span_words(day.quiet.days).capitalize() if day.quiet else "",
        }
        for day in page.days
    ]


def onward(book: Book, page: TimelinePage, address: str) -> list[dict[str, str]]:
    """Return the link to the next page."""
    if page.next_before is None or page.next_at is None:
        return []
    month = month_words(day_of(book, page.next_at))
    return [{"address": f"{address}?before={page.next_before}", "words": f"earlier: {month}", "rel": "next"}]


def onward_of_month(
    book: Book, page: TimelinePage, month: date, earlier: date | None, later: date | None
) -> list[dict[str, str]]:
    """Return the links to the rest of the month, and to the months before and after."""
    own = onward(book, page, f"/book/{month.year}/{month.month}")
    near = [("earlier", earlier, "next" if not own else "prev"), ("later", later, "prev")]
    return own + [
        {"address": f"/book/{one.year}/{one.month}", "words": f"{how}: {month_words(one)}", "rel": rel}
        for how, one, rel in near
        if one
    ]


def topic_index(book: Book, index: TopicIndex) -> dict[str, Any]:
    """Return the values of the index."""
    return {
        "pinned": [_topic(book, topic) for topic in index.pinned],
        "letters": [
            {
                "letter": group.letter,
                "count": group.count,
                "topics": [_topic(book, topic) for topic in group.topics],
            }
            for group in index.letters
        ],
    }


def topic(book: Book, page: TopicPage, *, oldest_first: bool) -> dict[str, Any]:
    """Return the values of a topic."""
    entries = shown_entries(book, [*page.pinned, *page.entries])
    order = {"order": "oldest"} if oldest_first else {}
    query = urlencode({**order, "after": page.next_number})
    return {
        "topic": _topic(book, page.topic),
        "description": page.description,
        "description_pieces": linked_lines(page.description),
        "description_version": version_of_text(page.description),
        "max_description": max(MAX_DESCRIPTION, len(page.description)),
        "pinned": entries[: len(page.pinned)],
        "entries": entries[len(page.pinned) :],
        "taken_off": shown_entries(book, page.taken_off),
        "is_list": page.is_list,
        "related": [_topic(book, one) for one in page.related],
        "oldest_first": oldest_first,
        "next": f"/book/topics/{page.topic.id}?{query}" if page.next_number else "",
    }


def entry(book: Book, page: EntryPage, part: int = 1) -> dict[str, Any] | None:
    """Return the values of one entry; None if it has no such part."""
    own, zone = page.entry, zone_of(book)
    parts = max(1, -(-len(own.text) // PART))
    if part > parts:
        return None
    text = own.text[(part - 1) * PART : part * PART]
    spoken = spoken_texts(book.tx, [own]).get(own.id) if parts == 1 else None
    if spoken:  # its words are shown beside the player
        text = ""
    previews = previews_of(book, [own]).get(own.id, ()) if part == 1 else ()
    shown = present(own, zone, previews, size=ROOM_ALONE, text=text)
    return {
        "entry": shown,
        "part_next": part + 1 if part < parts else None,
        "paragraphs": paragraphs(spoken) if spoken else [],
        "is_corrected": spoken is not None and spoken.is_corrected,
        "neighbours": [
            row
            for row in (_neighbours("In time", page.in_time), _neighbours(shown.topic, page.in_topic))
            if row["older"] or row["newer"]
        ],
        "mentioned_in": shown_items(page.mentioned_in),
        "history": _history(page.history, zone),
        "edits": _times(sum(event.what == "edited" and not event.undone_at for event in page.history)),
    }


def week(book: Book, read: Week) -> dict[str, Any]:
    """Return the values of a week."""
    apart = [*read.quotes, *read.pictures]
    entries = [*(one for topic in read.topics for one in topic.entries), *apart]
    shown = dict(zip([one.id for one in entries], shown_entries(book, entries), strict=True))
    sunday = read.monday + timedelta(days=6)
    return {
        "monday_words": day_words(read.monday),
        "address": week_address(read.monday),
        "sentence": sentence(read),
        "topics": [
            {"id": one.topic_id, "name": _name(one), "entries": [shown[own.id] for own in one.entries]}
            for one in read.topics
        ],
        "quotes": [shown[one.id] for one in read.quotes],
        "pictures": [shown[one.id] for one in read.pictures],
        "is_cut": read.is_cut,
        "after_sunday": (sunday + timedelta(days=1)).isoformat(),
        "open_items": [
            {"name": shorten(one_line(name), _MAX_NAME), "entries": shown_items(items)}
            for name, items in read.open_items.items()
        ],
        "earlier": _week_link(read.earlier),
        "later": _week_link(read.later),
    }


def week_in_markdown(_book: Book, read: Week) -> dict[str, Any]:
    """Return the values of a week as Markdown: the texts of its entries just as they were texted."""
    return {
        "monday_words": day_words(read.monday),
        "sentence": sentence(read),
        "topics": [
            {"name": _name(one), "entries": [displayable(own.text).strip() for own in one.entries]}
            for one in read.topics
        ],
        "quotes": [_quoted(one.text) for one in read.quotes],
        "open_items": [
            {"name": one_line(name), "entries": [one_line(own.text) for own in items]}
            for name, items in read.open_items.items()
        ],
    }


def shown_items(items: Sequence[Entry]) -> list[dict[str, str]]:
    """Return entries as links to them."""
    return [{"address": f"/book/entries/{one.number}", "title": title_of(one)} for one in items]


def sentence(read: Week) -> str:
    """Return a sentence of what there was: ``Twelve entries, among them three quotes and two memos.``"""
    if not read.count:
        return "Nothing was saved in this week."
    if read.is_cut:
        return f"More than {MOST} entries, of which these are the first."
    kinds = [counted(read.kinds[kind], words) for kind, words in _KIND_WORDS.items() if read.kinds.get(kind)]
    among = f"{', '.join(kinds[:-1])} and {kinds[-1]}" if len(kinds) > 1 else "".join(kinds)
    entries = counted(read.count, "entry", "entries").capitalize()
    return f"{entries}, among them {among}." if among else f"{entries}."


def week_address(day: date) -> str:
    """Return the name of the week of a day in addresses: ``2026-W48``."""
    return f"{day:%G-W%V}"


def on_this_day(book: Book, years: Sequence[YearsAgo]) -> dict[str, Any]:
    """Return the values of this day in other years."""
    now = day_of(book, book.now)
    shown = iter(shown_entries(book, [one for year in years for one in year.entries]))
    return {
        "day_words": day_and_month(now),
        "years": [
            {
                "day": year.day,
                "ago": f"{counted(now.year - year.day.year, 'year')} ago",
                "entries": [next(shown) for _ in year.entries],
                "is_cut": year.is_cut,
                "after": (year.day + timedelta(days=1)).isoformat(),
            }
            for year in years
        ],
    }


def search(book: Book, found: SearchPage, wanted: str, kind: EntryKind | None, when: When) -> dict[str, Any]:
    """Return the values of a search."""
    zone = zone_of(book)

    def address(kind: EntryKind | None, when: When, page: int = 1) -> str:
        named = {"q": wanted[:400], "kind": kind, "when": when, "page": page if page > 1 else None}
        return f"/book/search?{urlencode({name: value for name, value in named.items() if value})}"

    return {
        "q": displayable(wanted[:400]),
        "kind": kind or "",
        "when": when,
        "filters": [
            [
                {"words": words, "address": address(one, when), "is_on": one == kind}
                for words, one in _FILTERS
            ],
            [{"words": words, "address": address(kind, one), "is_on": one == when} for words, one in _TIMES],
        ],
        "topic": _topic(book, found.topic) if found.topic else None,
        "described": [_topic(book, topic) for topic in found.described],
        "said": _said(found),
        "entries": [present_found(one, zone, found.words) for one in found.entries],
        "next": address(kind, when, found.page + 1) if found.has_more else "",
    }


def trash(book: Book, page: TrashPage) -> dict[str, Any]:
    """Return the values of the trash."""
    return {
        "entries": shown_entries(book, page.entries),
        "next": f"/book/trash?after={page.next_number}" if page.next_number else "",
    }


def _said(found: SearchPage) -> str:
    """Return how the answers were found; empty if they are just what was asked for."""
    if not found.entries:
        return "No entry found." if found.topic or found.described else "Nothing found."
    if found.corrected:
        meant = ", ".join(f"{meant} (for {typed})" for typed, meant in found.corrected)
        return f"Searched for {one_line(meant)}."
    return _SAID.get(found.found_by, "")


def _topic(book: Book, topic: Topic) -> dict[str, Any]:
    last = day_of(book, topic.last_used_at) if topic.last_used_at else None
    return {
        "id": topic.id,
        "name": shorten(one_line(topic.name), _MAX_NAME),
        "count": topic.entry_count,
        "last": last,
        "last_words": day_words(last) if last else "",
        "others": [shorten(one_line(name), _MAX_NAME) for name in topic.others],
    }


def _neighbours(words: str, near: Neighbours) -> dict[str, Any]:
    both = {"older": near.older, "newer": near.newer}
    return {"words": words, **{side: shown_items([one])[0] if one else None for side, one in both.items()}}


def _history(events: Sequence[Event], zone: ZoneInfo) -> list[Mapping[str, Any]]:
    room = 10 * MAX_BEFORE
    shown: list[Mapping[str, Any]] = []
    for event in events:
        before = shorten(displayable((event.text_before or "")[:MAX_BEFORE]), min(MAX_BEFORE, max(room, 20)))
        room -= len(before)
        at = event.at.astimezone(zone)
        shown.append(
            {
                "at": at,
                "when": f"{day_words(at.date())}, {at.hour}:{at:%M}",
                "what": event.what,
                "is_undone": event.undone_at is not None,
                "before": before if room > 0 else "",
            }
        )
    return shown


def _times(count: int) -> str:
    return {0: "", 1: "once", 2: "twice"}.get(count, counted(count, "time"))


def _name(one: TopicOfWeek) -> str:
    return shorten(one_line(one.name), _MAX_NAME) if one.name else "Without a topic"


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in displayable(text).strip().split("\n"))


def _week_link(monday: date | None) -> dict[str, str] | None:
    return {"address": week_address(monday), "words": day_words(monday)} if monday else None
