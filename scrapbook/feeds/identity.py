"""Tell the items of a feed apart, whatever the feed does with its ids, addresses and dates."""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit

from scrapbook.model.feeds import ParsedItem
from scrapbook.text.query import fold

_TRACKING = re.compile(r"(?:utm_\w+|fbclid|gclid|mc_[ce]id|ref_src)\Z", re.IGNORECASE)


def item_keys(items: Sequence[ParsedItem]) -> list[tuple[str, ...]]:
    """Return the keys of each item of a document. Two items with a key in common are one and the same.

    The keys are the id, unless the document gives it to several items, and the address with the title;
    without an address the title with the text. So an item whose id changes stays the same, and so does one
    whose title or date does. Items that have only their address in common, such as the notices of a page of
    status, are not the same.
    """
    # The same item twice in a document has its id twice, and everything else as well.
    ids = Counter(id_ for id_, _ in {(item.id, _by_content(item)) for item in items})
    return [_keys(item, is_alone=ids[item.id] == 1) for item in items]


def _keys(item: ParsedItem, *, is_alone: bool) -> tuple[str, ...]:
    content = _by_content(item)
    return (_hashed("id", item.id), content) if item.id and is_alone else (content,)


def _by_content(item: ParsedItem) -> str:
    if item.url:
        return _hashed("link", _same_address(item.url), _same_words(item.title))
    return _hashed("text", _same_words(item.title), _same_words(item.summary))


def _same_address(url: str) -> str:
    """Return what an address has in common with others of the same page: http and https, with and without
    the parameters that only say where somebody came from."""
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query, True) if not _TRACKING.match(name)]
    host = parts.netloc.lower().removeprefix("www.")
    return f"{host}{parts.path.rstrip('/')}?{urlencode(query)}"


def _same_words(text: str) -> str:
    return " ".join(fold(text).split())


def _hashed(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
