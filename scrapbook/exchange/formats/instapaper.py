"""Instapaper: the table of its settings page."""

import json
from collections.abc import Iterator

from scrapbook.exchange.format import Format, Probe, Reading, distinct, linked, quoted
from scrapbook.exchange.links import key_of_link, merged, rows_with_address
from scrapbook.model.imported import ImportedEntry, ImportedKind

_STATES = frozenset({"unread", "archive", "starred"})
"""Folders that every account has: they say how far one has come, and not what a page is about."""


def claims(probe: Probe) -> bool:
    """The table has a passage that was selected."""
    return {"url", "title", "selection", "folder"} <= probe.columns


def read(reading: Reading) -> Iterator[ImportedEntry]:
    """Yield a link for each saved page, with the passage that was selected on it."""
    yield from merged(_links(reading))


def _links(reading: Reading) -> Iterator[ImportedEntry]:
    for member in reading.members:
        for where, url, row in rows_with_address(reading, member):
            folder = row.get("folder")
            selection = row.get("selection")
            yield ImportedEntry(
                key=key_of_link(url),
                text=linked(row.get("title"), url, quoted(selection, None) if selection else None),
                created_at=reading.since_1970(row.get("timestamp"), where),
                topics=distinct((None if folder.casefold() in _STATES else folder, *_tags(row.get("tags")))),
                kind=ImportedKind.LINK,
                source=url,
            )


def _tags(cell: str) -> list[str]:
    try:
        found = json.loads(cell) if cell.startswith("[") else cell.split(",")
    except ValueError:
        return [cell]
    return [str(tag) for tag in found]


FORMAT = Format(
    name="instapaper",
    title="Instapaper",
    docs=(
        "Settings, Export, Download .CSV file. Each page becomes an entry, with the passage that was "
        "selected as a quotation; its own folders and tags become topics."
    ),
    read=read,
    claims=claims,
)
