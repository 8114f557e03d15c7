"""Take the text of an entry apart into what is set differently on a page: quotations, takeaways, places.

Together the blocks have all words of the text, but for quotation marks, dashes and labels, which the page
sets itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from scrapbook.text.locations import Location
from scrapbook.text.message_splitter import takeaway_of
from scrapbook.text.parsed_text import ParsedText
from scrapbook.text.quotes import BULLET, QuoteParts, parts_of

MAX_TITLE = 80
"""Characters of a first line that is a title, if an empty line follows it."""

_TITLED = re.compile(rf"(?P<title>[^\n]{{1,{MAX_TITLE}}}(?<![.,:;]))\n[ \t\r]*\n+(?P<rest>.+)", re.DOTALL)
_ITEM = re.compile(rf"[ \t]*(?P<bullet>{BULLET})(?P<item>\S.*)")


@dataclass(frozen=True, slots=True)
class Title:
    """The first line of a text, which stands alone."""

    text: str


@dataclass(frozen=True, slots=True)
class Prose:
    """Words that are nothing else."""

    text: str


@dataclass(frozen=True, slots=True)
class Takeaways:
    """What somebody took away from what stands above."""

    items: tuple[str, ...]


Block: TypeAlias = Title | Prose | QuoteParts | Takeaways | Location


def blocks(text: str) -> list[Block]:
    """Return the blocks of a text, in order."""
    parsed = ParsedText(text)
    quotes = parsed.quotes or ((parsed.quote,) if parsed.quote else ())
    found: list[Block] = []
    end = 0
    for quote in quotes:
        found += _of_lines(text[end : quote.start])
        parts = parts_of(text, quote)
        found += [Prose(parts.lead_in)] if parts.lead_in else []
        found.append(parts)
        end = quote.end
    found += _of_lines(text[end:])
    return _with_title(found)


def _with_title(found: list[Block]) -> list[Block]:
    if not found or not isinstance(found[0], Prose):
        return found
    first = found[0].text
    titled = _TITLED.fullmatch(first)
    if titled is None or ParsedText(titled["title"]).links:
        return found
    return [Title(titled["title"].strip()), Prose(titled["rest"]), *found[1:]]


def _of_lines(text: str) -> Iterator[Block]:
    """Yield the blocks of what stands between quotations."""
    prose: list[str] = []
    items: list[str] = []
    for line in text.split("\n"):
        takeaway, place = takeaway_of(line), Location.of(line)
        bulleted = _ITEM.fullmatch(line) if items else None
        if takeaway or (bulleted and bulleted["bullet"]):
            yield from _prose(prose)
            items.append(takeaway or (bulleted["item"] if bulleted else ""))
            continue
        if items:
            yield Takeaways(tuple(items))
            items.clear()
        if place:
            yield from _prose(prose)
            yield place
        else:
            prose.append(line)
    if items:
        yield Takeaways(tuple(items))
    yield from _prose(prose)


def _prose(lines: list[str]) -> Iterator[Prose]:
    """Yield the lines as one block, unless they are empty, and forget them."""
    text = "\n".join(lines).strip("\n\r").rstrip()
    lines.clear()
    if text.strip():
        yield Prose(text)
