"""Make a text fit to be shown: without what is not seen, and what changes the text around it.

Everything that is shown goes through ``displayable``: replies, lists, the titles of pages, what the commands
print. What is stored stays as it was texted.

Removed are control characters, the escape sequences' ESC among them; all characters of Unicode's category
"format" (UAX 44), such as bidirectional controls, interlinear annotations and tags; noncharacters; and of
many combining marks in a row those that no script stacks. Kept are those that scripts and emoji need:
joiners, tags in a flag, variation selectors. A character that is unassigned may only be newer than Python's
own table, as new emoji are, so it is kept.
"""

import re
import unicodedata

import regex

MAX_MARKS = 6
"""Combining marks that may follow each other: pointed Hebrew, Tibetan and Burmese take up to five."""

_REPLACEMENT = "\ufffd"
_JOINERS = frozenset("\u200c\u200d")
_JOINED = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Sc", "Sk", "Sm", "So", "Cn"})
"""Categories of the letters, marks and emoji that a joiner may join."""
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_SHOWN_CONTROLS = frozenset("\n\t")
# Format characters with a glyph: number signs of Arabic, Syriac and Kaithi, layout of hieroglyphs; and the
# Mongolian vowel separator, which changes the letters beside it.
_SHOWN_FORMATS = re.compile(
    "[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd\U00013430-\U0001343f\u180e]"
)
# Letters that are not seen, and what is reserved for such: Default_Ignorable_Code_Point of Unicode, without
# the marks and the fillers that Korean is written with.
_IGNORED = re.compile(
    "[\u17b4\u17b5\u2065\u3164\uffa0\ufff0-\ufff8\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]"
)
# The flag of a part of a country, as England: emoji_tag_sequence of UTS 51.
_FLAG = re.compile("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,6}\U000e007f")
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_UNUSUAL = regex.compile(r"[[\p{C}\p{M}\u2028\u2029\u3164\uffa0\u17b4\u17b5]--[\n\t]]", regex.VERSION1)
"""What may have to be removed; of a text without any, nothing is looked at one by one."""
_VIRAMA = 9
"""The canonical combining class of the signs after which a joiner chooses the form of a letter."""


def displayable(text: str) -> str:
    """Return the text as it may be shown; any text is accepted. Line breaks become ``\\n``."""
    if not _UNUSUAL.search(text):
        return text
    text = _LINE_ENDS.sub("\n", text)
    shown: list[str] = []
    index = marks = 0
    while index < len(text):
        flag = _FLAG.match(text, index)
        sign = flag[0] if flag else text[index]
        index += len(sign)
        before, after = shown[-1][-1] if shown else "", text[index : index + 1]
        if not flag and not _is_shown(sign, before, after):
            continue
        # A joiner joins what is beside it, and ends no row of marks; nor does what is not shown.
        marks = marks if sign in _JOINERS else _marks(sign, marks)
        if marks <= MAX_MARKS:
            shown.append(_REPLACEMENT if unicodedata.category(sign[0]) == "Cs" else sign)
    return "".join(shown)


def one_line(text: str) -> str:
    """Return the text as it may be shown, in one line, with single spaces."""
    return " ".join(displayable(text).split())


def _marks(sign: str, before: int) -> int:
    """Return how many combining marks stand in a row, which those that take a space do not interrupt."""
    category = unicodedata.category(sign[0])
    return before if category == "Mc" else before + 1 if category[0] == "M" else 0


def _is_shown(sign: str, before: str, after: str) -> bool:
    """Return whether a character is kept between what is shown before it and the next character."""
    category = unicodedata.category(sign)
    if category == "Cc":
        return sign in _SHOWN_CONTROLS
    if sign in _JOINERS:
        return _joins(before, after)
    if _SELECTORS.match(sign):
        return bool(before) and not before.isspace() and not _SELECTORS.match(before)
    if category == "Cf":
        return _SHOWN_FORMATS.match(sign) is not None
    return _IGNORED.match(sign) is None and not _is_noncharacter(sign)


def _joins(before: str, after: str) -> bool:
    """Return whether a joiner means something there: between letters that are not ASCII, or emoji."""
    if not before or before in _JOINERS:
        return False
    return unicodedata.combining(before) == _VIRAMA or (_is_joined(before) and _is_joined(after))


def _is_joined(sign: str) -> bool:
    return bool(sign) and not sign.isascii() and unicodedata.category(sign) in _JOINED


def _is_noncharacter(sign: str) -> bool:
    return "\ufdd0" <= sign <= "\ufdef" or ord(sign) & 0xFFFE == 0xFFFE
