"""Put items on lists and take them off. A list is a topic whose entries are items, such as shopping."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from scrapbook.core.book import AmbiguousTopic, Book
from scrapbook.core.bulk_saving import SavedParts
from scrapbook.core.recent_entries import recent
from scrapbook.core.reminders import REMINDERS
from scrapbook.core.saving import similar_topics
from scrapbook.errors import NotFound
from scrapbook.store import Entry, Topic
from scrapbook.text.fuzzy_match import MatchOutcome
from scrapbook.text.list_items import MAX_ITEM_WORDS, is_list_name, item_key, list_items, written_lists
from scrapbook.text.parsed_message import ParsedMessage
from scrapbook.text.parsed_text import ParsedText
from scrapbook.text.spelling import normalized_name

MAX_LIST_WORDS = 2
"""A topic is a list, of shopping for example, if the median of the words of its entries is at most this."""

MIN_LIST_ENTRIES = 2
"""Entries that a topic needs before their length tells that it is a list."""

MAX_TOPICS = 50
"""Topics, the most recently used, among which lists are looked for: each costs a query."""

MAX_OPTIONS = 5
"""Lists that are offered at most."""

MAX_WORDS_IN_HAND = 4
"""Median of the words of a topic's entries, if a text right behind one of them goes on with it."""

IN_HAND = timedelta(minutes=10)
"""How long "and a torch" goes on with a list."""

_ENTRIES_READ = 20


@dataclass(frozen=True, slots=True)
class Items:
    """Items for one list, whose name is as typed."""

    topic: str
    texts: tuple[str, ...]


def add_items(book: Book, groups: Sequence[Items]) -> SavedParts:
    """Save each item as an entry of its list, all undone as one. What is there already is not repeated."""
    similar = similar_topics(book, groups[0].topic) if len(groups) == 1 else ()
    listed = {item.topic: _listed(book, item.topic) for item in groups}
    new: list[tuple[str, str]] = []
    present: dict[int, Entry] = {}
    for group in groups:
        there = listed[group.topic]
        for text in group.texts:
            if entry := there.get(item_key(text)):
                present[entry.id] = entry
            elif (group.topic, item_key(text)) not in {(topic, item_key(other)) for topic, other in new}:
                new.append((group.topic, text))
    return SavedParts(_save(book, new), None, similar, tuple(present.values()))


def _save(book: Book, new: Sequence[tuple[str, str]]) -> tuple[Entry, ...]:
    if not new:
        return ()
    with book.recording("save_several" if len(new) > 1 else "save"):
        return tuple(
            book.tx.entries.add(
                book.person.id,
                ParsedText(text),
                book.topic_meant_or_new(topic).id,
                book.message_id,
                book.now,
            )
            for topic, text in new
        )


def _listed(book: Book, typed: str) -> dict[tuple[str, ...], Entry]:
    """Return the entries of the topic that is meant, by the key of the item; none without such a topic."""
    found = book.match_topic(typed)
    topic = book.topic(found.topic) if found.topic else None
    entries = book.tx.entries.list(book.person.id, topic_id=topic.id) if topic else []
    return {item_key(entry.text): entry for entry in reversed(entries)}


def present(book: Book, typed: str, item: str) -> Entry | None:
    """Return the entry that has the item on its list already."""
    return _listed(book, typed).get(item_key(item))


def is_list(book: Book, typed: str) -> bool:
    """Return whether a topic is a list: by its name, or because its entries are as short as items."""
    found = book.match_topic(typed, with_empty=False)
    topic = book.topic(found.topic) if found.topic else None
    return is_list_name(typed) or (topic is not None and is_list_topic(book, topic))


def is_known(book: Book, typed: str) -> bool:
    """Return whether a topic is, or may be, meant by the name."""
    return book.match_topic(typed).outcome is not MatchOutcome.NONE


def the_list(book: Book) -> Topic | AmbiguousTopic | None:
    """Return the list that "my list" means: the only one. None if there are none.

    A topic with a single short entry may be what is left of a list; it counts where there is no other.
    """
    topics = _used_lately(book)
    lists = [topic for topic in topics if is_list_topic(book, topic)] or [
        topic for topic in topics if is_list_topic(book, topic, least=1)
    ]
    if len(lists) > 1:
        return AmbiguousTopic("list", tuple(topic.name for topic in lists[:MAX_OPTIONS]))
    return lists[0] if lists else None


