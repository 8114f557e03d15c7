"""The items that a time is said with: a clock time, a day, a frequency and the like."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day.

    Attributes:
        hour, minute: as said; 12 for noon, 0 for midnight.
        half: ``am`` or ``pm``; ``24`` if the hour is one of 24; empty if either half of the day may be meant.
        is_midnight: whether it is named as midnight, which ends a day.
    """

    hour: int
    minute: int
    half: str = ""
    is_midnight: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the day, or another time of it that has a name.

    Attributes:
        name: one of the names in ``parts.PARTS``.
        is_plural: whether it is said in the plural, and so comes again.
    """

    name: str
    is_plural: bool = False


@dataclass(frozen=True, slots=True)
class Today:
    """A day that is counted from today: 1 for tomorrow."""

    ahead: int


@dataclass(frozen=True, slots=True)
class Weekdays:
    """One or several weekdays, 0 for Monday.

    Attributes:
        is_plural: whether they come again, because they are said in the plural or several are.
        weeks: 0 for the next one, 1 for that of next week: ``next friday``; 7 days later than the next for 2:
            ``friday week``.
    """

    days: tuple[int, ...]
    is_plural: bool = False
    weeks: int = 0


@dataclass(frozen=True, slots=True)
class Date:
    """One or several days of a month; -1 is the last. Without a month they are of the next one that fits."""

    days: tuple[int, ...]
    month: int | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class NthWeekday:
    """The first (1) or last (-1) of a weekday in a month, or several; without a month, in the next one."""

    nth: tuple[int, ...]
    weekday: int
    month: int | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day with a name of its own, as ``holidays.HOLIDAYS`` has it; without a year, the next."""

    name: str
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Month:
    """A month by its name."""

    month: int
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """A week, weekend, month or year, so many from this one, and where in it: at the start or the end."""

    unit: str
    ahead: int
    is_end: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """A span of time from now, or from a day: its months, its days, and its minutes by the world's clock."""

    months: int = 0
    days: int = 0
    minutes: int = 0
    anchor: "Day | None" = None
    is_before: bool = False


Day: TypeAlias = Today | Weekdays | Date | NthWeekday | Holiday | Month | Period
"""What names a day."""


@dataclass(frozen=True, slots=True)
class Every:
    """A frequency: every so many of a unit. The unit is empty if the day tells it, as in ``every friday``."""

    unit: str
    interval: int = 1


@dataclass(frozen=True, slots=True)
class Except:
    """Weekdays on which a daily recurrence does not come."""

    days: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class First:
    """The day on which a recurrence comes first, or from which on it comes."""

    day: Day


@dataclass(frozen=True, slots=True)
class Until:
    """The last day of a recurrence."""

    day: Day


@dataclass(frozen=True, slots=True)
class Times:
    """How often a recurrence comes."""

    count: int


@dataclass(frozen=True, slots=True)
class During:
    """For how long a recurrence comes: so many of a unit."""

    count: int
    unit: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Words of time that may mean several times, or that are not understood."""


Item: TypeAlias = Clock | Part | Day | Span | Every | Except | First | Until | Times | During | Unreadable

Found: TypeAlias = tuple[tuple[Item, ...], int] | None
"""The items that are read, and the index of the word after them. None if there are none."""

UNREADABLE = (Unreadable(),)
