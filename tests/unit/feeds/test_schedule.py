"""When a feed is fetched next."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from scrapbook.feeds.freshness import MAX_FRESH_SECONDS, MAX_RETRY_AFTER_SECONDS, freshness, retry_after
from scrapbook.feeds.schedule import INTERVAL, MAX_BACKOFF, next_fetch

NOW = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)


def test_each_feed_has_its_turn_every_ten_minutes():
    times = [NOW]
    for _ in range(50):
        times.append(next_fetch("https://xkcd.com/atom.xml", times[-1] + timedelta(seconds=2)))
    gaps = {later - earlier for earlier, later in pairwise(times[1:])}
    assert gaps == {INTERVAL}
    assert INTERVAL / 2 <= times[1] - times[0] <= INTERVAL * 1.5 + timedelta(seconds=2)


def test_feeds_are_spread_over_the_ten_minutes():
    minutes = Counter(
        int((next_fetch(f"https://site.example/{n}", NOW) - NOW) / timedelta(minutes=1)) for n in range(2000)
    )
    assert len(minutes) >= 10
    assert max(minutes.values()) < 2 * min(minutes[minute] for minute in range(5, 15))


def test_a_feed_that_fails_is_asked_less_and_less_up_to_once_a_day():
    pauses = [next_fetch("https://site.example/", NOW, failures=count) - NOW for count in range(1, 12)]
    for count, pause in enumerate(pauses, 1):
        least = min(INTERVAL * 2**count, MAX_BACKOFF)
        assert least <= pause <= least + INTERVAL


def test_a_server_that_asks_for_more_is_given_it():
    assert next_fetch("https://a.example/", NOW, fresh_seconds=3600) >= NOW + timedelta(hours=1)
    assert next_fetch("https://a.example/", NOW, failures=1, retry_after=86400) == NOW + timedelta(days=1)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"cache-control": "max-age=600"}, 600),
        ({"cache-control": 'public, Max-Age="600"', "age": "100"}, 500),
        ({"cache-control": "no-cache, max-age=600"}, 0),
        ({"cache-control": "no-store"}, 0),
        ({"cache-control": "max-age=99999999999999999999"}, MAX_FRESH_SECONDS),
        ({"cache-control": "max-age=soon"}, 0),
        (
            {"expires": "Sat, 14 Mar 2026 16:00:00 GMT", "date": "Sat, 14 Mar 2026 15:30:00 GMT"},
            1800,
        ),
        ({"expires": "0"}, 0),
        ({"expires": "Sat, 14 Mar 2020 16:00:00 GMT"}, 0),
    ],
)
def test_the_headers_say_how_long_a_feed_is_fresh(headers: dict[str, str], seconds: int):
    assert freshness(headers, NOW).fresh_seconds == seconds


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("", 0),
        ("120", 120),
        ("-5", 0),
        ("later", 0),
        ("99999999999", MAX_RETRY_AFTER_SECONDS),
        ("Sat, 14 Mar 2026 15:10:26 GMT", 60),
    ],
)
def test_retry_after_is_a_number_or_a_date(said: str, seconds: int):
    assert retry_after({"retry-after": said}, NOW) == seconds


def test_a_validator_that_would_break_a_header_is_left_out():
    assert freshness({"etag": '"a\r\nX: y"'}, NOW).etag == ""
    assert freshness({"etag": 'W/"a"', "last-modified": "x" * 2000}, NOW).modified == ""
