"""When a recurrence comes next: days on the calendar, hours on the local clock, the time zone last."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from scrapbook.text.due import following, used_up

LONDON = ZoneInfo("Europe/London")
CLOCKS = ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Santiago"]
"""Zones that change their clocks north and south of the equator, by half an hour, at midnight, and never."""


def times(rule: str, after: datetime, zone: ZoneInfo, count: int) -> list[str]:
    """The next local times of a rule."""
    found: list[str] = []
    for _ in range(count):
        moment = following(rule, after, zone)
        if moment is None:
            break
        found.append(f"{moment.astimezone(zone):%Y-%m-%d %H:%M}")
        after = moment
    return found


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=DAILY;BYHOUR=7;BYMINUTE=15", ["2026-11-19 07:15", "2026-11-20 07:15"]),
        ("FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0", ["2026-11-18 20:00", "2026-11-19 08:00", "2026-11-19 20:00"]),
        ("FREQ=WEEKLY;BYDAY=MO,FR;BYHOUR=9;BYMINUTE=0", ["2026-11-20 09:00", "2026-11-23 09:00"]),
        ("FREQ=MONTHLY;BYDAY=1MO;BYHOUR=9;BYMINUTE=0", ["2026-12-07 09:00", "2027-01-04 09:00"]),
        ("FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=9;BYMINUTE=0", ["2026-11-27 09:00", "2026-12-25 09:00"]),
        ("FREQ=MONTHLY;BYMONTHDAY=1,15;BYHOUR=9;BYMINUTE=0", ["2026-12-01 09:00", "2026-12-15 09:00"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;BYHOUR=9;BYMINUTE=0", ["2026-11-30 09:00", "2026-12-31 09:00"]),
        ("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;BYHOUR=9;BYMINUTE=0", ["2026-11-26 09:00", "2027-11-25 09:00"]),
        ("FREQ=HOURLY;INTERVAL=8", ["2026-11-18 18:30", "2026-11-19 02:30"]),
        ("FREQ=MINUTELY;INTERVAL=45", ["2026-11-18 11:15", "2026-11-18 12:00"]),
    ],
)
def test_a_rule_comes_when_it_says(rule: str, expected: list[str]) -> None:
    now = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)
    assert times(rule, now, LONDON, len(expected)) == expected


def test_an_interval_counts_from_the_last_time() -> None:
    monday = datetime(2026, 11, 16, 9, tzinfo=UTC)
    rule = "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;BYHOUR=9;BYMINUTE=0"
    assert times(rule, monday, LONDON, 3) == ["2026-11-19 09:00", "2026-11-30 09:00", "2026-12-03 09:00"]
    assert times("FREQ=DAILY;INTERVAL=3;BYHOUR=9", monday, LONDON, 2) == [
        "2026-11-19 09:00",
        "2026-11-22 09:00",
    ]


def test_a_day_that_a_month_lacks_is_its_last() -> None:
    january = datetime(2027, 1, 31, 9, tzinfo=UTC)
    rule = "FREQ=MONTHLY;BYMONTHDAY=31;BYHOUR=9;BYMINUTE=0"
    assert times(rule, january, LONDON, 3) == ["2027-02-28 09:00", "2027-03-31 09:00", "2027-04-30 09:00"]


def test_a_leap_day_is_the_last_of_february_in_other_years() -> None:
    rule = "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYHOUR=9;BYMINUTE=0"
    found = times(rule, datetime(2026, 12, 1, tzinfo=UTC), LONDON, 3)
    assert found == ["2027-02-28 09:00", "2028-02-29 09:00", "2029-02-28 09:00"]


def test_a_rule_ends() -> None:
    rule = "FREQ=DAILY;BYHOUR=9;BYMINUTE=0;UNTIL=20261120T235959"
    assert times(rule, datetime(2026, 11, 18, 10, tzinfo=UTC), LONDON, 9) == [
        "2026-11-19 09:00",
        "2026-11-20 09:00",
    ]
    hourly = "FREQ=HOURLY;UNTIL=20261118T120000"
    assert times(hourly, datetime(2026, 11, 18, 10, tzinfo=UTC), LONDON, 9) == [
        "2026-11-18 11:00",
        "2026-11-18 12:00",
    ]


def test_a_count_is_used_up() -> None:
    assert used_up("FREQ=DAILY;BYHOUR=9;BYMINUTE=0;COUNT=2") == "FREQ=DAILY;BYHOUR=9;BYMINUTE=0;COUNT=1"
    assert used_up("FREQ=DAILY;BYHOUR=9;BYMINUTE=0;COUNT=1") is None
    assert used_up("FREQ=DAILY;BYHOUR=9;BYMINUTE=0") == "FREQ=DAILY;BYHOUR=9;BYMINUTE=0"


@pytest.mark.parametrize("name", CLOCKS)
@pytest.mark.parametrize("hour", [0, 1, 2, 3, 12])
def test_it_comes_once_a_day_at_its_time_over_every_change_of_the_clock(name: str, hour: int) -> None:
    zone = ZoneInfo(name)
    rule = f"FREQ=DAILY;BYHOUR={hour};BYMINUTE=30"
    moment = datetime(2025, 12, 31, 12, tzinfo=zone).astimezone(UTC)
    days: list[datetime] = []
    for _ in range(365):
        found = following(rule, moment, zone)
        assert found is not None
        days.append(found.astimezone(zone))
        moment = found
    assert all((later.date() - earlier.date()).days == 1 for earlier, later in pairwise(days))
    late = [day for day in days if (day.hour, day.minute) != (hour, 30)]
    assert len(late) <= 1
    for day in late:  # the clock skips the time: it comes as much later
        assert day.replace(fold=0).utcoffset() != (day - timedelta(hours=2)).utcoffset()


def test_hours_are_those_of_the_world() -> None:
    before = datetime(2026, 10, 25, 0, 30, tzinfo=LONDON)
    moment = before.astimezone(UTC)
    for _ in range(3):
        later = following("FREQ=HOURLY;INTERVAL=2", moment, LONDON)
        assert later == moment + timedelta(hours=2)
        moment = later


@pytest.mark.parametrize("rule", ["", "FREQ", "FREQ=SOMETIMES", "FREQ=DAILY;BYHOUR=x"])
def test_what_is_no_rule_is_an_error(rule: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - dateutil's and ours
        following(rule, datetime(2026, 11, 18, tzinfo=UTC), LONDON)
