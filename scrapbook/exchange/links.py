"""Links that come from elsewhere: by what the same page is told, and which addresses are none of a page."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from scrapbook.exchange.csv_rows import Row, Table
from scrapbook.exchange.format import Reading, distinct
from scrapbook.exchange.json_items import Json, items, object_of, text_of
from scrapbook.exchange.sources import Member
from scrapbook.model.imported import ImportedEntry

WEB = frozenset({"http", "https"})


def key_of_link(url: str) -> str:
    """Return the key of a page, the same in every export that has it."""
    return f"link:{canonical(url)}"


def rows_with_address(reading: Reading, member: Member) -> Iterator[tuple[str, str, Row]]:
    """Yield the rows of a table with a cell ``url``: where, the address, the row. Others are reported."""
    for row in Table(member).rows():
        where, url = f"{member.path}, line {row.line}", row.get("url")
        if has_address(reading, where, url):
            yield where, url, row


def items_with_address(
    reading: Reading, member: Member, key: str, called: str
) -> Iterator[tuple[str, str, dict[str, Json]]]:
    """Yield the objects of a list that have an address under a key: where, the address, the object.

    Others are reported.

    Args:
        called: what the program calls one of them, such as "page".
    """
    for number, item in enumerate(items(member, "*"), start=1):
        found = object_of(item)
        where, url = f"{member.path}, {called} {number}", text_of(found.get(key))
        if has_address(reading, where, url):
            yield where, url, found


def has_address(reading: Reading, where: str, url: str) -> bool:
    """Return whether there is an address; report that there is none."""
    if not url:
        reading.report(where, "It has no address.")
    return bool(url)


def merged(entries: Iterable[ImportedEntry]) -> Iterator[ImportedEntry]:
    """Yield each page once: the earliest save of it, with the notes and topics of all."""
    pages: dict[str, ImportedEntry] = {}
    for entry in entries:
        other = pages.get(entry.key)
        pages[entry.key] = _both(other, entry) if other else entry
    yield from pages.values()


def _both(one: ImportedEntry, other: ImportedEntry) -> ImportedEntry:
    is_later = other.created_at is None or (one.created_at is not None and one.created_at <= other.created_at)
    first, second = (one, other) if is_later else (other, one)
    # The first paragraph is title and address, the others are notes.
    notes = [part for part in second.text.split("\n\n")[1:] if part not in first.text]
    return replace(
        first,
        text="\n\n".join((first.text, *notes)),
        topics=distinct((*first.topics, *second.topics)),
    )


def canonical(url: str) -> str:
    """Return an address in the form in which all ways to write it are equal."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").lower()
        port = f":{parts.port}" if parts.port and parts.port not in {80, 443} else ""
    except ValueError:
        return url.strip()
    path = parts.path.rstrip("/")
    query = f"?{parts.query}" if parts.query else ""
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return f"{host}{port}{path}{query}{fragment}"


def is_web_address(url: str) -> bool:
    """Return whether an address is that of a page of the web."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return False
    return parts.scheme.lower() in WEB and bool(parts.netloc)
