"""Recognises what is to be put on lists and taken off them, in any order of words.

The command table has the plain forms. Here are several items at once, the list before the items, two or
three lists in one text, and "my list", which has no name: ``on my packing list put socks, a torch``. The
action tells the items apart, because it knows what is on the list.
"""

import re
from typing import Iterator, List, Optional, Pattern, Tuple

from components.arguments import ARGUMENT_TYPES
from components.grammar import Entity, RecognisedCommand
from components.normalization import Span
from components.references import read
from components.vocabulary import DETERMINERS, FUNCTION_WORDS, PRONOUNS

MAX_LENGTH = 400
"""Characters of a text that is read; a longer one is no command."""

_ADD = r"(?:add|put|stick|pop|include|place|chuck|throw|write|jot\s+down)"
_TAKE = (
    r"(?:take|remove|delete|erase|cross|tick|check|strike|scratch)"
    r"(?:\s+(?:off|out)(?!\s+(?:of\s+)?(?:my|the|our)))?"
)
_TICK = r"(?:cross|tick|check|strike|scratch)(?:\s+off)?"
_ALL = r"(?:everything|all(?:\s+(?:of\s+)?(?:it|them|the\s+items|the\s+things|items|things))?)"
_ON, _OFF = r"(?:to|onto|on|into|in)", r"(?:off\s+of|off|from|out\s+of)"
_ON_NAMED = r"(?:to|onto|on)"
_MINE = r"(?:my|the|our)"
_JOIN = r"\s*(?:,\s*and\s|,|;|\s(?:and|plus|&)\s)\s*"
_THESE = r"(?:(?:these|this|(?:the\s+)?following)(?:\s+(?:items|things))?\s+)?"
_MARK = r"\s*(?:[:,]|\s-)?\s*"


def _items(number: int) -> str:
    return rf"(?P<note{number}>\S(?:.{{0,150}}?\S)??)"


def _name(number: int) -> str:
    part = r"[^\s,;:.!?()\"“”]+"
    return rf"(?P<topic{number}>(?!(?:list|lists|my|the|our)\b){part}(?:\s+(?!lists?\b){part}){{0,2}}?)"


def _called(number: int) -> str:
    """Return the pattern of a list that is called one: ``my shopping list``."""
    return rf"(?:{_MINE}\s+)?{_name(number)}\s+list"


def _bare(number: int) -> str:
    return rf"(?:{_MINE}\s+)?{_name(number)}"


def _frames(*frames: str) -> Tuple[Pattern[str], ...]:
    return tuple(re.compile(frame, re.IGNORECASE | re.DOTALL) for frame in frames)


def _several(verb: str, on_called: str, on_bare: str) -> Tuple[str, ...]:
    """Return frames for three lists and for two; all of them are called lists, or none is."""
    again = rf"(?:{verb}\s+)?"
    return tuple(
        rf"{verb}\s+"
        + (_JOIN + again).join(rf"{_items(number)}\s+{on}\s+{name(number)}" for number in range(count))
        for name, on in ((_called, on_called), (_bare, on_bare))
        for count in (3, 2)
    )


_SEVERAL_LISTS = (
    ("add_to_topic", _frames(*_several(_ADD, _ON, _ON_NAMED))),
    ("take_off_topic", _frames(*_several(_TAKE, _OFF, _OFF))),
)
_ONE_LIST = (
    (
        "add_to_topic",
        _frames(
            rf"{_ADD}\s+{_THESE}{_ON}\s+{_called(0)}{_MARK}(?<=[\s:,]){_items(0)}",
            rf"{_ADD}\s+{_THESE}{_ON}\s+{_bare(0)}\s*[:\n]\s*{_items(0)}",
            rf"{_ADD}\s+{_THESE}{_ON}\s+{_MINE}\s+list{_MARK}(?<=[\s:,]){_items(0)}",
            rf"(?:{_ON}\s+)?{_called(0)}{_MARK}(?<=[\s:,])(?:please\s+)?{_ADD}\s+{_items(0)}",
            rf"(?:{_ON}\s+)?{_MINE}\s+list{_MARK}(?<=[\s:,])(?:please\s+)?{_ADD}\s+{_items(0)}",
            rf"(?:i|we)\s+(?:also\s+|still\s+)?(?:need|want)\s+{_items(0)}\s+(?:on|added\s+to)\s+{_called(0)}",
            rf"(?:i|we)\s+(?:also\s+|still\s+)?(?:need|want)\s+{_items(0)}\s+(?:on|added\s+to)\s+{_MINE}\s+list",
            rf"{_ADD}\s+{_items(0)}\s+{_ON}\s+{_MINE}\s+list",
            rf"{_ADD}\s+{_items(0)}\s+{_ON}\s+{_called(0)}",
            rf"(?:put|stick|pop|chuck)\s+{_items(0)}\s+(?:on|onto)\s+{_bare(0)}",
        ),
    ),
    (
        "take_off_topic",
        _frames(
            rf"{_TAKE}\s+{_OFF}\s+{_called(0)}{_MARK}(?<=[\s:,]){_items(0)}",
            rf"{_TAKE}\s+{_OFF}\s+{_bare(0)}\s*[:\n]\s*{_items(0)}",
            rf"{_TAKE}\s+{_OFF}\s+{_MINE}\s+list{_MARK}(?<=[\s:,]){_items(0)}",
            rf"{_TAKE}\s+{_items(0)}\s+{_OFF}\s+{_MINE}\s+list",
            rf"{_TAKE}\s+{_items(0)}\s+{_OFF}\s+{_called(0)}",
            rf"{_TICK}\s+{_ALL}\s+(?:off\s+)?(?:on|from|off|in)\s+{_called(0)}",
            rf"{_TICK}\s+{_ALL}\s+(?:off\s+)?(?:on|from|off|in)\s+{_bare(0)}",
        ),
    ),
)
_SEVERAL_ITEMS = (
    ("add_to_topic", _frames(rf"(?!{_ADD}\b){_items(0)}\s+(?:to|onto|on)\s+{_called(0)}")),
    (
        "take_off_topic",
        _frames(
            rf"{_TAKE}\s+{_items(0)}\s+{_OFF}\s+{_bare(0)}",
            rf"(?:cross|tick|check|strike)\s+{_items(0)}\s+off",
        ),
    ),
)
"""Frames that count only if there are several items."""

