"""The clock of the machine jumps: no reply waits for a time that was never to be, none is sent twice."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from scrapbook.places import ROOT
from tests.e2e.house import wait_until
from tests.integration.machines import PEOPLE, Machine, Outside
from tests.integration.serving import serving

DAY = 86_400
PERSON = PEOPLE[0]
LONG = "x" * 1400
"""Ten segments."""


@pytest.fixture
def outside() -> Iterator[Outside]:
    server = Outside()
    with serving(server):
        yield server


@pytest.fixture
def database(postgresql_url: str) -> Iterator[Engine]:
    engine = create_engine(postgresql_url)
    yield engine
    engine.dispose()


class Clocked(Machine):
    """An app whose clock can be turned."""

    def turn(self, ahead: int) -> None:
        """At its start, or while it runs."""
        folder = self.folder / self.name
        folder.mkdir(exist_ok=True)
        (folder / "clock.new").write_text(str(ahead))
        (folder / "clock.new").replace(folder / "clock")
        if self.process is not None and self.process.poll() is None:
            wait_until(
                lambda: (folder / "clock.told").read_text() == str(ahead),
                20,
                lambda: "the clock was not turned",
            )


@pytest.fixture
def app(tmp_path: Path, postgresql_url: str, outside: Outside) -> Iterator[Clocked]:
    """Thirty segments a day, one each two seconds."""
    turning = {
        "PYTHONPATH": str(ROOT / "tests" / "integration" / "turning"),
        "SCRAPBOOK_SEND_RATE": "0.5",
        "SCRAPBOOK_DAILY_SEGMENTS": "30",
    }
    app = Clocked("app", tmp_path, postgresql_url, outside, settings=turning)
    try:
        yield app
    finally:
        app.end()


def test_it_answers_on_when_the_clock_jumps_ahead_by_a_day_and_back(app: Clocked, outside: Outside) -> None:
    app.turn(0)
    app.start()
    for body, ahead in (("one", DAY), ("two", 0), ("three", -DAY), ("four", 0)):
        app.take(PERSON, body)
        app.turn(ahead)  # before it is answered, or after, or in between
    are_sent(outside, ["one", "two", "three", "four"])


def test_a_reply_that_waited_for_its_slot_is_not_a_day_late_when_the_clock_went_back_and_the_app_died(
    app: Clocked, outside: Outside, database: Engine
) -> None:
    app.turn(DAY)
    app.settings = {**app.settings, "SCRAPBOOK_SEND_RATE": "0.2"}
    app.start()
    app.take(PERSON, "one")
    wait_until(lambda: outside.sent[PERSON] == ["one"], 30, lambda: "the first is not sent")
    before = free_at(database)
    app.take(PERSON, "two")
    wait_until(lambda: free_at(database) > before, 30, lambda: "the second has no slot")
    app.end()
    assert outside.sent[PERSON] == ["one"]
    app.turn(0)
    app.start()
    are_sent(outside, ["one", "two"])


def test_a_reply_that_was_held_until_a_midnight_too_late_goes_out_at_the_next_start(
    app: Clocked, outside: Outside, database: Engine
) -> None:
    texts = [f"{n} {LONG}" for n in range(4)]
    app.turn(DAY)
    app.settings = {**app.settings, "SCRAPBOOK_SEND_RATE": "0"}
    app.start()
    for body in texts:
        app.take(PERSON, body)
    wait_until(lambda: held(database) > 0, 30, lambda: "none is held")
    app.end()
    assert texts[-1] not in outside.sent[PERSON]
    app.turn(0)
    app.start()
    are_sent(outside, texts)


def are_sent(outside: Outside, texts: list[str]) -> None:
    """Each once, in this order."""

    def sent() -> list[str]:
        return [body for body in outside.sent[PERSON] if body in texts]

    wait_until(lambda: len(sent()) >= len(texts), 90, lambda: str(outside.sent[PERSON]))
    assert sent() == texts


def free_at(database: Engine) -> datetime:
    """When the number that sends may send again; later with each reply that has a slot."""
    with database.connect() as connection:
        return connection.execute(text("SELECT free_at FROM senders")).scalar_one()


def held(database: Engine) -> int:
    with database.connect() as connection:
        waiting = "SELECT count(*) FROM replies WHERE held_until IS NOT NULL"
        return connection.execute(text(waiting)).scalar_one()
