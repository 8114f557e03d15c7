"""When a text says that a reminder is due."""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapbook.text.due import mentions_time, read_due, weekday_named

LONDON = ZoneInfo("Europe/London")
WEDNESDAY = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)


def due(text: str, now: datetime = WEDNESDAY, zone: ZoneInfo = LONDON) -> str:
    """As year, month, day and time in the person's zone; empty where there is none."""
    found = read_due(text, now, zone)
    return f"{found.at.astimezone(zone):%Y-%m-%d %H:%M}" if found else ""


def rule(text: str, now: datetime = WEDNESDAY, zone: ZoneInfo = LONDON) -> str:
    """As the rule's parts without those of its hours; empty where there is none."""
    found = read_due(text, now, zone)
    parts = found.rule.split(";") if found and found.rule else []
    return ";".join(part for part in parts if not part.startswith(("BYHOUR", "BYMINUTE")))


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
        ("remind me this morning", "2026-11-18 11:00"),
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
        ("remind me next week to check", "2026-11-23 09:00"),
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
        ("remind me to check in a couple of days at 5", "2026-11-20 17:00"),
        ("remind me to go to church on easter monday at 9", "2027-03-29 09:00"),
        ("remind me tmr 5ish to call", "2026-11-19 17:00"),
        ("pls remind me 2morrow @ 3pm 2 call", "2026-11-19 15:00"),
        ("remind me tnite", "2026-11-18 20:00"),
        ("remind me to call mum on thrusday", "2026-11-19 09:00"),
        ("remind me on wensday to call", "2026-11-25 09:00"),
        ("remind me febuary 3rd", "2027-02-03 09:00"),
        ("remind me feb. 3 to call", "2027-02-03 09:00"),
        ("remind me to call at 6 p . m .", "2026-11-18 18:00"),
        ("remind me to call at 11 p.m. on friday", "2026-11-20 23:00"),
        ("remind me at eight oh five to call", "2026-11-18 20:05"),
        ("remind me at eleven-thirty to call", "2026-11-18 11:30"),
        ("remind me at twelve noon", "2026-11-18 12:00"),
        ("remind me in twenty five minutes to stir the soup", "2026-11-18 10:55"),
        ("remind me on the twenty first of december at seven thirty pm", "2026-12-21 19:30"),
        ("remind me half two", "2026-11-18 14:30"),
        ("remind me at ten to five", "2026-11-18 16:50"),
        ("remind me at 1730", "2026-11-18 17:30"),
        ("remind me tonight 815", "2026-11-18 20:15"),
        ("remind me at 17h30", "2026-11-18 17:30"),
        ("remind me to call 9 tomorrow evening", "2026-11-19 21:00"),
        ("remind me eight tonight", "2026-11-18 20:00"),
        ("remind me tonight at 12", "2026-11-19 00:00"),
        ("remind me at 5 tomorrow morning", "2026-11-19 05:00"),
        ("remind me about dinner at 7 on friday", "2026-11-20 19:00"),
        ("remind me of breakfast at 8 on friday", "2026-11-20 08:00"),
        ("dinner is on friday at 7, please remind me", "2026-11-20 19:00"),
        ("I meet the bank tomorrow at 10, can you remind me?", "2026-11-19 10:00"),
        ("remind me to send it by end of day friday", "2026-11-20 17:00"),
        ("remind me by eod", "2026-11-18 17:00"),
        ("remind me at the end of next month", "2026-12-31 09:00"),
        ("remind me to pay at month end", "2026-11-30 09:00"),
        ("remind me on the last day of the month", "2026-11-30 09:00"),
        ("remind me the first monday of the month", "2026-12-07 09:00"),
        ("remind me last friday in may", "2027-05-28 09:00"),
        ("remind me on wednesday of next week", "2026-11-25 09:00"),
        ("remind me the week after next", "2026-11-30 09:00"),
        ("remind me on the weekend", "2026-11-21 09:00"),
        ("remind me friday week", "2026-11-27 09:00"),
        ("remind me a week on monday", "2026-11-30 09:00"),
        ("remind me two weeks from tomorrow", "2026-12-03 09:00"),
        ("remind me 3 days before christmas", "2026-12-22 09:00"),
        ("remind me the day after thanksgiving", "2026-11-27 09:00"),
        ("remind me 3 fridays from now", "2026-12-04 09:00"),
        ("remind me on friday the 20th", "2026-11-20 09:00"),
        ("remind me on friday the 13th", "2027-08-13 09:00"),
        ("remind me on 29 february", "2028-02-29 09:00"),
        ("remind me in 2.5 hours", "2026-11-18 13:00"),
        ("remind me in 1h30 to turn it off", "2026-11-18 12:00"),
        ("remind me in 2 hours and 10 minutes", "2026-11-18 12:40"),
        ("remind me in 90 seconds", "2026-11-18 10:32"),
        ("remind me in 45 to check the oven", "2026-11-18 11:15"),
        ("remind me in an hour or so", "2026-11-18 11:30"),
        ("remind me in two weeks' time", "2026-12-02 09:00"),
        ("remind me sometime next week", "2026-11-23 09:00"),
        ("remind me to read chapter 4 tomorrow", "2026-11-19 09:00"),
        ("remind me to read chapter 9 this evening", "2026-11-18 19:00"),
        ("remind me to book a table for 4 at 7", "2026-11-18 19:00"),
        ("remind me tomorrow to book a table for friday at 8", "2026-11-19 09:00"),
        ("remind me to call mum tomorrow about the party", "2026-11-19 09:00"),
        ("set a reminder for 6 to start dinner", "2026-11-18 18:00"),
        ("friday 3pm", "2026-11-20 15:00"),
        ("monday", "2026-11-23 09:00"),
        ("2 hours", "2026-11-18 12:30"),
        ("remind me on valentine's day", "2027-02-14 09:00"),
        ("remind me new years eve to call", "2026-12-31 09:00"),
        ("remind me christmas 2027", "2027-12-25 09:00"),
        ("remind me on the evening of december 3rd", "2026-12-03 19:00"),
        ("remind me tomorrow first thing", "2026-11-19 09:00"),
        ("reminder: friday 3pm dentist", "2026-11-20 15:00"),
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
        "remind me to rewatch 1917",
        "remind me about friday",
        "remind me to read about the 3rd of march",
        "remind me to be available 24/7",
        "remind me to buy 3/4 cup of sugar",
        "remind me to pay on 3/4",
        "remind me that the friday party is cancelled",
        "remind me to tell Ann that tomorrow never dies is on",
        "remind me to watch black friday",
        "remind me to get some sun",
        "remind me to wear the may dress",
        "remind me to look at 5 houses",
        "remind me to try version 2.5",
        'remind me to read "tomorrow"',
        "remind me yesterday",
        "remind me to call in 2 hours at 5",
        "remind me on 3 march 2020",
        "remind me on 31/31",
        "remind me at 25:70",
        "remind me at 99",
        "remind me to book a table for friday",
        "remind me to buy 2 pints at 3 euros",
        "remind me to buy milk at 7-eleven",
        "remind me to celebrate easter",
        "remind me about dinner with 3 friends",
        "remind me to check the meter in 204",
        "remind me tomorrow at 5 or 6",
        "remind me tomorrow or friday",
        "remind me between 3 and 5",
        "remind me tomorrow from 3 to 5",
        "remind me at 3-5pm",
        "remind me at 5pm EST",
        "remind me an hour before the game",
        "remind me 1 hour before noon",
        "remind me to call in the next hour",
        "remind me in a few days",
        "remind me next weekend",
        "remind me monday after next",
        "remind me tomorrow at the same time",
        "remind me tuesday at 7am and thursday at 5pm",
        "remind me at 6 am in the evening",
        "remind me monday tomorrow",
        "remind me last friday",
        "remind me 2 days ago",
        "remind me today at 9am",
        "remind me twice a day to stretch",
        "remind me every few days",
        "remind me biweekly",
        "remind me every 15 minutes until 5",
        "remind me every day between 9 and 5",
        "remind me every day at 7:15 and 8:30",
        "remind me on the 3rd and 4th",
        "remind me until friday",
        "remind me in 2 hours on friday",
        "remind me tomorrow 815 1234",
        "remind me every time I leave at 5",
        "remind me the day before the party on friday",
        "remind me to pack 2 hours before my flight at 6pm",
        "remind me to pack 2 days before my flight on friday",
        "remind me to call mum on her birthday at 5",
        "remind me about friday's meeting at 3",
        "remind me to get up every 3 or 4 days",
        "remind me to plan the weekend",
        "remind me to cook it at 200",
        "remind me what I did on friday",
        "remind me every friday night at 1",
        "remind me every friday at midnight",
        "remind me on the first weekday of the month",
        "remind me mid next week",
        "remind me the night before christmas",
        "remind me every day at breakfast and dinner",
    ],
)
def test_what_is_not_surely_one_time_to_come_is_none(text: str):
    assert not due(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("remind me every day to stretch", "FREQ=DAILY"),
        ("remind me to take a pill every day at 9", "FREQ=DAILY"),
        ("remind me every morning to drink water", "FREQ=DAILY"),
        ("remind me to be on time every friday", "FREQ=WEEKLY;BYDAY=FR"),
        ("remind me on monday and friday", "FREQ=WEEKLY;BYDAY=MO,FR"),
        ("remind me weekdays at 7", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("remind me mon-fri at 7", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("remind me every mon wed fri at 6am", "FREQ=WEEKLY;BYDAY=MO,WE,FR"),
        ("remind me on tuesdays & saturdays", "FREQ=WEEKLY;BYDAY=TU,SA"),
        ("remind me every sunday night at 8", "FREQ=WEEKLY;BYDAY=SU"),
        ("remind me every other tuesday", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"),
        ("remind me alternate mondays", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"),
        ("remind me every two weeks on monday", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"),
        ("remind me once a week on monday", "FREQ=WEEKLY;BYDAY=MO"),
        ("set a weekly reminder to call home on thursday night", "FREQ=WEEKLY;BYDAY=TH"),
        ("remind me every third day", "FREQ=DAILY;INTERVAL=3"),
        ("remind me every day except sunday", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA"),
        ("remind me every month on the 15th", "FREQ=MONTHLY;BYMONTHDAY=15"),
        ("remind me on the 1st and 15th of every month", "FREQ=MONTHLY;BYMONTHDAY=1,15"),
        ("remind me every first day of the month", "FREQ=MONTHLY;BYMONTHDAY=1"),
        ("remind me at the end of each month", "FREQ=MONTHLY;BYMONTHDAY=-1"),
        ("remind me every 1st mon of the month", "FREQ=MONTHLY;BYDAY=1MO"),
        ("remind me every last friday of the month", "FREQ=MONTHLY;BYDAY=-1FR"),
        ("remind me every 2nd and 4th friday", "FREQ=MONTHLY;BYDAY=2FR,4FR"),
        ("remind me quarterly on the 5th", "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=5"),
        ("remind me every 5th of june", "FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=5"),
        ("remind me every thanksgiving", "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH"),
        ("remind me every 90 minutes", "FREQ=MINUTELY;INTERVAL=90"),
        ("remind me every half hour", "FREQ=MINUTELY;INTERVAL=30"),
        ("remind me every hour", "FREQ=HOURLY"),
        ("remind me every day for the next 3 days", "FREQ=DAILY;COUNT=3"),
        ("remind me every monday and friday for 2 weeks", "FREQ=WEEKLY;BYDAY=MO,FR;COUNT=4"),
        ("remind me for the next 6 mondays", "FREQ=WEEKLY;BYDAY=MO;COUNT=6"),
        ("remind me every monday until christmas", "FREQ=WEEKLY;BYDAY=MO;UNTIL=20261225T235959"),
        ("remind me daily until february", "FREQ=DAILY;UNTIL=20270131T235959"),
    ],
)
def test_what_comes_again_has_a_rule(text: str, expected: str) -> None:
    assert rule(text) == expected


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("remind me every day at 9", "2026-11-19 09:00"),
        ("remind me every day at 12", "2026-11-18 12:00"),
        ("remind me every evening", "2026-11-18 19:00"),
        ("remind me every other monday", "2026-11-23 09:00"),
        ("remind me every 2 weeks", "2026-12-02 09:00"),
        ("remind me every day starting next monday at 8", "2026-11-23 08:00"),
        ("remind me every 2 hours", "2026-11-18 12:30"),
        ("remind me every 31st", "2026-11-30 09:00"),
    ],
)
def test_what_comes_again_comes_first_at_its_next_time(text: str, first: str) -> None:
    assert due(text) == first


def test_what_comes_every_month_or_year_keeps_its_day() -> None:
    january, leap_day = datetime(2027, 1, 31, 12, tzinfo=UTC), datetime(2028, 2, 29, 12, tzinfo=UTC)
    assert (due("remind me every month", january), rule("remind me every month", january)) == (
        "2027-02-28 09:00",
        "FREQ=MONTHLY;BYMONTHDAY=31",
    )
    assert (due("remind me every year", leap_day), rule("remind me every year", leap_day)) == (
        "2029-02-28 09:00",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
    )


def test_the_name_of_today_means_today_only_with_a_time() -> None:
    early = datetime(2026, 11, 18, 7, tzinfo=UTC)
    assert due("remind me on wednesday", early) == "2026-11-25 09:00"
    assert due("remind me on wednesday at 9", early) == "2026-11-18 09:00"


def test_days_and_clocks_are_those_of_the_person() -> None:
    late = datetime(2026, 11, 18, 23, 30, tzinfo=UTC)
    assert due("remind me tomorrow", late, ZoneInfo("Asia/Tokyo")) == "2026-11-20 09:00"
    assert due("remind me tomorrow", late, ZoneInfo("America/New_York")) == "2026-11-19 09:00"


def test_hours_from_now_are_those_of_the_world_and_days_those_of_the_wall() -> None:
    before_the_clocks_go_back = datetime(2026, 10, 24, 22, 30, tzinfo=UTC)
    found = read_due("remind me in 4 hours", before_the_clocks_go_back, LONDON)
    assert found is not None
    assert found.at == datetime(2026, 10, 25, 2, 30, tzinfo=UTC)
    assert due("remind me in 2 days at 7", before_the_clocks_go_back) == "2026-10-26 07:00"


def test_an_hour_that_the_clock_skips_is_as_much_later_and_one_that_comes_twice_is_the_first() -> None:
    spring, autumn = datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert due("remind me tomorrow at 1:30am", spring) == "2026-03-29 02:30"
    found = read_due("remind me tomorrow at 1:30am", autumn, LONDON)
    assert found is not None
    assert found.at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_holiday_is_read_only_where_it_has_the_date_that_is_known() -> None:
    assert due("remind me on father's day", zone=ZoneInfo("America/New_York"))
    assert not due("remind me on father's day", zone=ZoneInfo("Australia/Sydney"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("remind me to call mum tomorrow at 5, please", "tomorrow at 5"),
        ("remind me on friday to call mum at 5", "on friday"),
        ("Every weekday at 7 remind me to run", "Every weekday at 7"),
    ],
)
def test_the_words_of_time_are_told(text: str, words: str) -> None:
    found = read_due(text, WEDNESDAY, LONDON)
    assert found is not None
    assert text[slice(*found.span)] == words


def test_whether_a_time_of_day_is_named_is_told() -> None:
    found = [
        read_due(f"remind me {when}", WEDNESDAY, LONDON) for when in ("tomorrow", "tonight", "in 5 minutes")
    ]
    assert [one.has_time for one in found if one] == [False, True, True]


WORDS = (
    "remind me to at in on the 5 17:30 12/24 31 of march friday next tomorrow tonight noon pm a hour"
    " days , . every other until for weeks and first last month from now before half past - : 2026"
    " 99999 20 may christmas times"
)


@given(st.lists(st.sampled_from(WORDS.split()) | st.text(max_size=5)).map(" ".join))
def test_any_text_is_read_and_what_is_due_is_to_come(text: str) -> None:
    found = read_due(text, WEDNESDAY, LONDON)
    if found:
        start, end = found.span
        assert found.at > WEDNESDAY
        assert 0 <= start < end <= len(text)


@given(st.text(max_size=300), st.sampled_from(["remind me {}", "{} tomorrow", "remind me every {} at 5"]))
def test_no_text_breaks_it(text: str, around: str) -> None:
    read_due(around.format(text), WEDNESDAY, LONDON)
    mentions_time(text)


@given(st.lists(st.sampled_from(WORDS.split()), max_size=12).map(" ".join), st.integers(0, 700))
def test_the_end_of_the_calendar_breaks_nothing(text: str, before: int) -> None:
    now = datetime(9999, 12, 30, 23, 30, tzinfo=UTC) - timedelta(days=before)
    read_due(f"remind me {text}", now, LONDON)


@pytest.mark.parametrize(
    "unit",
    [
        "monday ", "monday, ", "every ", "1:", "1 ", "at ", "5 and ", "1st and ", "in 2 days and ", "a", " ",
        ".", "p . m ", "remind me ", "remind ", "2026-", "half ", "the first ", "tomorrow to ",
        "please ", "'", "mondya ", "12/", "until ",
    ],
)  # fmt: skip
def test_a_hostile_text_takes_no_longer_than_its_length(unit: str) -> None:
    text = (unit * 10_000)[:10_000]
    started = time.process_time()
    read_due(text, WEDNESDAY, LONDON)
    mentions_time(text)
    weekday_named(text)
    assert time.process_time() - started < 5


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
    assert mentions_time(text)


@pytest.mark.parametrize(
    "text", ["remind me to call mum", "remind me about 1984", "remind me to read page 5"]
)
def test_words_that_name_none_are_told(text: str):
    assert not mentions_time(text)
