from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapbook.due import may_say_when, read, shown, weekday_named

LONDON = ZoneInfo("Europe/London")
WEDNESDAY = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)


def due(text: str, now: datetime = WEDNESDAY, zone: ZoneInfo = LONDON) -> str:
    """As year, month, day and time in the person's zone; empty where there is none."""
    found = read(text, now, zone)
    return f"{found.astimezone(zone):%Y-%m-%d %H:%M}" if found else ""


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("remind me to call mum tomorrow", "2026-11-19 09:00"),
        ("remind me tomorrow to call mum", "2026-11-19 09:00"),
        ("tomorrow at 5pm remind me to swim", "2026-11-19 17:00"),
        ("Remind me to call mum tomorrow, please.", "2026-11-19 09:00"),
        ("remind me to call mum the day after tomorrow", "2026-11-20 09:00"),
        ("remind me to call mum tommorow", "2026-11-19 09:00"),
        ("set a reminder for friday water the plants", "2026-11-20 09:00"),
        ("remind me tonight to lock up", "2026-11-18 20:00"),
        ("remind me to lock up tonight at 8", "2026-11-18 20:00"),
        ("remind me to lock up tonight at 11", "2026-11-18 23:00"),
        ("remind me this evening", "2026-11-18 19:00"),
        ("remind me to call mum today", "2026-11-18 15:00"),
        ("remind me to go in the morning", "2026-11-19 09:00"),
        ("remind me to call mum tomorrow morning at 6", "2026-11-19 06:00"),
        ("remind me to call mum friday night", "2026-11-20 20:00"),
        ("remind me to water the plants on friday", "2026-11-20 09:00"),
        ("remind me to water the plants on Wed", "2026-11-25 09:00"),
        ("remind me to water the plants on wednesday at noon", "2026-11-18 12:00"),
        ("remind me to call mum next tuesday at 5", "2026-11-24 17:00"),
        ("remind me to call mum next friday", "2026-11-27 09:00"),
        ("remind me to be there at 5:30pm on Saturday", "2026-11-21 17:30"),
        ("remind me to take pills by friday", "2026-11-20 09:00"),
        ("remind me in 2 hours to move the car", "2026-11-18 12:30"),
        ("in two hours remind me to move the car", "2026-11-18 12:30"),
        ("remind me to move the car in half an hour", "2026-11-18 11:00"),
        ("remind me to move the car in an hour and a half", "2026-11-18 12:00"),
        ("remind me in 20 minutes", "2026-11-18 10:50"),
        ("remind me in 3 days to check", "2026-11-21 09:00"),
        ("remind me to check in 3 days at 5", "2026-11-21 17:00"),
        ("remind me tomorrow to call mum at 5", "2026-11-19 17:00"),
        ("remind me in a month to check", "2026-12-18 09:00"),
        ("remind me next week to check", "2026-11-25 09:00"),
        ("remind me to eat at noon", "2026-11-18 12:00"),
        ("remind me at midnight to sleep", "2026-11-19 00:00"),
        ("remind me noon tomorrow to eat", "2026-11-19 12:00"),
        ("remind me to eat noon tomorrow", "2026-11-19 12:00"),
        ("remind me to eat at noon tomorrow", "2026-11-19 12:00"),
        ("remind me to eat midday on friday", "2026-11-20 12:00"),
        ("remind me to sleep midnight tonight", "2026-11-19 00:00"),
        ("remind me to sleep midnight tomorrow", "2026-11-20 00:00"),
        ("remind me to lock up this evening", "2026-11-18 19:00"),
        ("remind me to lock up tonight", "2026-11-18 20:00"),
        ("remind me on tuesday 24 november to call mum", "2026-11-24 09:00"),
        ("remind me to call mum on monday 24 november", "2026-11-24 09:00"),
        ("remind me to call mum on monday, november 24th at 5", "2026-11-24 17:00"),
        ("remind me to call mum tues the 24th of november", "2026-11-24 09:00"),
        ("remind me to call at 5", "2026-11-18 17:00"),
        ("remind me to call at 8", "2026-11-18 20:00"),
        ("remind me to call at 3", "2026-11-18 15:00"),
        ("remind me to call at 9.30", "2026-11-18 21:30"),
        ("remind me to call at 8am", "2026-11-19 08:00"),
        ("remind me tomorrow at five to call", "2026-11-19 17:00"),
        ("remind me to cook at half past 6", "2026-11-18 18:30"),
        ("remind me to cook at quarter to five tomorrow", "2026-11-19 16:45"),
        ("remind me to leave at 17:45", "2026-11-18 17:45"),
        ("set a reminder for 6 pm to start dinner", "2026-11-18 18:00"),
        ("set a reminder for tomorrow at noon", "2026-11-19 12:00"),
        ("remind me on the 3rd of march to pay", "2027-03-03 09:00"),
        ("remind me Dec 24th at 7pm to wrap", "2026-12-24 19:00"),
        ("remind me to renew my passport on 3 March 2031", "2031-03-03 09:00"),
        ("remind me to renew my passport 2031-03-03", "2031-03-03 09:00"),
        ("remind me to pay rent on the 1st", "2026-12-01 09:00"),
        ("remind me to pay rent on the 31st", "2026-12-31 09:00"),
        ("remind me to wrap gifts 12/24", "2026-12-24 09:00"),
        ("remind me to wrap gifts on 24/12 at 7", "2026-12-24 07:00"),
        ("don't let me forget to call the bank tomorrow", "2026-11-19 09:00"),
    ],
)
def test_a_time_in_plain_words_is_read(text: str, when: str):
    assert due(text) == when