_IS_SEVERAL = re.compile(r",|\n|\s(?:and|&|plus)\s", re.IGNORECASE)
_ANOTHER_COMMAND = re.compile(
    r"(?:^|\b(?:and|then|&)\s+|,\s*)(?:add|put|remove|delete|erase)\s", re.IGNORECASE
)
_NOT_FIRST_IN_ITEMS = PRONOUNS | FUNCTION_WORDS | frozenset({"to", "of", "as", "for", "from", "at"})
_POINTING = DETERMINERS | frozenset(
    {
        "all",
        "everything",
        "else",
        "item",
        "items",
        "thing",
        "things",
        "new",
        "last",
        "one",
        "ones",
        "of",
        "it",
    }
)
_NOT_IN_LIST_NAMES = frozenset(
    {"last", "new", "that", "this", "note", "notes", "entry", "memo", "one"}
    | {"from", "off", "to", "on", "in", "of", "with", "as", "and"}
)
_IS_ON_LIST = _frames(
    rf"(?:is|are)\s+(?:there\s+)?(?:any\s+)?{_items(0)}\s+(?:already\s+)?on\s+{_called(0)}",
    rf"(?:is|are)\s+(?:there\s+)?(?:any\s+)?{_items(0)}\s+(?:already\s+)?on\s+{_MINE}\s+list",
)
_WRITTEN_LIST = re.compile(
    rf"(?:{_MINE}[ \t]+)?[^\n:]{{1,40}}[ \t]lists?[ \t]*:?[ \t\r]*\n\s*\S", re.IGNORECASE
)
_MY_LIST = re.compile(
    rf"(?:what(?:['’]?s|\s+is|\s+do\s+(?:i|we)\s+have)?\s+(?:on|in)|(?:show|read|see|open|give)(?:\s+me)?)?\s*{_MINE}\s+"
    r"(?P<query>list)",
    re.IGNORECASE,
)


def list_command(span: Span, *, is_question: bool) -> Optional[RecognisedCommand]:
    """Return the command about lists that the text is; None for any other text.

    A list under its title, "shopping list" and lines below, is to be saved.
    """
    if is_question or _MY_LIST.fullmatch(span.content):
        return _question(span)
    is_read = len(span.content) <= MAX_LENGTH
    command = next(filter(None, _commands(span)), None) if is_read else None
    if command is None and _WRITTEN_LIST.match(span.content):
        return RecognisedCommand("save_thought", 1.0, [])
    return command


def _question(span: Span) -> Optional[RecognisedCommand]:
    """Return the search that is meant by "what's on my list", and by "is milk on the shopping list?"."""
    found = _MY_LIST.fullmatch(span.content)
    if found:
        return _search(found, "query", span)
    frames = _IS_ON_LIST if len(span.content) <= MAX_LENGTH else ()
    found = next(filter(None, (frame.fullmatch(span.content) for frame in frames)), None)
    return _search(found, "note0", span) if found and _is_note(found["note0"]) else None


def _search(found: "re.Match[str]", group: str, span: Span) -> RecognisedCommand:
    start, end = (span.start + offset for offset in found.span(group))
    return RecognisedCommand("find", 1.0, [Entity("query", found[group], start, end)])


def _commands(span: Span) -> Iterator[Optional[RecognisedCommand]]:
    for table, needs_several in ((_SEVERAL_LISTS, False), (_ONE_LIST, False), (_SEVERAL_ITEMS, True)):
        for intent, frames in table:
            for frame in frames:
                yield _read(intent, frame, span, needs_several=needs_several)


def _read(
    intent: str, frame: Pattern[str], span: Span, *, needs_several: bool
) -> Optional[RecognisedCommand]:
    found = frame.fullmatch(span.content)
    if found is None or (needs_several and not _IS_SEVERAL.search(found["note0"])):
        return None
    entities: List[Entity] = []
    for number in range(frame.groups):
        for name in ("note", "topic"):
            group = f"{name}{number}"
            if frame.groupindex.get(group) is None:
                continue
            if not (_is_note if name == "note" else _is_topic)(found[group]):
                return None
            start, end = (span.start + offset for offset in found.span(group))
            entities.append(Entity(name, found[group], start, end))
    return RecognisedCommand(intent, 1.0, entities)


def _is_topic(value: str) -> bool:
    is_one = ARGUMENT_TYPES["topic"].read(value) is not None
    return is_one and not _NOT_IN_LIST_NAMES.intersection(value.lower().split())


def _is_note(value: str) -> bool:
    """Return whether a value names items: not "that", "3 and 4", nor "bread and remove butter"."""
    words = re.findall(r"[^\s,;:.!?]+", value.lower())
    if not words or words[0] in _NOT_FIRST_IN_ITEMS or all(map(str.isdigit, words)):
        return False
    is_pointed_at = all(word in _POINTING for word in words) or read(value) is not None
    return not is_pointed_at and not _ANOTHER_COMMAND.search(value)
