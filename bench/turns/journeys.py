"""The durable engine's record of the journeys that have ended, which it keeps for a while."""

import sqlite3
import statistics
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import psycopg

STATUS, STEPS = "workflow_status", "operation_outputs"
KINDS = ("answer", "deliver")
STEPS_TIMED = ("keep", "understand", "record_replies", "wait_for_a_slot", "send")

Connection = sqlite3.Connection | psycopg.Connection
Times = Sequence[tuple[int, int]]


def copy_latest(url: str, folder: Path, times: int) -> None:
    """Adds the latest ended journeys, of a text and of its reply, so many times to the engine's tables.

    Args:
        url: of the PostgreSQL database; without one it is the SQLite file in ``folder``.
    """
    with closing(_opened(url, folder)) as connection:
        _copy(connection, times)
        connection.commit()


def _copy(connection: Connection, times: int) -> None:
    done = connection.execute(
        f"SELECT count(*) FROM {STATUS} WHERE workflow_uuid LIKE 'copy-%-answer'"
    ).fetchone()
    first = done[0] if done else 0
    for table in (STATUS, STEPS):
        columns = [
            column[0] for column in connection.execute(f"SELECT * FROM {table} LIMIT 0").description or ()
        ]
        for kind in KINDS:
            connection.execute(_insert(table, columns, kind, first, times))


def _insert(table: str, columns: list[str], kind: str, first: int, times: int) -> str:
    """The same on both databases; all that stands in it is of this module."""
    named = {"workflow_uuid": f"'copy-' || numbers.number || '-{kind}'"}
    values = ", ".join(named.get(column, f"original.{column}") for column in columns)
    return f"""
        INSERT INTO {table} ({", ".join(columns)})
        WITH RECURSIVE numbers (number) AS (
            SELECT {first + 1} UNION ALL SELECT number + 1 FROM numbers WHERE number < {first + times}
        )
        SELECT {values} FROM {table} AS original, numbers WHERE original.workflow_uuid = (
            SELECT workflow_uuid FROM {STATUS}
            WHERE name LIKE '%.{kind}' AND status = 'SUCCESS' AND workflow_uuid NOT LIKE 'copy-%'
            ORDER BY created_at DESC LIMIT 1
        )
    """


def parts(url: str, folder: Path, sent: Sequence[float]) -> dict[str, float]:
    """Where the time of the latest texts went, which were sent one after the other at these Unix times.

    Medians in milliseconds, out of the steps: the engine knows to the second only on SQLite when something
    was put into a queue.
    """
    with closing(_opened(url, folder)) as connection:
        keep, understand, record, slot, send = (_latest(connection, step, len(sent)) for step in STEPS_TIMED)
    found = {
        "sent, until it is taken up": _between([at * 1e3 for at in sent], _begun(keep)),
        "keep": _taken(keep),
        "understand": _taken(understand),
        "record the replies": _taken(record),
        "recorded, until it is taken up": _between(_ended(record), _begun(slot)),
        "send": _taken(send),
    }
    return {name: statistics.median(times) for name, times in found.items()}


def _opened(url: str, folder: Path) -> Connection:
    if not url:
        return sqlite3.connect(folder / "journey.db", timeout=30)
    connection = psycopg.connect(url.replace("+psycopg", ""))
    connection.execute("SET search_path TO dbos")
    return connection


def _latest(connection: Connection, step: str, count: int) -> list[tuple[int, int]]:
    """When the step was begun and ended, in Unix milliseconds; in order."""
    rows = connection.execute(f"""
        SELECT started_at_epoch_ms, completed_at_epoch_ms FROM {STEPS}
        WHERE function_name = '{step}' ORDER BY started_at_epoch_ms DESC LIMIT {count}
    """)
    return [(int(begun), int(ended)) for begun, ended in reversed(rows.fetchall())]


def _begun(steps: Times) -> list[float]:
    return [begun for begun, _ in steps]


def _ended(steps: Times) -> list[float]:
    return [ended for _, ended in steps]


def _taken(steps: Times) -> list[float]:
    return [ended - begun for begun, ended in steps]


def _between(earlier: Sequence[float], later: Sequence[float]) -> list[float]:
    return [after - before for before, after in zip(earlier, later, strict=True)]
