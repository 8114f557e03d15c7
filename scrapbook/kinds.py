"""What kind of entry a text with its media makes: pure, knows no database."""

import re
from collections.abc import Iterable
from enum import StrEnum

from scrapbook.file_types import SOUNDS

PICTURES = ("image/",)
"""How the content type of a picture begins."""

_LINK = re.compile(r"https?://\w|\bwww\.\w", re.IGNORECASE)
# Straight and curly, angled and low quotation marks; whoever said it stands behind a dash of any kind.
_QUOTE = re.compile(
    r"(?:\"[^\"]+\"|“[^”]+[”“]|„[^“”]+[“”]|«[^»]+»|»[^«]+«|‘[^’]+’|'[^']{8,}')"
    r"\s*(?:[-‐‑‒–—―~]{1,3}|\bby\b)\s*\w",
    re.DOTALL,
)


class Kind(StrEnum):
    """Their values are what a page of them is called."""

    QUOTE = "quotes"
    LINK = "links"
    PICTURE = "pictures"
    MEMO = "memos"


def is_a(kind: Kind, text: str, content_types: Iterable[str]) -> bool:
    if kind is Kind.QUOTE:
        return _QUOTE.search(text) is not None
    if kind is Kind.LINK:
        return _LINK.search(text) is not None
    starts = PICTURES if kind is Kind.PICTURE else SOUNDS
    return any(content_type.lower().startswith(starts) for content_type in content_types)
