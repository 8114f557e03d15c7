"""While a service fails everybody, it is asked ever more rarely, and by one at a time."""

from contextlib import suppress
from itertools import pairwise

import pytest

from scrapbook.errors import ScrapbookError, SendError, StoreUnavailable
from scrapbook.net.circuit_breaker import (
    FAILURE_THRESHOLD,
    MAX_OPEN_SECONDS,
    MIN_OPEN_SECONDS,
    CircuitBreaker,
    CircuitOpen,
)

DOWN = SendError("Twilio answered 500", permanent=False)
REFUSED = SendError("Twilio answered 400", permanent=True)


class Service:
    """Fails with ``error`` until that is None; knows when it was called."""

    def __init__(self) -> None:
        self.now = 0.0
        self.error: ScrapbookError | None = DOWN
        self.calls: list[float] = []
        self.reported: list[ScrapbookError] = []
        self.circuit = CircuitBreaker(SendError, self.reported.append, lambda: self.now)

    def call(self) -> str:
        self.calls.append(self.now)
        if self.error:
            raise self.error
        return "sent"

    def call_for(self, whom: str) -> str:
        with self.circuit.attempt(whom):
            return self.call()

    def try_for(self, whom: str) -> str:
        try:
            return self.call_for(whom)
        except ScrapbookError as error:
            return type(error).__name__

    def fail_everybody(self) -> None:
        for number in range(FAILURE_THRESHOLD):
            assert self.try_for(f"person {number}") == "SendError"


@pytest.fixture
def service() -> Service:
    return Service()


def test_once_everybody_fails_nobody_asks_for_a_while(service: Service):
    service.fail_everybody()
    assert service.try_for("somebody else") == "CircuitOpen"
    assert len(service.calls) == FAILURE_THRESHOLD


def test_one_who_fails_again_and_again_holds_up_nobody(service: Service):
    assert [service.try_for("the same") for _ in range(20)] == ["SendError"] * 20
    service.error = None
    assert service.try_for("somebody else") == "sent"


def test_a_success_in_between_starts_the_count_anew(service: Service):
    for error in (DOWN, DOWN, None, DOWN, DOWN):
        service.error = error
        service.try_for(f"person {len(service.calls)}")
    assert not service.reported


def test_a_message_that_is_refused_for_good_says_that_the_service_is_there(service: Service):
    for error in (DOWN, DOWN, REFUSED, DOWN, DOWN):
        service.error = error
        service.try_for(f"person {len(service.calls)}")
    assert not service.reported


def test_trouble_of_the_app_itself_says_nothing_about_the_service(service: Service):
    service.error = StoreUnavailable()
    for number in range(10):
        assert service.try_for(f"person {number}") == "StoreUnavailable"


def test_after_the_pause_one_alone_finds_out(service: Service):
    service.fail_everybody()
    service.now += MIN_OPEN_SECONDS
    service.error = None
    with service.circuit.attempt("one"):
        assert service.try_for("another") == "CircuitOpen"
        assert service.call() == "sent"
    assert service.try_for("another") == "sent"


def test_many_that_fail_in_one_moment_do_not_make_the_pause_longer(service: Service):
    attempts = [service.circuit.attempt(f"person {number}") for number in range(24)]
    for attempt in attempts:
        attempt.__enter__()
    for attempt in attempts:
        with suppress(SendError):
            attempt.__exit__(SendError, DOWN, None)
    service.now += MIN_OPEN_SECONDS
    service.error = None
    assert service.try_for("one") == "sent"


def test_the_pauses_grow_to_a_minute(service: Service):
    service.fail_everybody()
    for second in range(600):
        service.now = float(second)
        for number in range(10):
            service.try_for(f"person {number}")
    probes = [call for call in service.calls if call > 0]
    pauses = [after - before for before, after in pairwise(probes)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == MAX_OPEN_SECONDS
    assert len(probes) < 20


def test_it_is_told_once_for_each_time_that_it_is_away(service: Service):
    for _ in range(2):
        service.error = DOWN
        service.fail_everybody()
        service.now += 10 * MAX_OPEN_SECONDS
        service.try_for("one")
        service.error = None
        service.now += 10 * MAX_OPEN_SECONDS
        assert service.try_for("one") == "sent"
    assert service.reported == [DOWN, DOWN]


def test_being_held_back_can_be_tried_again(service: Service):
    service.fail_everybody()
    with pytest.raises(CircuitOpen) as held_back:
        service.call_for("one")
    assert not held_back.value.permanent
