"""Count the SMS segments of a text, and shorten or split it.

Limits: 3GPP TS 23.038 section 6.2.1 (the 7-bit alphabet and its extension table) and TS 23.040 section
9.2.3.24.1 (140 octets a message, 6 of them taken by the header that joins several). Twilio refuses a body
of more than 1,600 characters (error 21617).
"""

import re
import unicodedata
from collections.abc import Iterator

from scrapbook.text.display import one_line

BODY_LIMIT = 1600
REPLY_SEGMENTS = 2
"""Segments of a reply at most, where nothing else is said."""

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
_ALPHABET = _BASIC | _EXTENSION
_SEVEN_BIT = (160, 153)
_SIXTEEN_BIT = (70, 67)
_JOINER = "\u200d"


def is_gsm7(text: str) -> bool:
    """Return whether the text has only characters of the 7-bit alphabet."""
    return _ALPHABET.issuperset(text)


def segment_count(text: str) -> int:
    """Return as how many segments a text is sent and billed; an empty text takes one."""
    alone, joined = _SEVEN_BIT if is_gsm7(text) else _SIXTEEN_BIT
    if _BASIC.issuperset(text):  # as most texts are, many of which a page is tried with
        return 1 if len(text) <= alone else -(-len(text) // joined)
    sizes = list(_sizes(text))
    return 1 if sum(sizes) <= alone else _packed(sizes, joined)


def fits(text: str, segments: int = REPLY_SEGMENTS) -> bool:
    """Return whether a text takes at most so many segments."""
    return segment_count(text) <= segments


def shorten(text: str, limit: int) -> str:
    """Return one line of at most ``limit`` characters (at least 4), as it may be shown.

    It ends in ``...`` if it was cut.
    """
    line = one_line(text)
    if len(line) <= limit:
        return line
    end = _before(line, limit - 3)
    space = line.rfind(" ", end // 2, end + 1)
    return line[: space if space > 0 else end].rstrip(" ,;:.-") + "..."


def split(text: str, limit: int = BODY_LIMIT) -> list[str]:
    """Return parts of at most ``limit`` UTF-16 units (at least 2). Joined, they are the text again."""
    parts: list[str] = []
    while _units(text) > limit:
        end = _end_of_part(text, limit)
        parts.append(text[:end])
        text = text[end:]
    return [*parts, text] if text or not parts else parts


def truncate(text: str, segments: int, around: str = "") -> str:
    """Return the longest beginning of a text that fits into so many segments together with ``around``.

    It is never empty.
    """
    if fits(around + text, segments):
        return text
    low, high = 1, min(len(text), segments * _SEVEN_BIT[0])
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(around + text[:middle], segments) else (low, middle - 1)
    return text[: _tidy_end(text, low)]


def _sizes(text: str) -> Iterator[int]:
    """Yield the septets, or the UTF-16 units, of each character: 1, or 2 that belong into one segment."""
    if is_gsm7(text):
        return (2 if letter in _EXTENSION else 1 for letter in text)
    return (2 if ord(letter) > 0xFFFF else 1 for letter in text)


def _packed(sizes: list[int], room: int) -> int:
    segments, used = 1, 0
    for size in sizes:
        if used + size > room:
            segments, used = segments + 1, 0
        used += size
    return segments


def _units(text: str) -> int:
    return len(text) + sum(ord(letter) > 0xFFFF for letter in text)


def _end_of_part(text: str, limit: int) -> int:
    end, used = 0, 0
    while used + _units(text[end]) <= limit:
        used += _units(text[end])
        end += 1
    return _tidy_end(text, end)


def _tidy_end(text: str, end: int) -> int:
    """Return the best index up to ``end``: after a line, else after a word, else between characters."""
    if end >= len(text):
        return end
    part = text[:end]
    for boundary in (part.rfind("\n"), _last_space(part)):
        if boundary >= end // 2:
            return boundary + 1
    return _before(text, end)


def _last_space(part: str) -> int:
    return max((found.start() for found in re.finditer(r"\s", part)), default=-1)


def _before(text: str, end: int) -> int:
    """Return the last index at or before ``end`` that is not inside a character as people see it.

    Return ``end`` if there is none.
    """
    for index in range(end, 0, -1):
        if not _is_inside(text, index):
            return index
    return end


def _is_inside(text: str, index: int) -> bool:
    """Return whether an index is inside an extended grapheme cluster (UAX 29 of Unicode, approximately)."""
    if index >= len(text):
        return False
    before, after = text[index - 1], text[index]
    return _extends(after) or before == _JOINER or before + after == "\r\n" or _is_inside_flag(text, index)


def _extends(letter: str) -> bool:
    is_skin_tone = "\U0001f3fb" <= letter <= "\U0001f3ff"
    return unicodedata.category(letter)[0] == "M" or letter == _JOINER or is_skin_tone


def _is_inside_flag(text: str, index: int) -> bool:
    """Return whether an index is inside a flag: an odd number of regional indicators comes before it."""
    if not _is_regional(text[index]):
        return False
    run = 0
    while run < index and _is_regional(text[index - 1 - run]):
        run += 1
    return run % 2 == 1


def _is_regional(letter: str) -> bool:
    return "\U0001f1e6" <= letter <= "\U0001f1ff"
