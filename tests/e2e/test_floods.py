"""A running scrapbook that strangers flood: texts are taken in, answered, and nobody is kept waiting long."""

import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import httpx
import pytest

from tests.support.installation import Installation, message_form, new_sid, wait_until
from tests.support.slow_clients import endless_header, is_closed, slow_connections

PROCESSES = ("app", "phone", "actions", "rasa", "voice", "sentry", "metrics")
"""In the order of their ports; the local Sentry does not run."""
SLOW = 2_000
TWILIO_WAITS = 15.0
"""Seconds for which Twilio waits for the answer to a webhook."""


@pytest.mark.parametrize("process", [name for name in PROCESSES if name != "sentry"])
def test_texts_are_answered_while_slow_connections_and_an_endless_header_come(
    installation: Installation, number: str, process: str
) -> None:
    port = installation.port + PROCESSES.index(process)
    with slow_connections(port, SLOW) as slow, endless_header([port]):
        form = message_form(new_sid(), number, "milk and bread")
        begun = time.monotonic()
        assert installation.webhook(form).status_code == 200
        assert time.monotonic() - begun < TWILIO_WAITS / 3
        installation.replies(number, 1)

        def open_ones() -> int:
            return sum(not is_closed(connection, 0.001) for connection in slow)

        wait_until(lambda: open_ones() < SLOW / 2, 60, lambda: f"{open_ones()} of {SLOW} are open")


def test_readiness_that_is_asked_for_without_pause_slows_no_webhook(
    installation: Installation, number: str
) -> None:
    def seconds() -> float:
        begun = time.monotonic()
        assert installation.webhook(message_form(new_sid(), number, "find milk")).status_code == 200
        return time.monotonic() - begun

    undisturbed = statistics.median(seconds() for _ in range(10))
    with flood(f"{installation.url}/health/ready") as asked:
        disturbed = statistics.median(seconds() for _ in range(10))
    assert asked[0] > 50
    assert disturbed < undisturbed + 0.5  # it was two seconds


@contextmanager
def flood(url: str) -> Iterator[list[int]]:
    """Ask for it over four connections without pause; yields the count."""
    stopped, asked = threading.Event(), [0]

    def ask() -> None:
        with httpx.Client(verify=False) as client:
            while not stopped.is_set():
                with suppress(httpx.TransportError):
                    client.get(url)
                    asked[0] += 1

    with ThreadPoolExecutor(4) as pool:
        for _ in range(4):
            pool.submit(ask)
        try:
            yield asked
        finally:
            stopped.set()
