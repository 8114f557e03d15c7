"""What is written of a due date is read as the same."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scrapbook.text.due import Due, format_due_date, read_due, say_due

LONDON = ZoneInfo("Europe/London")
WEDNESDAY = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)

ZONES = st.sampled_from(sorted(available_timezones() - {"localtime"})).map(ZoneInfo)
MOMENTS = st.integers(0, 60 * 24 * 365 * 9).map(
    lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
HOURS = [
    f"at {hour}:{minute:02}{half}" for hour in (7, 11, 12) for minute in (0, 45) for half in ("am", "pm")
]
OFTEN = [
    "every day", "every 3 days", "every weekday", "every monday", "every other tuesday", "on weekends",
    "every monday, wednesday and friday", "every 2 weeks on monday and thursday", "every month",
    "on the 31st of every month", "every 2 months on the 15th", "on the 1st and 15th of every month",
    "on the first monday of every month", "every 3rd and last friday of the month", "every february 29",
    "at the end of every month", "every june 5th", "every thanksgiving", "every year",
    "the last sunday of may every year",
]  # fmt: skip
ENDS = [
    "",
    "for 5 times",
    "5 times",
    "until the 5th of june",
    "starting tomorrow",
    "starting next monday 3 times",
]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("tomorrow at 5", "Thursday 19 November at 17:00"),
        ("tomorrow at 5am", "Thursday 19 November at 5:00"),
        ("every day at 6:30am", "every day at 6:30, first on Thursday 19 November"),
        ("on 1 july at 16:05", "Thursday 1 July 2027 at 16:05"),
        ("every weekday at 7", "every weekday at 7:00, first on Thursday 19 November"),
        ("every day at 8am and 8pm", "every day at 8:00 and 20:00, first on Wednesday 18 November"),
        ("every other friday", "every 2 weeks on Friday at 9:00, first on Friday 20 November"),
        ("every 31st", "every month on the 31st at 9:00, first on Monday 30 November"),
        (
            "first monday of every month at noon",
            "every month on the first Monday of the month at 12:00, first on Monday 7 December",
        ),
        ("every june 5th", "every year on 5 June at 9:00, first on Saturday 5 June 2027"),
        ("every 2 hours", "every 2 hours, first on Wednesday 18 November at 12:30"),
        ("every day for 3 days", "every day at 9:00, first on Thursday 19 November, 3 times"),
        (
            "every monday until christmas",
            "every Monday at 9:00, first on Monday 23 November, until 25 December 2026",
        ),
    ],
)
def test_what_was_understood_is_written_in_plain_words(text: str, written: str) -> None:
    due = read_due(f"remind me {text}", WEDNESDAY, LONDON)
    assert due is not None
    assert say_due(due, WEDNESDAY, LONDON) == written


def test_a_time_is_written_with_its_year_where_that_is_another() -> None:
    friday, july = datetime(2026, 11, 27, 9, tzinfo=UTC), datetime(2027, 7, 1, 16, 5, tzinfo=UTC)
    assert format_due_date(friday, WEDNESDAY, LONDON) == "Friday 27 November at 9:00"
    assert format_due_date(july, WEDNESDAY, LONDON) == "Thursday 1 July 2027 at 17:05"


@given(now=MOMENTS, zone=ZONES, later=st.timedeltas(timedelta(minutes=1), timedelta(days=700)))
def test_every_moment_is_read_as_it_is_written(now: datetime, zone: ZoneInfo, later: timedelta) -> None:
    at = (now + later).replace(second=0, microsecond=0)
    local = at.astimezone(zone)
    assume(at > now and local.second == 0 and not _is_shown_twice(local))
    assume(not 1 <= local.hour <= 6)  # whoever texts "at 5:00" means the afternoon
    written = say_due(Due(at, None, has_time=True, span=(0, 0)), now, zone)
    read = read_due(f"remind me {written} to call", now, zone)
    assert read is not None
    assert (read.at, read.rule) == (at, None)


def _is_shown_twice(local: datetime) -> bool:
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


@given(
    often=st.sampled_from(OFTEN),
    at=st.sampled_from(["", *HOURS]),
    end=st.sampled_from(ENDS),
    now=MOMENTS,
    zone=ZONES,
)
def test_every_recurrence_is_read_as_it_is_written(
    often: str, at: str, end: str, now: datetime, zone: ZoneInfo
) -> None:
    due = read_due(f"remind me {often} {at} {end}", now, zone)
    assume(due is not None)
    assert due is not None
    assert due.rule is not None
    read = read_due(f"remind me {say_due(due, now, zone)} to call", now, zone)
    assert read is not None
    assert read.rule == due.rule
    assert abs(read.at - due.at) <= timedelta(hours=1 if _is_shown_twice(due.at.astimezone(zone)) else 0)
