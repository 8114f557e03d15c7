"""What speaks for and against a command, beside the classifier: its words, its length, and what it names.

The decision (``decision.py``) weighs it; ``calibration.py`` learns the weights.
"""

import math
import re
import sys
from collections import Counter
from dataclasses import dataclass
from typing import Any, Dict, FrozenSet, Iterable, List, Mapping, NamedTuple, Sequence, Text

from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from components.keyword_spelling import is_ordinary
from components.turn_context import TurnContext
from components.vocabulary import DETERMINERS, PRONOUNS, TIME_WORDS
from components.word_corrector import corrected_text

FEATURES: Sequence[Text] = (
    "log odds of the effect",
    "log of its chance over that of a thought",
    "log of the number of words that no example of the intent has",
    "names something of the scrapbook",
)
"""What ``Evidence.features`` returns, in this order."""

_SMALLEST_CHANCE = 1e-4
_MAX_LOG = 8.0
_MIN_EXAMPLES = 4
"""A word that fewer examples have says nothing of the effect."""

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_ENTRY = (
    r"(?:notes?|entry|entries|lists?|checklists?|topics?|memos?|thoughts?|items?|tasks?|chores?|to-?dos?|"
    r"to dos?|reminders?|remind\w*|alarms?|alerts?|notifications?|notify\w*|notices?|nudges?|prompts?|number)"
)
_COUNT = (
    r"(?:\d+|two|three|four|five|six|seven|eight|nine|ten|\w+teen|"
    r"(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:[ -]\w+)?)"
)
# "That" and a bare number name an entry only if they do not belong to a word that follows.
_ALONE = (
    r"(?=[\s,.:;!]{0,3}(?:$|please|again|now|for me|off\b|from\b|under\b|to\b|into\b|in\b|as\b|back\b|gone\b|"
    r"should\b|goes\b|belongs\b|and\b|at the top|with\b|on top|says?\b|thanks|thank|will you|would you))"
)
_NAMED = re.compile(
    rf"\b{_ENTRY}\b"
    r"|\b(?:what|all|everything|the \w+) (?:i|you)(?:'ve| have| had)?(?: just)? "
    r"(?:sent|said|saved|wrote|told|added|did|deleted|made|put|typed|noted)"
    r"|\b(?:last|that|this|first|previous|second|third|latest|newest|oldest|other)(?: \w+)? "
    rf"(?:one\b{_ALONE}|(?:thing|message|quote|link|picture|photo|video|file|recording|text|bit)\b)"
    r"|\b(?:the|that) (?:thing|one|bit|stuff|part) (?:about|on|with|regarding)\b"
    rf"|\b(?:that|it|this|them|those|these|everything|all|last|latest|{_COUNT})\b{_ALONE}"
    r"|\bas (?:done|complete|completed|finished|bought)\b"
    r"|^(?:cross|tick|check|strike)\b.*\boff\b",
    re.IGNORECASE,
)

_NAME = re.compile(rf"{_ENTRY}|{_COUNT}", re.IGNORECASE)
_JOINING = frozenset({"of", "and", "or", "in", "on", "from", "to", "for", "with", "about", "by"})
_NAMING = DETERMINERS | PRONOUNS | TIME_WORDS | _JOINING | {"one"}


def names_something(text: Text, context: TurnContext) -> bool:
    """Return whether a text names something that a scrapbook has: an entry, a list, "that", a topic."""
    if _NAMED.search(text):
        return True
    return bool(context.topics)


def _only_names(word: Text) -> bool:
    """Return whether a word names, numbers, joins, or says when or who: not what to do with what is named."""
    return word.isdecimal() or word in _NAMING or _NAME.fullmatch(word) is not None


def words_of(text: Text) -> List[Text]:
    """Return the words of a text in lower case."""
    return [word.replace("’", "'") for word in _WORD.findall(text.lower())]


def words_meant(message: Message) -> List[Text]:
    """Return the words of a message, corrected but for those that English texts use for themselves.

    "Batch" may well be a "catch" mistyped; where something is changed or removed, it is not taken for one.
    """
    typed, corrected = words_of(message.get(TEXT) or ""), words_of(corrected_text(message).text)
    if len(typed) != len(corrected):
        return corrected
    return [one if is_ordinary(one) else other for one, other in zip(typed, corrected, strict=True)]


