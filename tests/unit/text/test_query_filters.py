from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapbook.paths import ROOT
from scrapbook.text.entry_facts import EntryKind
from scrapbook.text.query_filters import Filters, parse

NEW_YORK = ZoneInfo("America/New_York")
SATURDAY = datetime(2026, 11, 21, 15, tzinfo=UTC)


def read(text: str, now: datetime = SATURDAY) -> Filters:
    return parse(text, now, NEW_YORK)


def days(text: str, now: datetime = SATURDAY) -> tuple[str, str]:
    """First and last day."""
    scope = read(text, now).scope
    return (
        scope.since.date().isoformat() if scope.since else "",
        (scope.until.date() - timedelta(days=1)).isoformat() if scope.until else "",
    )


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("quotes about work", EntryKind.QUOTE, "work"),
        ("that quote about courage", EntryKind.QUOTE, "courage"),
        ("gpu links", EntryKind.LINK, "gpu"),
        ("all my voice memos", EntryKind.MEMO, ""),
        ("photos of the dog", EntryKind.PICTURE, "the dog"),
        ("notes on python", None, "python"),
        ("what I saved about rust", None, "rust"),
        ("helicopter", None, "helicopter"),
        ("linked lists", None, "linked lists"),
    ],
)
def test_a_kind_is_read_off_the_beginning_or_the_end(text: str, kind: EntryKind | None, words: str):
    found = read(text)
    assert (found.scope.kind, found.words) == (kind, words)


def test_a_search_is_narrowed_by_every_spoken_name_of_a_kind():
    table: dict[str, list[str]] = yaml.safe_load((ROOT / "tests" / "entry_kinds.yml").read_text())
    assert set(table) == set(EntryKind)
    for kind, names in table.items():
        for name in names:
            assert read(f"{name} about rust").scope.kind == read(f"my {name}").scope.kind == kind


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("today", "2026-11-21", "2026-11-21"),
        ("yesterday", "2026-11-20", "2026-11-20"),
        ("last tuesday", "2026-11-17", "2026-11-17"),
        ("on monday", "2026-11-16", "2026-11-16"),
        ("this week", "2026-11-16", "2026-11-22"),
        ("last week", "2026-11-09", "2026-11-15"),
        ("last weekend", "2026-11-14", "2026-11-15"),
        ("this weekend", "2026-11-21", "2026-11-22"),
        ("last month", "2026-10-01", "2026-10-31"),
        ("in march", "2026-03-01", "2026-03-31"),
        ("from december", "2025-12-01", "2025-12-31"),
        ("last march", "2026-03-01", "2026-03-31"),
        ("in february 2024", "2024-02-01", "2024-02-29"),
        ("from 2025", "2025-01-01", "2025-12-31"),
        ("last year", "2025-01-01", "2025-12-31"),
        ("3 days ago", "2026-11-18", "2026-11-18"),
        ("the last 2 weeks", "2026-11-07", "2026-11-21"),
        ("12 march 2025", "2025-03-12", "2025-03-12"),
        ("on 2025-03-01", "2025-03-01", "2025-03-01"),
        ("since january", "2026-01-01", ""),
        ("before 2025", "", "2024-12-31"),
        ("after march 2026", "2026-04-01", ""),
        ("until march 2026", "", "2026-03-31"),
    ],
)
def test_a_time_is_read(text: str, first: str, last: str):
    assert days(text) == (first, last)
    assert days(f"quotes about work {text}") == (first, last)
    assert read(f"quotes about work {text}").words == "work"


@pytest.mark.parametrize(
    "text", ["march of the penguins", "the may queen", "1984", "catch 22", "monday blues", "sun and mars"]
)
def test_words_that_only_may_be_a_time_are_none(text: str):
    assert not read(text).narrows
    assert read(text).words == text


def test_days_are_those_of_the_persons_time_zone():
    late = datetime(2026, 3, 2, 3, tzinfo=UTC)
    assert days("today", late) == ("2026-03-01", "2026-03-01")
    since = read("in july").scope.since
    assert since is not None
    assert since.utcoffset() == timedelta(hours=-4)


@given(
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    st.sampled_from(["today", "last month", "last 3 weeks", "in may"]),
)
@settings(deadline=None)
def test_what_is_past_begins_no_later_than_now(day: date, said: str):
    now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    since = read(said, now).scope.since
    assert since is not None
    assert since <= now


@given(st.text())
@settings(deadline=None)
def test_any_text_is_read(text: str):
    read(text)
