"""A period of the past is read in every form that people give it, and said back so that it can be checked."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from scrapbook.text.periods import Period, find_period

SATURDAY = datetime(2026, 11, 28, 14, tzinfo=UTC)


def read(text: str, now: datetime = SATURDAY) -> Period:
    found = find_period(text, now)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "since", "until", "when"),
    [
        ("what did I save on friday", "2026-11-27", "2026-11-28", "from Friday 27 November"),
        ("on saturday", "2026-11-21", "2026-11-22", "from Saturday 21 November"),
        ("last tuesday", "2026-11-24", "2026-11-25", "from Tuesday 24 November"),
        ("in march", "2026-03-01", "2026-04-01", "from March 2026"),
        ("in december", "2025-12-01", "2026-01-01", "from December 2025"),
        ("on 12 May", "2026-05-12", "2026-05-13", "from Tuesday 12 May"),
        ("on the 3rd", "2026-11-03", "2026-11-04", "from Tuesday 3 November"),
        ("on monday the 2nd of november", "2026-11-02", "2026-11-03", "from Monday 2 November"),
        ("in 2025", "2025-01-01", "2026-01-01", "from 2025"),
        ("two weeks ago", "2026-11-09", "2026-11-16", "from two weeks ago"),
        ("a couple of weeks ago", "2026-11-09", "2026-11-16", "from a couple of weeks ago"),
        ("a month ago", "2026-10-01", "2026-11-01", "from October 2026"),
        ("the day before yesterday", "2026-11-26", "2026-11-27", "from Thursday 26 November"),
        ("the last few days", "2026-11-25", "2026-11-29", "from the last few days"),
        ("over the past month", "2026-10-01", "2026-11-01", "from last month"),
        ("between may and june", "2026-05-01", "2026-07-01", "from May 2026 to June 2026"),
        ("this week", "2026-11-23", "2026-11-30", "from this week"),
    ],
)
def test_a_period_is_read_and_said_back(text: str, since: str, until: str, when: str) -> None:
    found = read(text)
    assert found.since is not None
    assert found.until is not None
    assert (f"{found.since:%Y-%m-%d}", f"{found.until:%Y-%m-%d}", found.when) == (since, until, when)


@pytest.mark.parametrize(
    ("text", "since", "until", "when"),
    [
        ("since monday", "2026-11-23", "", "since Monday 23 November"),
        ("before may", "", "2026-05-01", "before May 2026"),
        ("until friday", "", "2026-11-28", "until Friday 27 November"),
        ("after 2024", "2025-01-01", "", "after 2024"),
    ],
)
def test_a_period_may_be_open(text: str, since: str, until: str, when: str) -> None:
    found = read(text)
    days = tuple(f"{at:%Y-%m-%d}" if at else "" for at in (found.since, found.until))
    assert (*days, found.when) == (since, until, when)


def test_a_part_of_a_day_has_its_hours_in_the_persons_time_zone() -> None:
    found = read("last night", SATURDAY.astimezone(ZoneInfo("Asia/Tokyo")))
    assert f"{found.since:%d %H:%M %Z}" == "27 18:00 JST"
    assert f"{found.until:%d %H:%M %Z}" == "28 06:00 JST"


@pytest.mark.parametrize(
    "text", ["may be", "march of the penguins", "on 31 february", "on 5/11", "tomorrow", "the 2025 wine", ""]
)
def test_what_is_no_period_or_not_a_clear_one_is_not_read(text: str) -> None:
    assert find_period(text, SATURDAY) is None
