"""Build replies: the name of a response, and plain text for its placeholders."""

from collections.abc import Iterable, Mapping, Sequence

from scrapbook.core import AmbiguousTopic, Book, EntryLookup, TopicNotFound
from scrapbook.core.entry_names import all_called, called_with_words, writer_of
from scrapbook.core.open_questions import ask
from scrapbook.core.paging import OR_MORE, FoundBy, ListPage, TopicsPage
from scrapbook.store import Entry, JsonValue, TurnResult
from scrapbook.text.listing import listed, numbers_listed, quoted

UNTITLED = {
    FoundBy.ANY_WORD: ("utter_nearest", "utter_nearest_and_more"),
    FoundBy.MEANING: ("utter_nearest_in_meaning", "utter_nearest_in_meaning_and_more"),
    FoundBy.QUESTION: ("utter_answers", "utter_answers_and_more"),
}
"""How the first page of a list is worded that is not just what was asked for: all of it, and a part of it."""


def reply(response: str, **arguments: str) -> TurnResult:
    return TurnResult(response, arguments)


def numbered(options: Sequence[str]) -> str:
    """Return ``1 python, 2 pytorch``."""
    return ", ".join(f"{number} {quoted(option)}" for number, option in enumerate(options, 1))


def numbered_entries(entries: Iterable[Entry]) -> str:
    """Return ``4 milk, 5 eggs``, by the numbers of the entries; of others ``eggs (Ada)``."""
    return ", ".join(map(called_with_words, entries))


def options(entries: Iterable[Entry]) -> list[str]:
    """Return what entries are called as options of a question, which have numbers of their own."""
    return [f"{entry.text} {writer_of(entry)}".strip() for entry in entries]


def numbers_of(entries: Iterable[Entry]) -> str:
    """Return ``4, 5, eggs (Ada)``."""
    return all_called(entries)


def page(found: ListPage | TopicsPage) -> TurnResult:
    lines = "\n".join(found.lines)
    if isinstance(found, TopicsPage):
        if found.left:
            return reply("utter_topics_and_more", topics=lines, left=str(found.left))
        return reply("utter_topics", topics=lines)
    if found.found_by in UNTITLED:
        last, others = UNTITLED[found.found_by]
        return reply(others, lines=lines, left=str(found.left)) if found.left else reply(last, lines=lines)
    if found.left:
        left = f"{found.left}{OR_MORE if found.is_cut else ''}"
        return reply("utter_page_and_more", title=found.title, lines=lines, left=left)
    if found.is_cut:
        return reply("utter_last_page_of_search", title=found.title, lines=lines)
    return reply("utter_page", title=found.title, lines=lines)


def which_topic(
    book: Book, ambiguous: AmbiguousTopic, action: str, slots: Mapping[str, JsonValue], asks: str
) -> TurnResult:
    ask(book, action, slots, asks, ambiguous.options)
    return reply("utter_which_topic", options=numbered(ambiguous.options))


def no_topic(missing: TopicNotFound) -> TurnResult:
    if missing.nearest:
        near = listed(map(quoted, missing.nearest))
        return reply("utter_no_topic_but", topic=quoted(missing.typed), topics=near)
    return reply("utter_no_topic", topic=quoted(missing.typed))


def no_such_entry(named: EntryLookup) -> TurnResult:
    """Reply that there is no such entry to a message which has words of its own, and may be saved."""
    if named.unknown and not named.trashed:
        return reply("utter_no_entry_but_save", numbers=numbers_listed(named.unknown))
    return not_there(named)


def not_there(named: EntryLookup) -> TurnResult:
    """Reply to numbers of which none is that of a saved entry, or one is another person's entry."""
    if named.others:
        return reply("utter_others_entries", what=all_called(named.others))
    if named.trashed:
        numbers = numbers_of(named.trashed)
        return reply("utter_in_trash", numbers=numbers, number=str(named.trashed[0].number))
    if named.unknown:
        return reply("utter_no_entry", numbers=numbers_listed(named.unknown))
    return reply("utter_nothing_yet")
