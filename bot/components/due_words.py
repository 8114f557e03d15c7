"""Words that say when something is to be done; ``scrapbook/text/due`` reads what they mean.

Only texts that consist of nothing else are matched: a text with a word more says something of its own.
"""

import re
from typing import Pattern

from components.number_words import WORDS

_WEEKDAY = (
    "(?:mon|tues|wednes|thurs|fri|satur|sun)days?|mon|tues?|wed|thurs?|thu|fri|sat|sun|weekdays?|weekends?"
)
_MONTH = (
    "january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul"
    "|aug|sept|sep|oct|nov|dec"
)
_UNIT = "minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|fortnight"
_TELLING = (
    rf"{_WEEKDAY}|today|tonight|tomorrow|tom+or+ow|tmrw|tmr|mornings?|afternoons?|evenings?|nights?|noon|midday"
    r"|midnight|everyday|daily|nightly|weekly|monthly|yearly|o'?clock|later"
    r"|\d{1,2}[:.]\d\d(?:\s?[ap]\.?m\.?)?|\d{1,2}\s?[ap]\.?m\.?|\d{1,3}\s?(?:m|min|h|hr|hrs|d|w)"
    r"|\d{1,2}(?:st|nd|rd|th)|\d{1,2}/\d{1,2}(?:/\d{2,4})?|20\d\d-\d\d-\d\d"
)
_JOINING = (
    "in|at|on|by|the|a|an|and|half|of|after|next|this|every|each|other|first|last|day|past|quarter|to"
    rf"|once|same|time|more|another|{_MONTH}"
)
_NUMBER = rf"\d{{1,4}}|{WORDS}"

_WORD = rf"(?:{_TELLING}|{_UNIT}|{_JOINING}|{_NUMBER})(?!\w)"
DUE_WORDS = rf"(?:{_WORD})(?:,?\s+(?:{_WORD})){{0,8}}"
"""A pattern of up to nine such words. Of the first alternative at each place a longer word is never cut."""

_IS_TELLING: Pattern[str] = re.compile(
    rf"(?<!\w)(?:{_TELLING}|{_MONTH}"
    rf"|(?:an?|another|half|next|this|every|{_NUMBER})\s+(?:an?\s+|more\s+)?(?:{_UNIT}))(?!\w)"
    rf"|\bat\s+(?:{_NUMBER})",
    re.IGNORECASE,
)
_COMES_AGAIN: Pattern[str] = re.compile(
    r"\b(?:every|each|everyday|daily|nightly|weekly|monthly|yearly|mornings|afternoons|evenings|nights|weekdays"
    r"|weekends|(?:mon|tues|wednes|thurs|fri|satur|sun)days|once an? (?:day|week|month))\b",
    re.IGNORECASE,
)
_ONLY_THEM: Pattern[str] = re.compile(DUE_WORDS, re.IGNORECASE)


def tells_when(words: str) -> bool:
    """Return whether words that ``DUE_WORDS`` matches name a time or a day, and do not only join others."""
    return _IS_TELLING.search(words) is not None


def tells_how_often(words: str) -> bool:
    """Return whether words that ``DUE_WORDS`` matches say that something comes again."""
    return _COMES_AGAIN.search(words) is not None


def is_only_a_time(text: str) -> bool:
    """Return whether a whole text says when, and nothing else."""
    return _ONLY_THEM.fullmatch(text) is not None and tells_when(text)