def list_in_hand(book: Book) -> Topic | None:
    """Return the list that is being written: the one that was added to, or shown, last. None if it is none.

    That counts for ``IN_HAND``, and until something else is saved, changed or shown.
    """
    last = next(iter(recent(book.tx, book.person.id)), None)
    newest = book.newest()
    if last is None or not last.ids or abs(book.now - last.at) > IN_HAND:
        return None
    if newest and newest.created_at > last.at and newest.id not in last.ids:
        return None
    # What was just ticked off is in the trash.
    entries = book.tx.entries.by_ids(book.person.id, last.ids) or _seen(book, last.ids[0])
    names = {entry.topic for entry in entries}
    topic = book.topic(names.pop() or "") if len(names) == 1 else None
    is_one = topic is not None and (
        is_list_topic(book, topic, least=1) or _median_words(book, topic.id) <= MAX_WORDS_IN_HAND
    )
    return topic if is_one else None


def _seen(book: Book, id_: int) -> list[Entry]:
    try:
        return [book.tx.entries.seen(book.person.id, id_)]
    except NotFound:
        return []


def _used_lately(book: Book) -> list[Topic]:
    return [topic for topic in book.topics() if topic.entry_count][:MAX_TOPICS]


def is_list_topic(book: Book, topic: Topic, least: int = MIN_LIST_ENTRIES) -> bool:
    """Return whether a topic is a list: by its name, or because its entries are as short as items.

    Args:
        least: entries that it needs for the latter.
    """
    if normalized_name(topic.name) == REMINDERS:
        return False
    is_enough = topic.entry_count >= least
    return is_list_name(topic.name) or (is_enough and has_short_entries(book, topic.id))


def has_short_entries(book: Book, topic_id: int) -> bool:
    """Return whether the newest entries of a topic are as short as items of a list."""
    return _median_words(book, topic_id) <= MAX_LIST_WORDS


def _median_words(book: Book, topic_id: int) -> float:
    newest = book.tx.entries.list(book.person.id, topic_id=topic_id, limit=_ENTRIES_READ)
    return statistics.median(len(entry.text.split()) for entry in newest) if newest else math.inf


def several_lists(book: Book, typed: str) -> list[str]:
    """Return the lists that "shopping and hardware" names; none unless all of its parts are lists."""
    names = list_items(typed)
    is_one = len(names) < 2 or book.match_topic(typed).topic is not None
    return [] if is_one or not all(is_list(book, name) for name in names) else names


def written_items(book: Book, message: ParsedMessage) -> list[Items]:
    """Return the items of a message that is one or more lists under their titles; none for any other message.

    Lines with bullets are items under any title. Other lines, and items with commas between them, are so only
    if the title is that of a list. A single item is so only if it is on its list already.
    """
    written = written_lists(message.body.text)
    if written and all(one.is_bulleted or one.is_called_one or is_list(book, one.topic) for one in written):
        return [Items(one.topic, one.items) for one in written]
    topic, text = message.thought.topic, message.thought.text.text
    is_item = topic is not None and len(text.split()) <= MAX_ITEM_WORDS
    if topic and is_item and is_list(book, topic) and present(book, topic, text):
        return [Items(topic, (text,))]
    return []


def items_named(note: str, entries: Sequence[Entry]) -> list[str]:
    """Return the items that a note names; an entry with all of its words is one item."""
    keys = {item_key(entry.text) for entry in entries}
    return [note] if item_key(note) in keys else list_items(note)


def all_on_lists(book: Book, things: Sequence[str]) -> list[Entry]:
    """Return the entries of lists that are these things; none if one of the things is on no list.

    The last item of a list is on it, too.
    """
    on_lists: dict[tuple[str, ...], Entry] = {}
    for topic in _used_lately(book):
        if is_list_topic(book, topic, least=1):
            for entry in book.tx.entries.list(book.person.id, topic_id=topic.id):
                on_lists.setdefault(item_key(entry.text), entry)
    found = [on_lists.get(item_key(thing)) for thing in things]
    return [entry for entry in found if entry] if all(found) else []
