"""Kindle: ``My Clippings.txt``, in the languages of its readers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from scrapbook.exchange import times
from scrapbook.exchange.format import Format, Probe, Reading, key_of, paragraphs, quoted
from scrapbook.exchange.sources import Member
from scrapbook.exchange.text_files import lines
from scrapbook.model.imported import ImportedEntry, ImportedKind

_SEPARATOR = re.compile(r"={5,}\s*")
_HIGHLIGHT, _NOTE, _BOOKMARK = "highlight", "note", "bookmark"

_KINDS = (
    (
        _BOOKMARK,
        "bookmark marcador signet segnalibro lesezeichen bladwijzer закладк zakładk "
        "书签 書籤 ブックマーク 북마크",
    ),
    (
        _HIGHLIGHT,
        "highlight clip subrayado resaltado surlign destaque evidenziazion markierung markering выделен "
        "zaznaczeni vurgu recorte article artikel 标注 標註 ハイライト 하이라이트",
    ),
    (_NOTE, "note nota notiz 笔记 筆記 メモ notitie заметк notatk 메모"),
)
"""What each kind of clipping is called, in part of the word, in the languages of the readers."""

_RANGE = r"\s*(?:no\.?|nº|n°|#|:)?\s*(\d[\d.,]*)(?:\s*[-–]\s*(\d[\d.,]*))?"
_PLACE = re.compile(
    r"(?:location|loc\.|posici[óo]n|ubicaci[óo]n|emplacement|posição|localização|posizione|position|位置|locatie|"
    rf"место(?:положение)?|lokalizacj\w*|pozycj\w*|위치|konum)\w*{_RANGE}",
    re.IGNORECASE,
)
_PAGE = re.compile(
    r"(?:page|página|pagina|seite|ページ|страниц\w*|stron\w*|페이지|sayfa)\s*(?:nº|n°|#)?\s*([\divxlc]+(?:-[\divxlc]+)?)"
    r"|第?\s*(\d+(?:-\d+)?)\s*(?:页|頁|ページ|페이지)",
    re.IGNORECASE,
)
_FOREIGN = re.compile(r"^[(\[（【〔]([^()\[\]（）【】〔〕]{1,3})[)\]）】〕]\s*(?=\S)")
"""The nationality that Chinese and Japanese editions have in front of an author."""

_OPEN, _CLOSE = "(（", ")）"
_LONGEST_NOTICE = 200
_LIMIT = re.compile(r"^\s*<.*(?:clipping limit|límite|limite|Limit|上限).*>\s*$", re.IGNORECASE)


@dataclass
class _Clipping:
    where: str
    title: str
    author: str
    kind: str
    first: int
    last: int
    page: str
    written: str
    text: str
    notes: list[str] = field(default_factory=list)


def claims(probe: Probe) -> bool:
    """Clippings are separated by lines of equals signs; the second line of each begins with a hyphen."""
    head = probe.head.lstrip()
    if not re.search(r"^={7,10}\s*$", head, re.MULTILINE) and "==========" not in head:
        return False
    found = (block.strip().splitlines() for block in re.split(r"^=+\s*$", head, flags=re.MULTILINE))
    return any(len(block) > 1 and block[1].startswith("-") and _kind_of(block[1]) for block in found)


def read(reading: Reading) -> Iterator[ImportedEntry]:
    """Yield the highlights of each book with their notes, and the notes that belong to none."""
    for member in reading.members:
        clippings = list(_clippings(reading, member))
        for clipping in clippings:
            if clipping.kind == _NOTE and (highlight := _highlight_of(clipping, clippings)):
                if clipping.text not in highlight.notes:
                    highlight.notes.append(clipping.text)
                clipping.kind = ""
        seen: dict[str, ImportedEntry] = {}
        for clipping in clippings:
            if clipping.kind:
                entry = _entry(reading, clipping)
                if clipping.notes or entry.key not in seen:
                    seen[entry.key] = entry
        yield from seen.values()


def _clippings(reading: Reading, member: Member) -> Iterator[_Clipping]:
    for number, block in _blocks(member):
        where = f"{member.path}, line {number}"
        if len(block) < 2 or not block[1].lstrip().startswith("-"):
            reading.report(where, "It is no clipping.")
            continue
        title, author = _title_and_author(block[0].strip())
        meta = block[1].strip()
        kind = _kind_of(meta)
        text = "\n".join(block[2:]).strip()
        if kind is None:
            reading.report(where, f"What it is cannot be told from {meta[:60]!r}.")
        elif kind == _BOOKMARK:
            continue
        elif not text or (len(text) < _LONGEST_NOTICE and _LIMIT.match(text)):
            reading.report(where, f"The {kind} has no words.")
        else:
            head, _, written = meta.rpartition("|")
            yield _Clipping(where, title, author, kind, *_range(head), _page(head), written.strip(), text)


def _blocks(member: Member) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines between separators, with the number of the first. A cut one at the end is one."""
    block: list[str] = []
    begun = 1
    for number, line in enumerate(lines(member), start=1):
        if _SEPARATOR.fullmatch(line):
            if block:
                yield begun, block
            block = []
        elif block or line.strip():
            begun = begun if block else number
            block.append(line)
    while block and (not block[-1].strip() or set(block[-1].strip()) == {"="}):
        block.pop()
    if block:
        yield begun, block


