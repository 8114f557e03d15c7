"""Raindrop.io: the table of its export."""

import re
from collections.abc import Iterator

from scrapbook.exchange.format import Format, Probe, Reading, distinct, linked, paragraphs, quoted
from scrapbook.exchange.links import key_of_link, merged, rows_with_address
from scrapbook.model.imported import ImportedEntry, ImportedKind

_PART = re.compile(r"^(Highlight|Note):", re.MULTILINE)


def claims(probe: Probe) -> bool:
    """The table has a passage that is highlighted, and the folder of a page."""
    return {"url", "folder", "highlights", "excerpt"} <= probe.columns


def read(reading: Reading) -> Iterator[ImportedEntry]:
    """Yield a link for each bookmark, with its note and highlights."""
    yield from merged(_links(reading))


def _links(reading: Reading) -> Iterator[ImportedEntry]:
    for member in reading.members:
        for where, url, row in rows_with_address(reading, member):
            folder = row.get("folder").rpartition("/")[2].strip()
            yield ImportedEntry(
                key=key_of_link(url),
                text=linked(
                    row.get("title"),
                    url,
                    row.get("note"),
                    row.get("excerpt"),
                    _highlights(row.get("highlights")),
                ),
                created_at=reading.when(row.get("created"), where),
                topics=distinct((None if folder == "Unsorted" else folder, *row.get("tags").split(","))),
                kind=ImportedKind.LINK,
                source=url,
            )


def _highlights(cell: str) -> str:
    """Return the passages as quotations, each with the note that follows it."""
    _, *parts = _PART.split(cell)
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return paragraphs(*(quoted(text, None) if kind == "Highlight" else text.strip() for kind, text in pairs))


FORMAT = Format(
    name="raindrop",
    title="Raindrop.io",
    docs=(
        "Settings, Backups or Export, CSV. Each bookmark becomes an entry with its note, excerpt and "
        "highlights; its folder (the innermost) and its tags become topics."
    ),
    read=read,
    claims=claims,
)
