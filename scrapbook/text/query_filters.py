"""Read the filters of a search in plain words: ``quotes about work from last month``."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from scrapbook.text.entry_facts import EntryKind
from scrapbook.text.periods import Period, find_period
from scrapbook.text.query import Scope

_KINDS = {
    EntryKind.QUOTE: "quotes?|quotations?|sayings?",
    EntryKind.LINK: "links?|urls?|websites?|web ?pages?|bookmarks?",
    EntryKind.PICTURE: "pictures?|pics?|photos?|images?|photographs?",
    EntryKind.VIDEO: "videos?|clips?",
    EntryKind.CONTACT: "contacts|contact cards?",
    EntryKind.FILE: "files|documents|pdfs?",
    EntryKind.LOCATION: "locations?|places?",
    EntryKind.MEMO: "(?:voice )?memos?|voice notes?|voice messages?|recordings?",
}
_ANY_KIND = "notes?|entries|entry|thoughts?|things?|stuff|items?|anything|everything|something|what"
_NAMED = "|".join(f"(?P<{kind.name}>{names})" for kind, names in _KINDS.items())
_KIND_FIRST = re.compile(
    rf"(?:(?:all|any|some|the|those|these|my|our|a|an|of|that|only|just|show me|find|saved) )*"
    rf"(?:{_NAMED}|{_ANY_KIND})(?: (?:that |which )?(?:i|we)(?: have|\'ve)? (?:\w+))?"
    rf"(?:$| (?:(?:about|on|of|by|with|for|regarding|concerning|mentioning|containing|under|in|from) )?)",
    re.IGNORECASE,
)
_KIND_LAST = re.compile(rf"(?:^| )(?:{_NAMED})$", re.IGNORECASE)
_ANY_NAMED = re.compile(rf"\b(?:{_NAMED})\b", re.IGNORECASE)
_LEFT_OVER = re.compile(
    r"^(?:about|on|of|by|with|regarding|concerning) | (?:about|from|in|on|of|by|with)$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Filters:
    """The scope of a search, and the words that are left to look for, which may be empty."""

    scope: Scope
    words: str

    @property
    def narrows(self) -> bool:
        """Whether the scope leaves out any entries."""
        return self.scope != Scope()


def parse(text: str, now: datetime, zone: ZoneInfo) -> Filters:
    """Return the filters that a text may name. It may as well be words only: ``march of the penguins``.

    Args:
        now: aware.
        zone: the time zone of the days in the text.
    """
    words = " ".join(text.split()).strip("?!., ")
    scope, words = _without_period(words, find_period(words, now.astimezone(zone)))
    kind, words = _without_kind(words)
    return Filters(replace(scope, kind=kind), _LEFT_OVER.sub("", words).strip())


def _without_kind(words: str) -> tuple[EntryKind | None, str]:
    if found := _KIND_FIRST.match(words):
        return _kind(found), words[found.end() :]
    if found := _KIND_LAST.search(words):
        return _kind(found), words[: found.start()]
    return None, words


def kind_named(text: str) -> tuple[EntryKind, str] | None:
    """Return the first kind of entries that a text names, and the text without it. None if it names none."""
    found = _ANY_NAMED.search(text)
    kind = _kind(found) if found else None
    return (kind, text[: found.start()] + text[found.end() :]) if found and kind else None


def _kind(found: re.Match[str]) -> EntryKind | None:
    return next((kind for kind in EntryKind if found[kind.name]), None)


def _without_period(words: str, period: Period | None) -> tuple[Scope, str]:
    if period is None:
        return Scope(), words
    left = " ".join((words[: period.start] + words[period.end :]).split())
    return Scope(since=period.since, until=period.until), left
