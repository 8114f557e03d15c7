"""Lateness of reminders, and what many waiting ones cost: ``python -m bench.reminders [WAITING]``.

An installation is started in a folder of its own. First 1,000 reminders of 500 people are due within a
minute; each one's lateness is from its time until the local Twilio has taken its message. Then so many as
are asked for (100,000) are waiting, and the app's start, its memory and the turns of one person are compared
with those before.
"""

import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.turns.machine import cpu_seconds, megabytes
from scrapbook.store import Store
from scrapbook.text.parsed_text import ParsedText
from tests.support.installation import Installation, wait_until

PEOPLE = tuple(f"+1555{n:04}" for n in range(300, 800))
DUE, WITHIN = 1_000, 60.0
"""Reminders, and the seconds within which they are due."""

TURNS = 40
RESTING = 30.0


def main(waiting: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        installation = Installation(Path(folder), PEOPLE)
        try:
            installation.start()
            print_costs(installation, "none waiting")
            print_lateness(installation)
            fill(installation, waiting)
            print_costs(installation, f"{waiting:,} waiting")
        finally:
            installation.stop()


def print_lateness(installation: Installation) -> None:
    store = Store.open(installation.database_url)
    start = datetime.now(UTC) + timedelta(seconds=45)  # the scheduler reads when the next is due by then
    with store.transaction() as tx:
        for n in range(DUE):
            person_id = tx.people.id_of(PEOPLE[n % len(PEOPLE)])
            assert person_id
            at = start + timedelta(seconds=WITHIN * n / DUE)
            entry = tx.entries.add(person_id, ParsedText(f"task {n}"), None, None, start, due_at=at)
            tx.reminders.put(person_id, entry.id, at, None, "UTC", has_time=True)
    store.close()
    sent = (
        "SELECT said_reminders.due_at, outbound_messages.sent_at FROM said_reminders"
        " JOIN outbound_messages ON outbound_messages.id = outbound_id WHERE state = 'sent'"
    )
    rows: list[tuple[str, str]] = []

    def all_sent() -> bool:
        with closing(
            sqlite3.connect(f"file:{installation.folder}/scrapbook.db?mode=ro", uri=True)
        ) as database:
            rows[:] = database.execute(sent).fetchall()
        return len(rows) >= DUE

    wait_until(all_sent, 400, lambda: f"{len(rows)} of {DUE} were sent")
    late = sorted(
        (datetime.fromisoformat(sent_at) - datetime.fromisoformat(due)).total_seconds()
        for due, sent_at in rows
    )
    print(
        f"{len(late)} due within {WITHIN:.0f} s: lateness p50 {late[len(late) // 2]:.2f} s, "
        f"p99 {late[int(len(late) * 0.99)]:.2f} s, at most {late[-1]:.2f} s"
    )


def fill(installation: Installation, count: int) -> None:
    """Insert reminders of one person that are due in the coming years."""
    first = datetime.now(UTC) + timedelta(days=2)
    with closing(sqlite3.connect(installation.folder / "scrapbook.db", timeout=60)) as database, database:
        [(person_id,)] = database.execute("SELECT person_id FROM addresses WHERE value = ?", (PEOPLE[-1],))
        [(number,)] = database.execute("SELECT next_number FROM people WHERE id = ?", (person_id,))
        for n in range(count):
            at = (first + timedelta(minutes=n)).replace(tzinfo=None).isoformat(" ")
            row = database.execute(
                "INSERT INTO entries (person_id, number, text, created_at, due_at, character_terms)"
                " VALUES (?, ?, ?, ?, ?, '')",
                (person_id, number + n, f"task {n}", at, at),
            )
            database.execute(
                "INSERT INTO reminders"
                " (person_id, entry_id, occurs_at, due_at, wakes_at, timezone, has_time, state)"
                " VALUES (?, ?, ?, ?, ?, 'UTC', 1, 'waiting')",
                (person_id, row.lastrowid, at, at, at),
            )
        database.execute("UPDATE people SET next_number = ? WHERE id = ?", (number + count, person_id))


def print_costs(installation: Installation, what: str) -> None:
    """Restart the app, and print how long that takes, its memory, a turn, and its processor at rest."""
    began = time.monotonic()
    installation.kill("app")
    wait_until(lambda: not installation.is_ready(), 30, lambda: "it was not killed")
    wait_until(installation.is_ready, 120, lambda: "it did not come back")
    started = time.monotonic() - began
    turns: list[float] = []
    for _ in range(TURNS):
        asked = time.monotonic()
        installation.say("hello", PEOPLE[0])
        turns.append(time.monotonic() - asked)
    pid = installation.pid("app")
    time.sleep(10)
    before = cpu_seconds([pid])
    time.sleep(RESTING)
    share = 100 * (cpu_seconds([pid]) - before) / RESTING
    print(
        f"{what}: start {started:.2f} s, app {megabytes(pid):.1f} MB, a text answered in "
        f"{1000 * statistics.median(turns):.0f} ms, {share:.2f} % of a core at rest"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
