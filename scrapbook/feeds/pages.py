"""Read pages: the feeds that they name, and, where they have none, their links or the parts of their text."""

import hashlib
import re
from collections.abc import Iterator
from urllib.parse import urldefrag, urljoin

from lxml import etree

from scrapbook.feeds.html_text import parsed, text_of, without
from scrapbook.feeds.parser import MAX_ITEMS, MAX_SUMMARY, MAX_TITLE
from scrapbook.links.addresses import base_of, web_address
from scrapbook.model.feeds import FeedKind, ParsedFeed, ParsedItem

FEED_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/feed+json",
        "application/rdf+xml",
        "application/json",
    }
)
"""Content types that ``link rel=alternate`` gives to feeds. JSON may be anything, and is looked at last."""

USUAL_PLACES = ("feed", "feed.xml", "rss.xml", "atom.xml", "index.xml", "rss", "feed.json")
"""Where feeds are that their pages do not name, as blogs and generators of sites have them: below the page,
since the feed of a whole site is not that of one of its pages."""

MAX_NAMED = 3
"""Feeds that a page names which are tried."""

_OFTEN_COMMENTS = re.compile(r"\bcomments?\b", re.IGNORECASE)

FEWEST_LINKS = 3
"""A page with fewer links that have a title is read for its text."""
_TITLE_LETTERS, _TITLE_WORDS = 12, 2
"""A link with a shorter text is one of navigation."""
_BLOCK_LETTERS = 20
"""A shorter part of a text is a label."""

_AROUND = (
    "script",
    "style",
    "noscript",
    "template",
    "svg",
    "iframe",
    "nav",
    "header",
    "footer",
    "aside",
    "form",
)
_BLOCKS = ("p", "li", "tr", "h1", "h2", "h3", "h4", "blockquote", "pre", "dt", "dd")


def named_feeds(text: str, url: str) -> list[str]:
    """Return the addresses of the feeds that a page names, the likeliest first.

    Feeds of comments come behind the others.
    """
    root = parsed(text)
    if root is None:
        return []
    base = base_of(root, url)
    found: dict[str, int] = {}
    for link in root.iter("link"):
        kind = link.get("type", "").partition(";")[0].strip().lower()
        address = web_address(base, link.get("href", ""))
        if "alternate" in link.get("rel", "").lower().split() and kind in FEED_TYPES and address:
            is_of_comments = bool(_OFTEN_COMMENTS.search(f"{address} {link.get('title', '')}"))
            found.setdefault(address, is_of_comments + 2 * (kind == "application/json"))
    return sorted(found, key=lambda address: found[address])[:MAX_NAMED]


def usual_places(url: str) -> list[str]:
    """Return where a feed of a page may be that it does not name."""
    folder = url if url.endswith("/") else url + "/"
    return [urljoin(folder, place) for place in USUAL_PLACES]


def read_page_items(text: str, url: str) -> ParsedFeed | None:
    """Return the links of a page that have a title; if it has hardly any, the parts of its main text.

    None if there is neither.
    """
    root = parsed(text)
    if root is None:
        return None
    title = next((said for element in root.iter("title") if (said := text_of(element))), "")
    base = base_of(root, url)
    without(root, *_AROUND)
    main = _main(root)
    links = _links(main, base, url)
    items = links if len(links) >= FEWEST_LINKS else _parts(main, url)
    return ParsedFeed(FeedKind.PAGE, title[:MAX_TITLE], tuple(items[:MAX_ITEMS])) if items else None


def _main(root: etree.Element) -> etree.Element:
    found = next(root.iter("main"), None)
    if found is None:
        found = next((element for element in root.iter() if element.get("role") == "main"), None)
    if found is None:
        found = next(root.iter("body"), None)
    return root if found is None else found


def _links(main: etree.Element, base: str, url: str) -> list[ParsedItem]:
    here = urldefrag(url).url
    titles: dict[str, str] = {}
    for link in main.iter("a"):
        address = urldefrag(web_address(base, link.get("href", ""))).url
        title = text_of(link)
        if not address or address == here or not _is_title(title):
            continue
        if len(title) > len(titles.get(address, "")):
            titles[address] = title
    return [ParsedItem(address, address, title[:MAX_TITLE]) for address, title in titles.items()]


def _is_title(text: str) -> bool:
    return len(text) >= _TITLE_LETTERS and len(text.split()) >= _TITLE_WORDS


def _parts(main: etree.Element, url: str) -> list[ParsedItem]:
    """Return the parts of a text. One that changes in its digits alone, such as a clock, stays the same."""
    items: dict[str, ParsedItem] = {}
    for text in _blocks(main):
        same = re.sub(r"\d+", "0", text.casefold())
        id_ = "text:" + hashlib.sha256(same.encode()).hexdigest()[:32]
        items.setdefault(
            id_, ParsedItem(id_, url, text[:MAX_TITLE], text[:MAX_SUMMARY] if text[MAX_TITLE:] else "")
        )
    return list(items.values())


def _blocks(main: etree.Element) -> Iterator[str]:
    """Yield the text of each block that is in no other; a row of a table is one."""
    for element in main.iter(*_BLOCKS):
        inner = next(element.iterdescendants(*_BLOCKS), None)
        is_in_row = element.tag != "tr" and next(element.iterancestors("tr"), None) is not None
        if (inner is None or element.tag == "tr") and not is_in_row:
            text = text_of(element)
            if len(text) >= _BLOCK_LETTERS:
                yield text
