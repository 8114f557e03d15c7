import pytest
from structlog import get_logger
from structlog.testing import capture_logs

from scrapbook.observability.log_throttle import INTERVAL, ThrottledLog
from scrapbook.workflows import unknown_senders
from scrapbook.workflows.unknown_senders import TTL, UnknownSenderCache


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_who_was_looked_for_in_vain_is_known_and_nobody_else():
    known = UnknownSenderCache(Clock())
    assert not known.is_known("mallory")
    known.remember("mallory")
    assert known.is_known("mallory")
    assert not known.is_known("ada")


def test_somebody_who_is_being_let_in_waits_seconds_at_most():
    clock = Clock()
    known = UnknownSenderCache(clock)
    known.remember("ada")
    clock.now += TTL - 0.1
    assert known.is_known("ada")
    clock.now += 0.1
    assert not known.is_known("ada")


def test_whoever_is_looked_for_again_is_known_for_as_long_again():
    clock = Clock()
    known = UnknownSenderCache(clock)
    for _ in range(2):
        known.remember("mallory")
        clock.now += TTL - 0.1
    assert known.is_known("mallory")


def test_many_unknown_senders_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(unknown_senders, "MAX_ENTRIES", 10)
    clock = Clock()
    known = UnknownSenderCache(clock)
    for number in range(1000):
        known.remember(str(number))
    assert len(known._addresses) == 10
    clock.now += TTL
    for number in range(10):
        known.remember(str(number))
    assert set(known._addresses) == {str(number) for number in range(10)}


def test_lines_that_anybody_can_cause_are_counted():
    clock = Clock()
    seldom, log = ThrottledLog(clock), get_logger()
    with capture_logs() as lines:
        for _ in range(100):
            seldom(log.info, "stranger")
        seldom(log.info, "refused", path="/")
        clock.now += INTERVAL
        seldom(log.info, "stranger")
    assert [(line["event"], line["count"]) for line in lines] == [
        ("stranger", 1),
        ("refused", 1),
        ("stranger", 100),
    ]
