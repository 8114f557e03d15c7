"""Recognises commands without a keyword: ``2.`` and ``yes`` choose, ``21 done`` finishes, ``gpu?`` asks."""

import re
from typing import Optional

from wordfreq import zipf_frequency

from components.arguments import NUMBERS, ORDINALS, all_numbers
from components.grammar import Entity, RecognisedCommand
from components.normalization import SPACE, Span
from components.vocabulary import CHAT

_PLACES = [name for name in ORDINALS if name[0].isdigit()]
_CHOICE = re.compile(
    rf"#?(?P<number>[1-9]\d?)[.)]?|(?P<word>{'|'.join([*NUMBERS, *_PLACES])})", re.IGNORECASE
)
_YES = "yes"
_NO = "no"
# Single words that Twilio answers itself on some channels, but not on all. Only the word alone counts,
# without any mark and spelled correctly. "Stop" and its like are never read here.
_SERVICE_WORDS = {
    "help": "commands",
    "info": "commands",
    "start": "greet",
    "unstop": "greet",
}
_DECLINING = frozenset({"cancel", "end", "quit"})
_DONE = re.compile(
    r"(?:(?:reminders?|numbers?|no\.?)\s+)?(?P<numbers>#?\d+(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*)#?\d+)*)"
    r"(?:\s*[:,-])?\s*(?:(?:is|are|was|were|has\s+been|have\s+been)\s+)?(?:(?:all|both|now|already|just)\s+)?"
    r"(?:done|finished|completed?|✅|✔️?|☑️?)(?:\s+(?:now|already|too|with))?",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:['’+#.-][^\W_]+)*[+#]*")
_MAX_WORDS = 3
# Zipf scale. People ask each other about words above it ("really?", "tomorrow?", "coffee?").
_COMMON_ZIPF = 4.75


def bare_choice(span: Span) -> Optional[RecognisedCommand]:
    """Return ``choose`` for a number from 1 to 99, a number word up to ten, or "2nd", without other words."""
    found = _CHOICE.fullmatch(span.content)
    if found is None or found.lastgroup is None:
        return None
    typed, start = found[found.lastgroup], span.start + found.start(found.lastgroup)
    value = {**NUMBERS, **ORDINALS}.get(typed.lower(), typed)
    return RecognisedCommand("choose", 1.0, [Entity("choice", value, start, start + len(typed))])


def agreement(span: Span) -> Optional[RecognisedCommand]:
    """Return ``choose`` for "yes"."""
    if span.content.lower() != _YES:
        return None
    return RecognisedCommand("choose", 1.0, [Entity("choice", _YES, span.start, span.start + len(_YES))])


def service_word(text: str) -> Optional[RecognisedCommand]:
    """Return the command for a text that is a single word which some carriers answer."""
    typed = text.strip(SPACE)
    word, start = typed.lower(), text.find(typed)
    if word in _DECLINING:
        return RecognisedCommand("choose", 1.0, [Entity("choice", _NO, start, start + len(typed))])
    intent = _SERVICE_WORDS.get(word)
    return RecognisedCommand(intent, 1.0, []) if intent else None


def numbers_done(span: Span) -> Optional[RecognisedCommand]:
    """Return ``finish_reminder`` for a number, or several, that are said to be done: ``21 done``."""
    found = _DONE.fullmatch(span.content)
    if found is None:
        return None
    start = span.start + found.start("numbers")
    named = all_numbers(found["numbers"])
    return RecognisedCommand(
        "finish_reminder", 1.0, [Entity("entry", value, start + at, start + end) for value, at, end in named]
    )


def _is_chat(word: str) -> bool:
    return word in CHAT or len(word) == 1 or zipf_frequency(word, "en") > _COMMON_ZIPF


def short_question(span: Span) -> Optional[RecognisedCommand]:
    """Return ``find`` for up to three words, none of them common. The caller checks the question mark."""
    words = _WORD.findall(span.content.lower())
    has_other_characters = " ".join(words) != " ".join(span.content.lower().split())
    if not 1 <= len(words) <= _MAX_WORDS or has_other_characters or any(map(_is_chat, words)):
        return None
    end = span.start + len(span.content)
    return RecognisedCommand("find", 0.9, [Entity("query", span.content, span.start, end)])
