"""What the conversation knows when a text arrives; the app sends it with each turn.

The app's side is ``scrapbook/core/turn_context.py``. A text that comes without a context, such as an example
of the training, has an empty one.
"""

from dataclasses import dataclass
from typing import Any, Dict, Optional, Tuple

from rasa.shared.nlu.training_data.message import Message


@dataclass(frozen=True)
class OpenQuestion:
    """The question that is open.

    Attributes:
        options: what each option is called, in order; "" for one without a name.
        is_confirmation: whether its first option is "yes".
        is_fresh: whether nothing was texted since it was asked.
    """

    options: Tuple[str, ...]
    is_confirmation: bool
    is_fresh: bool


@dataclass(frozen=True)
class TurnContext:
    """The context of a text.

    Attributes:
        is_known: whether a context came with the text.
        topics: the parts of the text that name topics of the person, the longest first.
        last_entry: the highest number of an entry.
        question: None if none is open.
        answers_entry: whether the text answers a message about an entry.
        is_forwarded: whether somebody else wrote it.
        is_reminded: whether a reminder was said in the last day, or is what the text answers.
        is_reminder_fresh: whether nothing was texted since.
        to_delete: the words of "delete my lentil recipe", if there are entries with all of them; else empty.
    """

    is_known: bool = False
    topics: Tuple[str, ...] = ()
    last_entry: int = 0
    question: Optional[OpenQuestion] = None
    answers_entry: bool = False
    is_forwarded: bool = False
    is_reminded: bool = False
    is_reminder_fresh: bool = False
    to_delete: str = ""

    @classmethod
    def of(cls, message: Message) -> "TurnContext":
        """Return the context that came with a message."""
        context = (message.get("metadata") or {}).get("context") or {}
        question = context.get("question")
        return cls(
            bool(context),
            tuple(context.get("topics") or ()),
            int(context.get("last_entry") or 0),
            _question(question) if question else None,
            bool(context.get("answers_entry")),
            bool(context.get("is_forwarded")),
            bool(context.get("is_reminded")),
            bool(context.get("is_reminder_fresh")),
            str(context.get("to_delete") or ""),
        )

    def has_topic(self, name: str) -> bool:
        """Return whether a part of the text surely names a topic."""
        return name.lower() in (topic.lower() for topic in self.topics)

    def has_entry(self, number: int) -> bool:
        """Return whether there may be an entry of that number, as far as is known."""
        return self.is_known and number <= self.last_entry


def _question(sent: Dict[str, Any]) -> OpenQuestion:
    return OpenQuestion(tuple(sent["options"]), sent["is_confirmation"], sent["is_fresh"])
