"""The body of a message, parsed once: made where a message is handed to the core, and handed on from there.

Every field is computed when it is first asked for, so that a turn that needs none pays nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

from scrapbook.text.message_splitter import MessageParts
from scrapbook.text.parsed_text import ParsedText
from scrapbook.text.topic_markers import FiledText


@dataclass(frozen=True, slots=True)
class ParsedThought:
    """What a message says without the marker that names its topic, and the topic that it names."""

    text: ParsedText
    topic: str | None


def _no_topics(_name: str) -> bool:
    return False


@dataclass(frozen=True)
class ParsedMessage:
    """A message.

    Attributes:
        body: its whole text, as it was sent.
        exists: returns whether its sender has a topic of that name; asked only about a name that may be one.
    """

    body: ParsedText
    exists: Callable[[str], bool] = field(default=_no_topics, compare=False)

    @classmethod
    def of(cls, body: str, exists: Callable[[str], bool] = _no_topics) -> Self:
        """Return the parsed message of that body."""
        return cls(ParsedText(body), exists)

    @cached_property
    def thought(self) -> ParsedThought:
        """The message as one entry, with its topic read from the marks of a typed text."""
        return self._thought(FiledText.parse(self.body.text, self.exists))

    def spoken_thought(self, topics: Iterable[str]) -> ParsedThought:
        """Return the message as one entry, with its topic as said aloud, else as typed.

        Args:
            topics: the names and aliases of the person's topics.
        """
        spoken = FiledText.parse_spoken(self.body.text, topics)
        return self._thought(spoken) if spoken else self.thought

    @cached_property
    def parts(self) -> MessageParts:
        """The entries and takeaways that the message is made of; empty if it is a single entry.

        Takeaways alone name no topic: they go where the entry is that they were taken from.
        """
        parts = MessageParts.of(self.thought.text)
        if parts and parts.entries:
            return replace(parts, topic=self.thought.topic)
        if self.thought.text is not self.body:
            parts = MessageParts.of(self.body)
        return parts or MessageParts()

    def _thought(self, filed: FiledText) -> ParsedThought:
        text = self.body if filed.text == self.body.text else ParsedText(filed.text)
        return ParsedThought(text, filed.topic)
