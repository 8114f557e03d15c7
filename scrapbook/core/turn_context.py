"""What the conversation knows when a text arrives: sent along with the text, as evidence of what it means."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from scrapbook.core.entry_names import of_option
from scrapbook.core.open_questions import is_confirmation, is_fresh, open_question
from scrapbook.core.reminders import ANSWERED_WITHIN
from scrapbook.core.reply_context import entry_answered, said_in_answered
from scrapbook.messaging.addresses import SMS, Address
from scrapbook.store import Entry, JsonValue, Message, PendingQuestion, Transaction
from scrapbook.text.fuzzy_match import MatchOutcome, match
from scrapbook.text.query import Query
from scrapbook.text.segments import shorten
from scrapbook.text.spelling import normalized_name, singular

MAX_WORDS = 12
"""Words of a text in which topics are looked for: a longer one is no request for a topic."""

MAX_NAME_WORDS = 4
MAX_COMPARED = 200
"""Topics whose names are compared with a text; of a person who has more, only exact names are found."""

MAX_MISSPELLED_PARTS = 14
"""Parts of a text in which misspelled names are looked for: five words have that many."""

MAX_TOPICS = 8
MAX_OPTIONS = 20
MAX_LABEL = 60
"""Characters of an option."""

_ASKED_TO_DELETE = re.compile(
    r"\W*(?:(?:please|pls|ok|okay|hey|can\s+you|could\s+you)[\s,]+){0,2}(?:delete|erase)\s+(?:my|the|that|this)\s+"
    r"(?P<words>[\w'’-]+(?:\s+[\w'’-]+){0,4}?)(?:,?\s+(?:please|pls|thanks|now|for\s+me))?[\s.!]*",
    re.IGNORECASE,
)

_MARKS = "\u200b\ufeff .,:;!?\"“”„«»‘’'()"


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """The question that is open.

    Attributes:
        options: what each option is called, in order; some have no name.
        is_confirmation: whether its first option is "yes".
        is_fresh: whether nothing was texted since it was asked.
    """

    options: tuple[str, ...]
    is_confirmation: bool
    is_fresh: bool

    def to_json(self) -> dict[str, JsonValue]:
        return {
            "options": [*self.options],
            "is_confirmation": self.is_confirmation,
            "is_fresh": self.is_fresh,
        }


@dataclass(frozen=True, slots=True)
class TurnContext:
    """The context of one text. It is bounded, however much a person has saved.

    Attributes:
        topics: the parts of the text that are names or aliases of topics which have entries, as typed, the
            longest first.
        question: None if none is open.
        last_entry: the highest number of an entry; 0 if there was none.
        answers_entry: whether the text answers a message about an entry, in WhatsApp.
        is_forwarded: whether somebody else wrote it.
        channel: what carried it, as in ``messaging.addresses``.
        is_reminded: whether a reminder was said in the last day, or is what the text answers.
        is_reminder_fresh: whether nothing was texted since.
        to_delete: the words of "delete my lentil recipe", if there are entries with all of them; else empty.
        is_too_late: whether it answers, by a button, a question that is not open any more: nothing is done.
    """

    topics: tuple[str, ...] = ()
    question: OpenQuestion | None = None
    last_entry: int = 0
    answers_entry: bool = False
    is_forwarded: bool = False
    channel: str = SMS
    is_reminded: bool = False
    is_reminder_fresh: bool = False
    to_delete: str = ""
    is_too_late: bool = False

    @classmethod
    def of(cls, tx: Transaction, message_id: str) -> Self:
        """Read it from the store. Raises NotFound if there is no such message."""
        message = tx.messages.get(message_id)
        about = entry_answered(tx, message)
        return cls(
            _topics(tx, message),
            _question(tx, message),
            tx.entries.highest_number(message.person_id),
            about is not None,
            message.is_forwarded,
            Address.parse(message.from_).kind,
            *_reminded(tx, message),
            _to_delete(tx, message),
            _is_too_late(tx, message),
        )

    def to_json(self) -> dict[str, JsonValue]:
        """Return it as the component of Rasa reads it (``bot/components/turn_context.py``)."""
        return {
            "topics": [*self.topics],
            "question": self.question and self.question.to_json(),
            "last_entry": self.last_entry,
            "answers_entry": self.answers_entry,
            "is_forwarded": self.is_forwarded,
            "channel": self.channel,
            "is_reminded": self.is_reminded,
            "is_reminder_fresh": self.is_reminder_fresh,
            "to_delete": self.to_delete,
        }


def _is_too_late(tx: Transaction, message: Message) -> bool:
    if not message.answers or tx.turn_results.of(message.id):  # its turn runs once more
        return False
    question = open_question(tx, message.person_id, message.received_at)
    return question is None or question.message_id != message.answers


def _reminded(tx: Transaction, message: Message) -> tuple[bool, bool]:
    """Return whether a reminder was said that the text may answer, and whether nothing was texted since."""
    if said_in_answered(tx, message):
        return True, True
    last = tx.reminders.said_last(message.person_id, message.received_at - ANSWERED_WITHIN)
    if last is None or message.replied_to is not None:
        return False, False
    before = tx.messages.before(message)
    return True, before is None or before.received_at < last[1]


def _to_delete(tx: Transaction, message: Message) -> str:
    """Return what a text asks to delete; empty if that is no entry, as most of what people delete."""
    asked = _ASKED_TO_DELETE.fullmatch(message.body)
    if asked is None:
        return ""
    query = Query.parse(asked["words"]).without_stop_words()
    found = tx.entries.find(message.person_id, query, 1) if query.words else None
    return asked["words"] if found and found.found and not found.corrections else ""


def _topics(tx: Transaction, message: Message) -> tuple[str, ...]:
    parts = list(_parts(message.body))
    if not parts:
        return ()
    names = tx.topics.names(message.person_id, MAX_COMPARED + 1)
    if len(names) > MAX_COMPARED:
        found = _named_exactly(tx, message.person_id, parts)
    else:
        found = _named(parts, names)
    return tuple(sorted(dict.fromkeys(found), key=len, reverse=True)[:MAX_TOPICS])


def _parts(text: str) -> Iterator[str]:
    """Yield all runs of up to ``MAX_NAME_WORDS`` words of a short text, without marks at their ends."""
    words = text.split()
    if len(words) > MAX_WORDS:
        return
    for start in range(len(words)):
        for end in range(start + 1, min(start + MAX_NAME_WORDS, len(words)) + 1):
            if part := " ".join(words[start:end]).strip(_MARKS):
                yield part


def _named_exactly(tx: Transaction, person_id: int, parts: Sequence[str]) -> list[str]:
    keys = {part: _keys(part) for part in parts}
    named = tx.topics.named(person_id, sorted({key for some in keys.values() for key in some}))
    return [part for part in parts if keys[part] & named]


def _named(parts: Sequence[str], names: Sequence[tuple[str, tuple[str, ...]]]) -> list[str]:
    """Return the parts that are names; without any, those that are surely slips of one."""
    known = {normalized_name(name) for topic, aliases in names for name in (topic, *aliases)}
    if exact := [part for part in parts if _keys(part) & known]:
        return exact
    if len(parts) > MAX_MISSPELLED_PARTS:
        return []
    topics = [topic for topic, _ in names]
    aliases = [(alias, topic) for topic, former in names for alias in former]
    return [part for part in parts if match(part, topics, aliases).outcome is MatchOutcome.SURE]


def _keys(part: str) -> set[str]:
    """Return the normalized names that a part of a text stands for: its plural and its singular, too."""
    key = normalized_name(part)
    return {key, singular(key), f"{key}s"}


def _question(tx: Transaction, message: Message) -> OpenQuestion | None:
    question = open_question(tx, message.person_id, message.received_at)
    if question is None or not question.options:
        return None
    return OpenQuestion(
        _labels(tx, message.person_id, question),
        is_confirmation(question),
        is_fresh(tx, question, message),
    )


def _labels(tx: Transaction, person_id: int, question: PendingQuestion) -> tuple[str, ...]:
    options = question.options[:MAX_OPTIONS]
    if is_confirmation(question):
        return ("",) * len(options)
    if question.asks != "entry":
        return tuple(shorten(option, MAX_LABEL) for option in options)
    return tuple(shorten(_text(of_option(tx, person_id, option)), MAX_LABEL) for option in options)


def _text(entry: Entry | None) -> str:
    return entry.text if entry else ""
