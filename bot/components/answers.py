"""Reads the answer to a question that the scrapbook has asked.

An answer is "yes" or "no" in any of their forms, or it says which option: by its number, its place or its
name, with any words around it that only point (``the pasta one please``).
"""

import re
import unicodedata
from typing import FrozenSet, List, Optional, Pattern, Sequence

from rapidfuzz import fuzz, process

from components.arguments import NUMBERS, ORDINALS
from components.normalization import trim
from components.turn_context import OpenQuestion

YES, NO, ALL = "yes", "no", "all"

PART = "part"
"""Agrees to a part of what is to be confirmed, or with a condition: "yes but not 3", "only the first"."""

MAX_WORDS = 8
"""Words of an answer; a longer text says something of its own."""

MIN_SIMILARITY, MIN_LEAD = 80, 10
"""In percent: how similar a misspelled name must be to an option, and how much more than to any other."""

MAX_MISSPELLED_WORDS = 2
"""Words of a misspelled name. A sentence that is like another may say the opposite."""

_MIN_NAME = 3
"""Letters of a part of a name that may stand for it."""

MAX_LENGTH = 120
"""Characters of an answer."""


def _set(words: str) -> FrozenSet[str]:
    return frozenset(words.split())


def _any(phrases: str) -> str:
    """Return the pattern of phrases with " | " between them."""
    return "|".join(r"\s+".join(phrase.split()) for phrase in phrases.split(" | "))


_AGREEING = _any(
    r"y(?:es|eah|ep|ea|up|ah|ess+)? | aye | sure(?: thing)? | of course | absolutely | definitely | "
    r"certainly | please do | do (?:it|that|so) | go (?:ahead|for it|on) | by all means | "
    r"affirmative | indeed"
)
# Said to a question they agree; said to a receipt they only mean that it was read.
_NODDING = _any(
    r"ok(?:ay|ey|ie)? | k | kk | fine | alright | all right | right | correct | exactly | that's right | "
    r"cool | great | perfect | good | sounds good | 👍 | 👌 | ✅ | ✔"
)
_DECLINING = _any(
    r"no+ | nope | nah | n | no way | please don'?t | don'?t(?: do (?:it|that))? | do not | not now | "
    r"never\s?mind | nvm | forget (?:it|that) | keep (?:it|that|them) | cancel(?: (?:it|that))? | "
    r"leave (?:it|that|them)(?: alone| be| as (?:it is|they are)| there)? | "
    r"neither(?: (?:one|of (?:them|those|these|the two)))? | none(?: of (?:them|those|these|the above))? | "
    r"not (?:that|this|any)(?: one)? | nothing | 👎 | ❌ | 🙅"
)
_ALL_OF_THEM = _any(
    r"both | all | all (?:two|three|four|five) | (?:both|all) of (?:them|those|these) | every one | "
    r"everything | each(?: of them)? | the lot"
)
_POLITE = _any(
    r"please | pls | plz | thanks | thank you | thx | ta | oh | um | uh | well | then | now | actually | "
    r"dear | i think | just | so | sorry"
)
# Said before a "no"; nobody agrees in such words.
_HESITATING = _any(r"wait | hang on | hold on | hmm+ | oops")
# What a "yes" may repeat of the question.
_REPEATING = _any(
    r"(?:delete|remove|erase|move|file|take|change|rename|merge|add|put|do|bin|trash|pin)"
    r"(?: (?:it|that|them|this|these|both))?(?: (?:off|out|there|away))? | i do | i'?m sure | i am sure"
)
_BETWEEN = r"[\s,.!;:-]*"
_SKIN = re.compile("[\U0001f3fb-\U0001f3ff\ufe0f\u20e3\u200d\u200b\ufeff]")


def _phrases(*kinds: str) -> Pattern[str]:
    return re.compile(rf"(?:(?:{'|'.join(kinds)})(?!\w){_BETWEEN})+", re.IGNORECASE)


