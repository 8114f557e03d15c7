"""Linkwarden: its backup in JSON."""

from collections.abc import Iterator

from scrapbook.exchange import json_items
from scrapbook.exchange.format import Format, Probe, Reading, distinct, linked
from scrapbook.exchange.json_items import Json, list_of, object_of, text_of
from scrapbook.exchange.links import has_address, key_of_link, merged
from scrapbook.model.imported import ImportedEntry, ImportedKind


def claims(probe: Probe) -> bool:
    """The backup has collections, which have links."""
    return "collections" in probe.shape.keys and probe.whole_shape.has("collections", "links", "name")


def read(reading: Reading) -> Iterator[ImportedEntry]:
    """Yield each page once. The same page in two collections gets the topics of both."""
    yield from merged(_links(reading))


def _links(reading: Reading) -> Iterator[ImportedEntry]:
    for member in reading.members:
        for collection in map(object_of, json_items.items(member, "collections", "*")):
            for number, link in enumerate(map(object_of, list_of(collection.get("links"))), start=1):
                name = text_of(collection.get("name"))
                where = f"{member.path}, link {number} of {name}"
                url = text_of(link.get("url"))
                if has_address(reading, where, url):
                    yield _entry(reading, where, url, name, link)


def _entry(reading: Reading, where: str, url: str, collection: str, link: dict[str, Json]) -> ImportedEntry:
    tags = (text_of(object_of(tag).get("name")) for tag in list_of(link.get("tags")))
    folder = None if collection == "Unorganized" else collection
    return ImportedEntry(
        key=key_of_link(url),
        text=linked(text_of(link.get("name")), url, text_of(link.get("description"))),
        created_at=reading.when(link.get("createdAt"), where),
        topics=distinct((folder, *tags)),
        kind=ImportedKind.LINK,
        source=url,
    )


FORMAT = Format(
    name="linkwarden",
    title="Linkwarden",
    docs=(
        "Settings, Data, Export Data. Each page becomes an entry; its collection and its tags become "
        "topics. A page that is in several collections becomes one entry with the topics of all."
    ),
    read=read,
    claims=claims,
)
