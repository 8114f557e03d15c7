"""Lists of entries or topics, as many at a time as fit into a reply."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain

from scrapbook.core.attachments import describe
from scrapbook.core.book import Book
from scrapbook.core.entry_names import writer_of
from scrapbook.core.reminders import format_due
from scrapbook.store import Entry, EntryFilter, PendingList, Shown, Topic
from scrapbook.store import PageMetadata as WebPage
from scrapbook.text import segments
from scrapbook.text.display import one_line
from scrapbook.text.file_types import PDF, PLAIN_TEXT
from scrapbook.text.links import find_links
from scrapbook.text.snippets import contains_any, snippet

READ = 80
"""Entries that are read for a page. A line has four characters at least, so that no more fit into a reply."""

LAST_PAGE_WORDING, PAGE_WORDING, CUT_PAGE_WORDING = 2, 22, 41
"""Characters of ``utter_page``, of ``utter_page_and_more`` where up to 999 are left, and of
``utter_last_page_of_search``, without the title and the lines."""

NEAREST_WORDING, NEAREST_AND_MORE_WORDING = 74, 95
"""Characters of ``utter_nearest`` and of ``utter_nearest_and_more`` without the lines."""

ANSWERS_WORDING, ANSWERS_AND_MORE_WORDING = 33, 54
"""Characters of ``utter_answers`` and of ``utter_answers_and_more`` without the lines."""

MEANING_WORDING, MEANING_AND_MORE_WORDING = 85, 106
"""Characters of ``utter_nearest_in_meaning``, and with ``_and_more``, without the lines."""

OR_MORE = "+"
"""Stands behind the number of entries that are left, if there may be others."""

YOUR_TOPICS = "Your topics"
"""The title of the list of topics, as in ``utter_topics``: for its length."""

PINNED = "*"
"""Marks the number of a pinned entry."""

_LINES = 4
_SHORTEST_LINE = 30
_PASSAGE = 60
"""Characters of a passage of a file."""


class FoundBy(StrEnum):
    """How the entries of a list were found."""

    REQUEST = "request"
    """They are what was asked for: of that topic, kind or time, or with all of the words."""
    ANY_WORD = "any word"
    """None has all of the words; these have the most telling of them."""
    QUESTION = "question"
    """They answer a question well."""
    MEANING = "meaning"
    """None has all of the words; these mean the like, or have the most telling of the words."""


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of a list of entries, an entry a line. ``left`` entries follow it.

    ``is_cut``: a search found so many that there may be others, which are not in the list. The pages that
    ``more`` lists are ``found_by`` request: how they were found is said once.
    """

    title: str
    lines: tuple[str, ...]
    left: int
    is_cut: bool = False
    found_by: FoundBy = FoundBy.REQUEST


@dataclass(frozen=True, slots=True)
class TopicsPage:
    """A page of the list of topics, a topic a line, as ``gpu 3``. ``left`` topics follow it."""

    lines: tuple[str, ...]
    left: int


def render_entry(book: Book, entry: Entry) -> str:
    """Return the text of an entry to the letter, with a note of its media and when it is due."""
    notes = ", ".join(filter(None, (*_attached(book, entry), format_due(book, entry))))
    return f"{entry.text} ({notes})".strip() if notes else entry.text


def link_metadata(book: Book, entry: Entry) -> list[WebPage]:
    """Return the metadata of the pages behind the links in its text, as far as they are known."""
    known = book.tx.previews.of([entry.id]).get(entry.id, [])
    urls = {link.url for link in find_links(entry.text)} if known else set[str]()
    return [preview.page for preview in known if preview.url in urls]


def first_page(
    book: Book, title: str, which: EntryFilter, *, limit: int | None = None, pinned_first: bool = False
) -> ListPage | None:
    """Return the first page of a list, newest first, and store how ``more`` goes on. None if it is empty.

    Args:
        which: what narrows the list.
        limit: the entries of the list at most.
        pinned_first: whether the pinned entries come before all others.
    """
    pinned: list[Entry] = []
    if pinned_first:
        pinned = book.tx.entries.list(book.person.id, **{**which, "pinned": True})
        which = {**which, "pinned": False}
    ids = tuple(entry.id for entry in pinned)
    return _page(book, PendingList(title, ids, further=which, further_limit=limit))


def first_page_of_ids(  # noqa: PLR0913 - a list, and how it is shown
    book: Book,
    title: str,
    ids: Sequence[int],
    words: Collection[str] = (),
    *,
    is_cut: bool = False,
    found_by: FoundBy = FoundBy.REQUEST,
) -> ListPage | None:
    """Return the first page of these entries, and store the rest of them for ``more``. None without any.

    Args:
        words: folded words, or their beginnings. A line shows the part of the text that contains them.
        is_cut: whether there may be others.
    """
    return _page(book, PendingList(title, tuple(ids), tuple(words), is_cut=is_cut), found_by)


