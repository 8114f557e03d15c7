"""Several apps on one PostgreSQL, as on machines behind a balancer: the order holds, whichever app dies.

The apps are complete; one server of the test stands in for the assistant and Twilio, and echoes.
"""

import signal
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from tests.support.installation import wait_until
from tests.support.machines import PEOPLE, Machine, Outside
from tests.support.postgresql import begun
from tests.support.proxies import proxied
from tests.support.serving import serving

pytestmark = pytest.mark.soak

NEWER_RELEASE = (
    "-c",
    "import scrapbook; scrapbook.__version__ = '99.0'; from scrapbook.cli.main import main; main()",
)


@pytest.fixture
def outside() -> Iterator[Outside]:
    server = Outside()
    with serving(server):
        try:
            yield server
        finally:
            server.open.set()


@pytest.fixture
def database(postgresql_url: str) -> Iterator[Engine]:
    engine = create_engine(postgresql_url)
    yield engine
    engine.dispose()


@contextmanager
def machines(folder: Path, url: str, outside: Outside, *names: str) -> Generator[list[Machine]]:
    started = [Machine(name, folder, url, outside) for name in names]
    try:
        for machine in started:
            machine.start()
        yield started
    finally:
        outside.open.set()
        for machine in started:
            machine.end()


def test_texts_that_come_to_two_machines_in_turn_keep_their_order(
    tmp_path: Path, postgresql_url: str, database: Engine, outside: Outside
) -> None:
    texts = [f"thought {n}" for n in range(8)]
    with machines(tmp_path, postgresql_url, outside, "first", "second") as both:

        def send(person: str) -> None:
            for n, body in enumerate(texts):
                both[n % 2].take(person, body)

        with ThreadPoolExecutor(len(PEOPLE)) as pool:
            list(pool.map(send, PEOPLE))
        all_are_answered(outside, dict.fromkeys(PEOPLE, texts))
        assert took(both) == {"first", "second"}


def test_the_messages_of_a_machine_that_died_are_taken_over(
    tmp_path: Path, postgresql_url: str, database: Engine, outside: Outside
) -> None:
    """It is killed in the middle of its work, and does not start again."""
    texts = ["one", "two", "three"]
    with machines(tmp_path, postgresql_url, outside, "mortal", "other") as (mortal, other):
        outside.open.clear()
        begin(mortal, other, database, texts)
        mortal.end(signal.SIGKILL)
        assert begun(database, "mortal") == len(PEOPLE)
        outside.open.set()
        all_are_answered(outside, dict.fromkeys(PEOPLE, texts))
        wait_until(lambda: leases(database) == 0, 30, lambda: f"{leases(database)} leases are left")


def test_the_messages_of_a_machine_that_is_stopped_are_taken_over_and_it_goes_on_when_it_wakes_up(
    tmp_path: Path, postgresql_url: str, database: Engine, outside: Outside
) -> None:
    """It sleeps for longer than its leases are valid, while it answers the first text of each person."""
    texts = ["one", "two", "three"]
    with machines(tmp_path, postgresql_url, outside, "sleeper", "other") as (sleeper, other):
        outside.open.clear()
        begin(sleeper, other, database, texts)
        sleeper.send(signal.SIGSTOP)
        wait_until(lambda: begun(database, "other") == len(PEOPLE), 60, lambda: "they are not taken over")
        outside.open.set()
        all_are_answered(outside, dict.fromkeys(PEOPLE, texts))
        sleeper.send(signal.SIGCONT)
        wait_until(
            lambda: '"event": "lease_lost"' in sleeper.logged(),
            30,
            lambda: "it has not noticed that it slept",
        )
        for person in PEOPLE:
            sleeper.take(person, "four")
        all_are_answered(outside, {person: [*texts, "four"] for person in PEOPLE})
        wait_until(lambda: leases(database) == 0, 30, lambda: f"{leases(database)} leases are left")


def test_a_machine_whose_connection_is_cut_gives_way_and_goes_on_when_it_is_back(
    tmp_path: Path, postgresql_url: str, database: Engine, outside: Outside
) -> None:
    """The database closes its connections, and accepts none for longer than its leases are valid."""
    texts = ["one", "two", "three"]
    with (
        proxied(postgresql_url) as proxy,
        machines(tmp_path, postgresql_url, outside, "other") as (other,),
    ):
        cut_off = Machine("cut-off", tmp_path, proxy.url, outside)
        try:
            cut_off.start()
            outside.open.clear()
            begin(cut_off, other, database, texts)
            proxy.cut()
            wait_until(
                lambda: begun(database, "other") == len(PEOPLE),
                60,
                lambda: "the other has not taken them over",
            )
            outside.open.set()
            all_are_answered(outside, dict.fromkeys(PEOPLE, texts))
            proxy.mend()
            wait_until(cut_off.is_ready, 60, lambda: cut_off.logged()[-2000:])
            for person in PEOPLE:
                cut_off.take(person, "four")
            all_are_answered(outside, {person: [*texts, "four"] for person in PEOPLE})
        finally:
            cut_off.end()


def test_what_an_old_release_began_is_finished_by_a_newer_one(
    tmp_path: Path, postgresql_url: str, database: Engine, outside: Outside
) -> None:
    """An old one continues on a database that the newer one has migrated."""
    texts = ["one", "two", "three"]
    with machines(tmp_path, postgresql_url, outside, "old", "older") as (old, older):
        outside.open.clear()
        begin(old, older, database, texts)
        with database.begin() as connection:
            connection.execute(text("ALTER TABLE people ADD COLUMN of_the_next_release text"))
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        older.end(signal.SIGTERM)
        old.end(signal.SIGTERM)
        assert begun(database, "old") == len(PEOPLE)
        outside.open.set()
        new = Machine("new", tmp_path, postgresql_url, outside, NEWER_RELEASE)
        try:
            new.start()
            all_are_answered(outside, dict.fromkeys(PEOPLE, texts))
            older.start()
            new.end(signal.SIGTERM)
            older.take(PEOPLE[0], "four")
            all_are_answered(outside, {PEOPLE[0]: [*texts, "four"]})
        finally:
            new.end()


def begin(one: Machine, other: Machine, database: Engine, texts: list[str]) -> None:
    """Send all texts to one machine, which begins to answer the first of each person."""
    other.send(signal.SIGSTOP)
    for person in PEOPLE:
        for body in texts:
            one.take(person, body)
    wait_until(
        lambda: begun(database, one.name) == len(PEOPLE),
        30,
        lambda: f"{begun(database, one.name)} of {len(PEOPLE)} begun",
    )
    other.send(signal.SIGCONT)


def all_are_answered(outside: Outside, expected: dict[str, list[str]]) -> None:
    """Each once, in the order of sending."""
    wait_until(
        lambda: all(len(outside.sent[person]) >= len(texts) for person, texts in expected.items()),
        90,
        lambda: str(dict(outside.sent)),
    )
    assert {person: outside.sent[person] for person in expected} == expected


def took(machines: list[Machine]) -> set[str]:
    """Return the names of the apps that accepted a text."""
    return {one.name for one in machines if '"event": "message_accepted"' in one.logged()}


def leases(database: Engine) -> int:
    with database.connect() as connection:
        return connection.execute(text("SELECT count(*) FROM leases")).scalar_one()
