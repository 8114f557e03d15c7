"""Days with a name of their own, and when they are.

A day that is another one in other countries is known only in the time zones in which it is this one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.easter import easter

from scrapbook.text.due.words import Words, text_at


@dataclass(frozen=True, slots=True)
class DayOfYear:
    """A day that has the same date every year."""

    month: int
    day: int

    def in_year(self, year: int) -> date:
        """Return the day in a year."""
        return date(year, self.month, self.day)

    @property
    def rule(self) -> Mapping[str, str]:
        """The parts of a rule that comes on this day."""
        return {"FREQ": "YEARLY", "BYMONTH": str(self.month), "BYMONTHDAY": str(self.day)}


@dataclass(frozen=True, slots=True)
class WeekdayOfYear:
    """The first (1) or last (-1) of a weekday in a month, and a day so many days after it."""

    nth: int
    weekday: int
    month: int
    after: int = 0

    def in_year(self, year: int) -> date:
        """Return the day in a year."""
        return nth_weekday(year, self.month, self.nth, self.weekday) + timedelta(days=self.after)

    @property
    def rule(self) -> Mapping[str, str] | None:
        """The parts of a rule that comes on this day; None if there is none."""
        names = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
        by_day = f"{self.nth}{names[self.weekday]}"
        return None if self.after else {"FREQ": "YEARLY", "BYMONTH": str(self.month), "BYDAY": by_day}


@dataclass(frozen=True, slots=True)
class EasterDay:
    """A day so many days after Easter of the western churches."""

    after: int

    def in_year(self, year: int) -> date:
        """Return the day in a year."""
        return easter(year) + timedelta(days=self.after)

    @property
    def rule(self) -> None:
        """None: no rule comes at Easter."""


def nth_weekday(year: int, month: int, nth: int, weekday: int) -> date:
    """Return the first (1), second or last (-1) of a weekday in a month. Raises ValueError if it has none."""
    if nth < 0:
        last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    day = first.day + (weekday - first.weekday()) % 7 + 7 * (nth - 1)
    return date(year, month, day)


HOLIDAYS: Mapping[str, DayOfYear | WeekdayOfYear | EasterDay] = {
    "new year's day": DayOfYear(1, 1),
    "new year's": DayOfYear(1, 1),
    "new years": DayOfYear(1, 1),
    "new year": DayOfYear(1, 1),
    "new year's eve": DayOfYear(12, 31),
    "nye": DayOfYear(12, 31),
    "groundhog day": DayOfYear(2, 2),
    "valentine's day": DayOfYear(2, 14),
    "valentine's": DayOfYear(2, 14),
    "valentine day": DayOfYear(2, 14),
    "st patrick's day": DayOfYear(3, 17),
    "saint patrick's day": DayOfYear(3, 17),
    "april fool's day": DayOfYear(4, 1),
    "april fool's": DayOfYear(4, 1),
    "earth day": DayOfYear(4, 22),
    "cinco de mayo": DayOfYear(5, 5),
    "may day": DayOfYear(5, 1),
    "juneteenth": DayOfYear(6, 19),
    "halloween": DayOfYear(10, 31),
    "halloween day": DayOfYear(10, 31),
    "all saint's day": DayOfYear(11, 1),
    "guy fawkes night": DayOfYear(11, 5),
    "bonfire night": DayOfYear(11, 5),
    "veteran's day": DayOfYear(11, 11),
    "armistice day": DayOfYear(11, 11),
    "remembrance day": DayOfYear(11, 11),
    "christmas eve": DayOfYear(12, 24),
    "christmas": DayOfYear(12, 25),
    "christmas day": DayOfYear(12, 25),
    "boxing day": DayOfYear(12, 26),
    "st stephen's day": DayOfYear(12, 26),
    "good friday": EasterDay(-2),
    "easter": EasterDay(0),
    "easter sunday": EasterDay(0),
    "easter monday": EasterDay(1),
    "palm sunday": EasterDay(-7),
    "ash wednesday": EasterDay(-46),
    "mardi gras": EasterDay(-47),
    "shrove tuesday": EasterDay(-47),
    "pancake day": EasterDay(-47),
    "independence day": DayOfYear(7, 4),
    "canada day": DayOfYear(7, 1),
    "bastille day": DayOfYear(7, 14),
    "anzac day": DayOfYear(4, 25),
    "australia day": DayOfYear(1, 26),
    "mlk day": WeekdayOfYear(3, 0, 1),
    "martin luther king day": WeekdayOfYear(3, 0, 1),
    "presidents day": WeekdayOfYear(3, 0, 2),
    "president's day": WeekdayOfYear(3, 0, 2),
    "mother's day": WeekdayOfYear(2, 6, 5),
    "memorial day": WeekdayOfYear(-1, 0, 5),
    "father's day": WeekdayOfYear(3, 6, 6),
    "labor day": WeekdayOfYear(1, 0, 9),
    "columbus day": WeekdayOfYear(2, 0, 10),
    "thanksgiving": WeekdayOfYear(4, 3, 11),
    "thanksgiving day": WeekdayOfYear(4, 3, 11),
    "black friday": WeekdayOfYear(4, 3, 11, after=1),
    "cyber monday": WeekdayOfYear(4, 3, 11, after=4),
}
"""The days by name. Those of a single country have the date that most of the world means by the name."""

_OTHER_DATES: Mapping[str, frozenset[str]] = {
    "mother's day": frozenset({"Europe/London", "Europe/Dublin", "Europe/Paris"}),
    "father's day": frozenset(
        {"Australia", "Pacific/Auckland", "Europe/Berlin", "Europe/Madrid", "Europe/Lisbon", "Europe/Rome"}
    ),
    "thanksgiving": frozenset(
        {"America/Toronto", "America/Vancouver", "America/Edmonton", "America/Winnipeg"}
    ),
    "thanksgiving day": frozenset({"America/Toronto", "America/Vancouver", "America/Edmonton"}),
    "independence day": frozenset({"Asia"}),
}
"""The time zones, or the continents of them, in which a day of that name is another one."""


def _plain(name: str) -> str:
    return name.replace("'", "")


_BY_WORDS = {_plain(name): name for name in HOLIDAYS}
_MOST_WORDS = 5


def holiday_at(words: Words, at: int) -> tuple[str, int] | None:
    """Return the longest name of a holiday at an index, and the index after it. None if there is none."""
    said, found = "", None
    for ahead in range(_MOST_WORDS):
        text = text_at(words, at + ahead)
        is_sign = text in {"'", "."}
        said += "" if is_sign else (" " if said and text != "s" else "") + _plain(text)
        if said in _BY_WORDS and text and not is_sign:
            found = _BY_WORDS[said], at + ahead + 1
    return found


def is_known(name: str, zone: str) -> bool:
    """Return whether a holiday has, in a time zone, the date that ``HOLIDAYS`` has."""
    return not any(zone == place or zone.startswith(f"{place}/") for place in _OTHER_DATES.get(name, ()))


def next_holiday(name: str, today: date) -> date:
    """Return the next day of a holiday, today included."""
    in_year: Callable[[int], date] = HOLIDAYS[name].in_year
    this = in_year(today.year)
    return this if this >= today else in_year(today.year + 1)