def _page(book: Book, listing: PendingList, found_by: FoundBy = FoundBy.REQUEST) -> ListPage | None:
    """Return the page that a list begins with, and store the rest of it. None if nothing is left of it."""
    present = book.tx.entries.by_ids(book.person.id, listing.entry_ids[:READ])
    further = _further(book, listing, READ - len(present))
    entries = [*present, *further]
    if not entries:
        return None
    total = len(listing.entry_ids) + _count(book, listing)
    short = segments.shorten(listing.title, 60)
    last, around = _wording(short, total, is_cut=listing.is_cut, found_by=found_by)
    entries_said = [_with_topic(entry, listing.words, found_by) for entry in entries]
    lines = _lines(book, entries_said, last, listing.words)
    if len(lines) < total:
        lines = _lines(book, entries_said, max(around, last, key=len), listing.words)
    shown = Shown(book.now, tuple(entry.id for entry in entries[: len(lines)]))
    rest = replace(_rest(listing, further, len(lines)), listed=shown, opened=None)
    book.tx.conversations.set_listing(book.person.id, rest)
    return ListPage(short, lines, total - len(lines), listing.is_cut, found_by)


def _with_topic(entry: Entry, words: Collection[str], found_by: FoundBy) -> Entry:
    """Return the entry with its topic before its text, if a question names the topic and the text does not.

    "where is the spare key" is answered by ``spare key: with Ottilie``.
    """
    is_named = entry.topic and contains_any(entry.topic, words) and not contains_any(entry.text, words)
    if not is_named or found_by is not FoundBy.QUESTION:
        return entry
    return replace(entry, text=f"{entry.topic}: {entry.text}")


def _wording(title: str, total: int, *, is_cut: bool, found_by: FoundBy) -> tuple[str, str]:
    """Return texts as long as what is said around the lines of the last page, and of any other."""
    if found_by is FoundBy.ANY_WORD:
        return "." * NEAREST_WORDING, "." * NEAREST_AND_MORE_WORDING
    if found_by is FoundBy.QUESTION:
        return "." * ANSWERS_WORDING, "." * ANSWERS_AND_MORE_WORDING
    if found_by is FoundBy.MEANING:
        return "." * MEANING_WORDING, "." * MEANING_AND_MORE_WORDING
    last = CUT_PAGE_WORDING if is_cut else LAST_PAGE_WORDING
    other = PAGE_WORDING + max(len(str(total)) - 3, 0) + is_cut * len(OR_MORE)
    return title + "." * last, title + "." * other


def _further(book: Book, listing: PendingList, count: int) -> list[Entry]:
    limit = count if listing.further_limit is None else min(count, listing.further_limit)
    if listing.further is None or limit <= 0:
        return []
    return book.tx.entries.list(book.person.id, limit=limit, **listing.further)


def _count(book: Book, listing: PendingList) -> int:
    """Return how many entries of the list come after those whose ids it has."""
    if listing.further is None:
        return 0
    count = book.tx.entries.count_of(book.person.id, **listing.further)
    return count if listing.further_limit is None else min(count, listing.further_limit)


def _rest(listing: PendingList, further: Sequence[Entry], shown: int) -> PendingList:
    """Return the list without its first ``shown`` entries. ``further`` are those after its ``entry_ids``."""
    ids = listing.entry_ids[shown:]
    passed = further[: max(shown - len(listing.entry_ids), 0)]
    if not passed or listing.further is None:
        return replace(listing, entry_ids=ids)
    last, limit = passed[-1], listing.further_limit
    return replace(
        listing,
        entry_ids=ids,
        further={**listing.further, "after": (last.created_at, last.number)},
        further_limit=None if limit is None else limit - len(passed),
    )


def first_topics(book: Book, topics: Sequence[Topic]) -> TopicsPage:
    """Return the first page of a list of topics, at least one, and store the rest of it for ``more``."""
    every = [f"{one_line(topic.name)} {topic.entry_count}" for topic in topics]
    lines = fitting(every, YOUR_TOPICS + "." * LAST_PAGE_WORDING)
    if len(lines) < len(every):
        lines = fitting(every, YOUR_TOPICS + "." * PAGE_WORDING)
    shown, rest = ([topic.id for topic in part] for part in (topics[: len(lines)], topics[len(lines) :]))
    listed = Shown(book.now, topic_ids=tuple(shown))
    listing = PendingList(YOUR_TOPICS, (), topic_ids=tuple(rest), listed=listed)
    book.tx.conversations.set_listing(book.person.id, listing)
    return TopicsPage(lines, len(rest))


def remember_options(book: Book, entries: Sequence[Entry]) -> None:
    """Store that these entries were offered, in this order. ``more`` has nothing to go on with."""
    listed = Shown(book.now, tuple(entry.id for entry in entries))
    book.tx.conversations.set_listing(book.person.id, PendingList("", (), listed=listed))


