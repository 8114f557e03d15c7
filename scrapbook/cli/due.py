"""``scrapbook due``: when texts say that a reminder is due, for measurements and for programs."""

import json
import sys
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

app = typer.Typer()


@app.command()
def due() -> None:
    """Read when texts are due: lines of LOCAL TIME, ZONE and TEXT with tabs between, from standard input.

    LOCAL TIME is when the text comes, such as 2026-03-04T15:00, and ZONE its time zone, such as
    Europe/London. A JSON object is printed for each line. "at" is when the text is due first, in local time,
    or null if it says no time for sure. "rule" is how it comes again (a recurrence of RFC 5545, in local
    time), or null.

    For a line that cannot be read both are null, and an error with its number goes to standard error. Then
    the exit code is 1.
    """
    sys.exit(int(_print_all(sys.stdin.buffer)))


def _print_all(lines: "Iterable[bytes]") -> bool:
    """Print what each line says. Return whether one could not be read."""
    has_failed = False
    for number, line in enumerate(lines, start=1):
        found: dict[str, str | None] = {"at": None, "rule": None}
        try:
            found = _read(line.decode().rstrip("\r\n"))
        except ValueError as error:
            has_failed = True
            why = "it is no UTF-8" if isinstance(error, UnicodeDecodeError) else error
            sys.stderr.write(f"scrapbook: line {number}: {why}\n")
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()
    return has_failed


def _read(line: str) -> dict[str, str | None]:
    """Return what a line says. Raises ValueError, with a sentence for the user, if it is no such line."""
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    from scrapbook.text.due import read_due

    fields = line.split("\t", 2)
    if len(fields) != 3:
        raise ValueError("write the local time, the time zone and the text, with a tab between them")
    reference, name, text = fields
    try:
        local = datetime.fromisoformat(reference)
    except ValueError:
        raise ValueError(f"{reference!r} is no local time: write it as 2026-03-04T15:00") from None
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone: write it as Europe/London") from None
    now = (local if local.tzinfo else local.replace(tzinfo=zone)).astimezone(UTC)
    found = read_due(text, now, zone)
    at = f"{found.at.astimezone(zone):%Y-%m-%dT%H:%M}" if found else None
    return {"at": at, "rule": found.rule if found else None}