@pytest.mark.parametrize(
    "text",
    [
        "remind me to call mum",
        "remind me to buy 2 may flowers",
        "call mom about the march",
        "remind me to read 1984",
        "remind me about friday",
        "remind me to be on time every friday",
        "remind me every morning to drink water",
        "remind me to read about the 3rd of march",
        "remind me to be available 24/7",
        "remind me to buy 3/4 cup of sugar",
        "remind me to pay on 3/4",
        "remind me on monday and friday",
        "remind me that the friday party is cancelled",
        "remind me to tell Ann that tomorrow never dies is on",
        "remind me to watch black friday",
        "remind me to get some sun",
        "remind me to wear the may dress",
        "remind me to look at 5 houses",
        "remind me to try version 2.5",
        'remind me to read "tomorrow"',
        "remind me yesterday",
        "remind me to go to church on easter monday at 9",
        "remind me to check in a couple of days at 5",
        "remind me to call in 2 hours at 5",
        "remind me to take a pill every day at 9",
        "remind me on 3 march 2020",
        "remind me on 31/31",
        "remind me at 25:70",
        "remind me at 99",
    ],
)
def test_what_is_not_surely_one_time_to_come_is_none(text: str):
    assert not due(text)


def test_days_and_clocks_are_those_of_the_person():
    late = datetime(2026, 11, 18, 23, 30, tzinfo=UTC)
    assert due("remind me tomorrow", late, ZoneInfo("Asia/Tokyo")) == "2026-11-20 09:00"
    assert due("remind me tomorrow", late, ZoneInfo("America/New_York")) == "2026-11-19 09:00"
    before_the_clocks_go_back = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert read("remind me in 2 hours", before_the_clocks_go_back, LONDON) == datetime(
        2026, 10, 25, 2, 30, tzinfo=UTC
    )


def test_a_time_is_shown_with_its_year_where_that_is_another():
    assert shown(datetime(2026, 11, 27, 9, tzinfo=UTC), WEDNESDAY, LONDON) == "Friday 27 November at 9:00"
    assert (
        shown(datetime(2027, 7, 1, 16, 5, tzinfo=UTC), WEDNESDAY, LONDON) == "Thursday 1 July 2027 at 17:05"
    )


WORDS = (
    "remind me to at in on the 5 17:30 12/24 31 of march friday next tomorrow tonight noon pm a hour days , ."
)


@given(st.lists(st.sampled_from(WORDS.split()) | st.text(max_size=5)).map(" ".join))
def test_any_text_is_read_and_what_is_due_is_to_come(text: str):
    found = read(text, WEDNESDAY, LONDON)
    assert found is None or found > WEDNESDAY


@pytest.mark.parametrize(
    ("text", "weekday"),
    [
        ("remind me to call mum on monday 24 november", "Monday"),
        ("remind me on tues the 24th of november to call mum", "Tuesday"),
        ("remind me to call mum on 24 november", None),
        ("remind me to call mum on monday", None),
        ("remind me to call mum", None),
    ],
)
def test_the_weekday_that_a_date_is_said_to_be_is_known(text: str, weekday: str | None):
    assert weekday_named(text) == weekday


@pytest.mark.parametrize(
    "text",
    [
        "remind me to call mum when the moon is full",
        "remind me every friday to swim",
        "remind me to pay on 3/4",
        "remind me to check in a couple of days",
        "remind me before the party to buy ice",
    ],
)
def test_words_that_name_times_are_told(text: str):
    assert may_say_when(text)


@pytest.mark.parametrize(
    "text", ["remind me to call mum", "remind me about 1984", "remind me to read page 5"]
)
def test_words_that_name_none_are_told(text: str):
    assert not may_say_when(text)
