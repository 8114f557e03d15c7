"""Read the addresses that a document names."""

from urllib.parse import urljoin, urlsplit

from lxml import etree

MAX_URL = 2048
"""Characters of a URL that is fetched, as many as browsers and servers take."""


def web_address(base: str, address: str) -> str:
    """Return the absolute address; empty if it is not one of http or https, or too long."""
    try:
        absolute = urljoin(base, address.strip()) if address.strip() else ""
        parts = urlsplit(absolute)
    except ValueError:
        return ""
    is_web = parts.scheme in ("http", "https") and bool(parts.netloc)
    return absolute if is_web and len(absolute) <= MAX_URL and absolute.isprintable() else ""


def base_of(root: etree.Element, url: str) -> str:
    """Return the URL to which the addresses of a page are relative: its own, unless it names another."""
    element = next(root.iter("base"), None)
    return web_address(url, element.get("href", "") if element is not None else "") or url
