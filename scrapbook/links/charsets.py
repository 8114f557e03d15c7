"""Decode the bytes of a web page."""

import codecs
import re

_DECLARED = re.compile(
    rb"""<(?:meta\b[^>]{0,500}?charset|\?xml\b[^>]{0,500}?encoding)\s*=\s*["']?\s*([\w:.-]{1,40})""",
    re.IGNORECASE,
)
_MAX_DECLARATION_OFFSET = 1024
"""Bytes, as in https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding"""

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_ALIASES = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "utf-16": "utf-16-le",
}
"""The codecs that browsers use for some names: https://encoding.spec.whatwg.org/#names-and-labels"""

_ALLOWED_CODECS = frozenset(
    {"utf-8", "utf-16-le", "utf-16-be", "big5", "euc_jp", "iso2022_jp", "gb18030", "koi8-r", "koi8-u"}
    | {"cp866", "cp874", "cp932", "cp949", "mac-roman", "mac-cyrillic"}
    | {f"cp125{number}" for number in range(9)}
    | {f"iso8859-{number}" for number in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)}
)
"""The codecs that a page may name. Python has others that are not charsets, or are slow."""


def decode(content: bytes, charset: str) -> str:
    """Return the text of a page.

    The first of these decides: the byte order mark; ``charset``, as the server sent it; the one that the page
    declares; UTF-8, if the content is valid; Windows-1252.

    Invalid bytes become U+FFFD.
    """
    for mark, codec in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(codec, "replace")
    codec = _codec(charset) or _codec(_declared_charset(content))
    return content.decode(codec, "replace") if codec else _guess(content)


def _declared_charset(content: bytes) -> str:
    found = _DECLARED.search(content, 0, _MAX_DECLARATION_OFFSET)
    return found[1].decode("ascii", "replace") if found else ""


def _codec(charset: str) -> str | None:
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):
        return None
    name = _ALIASES.get(name, name)
    return name if name in _ALLOWED_CODECS else None


def _guess(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")
