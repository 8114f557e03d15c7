"""Apple Journal: a page of HTML for each entry, with its pictures beside."""

import re
from collections.abc import Iterator
from datetime import datetime

from lxml.html import HtmlElement

from scrapbook.exchange import times
from scrapbook.exchange.format import Format, Probe, Reading, key_of, titled
from scrapbook.exchange.html_text import parsed, text_of_element
from scrapbook.exchange.sources import Member
from scrapbook.exchange.text_files import read_text
from scrapbook.model.imported import ImportedEntry, ImportedFile

_DATED_NAME = re.compile(r"(\d{4}-\d\d-\d\d)")


def claims(probe: Probe) -> bool:
    """Each page has a header of this class, in which its day is."""
    return probe.is_markup and "pageHeader" in probe.head and "pageContainer" in probe.head


def read(reading: Reading) -> Iterator[ImportedEntry]:
    """Yield an entry for each page."""
    for member in reading.members:
        page = parsed(read_text(member))
        entry = None if page is None else _entry(reading, member, page)
        if entry is None:
            reading.report(member.path, "It has no words and no pictures.")
        else:
            yield entry


def _entry(reading: Reading, member: Member, page: HtmlElement) -> ImportedEntry | None:
    day = " ".join(_parts(page, "pageHeader"))
    title = " ".join(_parts(page, "title"))
    body = _body(page)
    files = [file for found in _with_class(page, "gridItem") for file in _files(reading, member, found)]
    captions = [" - ".join(_parts(found, "gridItemOverlayText")) for found in _with_class(page, "gridItem")]
    text = titled(title, "\n\n".join(part for part in (body, "\n".join(filter(None, captions))) if part))
    if not text.strip() and not files:
        return None
    return ImportedEntry(
        key="apple-journal:" + key_of(day, title, body[:200]),
        text=text,
        created_at=_day(reading, member, day),
        files=tuple(files),
    )


def _body(page: HtmlElement) -> str:
    """Return the words of the entry: its elements are cut by the export, so what follows the title counts."""
    found = _with_class(page, "bodyText")
    whole = "\n\n".join(filter(None, (text_of_element(part) for part in found)))
    if whole.strip():
        return whole
    left_out = {"pageHeader", "assetGrid", "gridItem", "title"}

    def embedded(element: HtmlElement) -> str | None:
        return "" if left_out & set((element.get("class") or "").split()) else None

    return text_of_element(page, embedded)


def _files(reading: Reading, member: Member, item: HtmlElement) -> Iterator[ImportedFile]:
    for element in item.iter("img", "video", "audio", "source"):
        if name := element.get("src"):
            yield from reading.attached(name, member)


def _day(reading: Reading, member: Member, written: str) -> datetime | None:
    if found := times.from_words(written):
        return times.in_zone(found, reading.zone)
    if named := _DATED_NAME.search(member.name):
        return reading.when(named[1], member.path)
    return reading.when(written, member.path)


def _with_class(element: HtmlElement, name: str) -> list[HtmlElement]:
    return [found for found in element.iter() if name in (found.get("class") or "").split()]


def _parts(element: HtmlElement, name: str) -> list[str]:
    return [" ".join(text_of_element(found).split()) for found in _with_class(element, name)]


FORMAT = Format(
    name="apple-journal",
    title="Apple Journal",
    docs=(
        "Settings, Apps, Journal, Export All Journal Entries: the ZIP, or its folder `Entries`. Each page "
        "becomes an entry of its day at noon, since it tells no time; what stands below its pictures "
        "comes along."
    ),
    read=read,
    claims=claims,
)
