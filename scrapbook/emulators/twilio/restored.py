"""Make a local Twilio's database that comes from a backup safe to start with.

Whoever wrote the backup chose its URLs, and the local Twilio signs its requests to them.
"""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter

from scrapbook.emulators.twilio.database import open_database
from scrapbook.emulators.twilio.message_log import MessageLog
from scrapbook.emulators.twilio.recordings import Recordings

MAX_CHANGES = 2**53
"""The most changes that the page can count: JavaScript has no greater exact integers."""

_END_ALL = """
    UPDATE messages SET status = 'delivered' WHERE status = 'pending' AND direction = 'inbound';
    UPDATE messages SET status = 'failed' WHERE status IN ('queued', 'sent') AND direction <> 'inbound';
    UPDATE messages SET status_callback = '';
    UPDATE recordings SET is_reported = 1, callback = '';
    DELETE FROM media_urls;
    DELETE FROM webhooks;
"""

_EXTRAS = TypeAdapter(dict[str, str])


def make_safe(path: Path) -> None:
    """Read all messages and recordings, and end what was in progress, so that nothing goes on by itself.

    Inbound messages that were pending count as delivered: the app that was backed up most likely has them.

    Raises:
        ValueError: something cannot be read.
    """
    with closing(open_database(path)) as connection:
        try:
            _read_all(connection)
        except (sqlite3.Error, RecursionError, TypeError):
            raise ValueError("The database cannot be read.") from None
        connection.executescript(f"BEGIN; {_END_ALL} COMMIT")


def _read_all(connection: sqlite3.Connection) -> None:
    log, last = MessageLog(connection), 0
    for message in log.all():
        _EXTRAS.validate_python(message.extras, strict=True)
        _check_times(message.created_at, message.updated_at, message.sent_at)
        _check_times(*(media.created_at for media in message.media))
        last = max(last, message.changed)
    if not last <= log.latest_change() < MAX_CHANGES:
        raise ValueError("The changes are not counted.")
    for recording in Recordings(connection).all():
        _check_times(recording.created_at)


def _check_times(*times: datetime | None) -> None:
    if any(time is not None and time.tzinfo is None for time in times):
        raise ValueError("A time has no time zone.")
