"""Reminders reach the phone at their time, once each, whatever is killed around it."""

import random
import re
import sqlite3
import time
from collections import Counter
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from tests.support.installation import Installation, wait_until

NAMES = ("app", "actions", "rasa")
"""Everything that a reminder may pass on its way; the supervisor starts it again."""

EACH = 6
PEOPLE = tuple(f"+1555{n:04}" for n in range(110, 115))


@pytest.fixture(scope="module")
def installation(killed_installation: Installation) -> Installation:
    return killed_installation


def test_a_reminder_that_is_texted_reaches_the_phone_and_is_answered(installation: Installation) -> None:
    person = "+15550120"
    said = installation.say("remind me to water the orchid in 1 minute", person)
    assert "I will remind you" in said
    make_due(installation, person, datetime.now(UTC))
    [reminder] = installation.replies(person, 2)[1:]
    assert reminder.startswith("Reminder 1 water the orchid")
    assert installation.say("snooze 1h", person).startswith("I will remind you of 1 water the orchid: ")
    assert installation.say("undo", person) == "Undone: 1 due as before."
    assert installation.say("done", person) == "Done: 1 water the orchid."
    assert installation.say("reminders", person).startswith("No reminders")


@pytest.mark.timeout(900)
def test_whatever_is_killed_around_the_due_time_each_is_sent_once(
    installation: Installation, kill_rounds: int
) -> None:
    """What Twilio took before the app was killed is looked up there, so the phone, which is Twilio, stays."""
    chance = random.Random(7)
    for person in PEOPLE:
        installation.say("hello", person)
    for round_ in range(kill_rounds):
        before = {person: len(installation.sent_to(person)) for person in PEOPLE}
        due = datetime.now(UTC) + timedelta(seconds=2)
        for number, person in enumerate(PEOPLE):
            for n in range(EACH):
                insert(
                    installation, person, f"task {round_}.{n}.", due + timedelta(seconds=number / 2 + n / 4)
                )
        for name in [*chance.sample(NAMES, len(NAMES)), "app"]:
            time.sleep(chance.uniform(0.2, 1.5))  # a random moment is what is tested
            with suppress(ProcessLookupError, FileNotFoundError):
                installation.kill(name)
        once = {f"{round_}.{n}": 1 for n in range(EACH)}
        for person in PEOPLE:
            sent = partial(tasks, installation, person, round_, before[person])
            wait_until(lambda sent=sent: len(sent()) == EACH, 180, lambda sent=sent: f"{sent()}")
        assert {
            person: tasks(installation, person, round_, before[person]) for person in PEOPLE
        } == dict.fromkeys(PEOPLE, once)
    wait_until(installation.is_ready, 120, lambda: "what was killed last did not come back")


def tasks(installation: Installation, person: str, round_: int, before: int) -> Counter[str]:
    """How often each task of a round was sent to a person."""
    sent = "\n".join(installation.sent_to(person)[before:])
    return Counter(re.findall(rf"task ({round_}\.\d+)\.", sent))


def insert(installation: Installation, person: str, text: str, due: datetime) -> None:
    """Save a reminder as the action does, but for a time that nobody can text: a fraction of a second."""
    from scrapbook.store import Store
    from scrapbook.text.parsed_text import ParsedText

    store = Store.open(installation.database_url)
    try:
        with store.transaction() as tx:
            person_id = tx.people.id_of(person)
            assert person_id
            entry = tx.entries.add(person_id, ParsedText(text), None, None, datetime.now(UTC), due_at=due)
            tx.reminders.put(person_id, entry.id, due, None, "UTC", has_time=True)
    finally:
        store.close()


def make_due(installation: Installation, person: str, at: datetime) -> None:
    """Set the time of the person's reminders."""
    stored = at.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
    with closing(sqlite3.connect(installation.folder / "scrapbook.db", timeout=30)) as database, database:
        database.execute(
            "UPDATE reminders SET occurs_at = ?, due_at = ?, wakes_at = ?"
            " WHERE person_id = (SELECT person_id FROM addresses WHERE value = ?)",
            (stored, stored, stored, person),
        )
