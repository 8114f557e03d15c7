"""What people can do with their scrapbooks: one module per subject, of functions that take a ``Book``."""

from scrapbook.core.book import (
    AmbiguousTopic,
    AnswersNoEntry,
    Book,
    EntryLookup,
    ReplacedEntry,
    TopicNotFound,
)

__all__ = ["AmbiguousTopic", "AnswersNoEntry", "Book", "EntryLookup", "ReplacedEntry", "TopicNotFound"]
