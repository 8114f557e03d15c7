"""Read lists: the items of ``milk, eggs and tea``, and lists that are texted as lines.

A text that may be no list is left whole.
"""

import re
from dataclasses import dataclass

from scrapbook.text.quotes import BULLET, without_marks
from scrapbook.text.spelling import singular, words
from scrapbook.text.task_verbs import TASK_VERBS
from scrapbook.text.topic_names import MAX_TOPIC_LENGTH, has_function_word, is_lead_in, is_topic_name

MAX_ITEM_WORDS = 5
"""Words of an item at most; more are a sentence."""

MAX_ITEMS = 50

_LIST_NAMES = frozenset(
    """
    bucketlist chores errand errands groceries grocery list packing shopping supplies tasks todo todos
    wishlist
    """.split()  # noqa: SIM905
) | {"to do", "to dos", "to buy", "to read", "to watch", "to get", "to pack", "bucket", "wish"}
_SHOPPING = ("shopping", "groceries", "grocery", "to buy", "to get", "supermarket")
_LISTS_OF_VERBS = {
    "buy": _SHOPPING,
    "get": _SHOPPING,
    "pick up": _SHOPPING,
    "pack": ("packing", "to pack"),
    "read": ("reading", "to read", "books"),
    "watch": ("to watch", "watchlist", "films", "movies"),
    "do": ("to do", "todo", "todos", "to dos", "tasks", "chores", "errands"),
}
_SET_PAIRS = frozenset(
    {
        ("fish", "chips"),
        ("gin", "tonic"),
        ("half", "half"),
        ("mac", "cheese"),
        ("macaroni", "cheese"),
        ("oil", "vinegar"),
        ("peanut butter", "jelly"),
        ("salt", "pepper"),
        ("salt", "vinegar"),
        ("spaghetti", "meatballs"),
        ("sweet", "sour"),
    }
)
"""Pairs that are one thing."""

_VERB = "|".join(_LISTS_OF_VERBS).replace(" ", r"\s+")
_NEEDED = re.compile(
    r"\b(?:(?:need|have|got|want|supposed)(?:\s+\w+)?|left)\s+to\s+"
    rf"(?P<verb>{_VERB})(?:\s+(?:today|now|still|yet))?\W*$",
    re.IGNORECASE,
)
_COMMA = re.compile(r"\s*[,;]\s*(?:(?P<last>(?:and|&|plus)\s+))?", re.IGNORECASE)
_AND = re.compile(r"\s+(?:and|&|plus|\+)\s+", re.IGNORECASE)
_CHECKBOX = r"(?:\[[ xX]?\][ \t]*|[☐☑✅◦‣▪][ \t]*)?"
_BULLETED = re.compile(rf"[ \t]*(?P<bullet>{BULLET}{_CHECKBOX})(?P<item>\S.*?)[ \t\r]*")
_TITLE = re.compile(
    r"\s*(?:(?:also|and|plus)[ \t]+)?(?:(?:on|for)[ \t]+)?(?:(?:my|the|our)[ \t]+)?"
    rf"(?P<title>[^\n:]{{1,{MAX_TOPIC_LENGTH}}}?)(?P<list>[ \t]+lists?)?[ \t]*"
    rf"(?P<colon>:)?[ \t\r]*(?:\n(?P<lines>.+)|(?<=:)[ \t]*(?P<inline>[^\n]+))",
    re.DOTALL | re.IGNORECASE,
)
# "Start a packing list: ...": the words before its name only say that it is one.
_STARTS = re.compile(
    r"(?:(?:please|can you|could you|let's|i want to|i'd like to)\s+)*"
    r"(?:(?:start|make|create|begin|open|write|here['’]s|here is|this is)\s+(?:me\s+)?)?"
    r"(?:(?:a|an|another|my|the|our)\s+(?:new\s+)?)?(?=\S)",
    re.IGNORECASE,
)
_BEGINS_SECTION = re.compile(rf"[ \t]*(?P<title>[^\W\d_][^\n:]{{0,{MAX_TOPIC_LENGTH}}}):(?!\S)")
_ARTICLE = re.compile(r"(?:the|a|an|some|my|our|more)\s+(?=\S)", re.IGNORECASE)
_NO_ITEM = frozenset({"if", "or", "then", "to", "for", "with", "as", "than"})


@dataclass(frozen=True, slots=True)
class WrittenList:
    """A list that was texted under a title.

    Attributes:
        topic: its title, without "list".
        is_called_one: whether its title says that it is a list.
        is_bulleted: whether a bullet begins each line.
    """

    topic: str
    items: tuple[str, ...]
    is_called_one: bool
    is_bulleted: bool


def list_items(text: str) -> list[str]:
    """Return the items of a list, by lines, commas and "and"; a text that is no list is the only item."""
    whole = [without_marks(text.strip())]
    parts = [part for line in _lines(text) for part in _parts(line)]
    items = [without_marks(part) for part in parts]
    return items if 1 < len(items) <= MAX_ITEMS and all(map(is_item, items)) else whole


def item_key(item: str) -> tuple[str, ...]:
    """Return a form that is equal for items that differ only in case, article or number: the eggs, Egg."""
    return tuple(map(singular, words(without_article(item)))) or (item.casefold(),)


