"""Read a web page's metadata from its HTML."""

import re
from collections.abc import Iterable
from itertools import islice

import httpx
from lxml import etree

from scrapbook.links.addresses import base_of, web_address
from scrapbook.model.records import PageMetadata
from scrapbook.text.display import one_line

MAX_TITLE = 300
MAX_DESCRIPTION = 1000
MAX_SITE = 100
"""Characters. What is longer is cut."""

MAX_CANDIDATES = 8
"""How many titles or headings are read until one has a text."""

_TITLE = ("og:title", "twitter:title")
_DESCRIPTION = ("og:description", "twitter:description", "description")
_SITE = ("og:site_name", "application-name")
_IMAGE = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src")
_LANGUAGE = ("og:locale", "content-language", "language")
"""Names of meta elements, in the order of preference: https://ogp.me/, https://developer.x.com/en/docs/x-for-websites/cards
and https://html.spec.whatwg.org/multipage/semantics.html#standard-metadata-names"""

_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}")


def read_page(text: str, url: str) -> PageMetadata:
    """Return the metadata of a page; any text is accepted.

    Args:
        text: the HTML.
        url: of the page, after redirects. Its host is the site's name if the page does not name one.
    """
    root = _parsed(text)
    if root is None:
        return PageMetadata(site=_host(url))
    meta = _meta(root)
    base = base_of(root, url)
    return PageMetadata(
        title=_cut(_first(meta, _TITLE) or _text(root, "title") or _text(root, "h1"), MAX_TITLE),
        description=_cut(_first(meta, _DESCRIPTION), MAX_DESCRIPTION),
        site=_cut(_first(meta, _SITE) or _host(url), MAX_SITE),
        image=web_address(base, _first(meta, _IMAGE) or _linked(root, "image_src")),
        canonical=web_address(base, _linked(root, "canonical") or meta.get("og:url", "")),
        language=_language(root.get("lang", ""), root.get("xml:lang", ""), _first(meta, _LANGUAGE)),
    )


def _parsed(text: str) -> etree.Element | None:
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:  # the text is empty
        return None


def _meta(root: etree.Element) -> dict[str, str]:
    """Return the contents of meta elements by lower-case name: the first of each that is not empty."""
    found: dict[str, str] = {}
    for element in root.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("http-equiv") or ""
        content = _clean(element.get("content", ""))
        if content:
            found.setdefault(name.strip().lower(), content)
    return found


def _first(meta: dict[str, str], names: Iterable[str]) -> str:
    return next((meta[name] for name in names if name in meta), "")


def _text(root: etree.Element, tag: str) -> str:
    """Return the text of the first such element that has one and is not in an SVG image."""
    for element in islice(root.iter(tag), MAX_CANDIDATES):
        is_in_svg = next(element.iterancestors("svg"), None) is not None
        if not is_in_svg and (text := _clean("".join(element.itertext()))):
            return text
    return ""


def _linked(root: etree.Element, relation: str) -> str:
    for element in root.iter("link"):
        address = element.get("href", "").strip()
        if address and relation in element.get("rel", "").lower().split():
            return address
    return ""


def _language(*candidates: str) -> str:
    tags = (tag.partition(",")[0].strip().replace("_", "-") for tag in candidates)
    return next((tag for tag in tags if _LANGUAGE_TAG.fullmatch(tag)), "")


def _host(url: str) -> str:
    host = httpx.URL(url).raw_host.removeprefix(b"www.")
    try:
        return host.decode("idna")
    except UnicodeError:
        return host.decode("ascii")


def _clean(text: str) -> str:
    return one_line(text.replace("\ufffd", ""))


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 3].rstrip() + "..."
