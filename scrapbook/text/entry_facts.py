"""The kinds of entries, and the facts about a text by which its entry is listed and searched."""

from dataclasses import dataclass
from enum import StrEnum


class EntryKind(StrEnum):
    """What an entry may be. The value is the title of a list of that kind."""

    QUOTE = "quotes"
    LINK = "links"
    PICTURE = "pictures"
    VIDEO = "videos"
    CONTACT = "contacts"
    FILE = "files"
    MEMO = "memos"
    LOCATION = "locations"


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """What a text is, saved beside it. It may be several things: a quote with a link to its source.

    ``author`` is who said the quote, as written in the text; None where no author is named.
    """

    is_quote: bool = False
    has_link: bool = False
    is_location: bool = False
    author: str | None = None
