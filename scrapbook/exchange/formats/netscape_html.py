"""Bookmarks of browsers and of many services, in the form that Netscape began."""

import re
from collections.abc import Iterator

from scrapbook.exchange.bookmarks_html import bookmarks
from scrapbook.exchange.format import Format, Probe, Reading, distinct, linked
from scrapbook.exchange.links import is_web_address, key_of_link, merged
from scrapbook.model.imported import ImportedEntry, ImportedKind

_BEGINS = re.compile(r"\s*(?:<!--.*?-->\s*)*<!DOCTYPE\s+NETSCAPE-Bookmark-file", re.IGNORECASE | re.DOTALL)
_ITEM = re.compile(r"<DT>\s*<(?:A\s[^>]*HREF|H3)", re.IGNORECASE)


def claims(probe: Probe) -> bool:
    """The file begins with its document type; some services leave that out."""
    return _BEGINS.match(probe.head) is not None or (probe.is_markup and _ITEM.search(probe.head) is not None)


def read(reading: Reading) -> Iterator[ImportedEntry]:
    """Yield a link for each bookmark."""
    yield from merged(_links(reading))


def _links(reading: Reading) -> Iterator[ImportedEntry]:
    for member in reading.members:
        for bookmark in bookmarks(member):
            where = f"{member.path}, line {bookmark.line}"
            if not is_web_address(bookmark.url):
                reading.report(where, f"{bookmark.url[:60]!r} is no address of a page.")
                continue
            attributes = bookmark.attributes
            folder = bookmark.folders[-1] if bookmark.folders else None
            yield ImportedEntry(
                key=key_of_link(bookmark.url),
                text=linked(bookmark.title, bookmark.url, bookmark.note),
                created_at=reading.since_1970(attributes.get("add_date"), where),
                topics=distinct((folder, *attributes.get("tags", "").split(","))),
                kind=ImportedKind.LINK,
                source=bookmark.url,
            )


FORMAT = Format(
    name="netscape-html",
    title="Bookmarks of browsers and many services",
    docs=(
        "The HTML file that every browser writes (Firefox: Bookmarks, Manage Bookmarks, Export Bookmarks "
        "to HTML; Chrome: Bookmark Manager, Export Bookmarks), and linkding, Shaarli, Raindrop and "
        "others. The innermost folder and the tags become topics, the description a note below the "
        "address. What is no page, such as a bookmarklet, is left out and named."
    ),
    read=read,
    claims=claims,
)
