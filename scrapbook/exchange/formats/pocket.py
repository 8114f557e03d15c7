"""Pocket: the tables and the page of its last exports."""

from collections.abc import Iterator

from scrapbook.exchange.bookmarks_html import bookmarks
from scrapbook.exchange.format import Format, Probe, Reading, distinct, linked
from scrapbook.exchange.links import key_of_link, merged, rows_with_address
from scrapbook.exchange.sources import Member
from scrapbook.model.imported import ImportedEntry, ImportedKind


def claims(probe: Probe) -> bool:
    """Both name the time at which a page was saved ``time_added``; the page also has a title of its own."""
    if {"url", "time_added"} <= probe.columns:
        return True
    return probe.is_markup and ("<title>Pocket Export</title>" in probe.head or "time_added=" in probe.head)


def read(reading: Reading) -> Iterator[ImportedEntry]:
    """Yield a link for each saved page."""
    yield from merged(_links(reading))


def _links(reading: Reading) -> Iterator[ImportedEntry]:
    for member in reading.members:
        yield from (
            _of_page if member.head(64).lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<") else _of_table
        )(reading, member)


def _of_table(reading: Reading, member: Member) -> Iterator[ImportedEntry]:
    for where, url, row in rows_with_address(reading, member):
        tags = row.get("tags").replace(",", "|").split("|")
        yield _entry(reading, where, url, row.get("title"), row.get("time_added"), tags)


def _of_page(reading: Reading, member: Member) -> Iterator[ImportedEntry]:
    for found in bookmarks(member):
        attributes = found.attributes
        tags = attributes.get("tags", "").split(",")
        where = f"{member.path}, line {found.line}"
        yield _entry(reading, where, found.url, found.title, attributes.get("time_added", ""), tags)


def _entry(  # noqa: PLR0913, PLR0917 - what both kinds tell
    reading: Reading, where: str, url: str, title: str, added: str, tags: list[str]
) -> ImportedEntry:
    return ImportedEntry(
        key=key_of_link(url),
        text=linked(title, url),
        created_at=reading.since_1970(added, where),
        topics=distinct(tags),
        kind=ImportedKind.LINK,
        source=url,
    )


FORMAT = Format(
    name="pocket",
    title="Pocket",
    docs=(
        "The ZIP of Pocket's last exports, one of its `part_*.csv` files, or the older `ril_export.html`. "
        "Each saved page becomes an entry; its tags become topics. Whether it was read is not taken over."
    ),
    read=read,
    claims=claims,
)
