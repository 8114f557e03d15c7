"""The entries that a message names: by number, as it was typed, or in other words."""

import re
from collections.abc import Sequence

from actions.receipts import save_message
from actions.replies import numbered, options, quoted, reply
from actions.turn import MAX_DIGITS, Turn
from scrapbook.core import AmbiguousTopic
from scrapbook.core.entry_names import option_of
from scrapbook.core.entry_references import (
    MAX_ENTRIES,
    EntryReference,
    NoneSuch,
    OneOfSeveral,
    ShownTopic,
    TooMany,
    Unresolved,
    resolve,
    resolve_that,
)
from scrapbook.core.open_questions import ask
from scrapbook.core.paging import remember_options
from scrapbook.store import TurnResult

MAX_RANGE = MAX_ENTRIES
"""Entries that one range may name."""

NOT_CLEAR = frozenset(
    {
        "utter_no_entry",
        "utter_grouped_digits",
        "utter_nothing_yet",
        "utter_beyond_entries",
        "utter_range_too_long",
        "utter_none_such",
        "utter_which_entries",
    }
)
"""The replies that say why it is not clear which entries are meant."""

_RANGE = re.compile(r"(\d+)-(\d+)")
_NUMBERS = re.compile(r"[-\d]+")
_EXCEPTED, _RESTRICTED = "but ", "of "

REFERENCE = "reference"
"""The slot for all terms of a reference as one text, where they are an option of a question."""

_JOINED = "\n"

_SAYS_ENTRY = re.compile(
    r"\b(?:notes?|entry|entries|thoughts?|memos?|quotes?|pictures?|photos?|links?|ones?|list|topic|scrapbook)\b",
    re.IGNORECASE,
)
# 1,000 and 1 000: groups of three digits.
_GROUPED = re.compile(r"(?<!\d)(?<!\d[.,])\d{1,3}(?:[,.'’\u00a0\u202f ]\d{3})+(?!\d)")
_TYPED = re.compile(r"(?<!\w)\d(?:[\w.,/-]*\w)?")
_NUMBER = r"(?:(?:number|note|entry|no\.?) )?#?(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten)"
_EITHER_OF = re.compile(rf"(?<!\w){_NUMBER}(?:, {_NUMBER})*,? or {_NUMBER}(?!\w)", re.IGNORECASE)
"""One of several numbers, and it is not said which."""


def named_numbers(turn: Turn, action: str = "", *, means_that: bool = False) -> list[int] | TurnResult:
    """Return the numbers of the entries that the slot ``entry`` names, each once; none if it names none.

    A range is all of its numbers, whichever end comes first. If an end of it is no entry's number, if a
    number in the message could not be read, or if it is not clear which entries are meant, the reply that
    says so or asks is returned: nothing must be done then.

    Args:
        action: the action that goes on when it was asked which entry is meant.
        means_that: whether, without any, the one is meant that was saved, changed or shown last.
    """
    terms = _terms(turn)
    typed = [term for term in terms if _NUMBERS.fullmatch(term)]
    excepted = [term.removeprefix(_EXCEPTED) for term in terms if term.startswith(_EXCEPTED)]
    others = [term for term in terms if term not in typed and not term.startswith((_EXCEPTED, _RESTRICTED))]
    numbers = _numbers(turn, typed, has_others=len(typed) < len(terms))
    if isinstance(numbers, TurnResult):
        return numbers
    if len(typed) == len(terms):
        if action and len(numbers) > 1 and _EITHER_OF.search(" ".join(turn.message.body.split())):
            return _one_of(turn, action, numbers)
        if terms or not means_that:
            return numbers
        that = resolve_that(turn.book)
        return that if isinstance(that, list) else _which_one(turn, action, that)
    without = _numbers(turn, list(filter(_NUMBERS.fullmatch, excepted)), has_others=True)
    if isinstance(without, TurnResult):
        return without
    reference = EntryReference(
        tuple(numbers),
        tuple(others),
        tuple(without),
        tuple(term for term in excepted if not _NUMBERS.fullmatch(term)),
        tuple(term.removeprefix(_RESTRICTED) for term in terms if term.startswith(_RESTRICTED)),
    )
    found = resolve(turn.book, reference)
    return found if isinstance(found, list) else _explain(turn, action, found)


def _one_of(turn: Turn, action: str, numbers: Sequence[int]) -> list[int] | TurnResult:
    """Ask which of these entries is meant; if no two of them are there, there is nothing to ask."""
    entries = turn.book.look_up(list(numbers)).saved
    return _which_one(turn, action, OneOfSeveral(entries)) if len(entries) > 1 else list(numbers)


def is_in_list(turn: Turn) -> bool:
    """Return whether the named place is one of the list that was sent last, of entries or of topics."""
    found = resolve(turn.book, EntryReference(terms=tuple(_terms(turn))))
    return isinstance(found, list | ShownTopic)