_IS_AGREEING = _phrases(_AGREEING, _NODDING, _POLITE, _REPEATING)
_IS_DECLINING = _phrases(_DECLINING, _POLITE, _HESITATING)
_IS_ALL = _phrases(_ALL_OF_THEM, _AGREEING, _POLITE)
_AGREES = _phrases(_AGREEING)
_NODS = _phrases(_NODDING)
_DECLINES = _phrases(_DECLINING)
_SAYS_ALL = _phrases(_ALL_OF_THEM)
_CONDITION = re.compile(
    rf"(?:(?:{_AGREEING}|{_NODDING}|{_POLITE})(?!\w){_BETWEEN})*"
    r"(?:(?:but|except|only|just|not|unless|without|if|apart from|all but)\b.*|\S.*\b(?:only|alone)\W*)",
    re.IGNORECASE | re.DOTALL,
)
_KEEPS_MESSAGE = re.compile(r"\b(?:thought|message)\b", re.IGNORECASE)

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_POINTING = _set(
    "a an the one please pls plz thanks thank you i i'm im mean meant want choose pick take i'll i'd have go "
    "with for it it's its is was that this option number no nr choice answer um uh oh ok okay yes yeah yep "
    "sure under in into to file put move my topic list of them these those would like be let's make "
    "think probably"
)
_PLACES = {**NUMBERS, **ORDINALS, "former": "1"}
_LAST = _set("last latter")


def agrees(text: str, question: Optional[OpenQuestion]) -> bool:
    """Return whether a text says yes; words such as "ok" do so to a question that is fresh."""
    said = _plain(text)
    if len(said) > MAX_LENGTH or not _IS_AGREEING.fullmatch(said):
        return False
    asks = question is not None and question.is_confirmation and question.is_fresh
    return _has(_AGREES, said) or (asks and _has(_NODS, said))


def declines(text: str) -> bool:
    """Return whether a text says no."""
    said = _plain(text)
    return len(said) <= MAX_LENGTH and _IS_DECLINING.fullmatch(said) is not None and _has(_DECLINES, said)


def answer_to(question: OpenQuestion, text: str) -> Optional[str]:
    """Return "yes", "no", "all", "part" or the number of an option from 1 on. None if it is no answer."""
    said = _plain(text)
    if len(said) > MAX_LENGTH:
        return None
    if agrees(text, question):
        return YES
    if declines(text):
        return NO
    if _IS_ALL.fullmatch(said) and _has(_SAYS_ALL, said):
        return ALL
    if not question.is_fresh:
        return None
    return PART if _agrees_to_a_part(question, said) else _option(question, said)


def _agrees_to_a_part(question: OpenQuestion, said: str) -> bool:
    if not question.is_confirmation or len(_words(said)) > MAX_WORDS or _KEEPS_MESSAGE.search(said):
        return False
    return _CONDITION.fullmatch(said) is not None


def names_option(question: OpenQuestion, text: str) -> bool:
    """Return whether the whole text is the name of an option."""
    return any(name and _words(name) == _words(text) for name in question.options)


def _has(phrases: Pattern[str], said: str) -> bool:
    return any(phrases.match(said, word.start()) for word in re.finditer(r"(?<!\w)(?=\S)", said))


def _plain(text: str) -> str:
    return _SKIN.sub("", trim(text).content).replace("’", "'")


def _words(text: str) -> List[str]:
    folded = unicodedata.normalize("NFKC", _plain(text)).casefold()
    return _WORD.findall(folded)


def _option(question: OpenQuestion, said: str) -> Optional[str]:
    words = _words(said)
    if not 1 <= len(words) <= MAX_WORDS:
        return None
    if question.is_confirmation and _KEEPS_MESSAGE.search(said):
        return str(len(question.options))
    told = [word for word in words if word not in _POINTING] or [word for word in words if word in _PLACES]
    if len(told) == 1 and told[0] in _LAST:
        return str(len(question.options))
    if len(told) == 1 and (place := _PLACES.get(told[0], told[0])).isdecimal():
        return place if 1 <= int(place) <= len(question.options) else None
    number = _named(question.options, told) if told else None
    return str(number) if number else None


def _named(options: Sequence[str], told: List[str]) -> Optional[int]:
    """Return the number of the only option that has these words, or is spelled like them."""
    names = [_words(option) for option in options]
    if same := [number for number, name in enumerate(names, 1) if name == told]:
        return same[0]
    if any(len(word) >= _MIN_NAME for word in told):
        having = [number for number, name in enumerate(names, 1) if set(told) <= set(name)]
        if having:
            return having[0] if len(having) == 1 else None
    return _spelled_like(" ".join(told), [" ".join(name) for name in names])


def _spelled_like(told: str, names: List[str]) -> Optional[int]:
    if len(told) <= _MIN_NAME or len(told.split()) > MAX_MISSPELLED_WORDS:
        return None
    found = process.extract(told, names, scorer=fuzz.ratio, limit=2)
    best = found[0]
    lead = best[1] - found[1][1] if len(found) > 1 else 100
    return best[2] + 1 if best[1] >= MIN_SIMILARITY and lead >= MIN_LEAD else None
