"""Compare what is read of a folder of exports with what it should be.

``python -m bench.importing FOLDER`` reads ``FOLDER/expected.json``, a list of objects, one for each file,
with ``path``, ``format``, ``entries`` (a number, or the lowest and highest), ``skipped_min``, ``contains``,
``absent``, ``authors``, ``created`` (by a part of the text: a UTC minute, a day, or null), ``topics``,
``topics_absent`` and ``attachments``. Each file is read by somebody in London, and nothing is written.
"""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias, cast
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from scrapbook.exchange.previews import preview
from scrapbook.exchange.sources import ExportUnreadable

Entries: TypeAlias = list[dict[str, Any]]


def main() -> int:
    """Print a row for each file, and return 1 if one is not read as expected."""
    folder = Path(sys.argv[1])
    expected = json.loads((folder / "expected.json").read_text())
    table = Table("file", "format", "entries", "skipped", "what differs")
    wrong = 0
    for wanted in expected:
        try:
            found = cast("dict[str, Any]", preview(folder / wanted["path"], ZoneInfo("Europe/London")))
        except ExportUnreadable as error:
            found = {"format": "", "entries": [], "skipped": [{"where": wanted["path"], "why": str(error)}]}
        differences = list(_differences(wanted, found))
        wrong += bool(differences)
        table.add_row(
            wanted["path"],
            str(found["format"]),
            str(len(found["entries"])),
            str(len(found["skipped"])),
            "\n".join(differences),
        )
    console = Console(width=180)
    console.print(table)
    console.print(f"{len(expected) - wrong} of {len(expected)} as expected")
    return 1 if wrong else 0


def _differences(wanted: dict[str, Any], found: dict[str, Any]) -> Iterator[str]:
    entries = found["entries"]
    if found["format"] != wanted["format"] and (entries or wanted["entries"]):
        yield f"format {found['format']!r}"
    yield from _counts(wanted, entries, found["skipped"])
    yield from _texts(wanted, entries)
    yield from _authors_and_times(wanted, entries)
    yield from _topics(wanted, entries)


def _counts(wanted: dict[str, Any], entries: Entries, skipped: list[Any]) -> Iterator[str]:
    limits: int | list[int] = wanted["entries"]
    lowest, highest = limits if isinstance(limits, list) else [limits] * 2
    if not lowest <= len(entries) <= highest:
        yield f"{len(entries)} entries for {wanted['entries']}"
    if len(skipped) < wanted.get("skipped_min", 0):
        yield f"{len(skipped)} skipped for {wanted['skipped_min']}"
    files = {name for entry in entries for name in entry["attachments"]}
    if len(files) != wanted.get("attachments", 0):
        yield f"{len(files)} files for {wanted.get('attachments', 0)}"


def _texts(wanted: dict[str, Any], entries: Entries) -> Iterator[str]:
    told = [f"{entry['text']}\n{entry['source'] or ''}" for entry in entries]
    for text in wanted.get("contains", []):
        if not any(text in one for one in told):
            yield f"without {text!r}"
    for text in wanted.get("absent", []):
        if any(text in entry["text"] for entry in entries):
            yield f"with {text!r}"


def _authors_and_times(wanted: dict[str, Any], entries: Entries) -> Iterator[str]:
    for text, author in wanted.get("authors", {}).items():
        authors = [entry["author"] or "" for entry in entries if text in entry["text"]]
        if not any(_same_name(author, one) for one in authors):
            yield f"{text!r} by {authors}"
    for text, moment in wanted.get("created", {}).items():
        moments = [
            entry["created_at"] for entry in entries if text in f"{entry['text']}\n{entry['source'] or ''}"
        ]
        if not any(_is_at(one, moment) for one in moments):
            yield f"{text!r} of {moments}"


def _topics(wanted: dict[str, Any], entries: Entries) -> Iterator[str]:
    topics = {(entry["topic"] or "").casefold() for entry in entries}
    for name in wanted.get("topics", []):
        if name.casefold() not in topics and not any(f"#{name}" in entry["text"] for entry in entries):
            yield f"no topic {name!r}"
    for name in wanted.get("topics_absent", []):
        if name.casefold() in topics:
            yield f"topic {name!r}"


def _same_name(one: str, other: str) -> bool:
    def plain(name: str) -> str:
        last, comma, first = name.partition(",")
        return " ".join(f"{first} {last}".split()).casefold() if comma else " ".join(name.split()).casefold()

    return plain(one) == plain(other)


def _is_at(written: str | None, wanted: str | None) -> bool:
    if written is None or wanted is None:
        return written is wanted
    return datetime.fromisoformat(written).astimezone(UTC).isoformat().startswith(wanted)


if __name__ == "__main__":
    sys.exit(main())