def topic_of_list(turn: Turn) -> str | None:
    """Return the topic that is named by its place in the list of topics that was sent last."""
    terms = _terms(turn)
    found = resolve(turn.book, EntryReference(terms=tuple(terms))) if len(terms) == 1 else None
    return found.name if isinstance(found, ShownTopic) else None


def _explain(turn: Turn, action: str, found: Unresolved) -> TurnResult:
    if isinstance(found, OneOfSeveral):
        return _which_one(turn, action, found)
    if isinstance(found, AmbiguousTopic):
        slots = {
            name: value for name, value in turn.slots.filled().items() if name not in {"entry", REFERENCE}
        }
        names = [_JOINED.join(_with_topic(_terms(turn), found.typed, name)) for name in found.options]
        ask(turn.book, action, slots, REFERENCE, names)
        return reply("utter_which_topic", options=numbered(found.options))
    if isinstance(found, TooMany):
        return reply("utter_range_too_long", count=str(found.count), most=str(MAX_ENTRIES))
    if isinstance(found, NoneSuch):
        return _none_such(turn, found)
    words = found.name if isinstance(found, ShownTopic) else found.words
    return reply("utter_which_entries", words=quoted(words))


def _none_such(turn: Turn, found: NoneSuch) -> TurnResult:
    """Reply that there is no such entry. A message that does not speak of entries is a thought."""
    if not found.words:
        return reply("utter_nothing_yet")
    if not _SAYS_ENTRY.search(turn.message.body):
        return save_message(turn)
    return reply("utter_none_such", words=quoted(found.words))


def _with_topic(terms: Sequence[str], typed: str, name: str) -> list[str]:
    """Return the terms with the name of a topic in place of the restriction that has the typed name."""
    return [
        f"{_RESTRICTED}{name}" if term.startswith(_RESTRICTED) and typed in term else term for term in terms
    ]


def _terms(turn: Turn) -> list[str]:
    chosen = turn.slots.verbatim(REFERENCE)
    return chosen.split(_JOINED) if chosen else turn.slots.texts("entry")


def _which_one(turn: Turn, action: str, found: OneOfSeveral) -> TurnResult:
    slots = {
        name: value
        for name, value in turn.slots.filled().items()
        if name not in {"entry", "notes", REFERENCE}
    }
    ask(turn.book, action, slots, "entry", [option_of(entry) for entry in found.options])
    remember_options(turn.book, found.options)
    return reply("utter_which_entry", options=numbered(options(found.options)))


def _numbers(turn: Turn, typed: Sequence[str], *, has_others: bool) -> list[int] | TurnResult:
    """Return the numbers that are typed.

    Args:
        has_others: whether entries are named in other words, too; the message may have other numbers then.
    """
    if has_others and not typed:
        return []
    if not typed and (unread := _TYPED.search(_without_topic(turn))):
        return reply("utter_no_entry", numbers=unread[0][: 2 * MAX_DIGITS])
    if grouped := _grouped(turn, has_range=any(map(_RANGE.fullmatch, typed))):
        return reply("utter_grouped_digits", number=grouped)
    numbers: list[int] = []
    for words in typed:
        found = _range(turn, *ends.groups()) if (ends := _RANGE.fullmatch(words)) else _single(words)
        if isinstance(found, TurnResult):
            return found
        numbers += found
    return list(dict.fromkeys(numbers))


def _grouped(turn: Turn, *, has_range: bool) -> str | None:
    """Return a number whose digits are in groups, as 1,000; None if such groups are a list of entries.

    A list may look the same: ``101,102`` names two entries, if there are such. In a range, or where a group
    is no entry's number, it is one number, which must not be taken for several.
    """
    highest = turn.book.highest_number() or 0
    for found in _GROUPED.finditer(_without_topic(turn)):
        _, *others = re.findall(r"\d+", found[0])
        is_no_list = has_range or any(int(group) > highest for group in others)
        if any(group.startswith("0") for group in others) or (is_no_list and " " not in found[0]):
            return found[0]
    return None


def _without_topic(turn: Turn) -> str:
    """Return the message without the name of the topic, which may have a number in it: ``web 2``."""
    topic = turn.slots.verbatim("topic")
    return turn.message.body.replace(topic, " ") if topic else turn.message.body


def _single(words: str) -> list[int] | TurnResult:
    if words.count("-"):  # a negative number, or a date
        return reply("utter_no_entry", numbers=words[: 2 * MAX_DIGITS])
    return [int(digits[:MAX_DIGITS]) for digits in re.findall(r"\d+", words)]


def _range(turn: Turn, *ends: str) -> range | TurnResult:
    first, last = sorted(int(end[:MAX_DIGITS]) for end in ends)
    highest = turn.book.highest_number()
    if not highest:
        return reply("utter_nothing_yet")
    for end in (first, last):
        if not 1 <= end <= highest:
            return reply("utter_beyond_entries", number=str(end), last=str(highest))
    if last - first >= MAX_RANGE:
        return reply("utter_range_too_long", count=str(last - first + 1), most=str(MAX_RANGE))
    return range(first, last + 1)
