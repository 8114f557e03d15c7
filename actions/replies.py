"""What a turn comes to: the name of a response, and plain text for its placeholders."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from scrapbook import segments
from scrapbook.book import Book, Named, NoTopic, Torn
from scrapbook.book.pages import Page, TopicsPage
from scrapbook.store import Entry, JsonValue, Outcome, Question

QUESTIONS_STAY_OPEN = timedelta(hours=1)

QUOTE = 40
"""Characters of a person's own words that are quoted back."""

MOST_NAMED = 8
"""Numbers that are named one by one."""


def reply(response: str, **arguments: str) -> Outcome:
    return Outcome(response, arguments)


def quoted(text: str) -> str:
    return segments.shorten(text, QUOTE)


def numbered(options: Sequence[str]) -> str:
    """``1 python, 2 pytorch``"""
    return ", ".join(f"{place} {quoted(option)}" for place, option in enumerate(options, 1))


def listed(items: Iterable[object]) -> str:
    """``3, 5, 8``"""
    return ", ".join(str(item) for item in items)


def numbers_of(entries: Iterable[Entry]) -> str:
    return numbers_listed(entry.number for entry in entries)


def numbers_listed(numbers: Iterable[int]) -> str:
    """``3, 5, 8``; of many, in order and with those that follow each other as ``101-200``."""
    given = list(numbers)
    if len(given) <= MOST_NAMED:
        return listed(given)
    runs: list[list[int]] = []
    for number in sorted(given):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    shown = listed(f"{run[0]}-{run[-1]}" if len(run) > 2 else listed(run) for run in runs)
    return shown if len(shown) <= QUOTE else f"{quoted(shown)} ({len(given)} in all)"


def ask(book: Book, action: str, slots: Mapping[str, JsonValue], asks: str, options: Sequence[str]) -> None:
    """Leaves a question open: ``action`` goes on when the person texts the number of an option."""
    question = Question(action, slots, asks, tuple(options), book.now)
    book.tx.conversations.ask(book.person.id, question)


def open_question(book: Book) -> Question | None:
    question = book.tx.conversations.question(book.person.id)
    # Either way: a clock that was ahead when it was asked must not keep it open until it has caught up.
    is_open = question is not None and abs(book.now - question.asked_at) <= QUESTIONS_STAY_OPEN
    return question if is_open else None


def page(found: Page | TopicsPage) -> Outcome:
    lines = "\n".join(found.lines)
    if isinstance(found, TopicsPage):
        if found.left:
            return reply("utter_topics_and_more", topics=lines, left=str(found.left))
        return reply("utter_topics", topics=lines)
    if found.left:
        return reply("utter_page_and_more", title=found.title, lines=lines, left=str(found.left))
    return reply("utter_page", title=found.title, lines=lines)


def which_topic(book: Book, torn: Torn, action: str, slots: Mapping[str, JsonValue], asks: str) -> Outcome:
    ask(book, action, slots, asks, torn.options)
    return reply("utter_which_topic", options=numbered(torn.options))


def no_topic(missing: NoTopic) -> Outcome:
    if missing.nearest:
        near = listed(map(quoted, missing.nearest))
        return reply("utter_no_topic_but", topic=quoted(missing.typed), topics=near)
    return reply("utter_no_topic", topic=quoted(missing.typed))


def not_there(named: Named) -> Outcome:
    """For numbers of which none names an entry that is kept."""
    if named.trashed:
        numbers = numbers_of(named.trashed)
        return reply("utter_in_trash", numbers=numbers, number=str(named.trashed[0].number))
    if named.unknown:
        return reply("utter_no_entry", numbers=numbers_listed(named.unknown))
    return reply("utter_nothing_yet")
