"""Texts that are a whole command without a keyword: ``2.`` chooses, ``gpu?`` asks about GPUs."""

import re
from typing import Optional

from wordfreq import zipf_frequency

from components.arguments import NUMBERS
from components.grammar import Entity, Recognised
from components.text import Span
from components.vocabulary import CHAT

_CHOICE = re.compile(rf"#?(?P<number>[1-9]\d?)[.)]?|(?P<word>{'|'.join(NUMBERS)})", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:['’+#.-][^\W_]+)*[+#]*")
_MOST_WORDS = 3
# Words as common as this one ("really", "tomorrow", "coffee") are what people ask one another with.
_TOO_COMMON = 4.75


def bare_choice(span: Span) -> Optional[Recognised]:
    """A number between 1 and 99, in words up to ten, and nothing else is the answer to a question."""
    found = _CHOICE.fullmatch(span.content)
    if found is None or found.lastgroup is None:
        return None
    typed, start = found[found.lastgroup], span.start + found.start(found.lastgroup)
    value = NUMBERS.get(typed.lower(), typed)
    return Recognised("choose", 1.0, [Entity("choice", value, start, start + len(typed))])


def _is_chat(word: str) -> bool:
    return word in CHAT or len(word) == 1 or zipf_frequency(word, "en") > _TOO_COMMON


def short_question(span: Span) -> Optional[Recognised]:
    """Up to three words, none of them a common one, with a question mark: what is known about them."""
    words = _WORD.findall(span.content.lower())
    shortened = " ".join(words) != " ".join(span.content.lower().split())
    if not 1 <= len(words) <= _MOST_WORDS or shortened or any(map(_is_chat, words)):
        return None
    end = span.start + len(span.content)
    return Recognised("find", 0.9, [Entity("query", span.content, span.start, end)])
