"""Pinboard: JSON and XML."""

from collections.abc import Iterator

from scrapbook.exchange.format import Format, Probe, Reading, distinct, linked
from scrapbook.exchange.json_items import text_of
from scrapbook.exchange.links import items_with_address, key_of_link
from scrapbook.model.imported import ImportedEntry, ImportedKind


def claims(probe: Probe) -> bool:
    """Pinboard's list of bookmarks names the address ``href``, and the note ``extended``."""
    return probe.shape.is_list and probe.shape.has("", "href", "description", "extended")


def read(reading: Reading) -> Iterator[ImportedEntry]:
    """Yield a link for each bookmark."""
    for member in reading.members:
        for where, url, post in items_with_address(reading, member, "href", "bookmark"):
            yield ImportedEntry(
                key=key_of_link(url),
                text=linked(text_of(post.get("description")), url, text_of(post.get("extended"))),
                created_at=reading.when(post.get("time"), where),
                topics=distinct(text_of(post.get("tags")).split()),
                kind=ImportedKind.LINK,
                source=url,
            )


FORMAT = Format(
    name="pinboard",
    title="Pinboard",
    docs=(
        "Settings, Backup, JSON. Each bookmark becomes an entry with its title, address and description; "
        "its tags become topics."
    ),
    read=read,
    claims=claims,
)
