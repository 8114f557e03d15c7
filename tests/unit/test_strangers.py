import pytest
from structlog import get_logger
from structlog.testing import capture_logs

from scrapbook import strangers
from scrapbook.seldom import EVERY, Seldom
from scrapbook.strangers import FOR, Strangers


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class People:
    def __init__(self, **known: int) -> None:
        self.known = known
        self.looks = list[str]()

    def __call__(self, address: str) -> int | None:
        self.looks.append(address)
        return self.known.get(address)


def test_a_flood_of_a_strangers_costs_one_look():
    known, people = Strangers(Clock()), People()
    assert {known.person_id("mallory", people) for _ in range(1000)} == {None}
    assert people.looks == ["mallory"]


def test_somebody_who_is_being_let_in_waits_seconds_at_most():
    clock, people = Clock(), People()
    known = Strangers(clock)
    known.person_id("ada", people)
    people.known["ada"] = 1
    assert known.person_id("ada", people) is None
    clock.now += FOR
    assert known.person_id("ada", people) == 1
    del people.known["ada"]  # and who is shut out is so at once
    assert known.person_id("ada", people) is None


def test_many_strangers_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(strangers, "MOST", 10)
    clock, people = Clock(), People()
    known = Strangers(clock)
    for number in range(1000):
        known.person_id(str(number), people)
    assert len(known._until) == 10
    clock.now += FOR
    for number in range(10):
        known.person_id(str(number), people)
    assert set(known._until) == {str(number) for number in range(10)}


def test_lines_that_anybody_can_cause_are_counted():
    clock = Clock()
    seldom, log = Seldom(clock), get_logger()
    with capture_logs() as lines:
        for _ in range(100):
            seldom(log.info, "stranger")
        seldom(log.info, "refused", path="/")
        clock.now += EVERY
        seldom(log.info, "stranger")
    assert [(line["event"], line["count"]) for line in lines] == [
        ("stranger", 1),
        ("refused", 1),
        ("stranger", 100),
    ]
