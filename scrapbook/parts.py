"""Several entries in one message: quotes, links with their notes, and takeaways for what stands before them.

A message is taken apart only if each of its paragraphs begins as one of these; anything else is one entry.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scrapbook.links.finding import find_links
from scrapbook.quotes import BULLET, DASHES, find_quotes

_WHOSE = r"(?:(?:my|our|the|key|main|big|biggest|first|second|third|last)[ \t]+){1,2}"
# "Takeaway - pizza" is dinner.
_TAKEAWAY = re.compile(
    rf"[ \t]*{BULLET}(?:(?:{_WHOSE})?take-?aways?[ \t]*:|{_WHOSE}take-?aways?[ \t]*[{DASHES}]{{1,3}}(?=\s))",
    re.IGNORECASE,
)
_BEFORE_A_LINK = re.compile(rf"[ \t]*{BULLET}")
_LINE = re.compile(r"[^\n]*\n?")


@dataclass(frozen=True, slots=True)
class Parts:
    """``before`` are takeaways of what was saved earlier; ``entries`` hold their own.

    White space between them apart, they make up the text, to the letter.
    """

    before: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str) -> "Parts | None":
        """None where the text is one entry."""
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
    """Whether it is ``takeaway: ...``, ``my key takeaway - ...`` or the like."""
    found = _TAKEAWAY.match(text)
    return found is not None and bool(text[found.end() :].strip())


def _pieces(text: str) -> list[str]:
    """None at all where a paragraph begins otherwise. A line that begins none belongs to the one above it,
    and so does a link below a quote: that is where the quote is from."""
    starts: list[int] = []
    is_quoted = False
    for line in _lines(text):
        if _begins(line) and not (is_quoted and _is_source(line)):
            starts.append(line.start)
            is_quoted = line.is_quote
        elif line.is_first:
            return []
    return [text[start:end].strip() for start, end in zip(starts, [*starts[1:], len(text)], strict=False)]


@dataclass(frozen=True, slots=True)
class _Line:
    """``is_first`` of its paragraph; ``is_quote``: the first of those that a quote takes."""

    start: int
    text: str
    is_first: bool
    is_quote: bool


def _lines(text: str) -> Iterator[_Line]:
    """Those that are not empty, and not the rest of a quote."""
    quotes = {quote.start: quote.end for quote in find_quotes(text)}
    is_first, quoted_until = True, 0
    for line in _LINE.finditer(text):
        if line.start() < quoted_until:
            continue
        if line[0].strip():
            yield _Line(line.start(), line[0], is_first, line.start() in quotes)
        is_first = not line[0].strip()
        quoted_until = quotes.get(line.start(), 0)


def _begins(line: _Line) -> bool:
    return line.is_quote or _TAKEAWAY.match(line.text) is not None or _is_link_with_note(line)


def _is_source(line: _Line) -> bool:
    """A link and nothing else, right below what it is for."""
    return not line.is_first and line.text.strip() in {link.url for link in find_links(line.text)}


def _is_link_with_note(line: _Line) -> bool:
    """A link that its line begins with or, unless that goes on with a sentence, ends with."""
    said = _BEFORE_A_LINK.sub("", line.text, count=1).rstrip()
    links = find_links(said)
    if not links or links[0].start == 0:
        return bool(links)
    return links[-1].end == len(said) and (line.is_first or not said[0].islower())
