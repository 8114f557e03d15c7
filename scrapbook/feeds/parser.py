"""Read feeds: RSS and Atom with feedparser, JSON Feed."""

import calendar
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

import feedparser  # pyright: ignore[reportMissingTypeStubs]

from scrapbook.feeds.html_text import plain
from scrapbook.links.addresses import web_address
from scrapbook.model.feeds import FeedKind, ParsedFeed, ParsedItem
from scrapbook.text.display import one_line

MAX_ITEMS = 500
"""Items of a document that are read, from its top, where the newest are."""
MAX_ID, MAX_TITLE, MAX_SUMMARY = 2048, 300, 1000
"""Characters. Longer ids and URLs are left out; longer titles and summaries are cut."""

_SNIFFED = 2048
"""Bytes of a document in which its root is looked for."""
_ROOTS = (b"<rss", b"<feed", b"<rdf:rdf", b"<atom:feed")


def read_feed(content: bytes, content_type: str, url: str) -> ParsedFeed | None:
    """Return a feed; None if the document is none.

    Args:
        content_type: as the server sent it, with its charset.
        url: of the document, to which relative addresses are relative.
    """
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _json_feed(content, url)
    if not _looks_like_xml_feed(content):
        return None
    found = cast(
        "Mapping[str, Any]",
        feedparser.parse(  # pyright: ignore[reportUnknownMemberType]
            content,
            response_headers={"content-type": content_type or "text/xml", "content-location": url},
            sanitize_html=False,  # only the text is used
        ),
    )
    if not found.get("version") and not found["entries"]:
        return None
    entries = cast("list[Mapping[str, Any]]", found["entries"])[:MAX_ITEMS]
    title = plain(str(found["feed"].get("title", "")))
    return ParsedFeed(
        FeedKind.FEED, title[:MAX_TITLE], tuple(filter(None, (_item(entry, url) for entry in entries)))
    )


def _looks_like_xml_feed(content: bytes) -> bool:
    """Return whether the root of a document is one of a feed's; so is one in UTF-16."""
    start = content[:_SNIFFED].replace(b"\0", b"").lower()
    places = [place for root in _ROOTS if (place := start.find(root)) >= 0]
    return bool(places) and b"<html" not in start[: min(places)]


def _item(entry: Mapping[str, Any], base: str) -> ParsedItem | None:
    contents = cast("list[Mapping[str, Any]]", entry.get("content") or [])
    texts = [str(entry.get("summary", "")), *(str(content.get("value", "")) for content in contents)]
    moment = entry.get("published_parsed") or entry.get("updated_parsed")
    return _made(
        str(entry.get("id", "")),
        web_address(base, str(entry.get("link", ""))),
        plain(str(entry.get("title", ""))),
        max(map(plain, texts), key=len),
        _moment(moment),
    )


def _json_feed(content: bytes, url: str) -> ParsedFeed | None:
    """Return a feed of https://www.jsonfeed.org/version/1.1/; None if the document is none."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    values = cast("dict[str, Any]", document)
    if "jsonfeed.org/version" not in _string(values, "version"):
        return None
    items = values.get("items")
    every = cast("list[Any]", items if isinstance(items, list) else [])[:MAX_ITEMS]
    read = (_json_item(cast("dict[str, Any]", item), url) for item in every if isinstance(item, dict))
    return ParsedFeed(FeedKind.FEED, plain(_string(values, "title"))[:MAX_TITLE], tuple(filter(None, read)))


def _json_item(item: Mapping[str, Any], base: str) -> ParsedItem | None:
    text = _string(item, "content_text") or plain(_string(item, "content_html")) or _string(item, "summary")
    address = _string(item, "url") or _string(item, "external_url")
    said = _string(item, "date_published") or _string(item, "date_modified")
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        moment = None
    is_aware = moment is not None and moment.tzinfo is not None
    title = plain(_string(item, "title"))
    return _made(
        str(item.get("id", "")), web_address(base, address), title, text, moment if is_aware else None
    )


def _string(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""


def _made(id_: str, url: str, title: str, text: str, moment: datetime | None) -> ParsedItem | None:
    """Return an item in its limits; None if it says nothing."""
    title, text = one_line(title), one_line(text)
    if not title:  # as of a microblog
        title = text
    if not title and not url:
        return None
    return ParsedItem(
        id_ if len(id_) <= MAX_ID else "",
        url,
        (title or url)[:MAX_TITLE],
        "" if text == title and len(title) <= MAX_TITLE else text[:MAX_SUMMARY],
        moment,
    )


def _moment(parsed: object) -> datetime | None:
    """Return the time that feedparser has read, which is in UTC."""
    if not isinstance(parsed, time.struct_time):
        return None
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    except (ValueError, OverflowError, OSError):
        return None
