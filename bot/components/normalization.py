"""Trims texts and keeps the offsets into the original."""

import re
from dataclasses import dataclass

# Zero-width characters that a client puts before a text so that Rasa does not read a leading "/" as a forced
# intent. str.strip() does not remove them.
PADDING = "\u200b\u2060\ufeff"

SPACE = PADDING + "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
_ENDS = SPACE + ".!?"

_POLITE_START = (
    r"(?:(?:please|pls|plz|hey|ok|okay|so|now|just|(?:can|could|would|will) (?:you|u)|"
    r"i(?:'d| would) like to|i want to|i want you to)\b[\s,]*){1,3}"
)
# With the lookbehind the search begins once for each run of spaces, not once for each space.
_POLITE_END = r"(?:(?<![\s,])[\s,]+(?:please|pls|plz|thanks|thank you|thx|thankyou|for me|now))+"
_COURTESY = re.compile(
    rf"^(?P<before>{_POLITE_START})?(?P<core>.+?)(?P<after>{_POLITE_END})?$", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True)
class Span:
    """A part of a text: ``text[start:start + len(content)] == content``."""

    content: str
    start: int


def trim(text: str) -> Span:
    """Remove padding, surrounding white space and the marks that end a sentence."""
    begun = text.lstrip(SPACE)
    return Span(begun.rstrip(_ENDS), len(text) - len(begun))


def is_question(text: str) -> bool:
    """Return whether the text ends with a question mark."""
    return "?" in text[len(text.rstrip(_ENDS)) :]


def without_courtesy(span: Span) -> "tuple[Span, bool]":
    """Remove "please", "can you" and the like from both ends.

    Returns:
        The rest, and whether there was any courtesy before it.
    """
    found = _COURTESY.match(span.content)
    if found is None:
        return span, False
    return Span(found["core"], span.start + found.start("core")), bool(found["before"])