def remember_opened(book: Book, entries: Sequence[Entry]) -> None:
    """Store that these entries were sent in full. The list that was sent before stays."""
    listing = book.tx.conversations.listing(book.person.id) or PendingList("", ())
    opened = Shown(book.now, tuple(entry.id for entry in entries[:READ]))
    book.tx.conversations.set_listing(book.person.id, replace(listing, opened=opened))


def next_page(book: Book) -> ListPage | TopicsPage | None:
    """Return the next page of the latest list, and store the rest. None if nothing is left of it."""
    listing = book.tx.conversations.listing(book.person.id)
    if listing is None:
        return None
    if listing.topic_ids:
        return _next_topics(book, listing.topic_ids)
    present = book.tx.entries.by_ids(book.person.id, listing.entry_ids)
    return _page(book, replace(listing, entry_ids=tuple(entry.id for entry in present)))


def _next_topics(book: Book, ids: Sequence[int]) -> TopicsPage | None:
    """Return the next page of topics, without those that have no entries any more. None if none is left."""
    there_are = {topic.id: topic for topic in book.topics() if topic.entry_count or topic.others}
    left = [there_are[id_] for id_ in ids if id_ in there_are]
    return first_topics(book, left) if left else None


def _lines(book: Book, entries: Sequence[Entry], around: str, words: Collection[str]) -> tuple[str, ...]:
    """Return the lines of as many entries as fit, at least one.

    Args:
        around: as long as the rest of the reply.
    """
    width = _width(book, entries, around)
    return fitting((_line(book, entry, width, around, words) for entry in entries), around)


def fitting(lines: Iterable[str], around: str) -> tuple[str, ...]:
    """Return as many lines as fit into a reply with ``around``, at least one."""
    found: list[str] = []
    for line in lines:
        if found and not segments.fits(around + "\n".join([*found, line])):
            break
        found.append(line)
    return tuple(found)


def _width(book: Book, entries: Sequence[Entry], around: str) -> int:
    """Return how many characters of its text each of the first ``_LINES`` entries may show.

    Fewer entries get a line if the lines would be too short to recognise the entries.
    """
    first = entries[:_LINES]
    begun = "".join(render_entry(book, entry)[:_SHORTEST_LINE] for entry in first)
    costliest = next((letter for letter in begun if not segments.is_gsm7(letter)), "")
    room = len(segments.truncate("x" * 400, segments.REPLY_SEGMENTS, around + costliest))
    number = max(len(f"{_number(entry)}{_tail(entry)}\n") for entry in first)
    count = min(len(first), max(room // (_SHORTEST_LINE + number), 1))
    return max(room // count - number, _SHORTEST_LINE)


def _line(book: Book, entry: Entry, width: int, around: str, words: Collection[str]) -> str:
    said = _with_hit(book, entry, render_entry(book, entry), words)
    number, tail = _number(entry), _tail(entry)
    line = f"{number}{snippet(said, words, width)}{tail}"
    while not segments.fits(around + line) and width > 4:
        width = max(width * 2 // 3, 4)
        line = f"{number}{segments.shorten(said, width)}{tail}"
    return line


def _number(entry: Entry) -> str:
    """Return what stands before the words; nothing for another person's entry, which has no number here."""
    return "" if entry.writer else f"{entry.number}{PINNED if entry.pinned_at else ''} "


def _tail(entry: Entry) -> str:
    return f" {writer_of(entry)}" if entry.writer else ""


def _with_hit(book: Book, entry: Entry, said: str, words: Collection[str]) -> str:
    """Return the text; if it contains none of the words, with what else does after it.

    That is the title or the site of a page, or a passage of a file.
    """
    if not words or contains_any(said, words):
        return said
    names = (name for page in link_metadata(book, entry) for name in (page.title, page.site))
    passages = (snippet(text, words, _PASSAGE) for text in _texts_of_files(book, entry))
    found = next((words_ for words_ in chain(names, passages) if contains_any(words_, words)), None)
    return f"{said} ({found})" if found else said


def _texts_of_files(book: Book, entry: Entry) -> Iterable[str]:
    """Return the words of PDFs and text files that are not in the text of their entry."""
    urls = [part.url for part in entry.media if part.content_type in {PDF, PLAIN_TEXT}]
    return book.tx.file_texts.of(urls).values() if urls else ()


def _attached(book: Book, entry: Entry) -> list[str]:
    if any(part.is_audio for part in entry.media) and _is_being_transcribed(book, entry):
        return ["memo, being written down"]
    return describe(entry.media)


def _is_being_transcribed(book: Book, entry: Entry) -> bool:
    message = book.tx.messages.find(entry.message_id) if entry.message_id else None
    return message is not None and message.is_memo and message.state == "received"
