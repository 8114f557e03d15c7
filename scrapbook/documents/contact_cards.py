"""Read contact cards: vCard 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350)."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import phonenumbers
from vobject import base  # pyright: ignore[reportMissingTypeStubs]

from scrapbook.documents.reader import MAX_SEARCHED, MAX_SHOWN
from scrapbook.errors import FileUnreadable
from scrapbook.model.file_text import FileText

MAX_CARDS = 100
"""Cards of one file that are read."""

_BINARY = re.compile(r"(?:[\w-]+\.)?(?:PHOTO|LOGO|SOUND|KEY)[;:]", re.IGNORECASE)
"""How a property begins that holds no words, but most of the bytes."""

_QUOTED_PRINTABLE = re.compile(r"\bquoted-printable\b", re.IGNORECASE)

_LABELS = {
    "CELL": "mobile",
    "IPHONE": "mobile",
    "HOME": "home",
    "WORK": "work",
    "FAX": "fax",
    "PAGER": "pager",
    "MAIN": "main",
}
"""The types of numbers that are shown (RFC 6350, 6.4.1, and Apple's), and how."""

_STRUCTURED = frozenset({"ORG", "ADR"})

_OTHER_WORDS = ("NICKNAME", "TITLE", "ROLE", "NOTE", "URL", "ADR", "CATEGORIES")
"""The properties whose words find a card besides."""

_CUSTOM_LABEL = re.compile(r"_\$!<(.*)>!\$_")
"""How Apple writes a label that it translates."""

_SEPARATOR = re.compile(r"(?<!\\);")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass
class _Card:
    """The values of a card by the names of their properties, in order."""

    values: dict[str, list["_Value"]] = field(default_factory=dict[str, list["_Value"]])

    def texts(self, name: str) -> list[str]:
        """Return the values of a property that are not empty, each in one line."""
        values = self.values.get(name, [])
        texts = (" ".join(value.parts) if name in _STRUCTURED else value.text for value in values)
        return list(filter(None, (" ".join(text.split()) for text in texts)))


@dataclass(frozen=True)
class _Value:
    """A value as it is written, the types of what it is, and the name of the group it belongs to."""

    raw: str
    types: frozenset[str] = frozenset()
    group: str = ""

    @property
    def text(self) -> str:
        return _plain(self.raw)

    @property
    def parts(self) -> list[str]:
        """Those of a structured value: N, ORG and ADR (RFC 6350, 6.2.2, 6.6.4 and 6.3.1)."""
        return [_plain(part) for part in _SEPARATOR.split(self.raw)]


def read_cards(text: str, region: str) -> FileText:
    """Return names, numbers and addresses of contact cards. Numbers are searched in every usual spelling.

    Args:
        region: ISO 3166 code of the country of numbers without a country code; empty if unknown.

    Raises FileUnreadable if no card has a name or a number.
    """
    cards = list(_cards(text))
    shown = "\n\n".join(filter(None, ("\n".join(_lines(card)) for card in cards)))
    if not shown:
        raise FileUnreadable("The contact card is empty.")
    searched = " ".join(word for card in cards for word in _searched(card, region))
    return FileText(shown[:MAX_SHOWN], f"{shown[MAX_SHOWN:]} {searched}".strip()[:MAX_SEARCHED])


def _lines(card: _Card) -> Iterator[str]:
    """Yield the name, the numbers and the e-mail addresses of a card, a line each."""
    company = " ".join(card.texts("ORG")[:1])
    name = next(iter(card.texts("FN")), "") or _name(card) or company
    if name:
        yield f"{name}, {company}" if company and company.lower() not in name.lower() else name
    for number in card.values.get("TEL", []):
        if written := _number(number):
            label = _label(card, number)
            yield f"{written} ({label})" if label else written
    yield from dict.fromkeys(card.texts("EMAIL"))


def _name(card: _Card) -> str:
    """Return the name of N: family, given, additional names, prefixes, suffixes."""
    for value in card.values.get("N", []):
        family, given, additional, prefix, suffix = [*value.parts, "", "", "", "", ""][:5]
        if name := " ".join(filter(None, (prefix, given, additional, family, suffix))):
            return name
    return ""


def _number(value: _Value) -> str:
    """Return a number as it is written; vCard 4.0 may write it as a URI: ``tel:+1-555-0100;ext=5``."""
    return re.sub(r"^tel:", "", value.text, flags=re.IGNORECASE).replace(";ext=", " ext. ")


def _label(card: _Card, value: _Value) -> str:
    """Return what a number is for: the label that its owner gave it, else its types."""
    for label in card.values.get("X-ABLABEL", []):
        if value.group and label.group == value.group:
            return _CUSTOM_LABEL.sub(r"\1", label.text).lower()
    return ", ".join(shown for name, shown in _LABELS.items() if name in value.types)


def _searched(card: _Card, region: str) -> Iterator[str]:
    """Yield what finds a card besides what is shown: every usual spelling of its numbers, its notes."""
    for value in card.values.get("TEL", []):
        yield from _spellings(_number(value), region)
    for name in _OTHER_WORDS:
        yield from card.texts(name)


def _spellings(written: str, region: str) -> Iterator[str]:
    yield "".join(re.findall(r"\d", written))
    try:
        number = phonenumbers.parse(written, region or None)
    except phonenumbers.NumberParseException:
        return
    formats = phonenumbers.PhoneNumberFormat
    for how in (formats.E164, formats.INTERNATIONAL, formats.NATIONAL):
        yield (formatted := phonenumbers.format_number(number, how))
        yield "".join(re.findall(r"\d", formatted))


def _cards(text: str) -> Iterator[_Card]:
    """Yield the cards of a file. Lines that cannot be read are left out, and a missing end is no loss."""
    card: _Card | None = None
    count = 0
    for line in _content_lines(text):
        is_start, is_end = (line.name == name and line.text.upper() == "VCARD" for name in ("BEGIN", "END"))
        if (is_start or is_end) and card is not None:
            yield card
            card, count = None, count + 1
        if count == MAX_CARDS:
            return
        if is_start:
            card = _Card()
        elif card is not None:
            card.values.setdefault(line.name, []).append(line.value)
    if card is not None:
        yield card


@dataclass(frozen=True)
class _Line:
    name: str
    value: _Value

    @property
    def text(self) -> str:
        return self.value.text


def _content_lines(text: str) -> Iterator[_Line]:
    for logical, _ in cast(Any, base).getLogicalLines(io.StringIO(_prepared(text)), allowQP=True):
        try:
            line = cast(Any, base).textLineToContentLine(logical)
        except (cast(Any, base).VObjectError, LookupError, ValueError):
            continue
        params = [*line.singletonparams, *line.params.get("TYPE", [])]
        types = frozenset(name for param in params for name in param.upper().split(","))
        yield _Line(line.name, _Value(str(line.value), types, line.group or ""))


def _prepared(text: str) -> str:
    """Return the lines of a file as the parser takes them.

    It takes the square of the size of pictures, sounds and keys, so those are left out. It knows an encoding
    in capitals only.
    """
    lines: list[str] = []
    is_binary = False
    for line in text.splitlines():
        if line[:1] not in {" ", "\t"}:
            is_binary = _BINARY.match(line) is not None
        if not is_binary:
            lines.append(_QUOTED_PRINTABLE.sub("QUOTED-PRINTABLE", line))
    return "\n".join(lines)


def _plain(raw: str) -> str:
    """Return a value in one line, without escapes."""
    unescaped = _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], raw)
    return " ".join(unescaped.split())
