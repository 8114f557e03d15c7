"""Readwise: the table of highlights."""

from collections.abc import Iterator

from scrapbook.exchange.csv_rows import Row, Table
from scrapbook.exchange.format import Format, Probe, Reading, distinct, key_of, linked, paragraphs, quoted
from scrapbook.exchange.links import key_of_link
from scrapbook.model.imported import ImportedEntry, ImportedKind

_SAVED = frozenset({"title", "url", "saved date"})
"""Columns of the pages that were saved in Reader, by the same maker."""


def claims(probe: Probe) -> bool:
    """The table has a highlight in each row."""
    return {"highlight", "book title", "book author"} <= probe.columns or probe.columns >= _SAVED


def read(reading: Reading) -> Iterator[ImportedEntry]:
    """Yield a quotation for each row."""
    for member in reading.members:
        for row in Table(member).rows():
            where = f"{member.path}, line {row.line}"
            if url := row.get("url"):
                yield _saved(reading, where, url, row)
                continue
            passage, note = row.get("highlight"), row.get("note")
            title, author, place = row.get("book title"), row.get("book author"), row.get("location")
            if not passage and not note:
                reading.report(where, "It has no words.")
                continue
            origin = ", ".join(part for part in (title, _place(row.get("location type"), place)) if part)
            yield ImportedEntry(
                key="readwise:" + key_of(title, author, place, passage or note),
                text=paragraphs(quoted(passage, author, origin) if passage else None, note),
                created_at=reading.when(row.get("highlighted at"), where),
                topics=distinct((*row.get("tags").split(","), *row.get("document tags").split(","))),
                kind=ImportedKind.QUOTE,
                author=author or None,
                source=title or None,
            )


def _saved(reading: Reading, where: str, url: str, row: Row) -> ImportedEntry:
    """Return a page that was saved."""
    return ImportedEntry(
        key=key_of_link(url),
        text=linked(row.get("title"), url),
        created_at=reading.when(row.get("saved date"), where),
        topics=distinct(_reader_tags(row.get("document tags"))),
        kind=ImportedKind.LINK,
        source=url,
    )


def _reader_tags(cell: str) -> list[str]:
    """Return tags, which Reader writes as a list of Python: ``['a', 'b c']``."""
    return [name.strip().strip("'\"") for name in cell.strip("[]").split(",")]


def _place(kind: str, place: str) -> str:
    return f"{kind} {place}".strip() if place and kind.lower() in {"page", "location"} else ""


FORMAT = Format(
    name="readwise",
    title="Readwise",
    docs=(
        "readwise.io/export, CSV. Each highlight becomes a quotation by the author of its book, with the "
        "note below it; its tags and those of its document become topics."
    ),
    read=read,
    claims=claims,
)
