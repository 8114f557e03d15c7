"""The SQLite database of the local Twilio."""

import sqlite3
import uuid
from importlib.resources import files
from pathlib import Path

_SCHEMA = files("scrapbook.emulators.twilio").joinpath("schema.sql").read_text(encoding="utf-8")
_SETTINGS = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;"


def open_database(path: Path) -> sqlite3.Connection:
    """Return a connection in autocommit mode, for the thread that opened it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.executescript(_SETTINGS + _SCHEMA)
    return connection


def new_sid(prefix: str) -> str:
    """Return a new sid: two letters and 32 hexadecimal digits."""
    return prefix + uuid.uuid4().hex