def without_article(item: str) -> str:
    """Return ``milk`` for ``the milk``."""
    return _ARTICLE.sub("", item.strip(), count=1) if _ARTICLE.match(item.strip()) else item.strip()


def is_list_name(name: str) -> bool:
    """Return whether a topic of that name is one that things are put on: shopping, errands, to do."""
    plain = " ".join(words(name))
    return plain in _LIST_NAMES or plain.removesuffix(" list") in _LIST_NAMES or plain.endswith(" list")


def lists_asked_for(question: str) -> tuple[str, ...]:
    """Return what the list may be called that is meant by "what do I still need to buy"; empty if none is."""
    found = _NEEDED.search(question)
    return _LISTS_OF_VERBS[" ".join(found["verb"].lower().split())] if found else ()


def written_lists(message: str) -> list[WrittenList]:
    """Return the lists that the message is: titles, and lines or ``: milk, eggs`` below or behind each.

    None if any part of the message is no list.
    """
    sections = _sections(message)
    lists = [_written_list(section, is_only=len(sections) == 1) for section in sections]
    found = [written for written in lists if written]
    return found if len(found) == len(lists) else []


def _sections(message: str) -> list[str]:
    """Return the parts of a message that begin with a title and a colon, with the lines below it."""
    sections: list[str] = []
    for line in filter(str.strip, message.splitlines()):
        found = _BEGINS_SECTION.match(line)
        if not sections or (found and is_topic_name(found["title"].strip())):
            sections.append(line)
        else:
            sections[-1] += f"\n{line}"
    return sections


def _written_list(section: str, *, is_only: bool) -> WrittenList | None:
    found = _TITLE.fullmatch(section)
    title = _title(found) if found else ""
    if found is None or not is_topic_name(title):
        return None
    is_called_one = bool(found["list"]) or is_list_name(title)
    if found["inline"]:
        items = list_items(found["inline"])
        is_plain = len(items) > 1 or ((bool(found["list"]) or not is_only) and is_item(items[0]))
        return WrittenList(title, tuple(items), is_called_one, is_bulleted=False) if is_plain else None
    lines = _lines(found["lines"])
    items = [part for line in lines for part in _parts(line)] if is_called_one else lines
    is_bulleted = all(map(_is_bulleted, found["lines"].splitlines()))
    is_plain = all(map(is_item, items)) and (found["colon"] or is_called_one) and not is_lead_in(title)
    is_enough = (2 if is_only else 1) <= len(items) <= MAX_ITEMS
    return WrittenList(title, tuple(items), is_called_one, is_bulleted) if is_enough and is_plain else None


def _title(found: re.Match[str]) -> str:
    title = " ".join(found["title"].split())
    return _STARTS.sub("", title, count=1) if found["list"] else title


def _lines(text: str) -> list[str]:
    found = (_BULLETED.fullmatch(line) for line in text.splitlines())
    return [line["item"] for line in found if line]


def _is_bulleted(line: str) -> bool:
    found = _BULLETED.fullmatch(line)
    return found is not None and bool(found["bullet"].strip()) and not found["bullet"].strip()[0].isdigit()


def _parts(line: str) -> list[str]:
    """Return the parts of a line between commas and "and"; a set pair and a task stay whole."""
    if without_marks(line) != line:
        return [line]
    parts: list[str] = []
    start, is_last = 0, False
    for comma in [*_COMMA.finditer(line), None]:
        piece = line[start : comma.start() if comma else len(line)].strip()
        parts += [piece] if is_last else _split_at_and(piece)
        start, is_last = (comma.end(), bool(comma["last"])) if comma else (0, False)
    parts = [part for part in parts if part]
    return [line] if _is_one_pair(parts) or _is_one_task(parts) else parts


def _split_at_and(piece: str) -> list[str]:
    parts: list[str] = []
    for part in _AND.split(piece):
        if parts and _is_set_pair(parts[-1], part):
            parts[-1] += f" and {part}"
        else:
            parts.append(part)
    return parts


def _is_set_pair(first: str, second: str) -> bool:
    return any(
        words(first)[-len(one.split()) :] == tuple(one.split()) and words(second)[:1] == (other,)
        for one, other in _SET_PAIRS
    )


def _is_one_pair(parts: list[str]) -> bool:
    return len(parts) == 2 and _is_set_pair(*parts)


def _is_one_task(parts: list[str]) -> bool:
    """Return whether it is a task that is about several things: "call mum and dad"."""
    tasks = [len(part.split()) > 1 and part.split()[0].lower() in TASK_VERBS for part in parts]
    return any(tasks) and not all(tasks) and not all(map(_may_be_task, parts))


def _may_be_task(part: str) -> bool:
    """Return whether a part may be a task whose verb is not known: "renew passport", but not "the shoes"."""
    return len(part.split()) > 1 and _ARTICLE.match(part) is None


def is_item(item: str) -> bool:
    """Return whether a text is as short as an item of a list, and no sentence."""
    plain = item.lower().split()
    is_short = 1 <= len(plain) <= MAX_ITEM_WORDS and any(map(str.isalpha, item))
    return is_short and plain[0] not in _NO_ITEM and not has_function_word(plain)
