"""The clock of the machine jumps: no reply waits too long, and none is sent twice."""

from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from scrapbook.paths import ROOT
from tests.support.installation import wait_until
from tests.support.machines import PEOPLE, Machine, Outside
from tests.support.serving import serving

pytestmark = pytest.mark.soak

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
    """An app whose clock can be turned, and with it that of the Rasa on its machine."""

    def turn(self, ahead: int) -> None:
        """At its start, or while it runs."""
        self.outside.ahead = ahead
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


@pytest.mark.parametrize(("ahead", "back"), [("next year", "now"), ("tomorrow at 20", "tomorrow at 10")])
def test_a_reply_that_was_held_while_the_clock_was_ahead_goes_out_when_it_is_set_back(
    app: Clocked, outside: Outside, database: Engine, ahead: str, back: str
) -> None:
    """Also when the day has come by then on which the limit was reached."""
    texts = [f"{n} {LONG}" for n in range(4)]
    app.turn(seconds_until(ahead))
    app.settings = {**app.settings, "SCRAPBOOK_SEND_RATE": "0"}
    app.start()
    for body in texts:
        app.take(PERSON, body)
    wait_until(lambda: held(database) == 2, 30, lambda: "they are not held")
    app.turn(seconds_until(back))
    are_sent(outside, texts)


def test_what_was_sent_while_the_clock_was_ahead_does_not_count_for_the_day_when_it_comes(
    app: Clocked, outside: Outside, database: Engine
) -> None:
    texts = [f"{n} {LONG}" for n in range(5)]
    app.turn(DAY)
    app.settings = {**app.settings, "SCRAPBOOK_SEND_RATE": "0"}
    app.start()
    for body in texts[:3]:
        app.take(PERSON, body)
    wait_until(lambda: held(database) == 1, 30, lambda: "none is held")
    app.turn(0)
    are_sent(outside, texts[:3])
    app.turn(DAY)
    for body in texts[3:]:
        app.take(PERSON, body)
    are_sent(outside, texts)


def test_slots_of_a_clock_that_was_ahead_delay_no_reply(app: Clocked, outside: Outside) -> None:
    app.turn(40 * 60)
    app.start()
    app.take(PERSON, "one")
    wait_until(lambda: outside.sent[PERSON] == ["one"], 30, lambda: "the first is not sent")
    app.turn(0)
    wait_until(lambda: "clock_set_back" in app.logged(), 30, app.logged)
    app.take(PERSON, "two")
    are_sent(outside, ["one", "two"])


def seconds_until(moment: str) -> int:
    """From now; "next year" is a year from now."""
    day, _, hour = moment.partition(" at ")
    if not hour:
        return {"now": 0, "next year": 365 * DAY}[day]
    now = datetime.now(UTC)
    return round((datetime.combine(now.date(), time(int(hour)), UTC) - now).total_seconds()) + DAY


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
        waiting = "SELECT count(*) FROM outbound_messages WHERE not_before IS NOT NULL"
        return connection.execute(text(waiting)).scalar_one()
