"""The one file of the local Twilio."""

import sqlite3
import uuid
from importlib.resources import files
from pathlib import Path

_SCHEMA = files("scrapbook.twilio.local").joinpath("schema.sql").read_text(encoding="utf-8")
_SETTINGS = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;"


def opened(path: Path) -> sqlite3.Connection:
    """Belongs to the thread that opened it, and keeps at once what each statement changes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.executescript(_SETTINGS + _SCHEMA)
    return connection


def new_sid(prefix: str) -> str:
    """What Twilio would call something new: two letters and 32 hexadecimal digits."""
    return prefix + uuid.uuid4().hex