def _title_and_author(line: str) -> tuple[str, str]:
    """Split a line into the title and the author, who is in the last brackets."""
    if not line.endswith(tuple(_CLOSE)):
        return line, ""
    depth = 0
    for index in range(len(line) - 1, -1, -1):
        depth += (line[index] in _CLOSE) - (line[index] in _OPEN)
        if depth == 0:
            author = line[index + 1 : -1].strip()
            return line[:index].strip(), _FOREIGN.sub("", author)
    return line, ""


def _kind_of(meta: str) -> str | None:
    words = meta.rpartition("|")[0].casefold() or meta.casefold()
    return next((kind for kind, names in _KINDS if any(name in words for name in names.split())), None)


def _range(meta: str) -> tuple[int, int]:
    """Return where a clipping begins and ends; zeros if that is not told. ``1085-86`` ends at 1086."""
    found = _PLACE.search(meta)
    if found is None:
        return 0, 0
    first = re.sub(r"\D", "", found[1])
    last = re.sub(r"\D", "", found[2] or "") or first
    if len(last) < len(first):
        last = first[: len(first) - len(last)] + last
    return int(first[:12]), int(last[:12])


def _page(meta: str) -> str:
    found = _PAGE.search(meta)
    return (found[1] or found[2]) if found else ""


def _highlight_of(note: _Clipping, clippings: list[_Clipping]) -> _Clipping | None:
    """Return the highlight in whose place a note stands: at its end, its start, or inside."""
    if not note.first and not note.page:
        return None
    best: tuple[int, int] | None = None
    found = None
    for clipping in clippings:
        if clipping.kind != _HIGHLIGHT or (clipping.title, clipping.author) != (note.title, note.author):
            continue
        if note.first and clipping.first:
            inside = clipping.first <= note.first <= clipping.last
        else:
            inside = not note.first and not clipping.first and bool(note.page) and clipping.page == note.page
        if not inside:
            continue
        rank = 0 if clipping.last == note.first else 1 if clipping.first == note.first else 2
        if best is None or (rank, clipping.last - clipping.first) <= best:
            best, found = (rank, clipping.last - clipping.first), clipping
    return found


def _entry(reading: Reading, clipping: _Clipping) -> ImportedEntry:
    place = f"page {clipping.page}" if clipping.page else ""
    if clipping.first:
        span = f"{clipping.first}" if clipping.first == clipping.last else f"{clipping.first}-{clipping.last}"
        place = f"{place}, location {span}".removeprefix(", ")
    key = key_of(clipping.title, clipping.author, clipping.kind, clipping.first, clipping.page, clipping.text)
    is_quote = clipping.kind == _HIGHLIGHT
    origin = ", ".join(part for part in (clipping.title, place) if part)
    return ImportedEntry(
        key=f"kindle:{key}",
        text=(
            paragraphs(quoted(clipping.text, clipping.author, origin), *clipping.notes)
            if is_quote
            else paragraphs(clipping.text, ", ".join(part for part in (clipping.author, origin) if part))
        ),
        created_at=reading.when(clipping.written, clipping.where, times.from_words),
        kind=ImportedKind.QUOTE if is_quote else ImportedKind.NOTE,
        author=clipping.author or None,
        source=clipping.title or None,
    )


FORMAT = Format(
    name="kindle",
    title="Kindle",
    docs=(
        "`documents/My Clippings.txt` on the reader. Each highlight becomes a quotation by the author of "
        "its book, with the note that stands in its place; a note without a highlight is an entry of its "
        "own. Bookmarks are left out. Times are of the zone that is named."
    ),
    read=read,
    claims=claims,
)
