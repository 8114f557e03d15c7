"""Cleaning of a text without losing where in the original each character stood."""

import re
from dataclasses import dataclass

# Zero-width characters that a client may put before a text, so that Rasa does not take a leading "/" for a
# forced intent. They are not white space for str.strip(), which is what makes them useful there.
PADDING = "\u200b\u2060\ufeff"

_SPACE = PADDING + "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
_ENDS = _SPACE + ".!?"

_POLITE_START = (
    r"(?:(?:please|pls|plz|hey|ok|okay|so|now|just|(?:can|could|would|will) (?:you|u)|"
    r"i(?:'d| would) like to|i want to|i want you to)\b[\s,]*){1,3}"
)
# The lookbehind lets the search begin once for each run of spaces and not once for each space.
_POLITE_END = r"(?:(?<![\s,])[\s,]+(?:please|pls|plz|thanks|thank you|thx|thankyou|for me|now))+"
_COURTESY = re.compile(
    rf"^(?P<before>{_POLITE_START})?(?P<core>.+?)(?P<after>{_POLITE_END})?$", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True)
class Span:
    """A piece of a text: ``text[start:start + len(content)] == content``."""

    content: str
    start: int


def core(text: str) -> Span:
    """The text without padding and white space around it, and without the marks that end a sentence."""
    begun = text.lstrip(_SPACE)
    return Span(begun.rstrip(_ENDS), len(text) - len(begun))


def is_question(text: str) -> bool:
    """Whether the text ends with a question mark."""
    return "?" in text[len(text.rstrip(_ENDS)) :]


def without_courtesy(span: Span) -> "tuple[Span, bool]":
    """The span without "please", "can you" and the like around it, and whether there was any before it."""
    found = _COURTESY.match(span.content)
    if found is None:
        return span, False
    return Span(found["core"], span.start + found.start("core")), bool(found["before"])
