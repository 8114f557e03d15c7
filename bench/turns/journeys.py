"""The durable engine's record of the journeys that have ended, which it keeps for a while."""

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg

STATUS = "workflow_status"
TABLES = (STATUS, "workflow_input", "workflow_output")
KINDS = ("answer", "deliver")

Connection = sqlite3.Connection | psycopg.Connection


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
    for table in TABLES:
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


def _opened(url: str, folder: Path) -> Connection:
    if not url:
        return sqlite3.connect(folder / "journey.db", timeout=30)
    connection = psycopg.connect(url.replace("+psycopg", ""))
    connection.execute("SET search_path TO dbos")
    return connection
