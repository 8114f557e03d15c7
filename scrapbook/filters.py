"""What narrows a search down, said in plain words: ``quotes about work from last month``."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from scrapbook.kinds import Kind
from scrapbook.search import Scope

if TYPE_CHECKING:
    from dateparser.date import DateDataParser

_KINDS = {
    Kind.QUOTE: "quotes?|quotations?|sayings?",
    Kind.LINK: "links?|urls?|websites?|web ?pages?|bookmarks?",
    Kind.PICTURE: "pictures?|pics?|photos?|images?|photographs?",
    Kind.LOCATION: "locations?|places?",
    Kind.MEMO: "(?:voice )?memos?|voice notes?|voice messages?|recordings?",
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
MONTH = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?"
)
_DAY = "mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?"
_COUNT = r"\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten"
_NTH = r"\d{1,2}(?:st|nd|rd|th)?"
_YEAR = r"(?:19|20)\d\d"
# Says a time wherever it stands.
_CLEAR = (
    rf"today|yesterday|(?:this|last|past) (?:week|month|year|weekend|{_DAY}|{MONTH})"
    rf"|(?:the )?(?:last|past) (?:{_COUNT}) (?:days|weeks|months|years)"
    rf"|(?:{_COUNT}) (?:days?|weeks?|months?|years?) ago"
    rf"|(?:{_NTH} (?:of )?(?:{MONTH})|(?:{MONTH}) {_NTH})(?:,? {_YEAR})?"
    rf"|(?:{MONTH}),? {_YEAR}|{_YEAR}-\d\d(?:-\d\d)?"
)
# Says one only behind a word like "in".
_DOUBTFUL = rf"{MONTH}|(?:mon|tues|wednes|thurs|fri|satur|sun)day|{_YEAR}"
_DATE = re.compile(
    r"(?:^|(?<= ))(?:(?P<how>from|in|on|of|during|since|before|until|till|after) (?:the )?"
    rf"(?P<led>{_CLEAR}|{_DOUBTFUL})|(?P<bare>{_CLEAR}))(?=$| )",
    re.IGNORECASE,
)
_SPAN = re.compile(
    rf"(?:the )?(?:last|past) (?P<count>{_COUNT}) (?P<unit>day|week|month|year)s", re.IGNORECASE
)
_NUMBERS = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_DAYS_IN = {"day": 1, "week": 7, "month": 30, "year": 365}
_LEFT_OVER = re.compile(
    r"^(?:about|on|of|by|with|regarding|concerning) | (?:about|from|in|on|of|by|with)$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Filters:
    """``scope`` and the ``words`` that are left to look for, which may be none."""

    scope: Scope
    words: str

    @property
    def narrows(self) -> bool:
        return self.scope != Scope()


def parse(text: str, now: datetime, zone: ZoneInfo) -> Filters:
    """What may be meant by ``text``; it may just as well be words to look for (``march of the penguins``).

    ``now`` is aware. Days are those of the time zone.
    """
    words = " ".join(text.split()).strip("?!., ")
    scope, words = _without_date(words, now.astimezone(zone))
    kind, words = _without_kind(words)
    return Filters(replace(scope, kind=kind), _LEFT_OVER.sub("", words).strip())


def _without_kind(words: str) -> tuple[Kind | None, str]:
    if found := _KIND_FIRST.match(words):
        return _kind(found), words[found.end() :]
    if found := _KIND_LAST.search(words):
        return _kind(found), words[: found.start()]
    return None, words


def _kind(found: re.Match[str]) -> Kind | None:
    return next((kind for kind in Kind if found[kind.name]), None)


def _without_date(words: str, now: datetime) -> tuple[Scope, str]:
    for found in _DATE.finditer(words):
        if days := _days(found["led"] or found["bare"], now):
            left = " ".join((words[: found.start()] + words[found.end() :]).split())
            return _scope((found["how"] or "").lower(), *days, now), left
    return Scope(), words


def _scope(how: str, first: date, end: date, now: datetime) -> Scope:
    since, until = (datetime.combine(day, time.min, now.tzinfo) for day in (first, end))
    if how in {"before", "until", "till"}:
        return Scope(until=until if how != "before" else since)
    if how in {"since", "after"}:
        return Scope(since=since if how == "since" else until)
    return Scope(since=since, until=until)


def _days(said: str, now: datetime) -> tuple[date, date] | None:
    """First day, and the day after the last. Weeks begin on Monday (ISO 8601). None when it is no date."""
    said = said.lower().removeprefix("the ")
    today = now.date()
    if found := _SPAN.fullmatch(said):
        return today - timedelta(days=_number(found["count"]) * _DAYS_IN[found["unit"]]), _next(today)
    if said.endswith("weekend"):
        is_latest = today.weekday() < 5 or said.startswith("this")
        saturday = today - timedelta(days=(today.weekday() - 5) % 7 + (0 if is_latest else 7))
        return saturday, saturday + timedelta(days=2)
    return _period(said, now)


def _number(said: str) -> int:
    return int(said) if said.isdigit() else max(_NUMBERS.index(said) if said in _NUMBERS else 1, 1)


def _period(said: str, now: datetime) -> tuple[date, date] | None:
    found = _reader(now.date()).get_date_data(_readable(said))
    if found.date_obj is None:
        return None
    day = found.date_obj.date()
    if found.period == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=7)
    if found.period == "month":
        first = day.replace(day=1)
        return first, _next(first + timedelta(days=30)).replace(day=1)
    if found.period == "year":
        return date(day.year, 1, 1), date(day.year + 1, 1, 1)
    return day, _next(day)


def _readable(said: str) -> str:
    """As dateparser knows it."""
    plain = re.sub(rf"(?:last|past|this) (?=(?:{_DAY}|{MONTH})$)", "", said)
    return re.sub(r"^past ", "last ", re.sub(r"\bthurs\b", "thu", plain))


def _next(day: date) -> date:
    return day + timedelta(days=1)


@lru_cache(maxsize=4)
def _reader(today: date) -> "DateDataParser":
    """The first takes a second to get going; from then on a date takes a millisecond."""
    from dateparser.date import DateDataParser  # noqa: PLC0415 - slow to import

    settings = {
        "RELATIVE_BASE": datetime.combine(today, time(12)),
        "PREFER_DATES_FROM": "past",
        "PREFER_DAY_OF_MONTH": "first",
        "PREFER_MONTH_OF_YEAR": "first",
    }
    return DateDataParser(languages=["en"], settings=settings)
