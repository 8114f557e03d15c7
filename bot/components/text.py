"""Cleaning of a text without losing where in the original each character stood."""

import re
from dataclasses import dataclass

# Zero-width characters that a client may put before a text, so that Rasa does not take a leading "/" for a
# forced intent. They are not white space for str.strip(), which is what makes them useful there.
PADDING = "\u200b\u2060\ufeff"

_EDGES = re.compile(rf"^[\s{PADDING}]*(?P<core>.*?)[\s{PADDING}.!?]*$", re.DOTALL)
_QUESTION = re.compile(rf"\?[\s{PADDING}.!?]*$")

_POLITE_START = (
    r"(?:(?:please|pls|plz|hey|ok|okay|so|now|just|(?:can|could|would|will) (?:you|u)|"
    r"i(?:'d| would) like to|i want to|i want you to)\b[\s,]*){1,3}"
)
_POLITE_END = r"(?:[\s,]+(?:please|pls|plz|thanks|thank you|thx|thankyou|for me|now))+"
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
    found = _EDGES.match(text)
    return Span(found["core"], found.start("core")) if found else Span("", 0)


def is_question(text: str) -> bool:
    """Whether the text ends with a question mark."""
    return _QUESTION.search(text) is not None


def without_courtesy(span: Span) -> "tuple[Span, bool]":
    """The span without "please", "can you" and the like around it, and whether there was any before it."""
    found = _COURTESY.match(span.content)
    if found is None:
        return span, False
    return Span(found["core"], span.start + found.start("core")), bool(found["before"])
