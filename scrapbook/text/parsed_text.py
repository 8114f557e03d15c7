"""The text of an entry, with what is found in it: each is looked for once, and only when it is asked for."""

from dataclasses import dataclass
from functools import cached_property

from typing_extensions import override

from scrapbook.text.entry_facts import EntryFacts
from scrapbook.text.links import Link, find_links
from scrapbook.text.locations import Location
from scrapbook.text.quotes import Quote, find_quotes, whole_quote


@dataclass(frozen=True)
class ParsedText:
    """A text that is saved as an entry, or that may be. Equal to another one of the same text."""

    text: str

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """The links in it, in order."""
        return tuple(find_links(self.text))

    @property
    def urls(self) -> frozenset[str]:
        """The addresses of its links."""
        return frozenset(link.url for link in self.links)

    @cached_property
    def quotes(self) -> tuple[Quote, ...]:
        """Its quotations that name their author, in order."""
        return tuple(find_quotes(self.text))

    @property
    def quote(self) -> Quote | None:
        """The first quotation that names its author; else the text itself if it is a quotation alone."""
        return self.quotes[0] if self.quotes else whole_quote(self.text)

    @cached_property
    def location(self) -> Location | None:
        """The first location in it."""
        return Location.of(self.text)

    @property
    def indexed(self) -> str:
        """What goes into the spelling index."""
        return self.text

    @cached_property
    def facts(self) -> EntryFacts:
        """What an entry of this text is listed and searched by."""
        quote = self.quote
        return EntryFacts(
            is_quote=quote is not None,
            has_link=bool(self.links),
            is_location=self.location is not None,
            author=quote.author if quote else None,
        )


@dataclass(frozen=True)
class UnparsedText(ParsedText):
    """A text in which nothing is looked for: to save one that could not be parsed, or whose facts fail."""

    @cached_property
    @override
    def links(self) -> tuple[Link, ...]:
        return ()

    @cached_property
    @override
    def quotes(self) -> tuple[Quote, ...]:
        return ()

    @property
    @override
    def quote(self) -> Quote | None:
        return None

    @cached_property
    @override
    def location(self) -> Location | None:
        return None

    @property
    @override
    def indexed(self) -> str:
        return ""
