"""What a person reads of the devices on which they are signed in."""

import time

import pytest

from scrapbook.web.book.devices import MAX_NAME, UNKNOWN, describe_device

SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0"


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
            " Version/19.1 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            "Mozilla/5.0 (iPad; CPU OS 15_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
            " Version/15.6 Mobile/15E148 Safari/604.1",
            "Safari on iPad",
        ),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {SAFARI}", "Safari on Mac"),
        (f"Mozilla/5.0 (Linux; Android 10; K) {CHROME} Mobile Safari/537.36", "Chrome on Android"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36 Edg/142.0", "Edge on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
            " CriOS/120.0.6099.101 Mobile/15E148 Safari/604.1",
            "Chrome on iPhone",
        ),
        ("", UNKNOWN),
        ("x", UNKNOWN),
    ],
)
def test_a_device_is_named_by_browser_and_system(user_agent: str, device: str):
    assert describe_device(user_agent) == device


@pytest.mark.parametrize("user_agent", ["(" * 16_000, "Mozilla/" * 2_000, "Android " * 2_000, "x" * 16_000])
def test_a_hostile_browser_takes_no_time_and_no_room(user_agent: str):
    describe_device("")  # loads the patterns
    start = time.process_time()
    assert len(describe_device(user_agent)) <= MAX_NAME
    assert time.process_time() - start < 1
