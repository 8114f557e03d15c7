"""Split a message into several entries: quotes, links with their notes, and takeaways.

A message is split only if each of its paragraphs begins as one of these. Any other message is one entry.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from scrapbook.text.links import Link
from scrapbook.text.parsed_text import ParsedText
from scrapbook.text.quotes import BULLET, DASHES

_WHOSE = r"(?:(?:my|our|the|key|main|big|biggest|first|second|third|last)[ \t]+){1,2}"
# "Takeaway - pizza" is dinner.
_TAKEAWAY = re.compile(
    rf"[ \t]*{BULLET}(?:(?:{_WHOSE})?take-?aways?[ \t]*:|{_WHOSE}take-?aways?[ \t]*[{DASHES}]{{1,3}}(?=\s))",
    re.IGNORECASE,
)
_BEFORE_A_LINK = re.compile(rf"[ \t]*{BULLET}")
_LINE = re.compile(r"[^\n]*\n?")


@dataclass(frozen=True, slots=True)
class MessageParts:
    """The parts of a message, which together are its text to the letter, but for white space between them.

    Attributes:
        takeaways: those of what was saved before the message.
        entries: the texts of new entries, each with its own takeaways.
        topic: the topic that is named for all entries.
    """

    takeaways: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    topic: str | None = None

    @classmethod
    def of(cls, text: ParsedText) -> "MessageParts | None":
        """Return the parts. None if the text is a single entry."""
        before: list[str] = []
        entries: list[str] = []
        for piece in _pieces(text):
            if not is_takeaway(piece):
                entries.append(piece)
            elif entries:
                entries[-1] += f"\n{piece}"
            else:
                before.append(piece)
        return cls(tuple(before), tuple(entries)) if before or len(entries) > 1 else None


def is_takeaway(text: str) -> bool:
    """Return whether the text is ``takeaway: ...``, ``my key takeaway - ...`` or the like."""
    return bool(takeaway_of(text))


def takeaway_of(text: str) -> str:
    """Return what follows ``takeaway:`` or the like; empty if the text is no takeaway."""
    found = _TAKEAWAY.match(text)
    return text[found.end() :].strip() if found else ""


def _pieces(message: ParsedText) -> list[str]:
    """Return the quotes, links and takeaways with their lines; none at all if a paragraph begins otherwise.

    A line that begins none of these belongs to the piece above it. So does a link right below a quote: it is
    the quote's source.
    """
    starts: list[int] = []
    is_quoted = False
    for line in _lines(message):
        if _begins(line) and not (is_quoted and _is_source(line)):
            starts.append(line.start)
            is_quoted = line.is_quote
        elif line.is_first:
            return []
    text = message.text
    return [text[start:end].strip() for start, end in zip(starts, [*starts[1:], len(text)], strict=False)]


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a message.

    Attributes:
        start: its index in the message.
        is_first: whether it begins a paragraph.
        is_quote: whether a quote begins with it.
        links: the links in it, with their indexes in the message.
    """

    start: int
    text: str
    is_first: bool
    is_quote: bool
    links: tuple[Link, ...]


def _lines(message: ParsedText) -> Iterator[_Line]:
    """Yield the lines that are not empty, and of a quote only the first."""
    quotes = {quote.start: quote.end for quote in message.quotes}
    link_starts = [link.start for link in message.links]
    is_first, quoted_until = True, 0
    for line in _LINE.finditer(message.text):
        if line.start() < quoted_until:
            continue
        if line[0].strip():
            first, end = (bisect_left(link_starts, index) for index in line.span())
            links = message.links[first:end]
            yield _Line(line.start(), line[0], is_first, line.start() in quotes, links)
        is_first = not line[0].strip()
        quoted_until = quotes.get(line.start(), 0)


def _begins(line: _Line) -> bool:
    return line.is_quote or _TAKEAWAY.match(line.text) is not None or _is_link_with_note(line)


def _is_source(line: _Line) -> bool:
    """Return whether the line is a link and nothing else, in the paragraph that it is the source of."""
    return not line.is_first and line.text.strip() in {link.url for link in line.links}


def _is_link_with_note(line: _Line) -> bool:
    """Return whether the line begins with a link, or ends with one and is no continued sentence."""
    bullet = _BEFORE_A_LINK.match(line.text)
    begin = bullet.end() if bullet else 0
    if not line.links or line.links[0].start == line.start + begin:
        return bool(line.links)
    ends_with_link = line.links[-1].end == line.start + len(line.text.rstrip())
    return ends_with_link and (line.is_first or not line.text[begin].islower())
