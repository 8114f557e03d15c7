"""Omnivore: its last export."""

from collections.abc import Iterator

from scrapbook.exchange import json_items
from scrapbook.exchange.format import Format, Probe, Reading, distinct, linked
from scrapbook.exchange.json_items import list_of, object_of, text_of
from scrapbook.exchange.links import items_with_address, key_of_link
from scrapbook.exchange.text_files import read_text
from scrapbook.model.imported import ImportedEntry, ImportedKind


def claims(probe: Probe) -> bool:
    """The list of pages tells for each how far it was read."""
    return probe.shape.is_list and probe.shape.has("", "url", "slug", "savedAt")


def read(reading: Reading) -> Iterator[ImportedEntry]:
    """Yield a link for each page, with the highlights that the export has in a file of its own."""
    for member in reading.members:
        for where, url, page in items_with_address(reading, member, "url", "page"):
            highlights = reading.source.find(f"highlights/{text_of(page.get('slug'))}.md", member)
            yield ImportedEntry(
                key=key_of_link(url),
                text=linked(
                    text_of(page.get("title")),
                    url,
                    text_of(page.get("description")),
                    read_text(highlights) if highlights else None,
                ),
                created_at=reading.when(page.get("savedAt"), where),
                topics=distinct(_label(label) for label in list_of(page.get("labels"))),
                kind=ImportedKind.LINK,
                author=text_of(page.get("author")) or None,
                source=url,
            )


def _label(label: json_items.Json) -> str:
    return text_of(label) or text_of(object_of(label).get("name"))


FORMAT = Format(
    name="omnivore",
    title="Omnivore",
    docs=(
        "The ZIP of Omnivore's last export, or one of its `metadata_*.json`. Each page becomes an entry "
        "with its description and highlights; its labels become topics."
    ),
    read=read,
    claims=claims,
)
