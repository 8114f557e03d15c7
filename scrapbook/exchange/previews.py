"""Say what an import would bring, without writing anything."""

import json
from collections.abc import Iterator
from datetime import tzinfo
from pathlib import Path
from typing import TypedDict

from scrapbook.exchange.reading import open_export
from scrapbook.model.imported import ImportedEntry, Skipped


class PreviewedEntry(TypedDict):
    """An entry that would come. ``created_at`` is ISO 8601 with its offset; ``attachments`` are names."""

    text: str
    created_at: str | None
    topic: str | None
    kind: str
    author: str | None
    source: str | None
    attachments: list[str]


class PreviewedSkip(TypedDict):
    """What would be left out."""

    where: str
    why: str


class Preview(TypedDict):
    """All of an export."""

    format: str
    entries: list[PreviewedEntry]
    skipped: list[PreviewedSkip]


def preview(path: Path, zone: tzinfo) -> Preview:
    """Return what an import would bring. Raises ExportUnreadable if it cannot be read."""
    entries: list[PreviewedEntry] = []
    skipped: list[PreviewedSkip] = []
    with open_export(path) as export:
        for found in export.read(zone):
            if isinstance(found, Skipped):
                skipped.append({"where": found.where, "why": found.why})
            else:
                entries.append(_previewed(found))
        return {"format": export.format.name, "entries": entries, "skipped": skipped}


def preview_as_json(path: Path, zone: tzinfo) -> Iterator[str]:
    """Yield what ``preview`` returns as one JSON object, part by part, with bounded memory for the entries.

    Raises ExportUnreadable, before the first part, if it cannot be read.
    """
    skipped: list[PreviewedSkip] = []
    with open_export(path) as export:
        yield f'{{"format": {json.dumps(export.format.name)}, "entries": ['
        separator = ""
        for found in export.read(zone):
            if isinstance(found, Skipped):
                skipped.append({"where": found.where, "why": found.why})
            else:
                yield separator + json.dumps(_previewed(found), ensure_ascii=False)
                separator = ", "
    yield f'], "skipped": {json.dumps(skipped, ensure_ascii=False)}}}\n'


def _previewed(entry: ImportedEntry) -> PreviewedEntry:
    return {
        "text": entry.tagged_text,
        "created_at": entry.created_at.isoformat() if entry.created_at else None,
        "topic": entry.topic,
        "kind": entry.kind.value,
        "author": entry.author,
        "source": entry.source,
        "attachments": [file.name.encode("utf-8", "replace").decode() for file in entry.files],
    }
