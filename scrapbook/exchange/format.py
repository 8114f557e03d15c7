"""What a format is: how it recognises its files, and the entries that it reads in them."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import cached_property
from typing import TypeAlias

from scrapbook.exchange import json_items, times
from scrapbook.exchange.csv_rows import Table
from scrapbook.exchange.json_items import Shape
from scrapbook.exchange.sources import ExportUnreadable, Member, Source
from scrapbook.exchange.text_files import encoding_of
from scrapbook.model.imported import ImportedEntry, ImportedFile, ScrapbookState, Skipped

_HEAD = 16 * 1024
_LONGEST_DATE = 200
"""Characters of a date in words at most."""

_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'"}
_JSON = re.compile(r"\s*(?:\{\s*[\"}]|\[\s*[\[{\"\]])")


class Probe:
    """What a file looks like inside, found out when it is asked for.

    Attributes:
        member: the file.
        source: the export that it is in.
        problem: why it cannot be read, once that was tried; empty if it can.
    """

    def __init__(self, member: Member, source: Source) -> None:
        self.member = member
        self.source = source
        self.problem = ""

    @cached_property
    def head(self) -> str:
        """The beginning of its text; empty if it is none."""
        try:
            raw = self.member.head(_HEAD)
            encoding = encoding_of(self.member) if raw else "utf-8"
        except ExportUnreadable as error:
            self.problem = str(error)
            return ""
        text = raw.decode(encoding, "ignore").replace("\ufeff", "")
        return "" if "\0" in text else text

    @cached_property
    def is_json(self) -> bool:
        """Whether it begins as JSON does."""
        return _JSON.match(self.head) is not None

    @cached_property
    def shape(self) -> Shape:
        """What JSON has at its beginning; nothing if it is none."""
        return json_items.shape_of(self.member) if self.is_json else Shape()

    @cached_property
    def whole_shape(self) -> Shape:
        """What JSON has anywhere; nothing if it is none."""
        return json_items.shape_of(self.member, whole=True) if self.is_json else Shape()

    @cached_property
    def columns(self) -> frozenset[str]:
        """The names of a table's columns, in lower case; none if it is no table."""
        if self.is_json or self.head.lstrip().startswith("<"):
            return frozenset()
        return Table.columns_of(self.head)

    @cached_property
    def is_markup(self) -> bool:
        """Whether it begins as XML or HTML does."""
        return self.head.lstrip().startswith("<")


@dataclass
class Reading:
    """An export while it is read.

    Attributes:
        source: the export.
        members: the files of it that the format recognised.
        zone: where its person lives: times without a zone are of there.
        reported: what was left out so far, in order.
    """

    source: Source
    members: Sequence[Member]
    zone: tzinfo
    reported: list[Skipped] = field(default_factory=list)
    _missing: set[str] = field(default_factory=set)

    def report(self, where: str, why: str) -> None:
        """Report something that was not read."""
        self.reported.append(Skipped(where, why))

    def when(
        self, value: object, where: str, read: Callable[[str], datetime | None] = times.from_iso
    ) -> datetime | None:
        """Return a written time as an aware one. One that cannot be read is reported; None for no time."""
        written = str(value if value is not None else "").strip()
        if not written:
            return None
        found = times.in_zone(read(written), self.zone) if len(written) <= _LONGEST_DATE else None
        if found is None:
            self.report(where, f"The date {written[:60]!r} cannot be read. The entry has none.")
        return found

    def since_1970(self, value: object, where: str) -> datetime | None:
        """Return the time of a number of seconds or finer since 1970, which is none for 0."""
        if value in {0, "0", "", None}:
            return None
        return self.when(value, where, times.from_epoch)

    def attached(
        self, name: str, beside: Member, *, where: str = "", anywhere: bool = False
    ) -> tuple[ImportedFile, ...]:
        """Return the file of that name or path. One that is not there is reported, once.

        Args:
            where: the place that names it; its file without one.
            anywhere: whether a file of that name in another folder is meant too.
        """
        found = self.source.find(name, beside) or (self.source.find_by_name(name) if anywhere else None)
        if found:
            return (found.as_file(),)
        self.missing(name, where or beside.path)
        return ()

    def missing(self, name: str, where: str) -> None:
        """Report a file that an entry names and that is not in the export, once."""
        if name not in self._missing:
            self._missing.add(name)
            self.report(where, f"The file {name!r} is not in the export. The entry was kept without it.")


Read: TypeAlias = Callable[[Reading], Iterator[ImportedEntry]]
ReadState: TypeAlias = Callable[[Reading], ScrapbookState]


@dataclass(frozen=True, slots=True)
class Format:
    """What another program writes.

    Attributes:
        name: the name of the format, of small letters and hyphens.
        title: the name of the program.
        docs: how to get a file out of it, and what is taken over; a paragraph of Markdown.
        read: yields the entries of the recognised files, and reports what it cannot read.
        claims: returns whether a file is of this format.
        is_general: whether another format that recognises as many files is meant.
        claims_tree: returns the files of a whole folder or archive that is of this format; none if it is not.
        read_state: returns what is beside the entries, where an export tells it.
    """

    name: str
    title: str
    docs: str
    read: Read
    claims: Callable[[Probe], bool] = lambda _: False
    claims_tree: Callable[[Source], Sequence[Member]] = lambda _: ()
    is_general: bool = False
    read_state: ReadState | None = None


def key_of(*parts: object) -> str:
    """Return a short key of what identifies something, for what has no identifier of its own."""
    return hashlib.blake2b("\0".join(map(str, parts)).encode("utf-8", "replace"), digest_size=16).hexdigest()


def titled(title: str | None, body: str) -> str:
    """Return a text under its title, which is left out where the text begins with it."""
    name = " ".join((title or "").split()) if title and "\n" not in title.strip() else (title or "").strip()
    first = body.lstrip().partition("\n")[0].lstrip("# ").strip()
    if not name or first == name:
        return body.strip("\n")
    return f"{name}\n\n{body}".strip("\n").rstrip()


def paragraphs(*parts: str | None) -> str:
    """Return the parts that there are, with an empty line between them."""
    return "\n\n".join(part.strip("\n") for part in parts if part and part.strip())


def quoted(passage: str, author: str | None, *origin: str | None) -> str:
    """Return a passage as a quotation, with its author and where it is from in the line below."""
    words = passage.strip()
    marks = words if words[:1] in '"“„«' and words[-1:] in '"”“»' else f"“{words}”"
    said = ", ".join(part for part in (author, *origin) if part)
    return f"{marks}\n— {said}" if said else marks


def linked(title: str | None, url: str, *rest: str | None) -> str:
    """Return a link as a text: its title, its address, then notes about it."""
    name = (title or "").strip()
    head = url if not name or name == url else f"{name}\n{url}"
    return paragraphs(head, *rest)


def unescaped(text: str) -> str:
    """Return a text whose five entities of XML are put back; others, as in an address, are words."""
    for entity, sign in _ENTITIES.items():
        text = text.replace(entity, sign)
    return text.replace("&amp;", "&")


def distinct(names: Iterable[str | None]) -> tuple[str, ...]:
    """Return names of topics without blanks and repetitions, in order, each as it is written first."""
    found: dict[str, str] = {}
    for name in names:
        clean = " ".join((name or "").split()).lstrip("#").strip()
        if clean:
            found.setdefault(clean.casefold(), clean)
    return tuple(found.values())
