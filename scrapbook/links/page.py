"""What a web page says of itself, read from its HTML."""

import re
from collections.abc import Iterable
from itertools import islice
from urllib.parse import urljoin, urlsplit

import httpx
from lxml import etree

from scrapbook.store import Page

MAX_TITLE = 300
MAX_DESCRIPTION = 1000
MAX_SITE = 100
MAX_ADDRESS = 2048
"""Characters. Longer names and descriptions are cut, longer addresses left out."""

FIRST = 8
"""Titles and headings that are looked at, should those before be empty."""

_TITLE = ("og:title", "twitter:title")
_DESCRIPTION = ("og:description", "twitter:description", "description")
_SITE = ("og:site_name", "application-name")
_IMAGE = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src")
_LANGUAGE = ("og:locale", "content-language", "language")
"""Names of meta elements, the best first: https://ogp.me/, https://developer.x.com/en/docs/x-for-websites/cards
and https://html.spec.whatwg.org/multipage/semantics.html#standard-metadata-names"""

_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffd]"
)
"""Controls, and marks that would turn the direction of what is shown next to them."""

_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}")


def read_page(text: str, url: str) -> Page:
    """Anything is a page; the site of one that says nothing is its host. ``url`` is where it was found."""
    root = _parsed(text)
    if root is None:
        return Page(site=_host(url))
    meta = _meta(root)
    base = _base(root, url)
    return Page(
        title=_cut(_first(meta, _TITLE) or _text(root, "title") or _text(root, "h1"), MAX_TITLE),
        description=_cut(_first(meta, _DESCRIPTION), MAX_DESCRIPTION),
        site=_cut(_first(meta, _SITE) or _host(url), MAX_SITE),
        image=_address(base, _first(meta, _IMAGE) or _linked(root, "image_src")),
        canonical=_address(base, _linked(root, "canonical") or meta.get("og:url", "")),
        language=_language(root.get("lang", ""), root.get("xml:lang", ""), _first(meta, _LANGUAGE)),
    )


def _parsed(text: str) -> etree.Element | None:
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:  # nothing in it
        return None


def _meta(root: etree.Element) -> dict[str, str]:
    """By name in small letters; of several, the first that says something."""
    found: dict[str, str] = {}
    for element in root.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("http-equiv") or ""
        content = _tidy(element.get("content", ""))
        if content:
            found.setdefault(name.strip().lower(), content)
    return found


def _first(meta: dict[str, str], names: Iterable[str]) -> str:
    return next((meta[name] for name in names if name in meta), "")


def _text(root: etree.Element, tag: str) -> str:
    """What stands in the first such element that holds a text; a picture's title is none of the page's."""
    for element in islice(root.iter(tag), FIRST):
        in_a_picture = next(element.iterancestors("svg"), None) is not None
        if not in_a_picture and (text := _tidy("".join(element.itertext()))):
            return text
    return ""


def _linked(root: etree.Element, relation: str) -> str:
    for element in root.iter("link"):
        address = element.get("href", "").strip()
        if address and relation in element.get("rel", "").lower().split():
            return address
    return ""


def _base(root: etree.Element, url: str) -> str:
    element = next(root.iter("base"), None)
    return _address(url, element.get("href", "") if element is not None else "") or url


def _address(base: str, address: str) -> str:
    """Absolute, of the web, and not endless; else empty."""
    try:
        absolute = urljoin(base, address.strip()) if address.strip() else ""
        parts = urlsplit(absolute)
    except ValueError:
        return ""
    is_of_the_web = parts.scheme in ("http", "https") and bool(parts.netloc)
    return absolute if is_of_the_web and len(absolute) <= MAX_ADDRESS else ""


def _language(*said: str) -> str:
    tags = (tag.partition(",")[0].strip().replace("_", "-") for tag in said)
    return next((tag for tag in tags if _LANGUAGE_TAG.fullmatch(tag)), "")


def _host(url: str) -> str:
    host = httpx.URL(url).raw_host.removeprefix(b"www.")
    try:
        return host.decode("idna")
    except UnicodeError:
        return host.decode("ascii")


def _tidy(text: str) -> str:
    return " ".join(_INVISIBLE.sub("", " ".join(text.split())).split())


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 3].rstrip() + "..."
