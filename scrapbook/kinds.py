"""What kind of entry a text with its media makes: pure, knows no database."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from scrapbook.links.finding import find_links
from scrapbook.locations import Location
from scrapbook.quotes import read_quote

PICTURES = ("image/",)
"""How the content type of a picture begins."""


class Kind(StrEnum):
    """Their values are what a page of them is called."""

    QUOTE = "quotes"
    LINK = "links"
    PICTURE = "pictures"
    MEMO = "memos"
    LOCATION = "locations"


@dataclass(frozen=True, slots=True)
class Told:
    """What a text tells of itself. It may be several things: a quote with a link to where it is from.

    ``author`` is who said the quote, as written.
    """

    is_quote: bool = False
    has_link: bool = False
    is_location: bool = False
    author: str | None = None

    @classmethod
    def by(cls, text: str) -> Self:
        quote = read_quote(text)
        return cls(
            is_quote=quote is not None,
            has_link=bool(find_links(text)),
            is_location=Location.of(text) is not None,
            author=quote.author if quote else None,
        )
