"""What a person can do with their scrapbook, by subject; each thing is a function of a ``Book``."""

from scrapbook.book.book import Book, Named, NoTopic, Place, Torn

__all__ = ["Book", "Named", "NoTopic", "Place", "Torn"]