@dataclass(frozen=True)
class Evidence:
    """What the examples of an intent have in common.

    Attributes:
        words: all words of its examples, in lower case.
        longest: the number of words that 99 of 100 examples do not exceed.
        telling: the words that a larger share of the examples of its effect has than of the thoughts, but for
            those that name something, or say when or who.
    """

    words: FrozenSet[Text]
    longest: int
    telling: FrozenSet[Text] = frozenset()

    @classmethod
    def of(cls, examples: Sequence[Message], of_effect: "WordCount", thoughts: "WordCount") -> "Evidence":
        """Collect it from all examples of one intent, the words of its effect and those of the thoughts."""
        words = [words_of(corrected_text(example).text) for example in examples]
        lengths = sorted(len(one) for one in words)
        longest = lengths[int(0.99 * (len(lengths) - 1))]
        known = frozenset(word for one in words for word in one)
        return cls(known, longest, _telling(of_effect, thoughts))

    @classmethod
    def from_stored(cls, stored: Dict[Text, Any]) -> "Evidence":
        """Read what ``stored`` returned."""
        words, telling = (frozenset(map(sys.intern, stored[key])) for key in ("words", "telling"))
        return cls(words, stored["longest"], telling)

    def stored(self) -> Dict[Text, Any]:
        """Return it as plain values for JSON."""
        return {"words": sorted(self.words), "longest": self.longest, "telling": sorted(self.telling)}

    def excludes(self, text: Text) -> bool:
        """Return whether a text is no such command, whatever the classifier says.

        It is not if it has no words, is longer by a quarter than nearly all examples, or has a number, which
        is an argument, though no example has one.
        """
        words = words_of(text)
        is_too_long = len(words) > 1.25 * self.longest
        return not words or is_too_long or (_has_number(words) and not _has_number(self.words))

    def unknown(self, text: Text) -> List[Text]:
        """Return the words of a text that no example has; numbers are left out."""
        return [word for word in words_of(text) if word not in self.words and not word.isdecimal()]

    def only_names(self, words: Iterable[Text]) -> bool:
        """Return whether none of the words speaks for the effect: ``thought 5 of 10``, ``page 3, lap 2``."""
        return self.telling.isdisjoint(words)

    def features(self, text: Text, chance: float, of_thought: float, *, names_something: bool) -> List[float]:
        """Return the values of ``FEATURES`` for a text.

        Args:
            text: the corrected text.
            chance: of the effect, according to the classifier (0 to 1).
            of_thought: the chance that the text is a thought, according to the classifier (0 to 1).
            names_something: something that a scrapbook has.
        """
        return [
            _log(max(chance, _SMALLEST_CHANCE) / max(1 - chance, _SMALLEST_CHANCE)),
            _log(max(chance, 1e-9) / max(of_thought, 1e-9)),
            math.log1p(len(self.unknown(text))),
            float(names_something),
        ]


class WordCount(NamedTuple):
    """In how many texts each word is, and how many texts there are."""

    texts_with: Mapping[Text, int]
    texts: int

    @classmethod
    def of(cls, examples: Iterable[Message]) -> "WordCount":
        """Count the words of examples."""
        words = [set(words_of(corrected_text(example).text)) for example in examples]
        return cls(Counter(word for one in words for word in one), len(words))

    def share(self, word: Text) -> float:
        """Return the share of texts with a word; one that no text has is reckoned to be in half a text."""
        return (self.texts_with.get(word, 0) + 0.5) / (self.texts + 1)


def _telling(effect: WordCount, thoughts: WordCount) -> FrozenSet[Text]:
    often = (word for word, count in effect.texts_with.items() if count >= _MIN_EXAMPLES)
    return frozenset(
        word for word in often if not _only_names(word) and effect.share(word) > thoughts.share(word)
    )


def _has_number(words: Iterable[Text]) -> bool:
    return any(word.isdecimal() for word in words)


def _log(ratio: float) -> float:
    return min(max(math.log(ratio), -_MAX_LOG), _MAX_LOG) if ratio > 0 else -_MAX_LOG
