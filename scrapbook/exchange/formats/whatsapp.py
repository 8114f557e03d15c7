"""WhatsApp: chats as "Export chat" writes them on phones, in many languages."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import PurePosixPath

from scrapbook.exchange import times
from scrapbook.exchange.format import Format, Probe, Reading, distinct, key_of
from scrapbook.exchange.sources import ExportUnreadable, Member
from scrapbook.exchange.text_files import lines
from scrapbook.model.imported import ImportedEntry, ImportedFile, ImportedKind

_MARKS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Marks of the direction of writing, which WhatsApp puts in front of its own words, and around numbers."""

_SPACE = "[ \u00a0\u202f]"
_DATE = rf"(\d{{1,4}})([./-]){_SPACE}?(\d{{1,2}})[./-]{_SPACE}?(\d{{1,4}})\.?"
_HALF = r"(上午|下午|午前|午後|오전|오후)?"
_TIME = (
    rf"{_HALF}{_SPACE}?(\d{{1,2}})[:.](\d\d)(?:[:.](\d\d))?"
    rf"(?:{_SPACE}*([AaPpصم])\.?{_SPACE}?[Mm]?\.?)?"
)
_WORD = r"[a-zà-ÿа-я]{1,4}\.?"
"""A word between date and time: ``at``, ``um``, ``klo``, ``a las``."""

_BETWEEN = rf"(?:,?{_SPACE}{_WORD}(?:{_SPACE}{_WORD})?|,)?{_SPACE}+"
_HEADER = re.compile(
    rf"[{_MARKS}]*(?:\[{_DATE}{_BETWEEN}{_TIME}\]{_SPACE}?|{_DATE}{_BETWEEN}{_TIME}(?:{_SPACE}[-–]|:){_SPACE})"
)
_DIGITS = {
    ord(digit): str(number)
    for zero in "٠۰०"
    for number, digit in enumerate(map(chr, range(ord(zero), ord(zero) + 10)))
}
_SENDER = re.compile(rf"[{_MARKS}]*~?{_SPACE}?([^:\n]{{1,100}}?):{_SPACE}(.*)", re.DOTALL)
_EMPTY_SENDER = re.compile(rf"[{_MARKS}]*~?{_SPACE}?([^:\n]{{1,100}}?):()$")

_FILE = r"[^<>\n]*?\.\w{2,5}"
_ATTACHED = re.compile(
    rf"[{_MARKS}]*(?:<[^:<>\n]{{3,30}}:{_SPACE}?(?P<ios>{_FILE})>|(?P<android>{_FILE}){_SPACE}\([^()\n]{{5,40}}\)"
    rf"|(?P<old>{_FILE}){_SPACE}<[^:<>\n]{{3,30}}>)[{_MARKS}]*$"
)
_OMITTED = re.compile(
    rf"[{_MARKS}]*<[^<>\n:]{{5,40}}>$|[{_MARKS}]+[^\n]{{2,30}} (?:omitted|omesso|omessa|omis|omise|omitida|"
    r"omitido|weggelassen|weggelaten|ausgeschlossen|ocultado|ocultada|oculto|absente?)$",
    re.IGNORECASE,
)
_EDITED = re.compile(
    rf"{_SPACE}?[{_MARKS}]*<[^<>\n]*(?:edited|bearbeitet|editó|editado|modifié|modificato|bewerkt)[^<>\n]*>$"
)

_NOTICES = re.compile(
    r"end-to-end|ende-zu-ende|extremo a extremo|bout en bout|ponta a ponta|сквозн|エンドツーエンド|端到端"
    r"|^(?:this message was deleted|you deleted this message|null|waiting for this message\b.*)\.?$"
    r"|^(?:missed|silenced) (?:group )?(?:voice|video) call|^(?:voice|video) call\b",
    re.IGNORECASE,
)
"""What WhatsApp says in the name of a sender."""

_ANNOUNCED = re.compile(
    r"\b(?:changed the (?:subject|group|description)|created (?:the )?group|added|joined using|left$|removed|"
    r"changed (?:to|their phone number|this group)|security code|now an admin|pinned a message|"
    r"turned (?:on|off))\b"
)
"""What WhatsApp says of somebody, in a line without a sender; it may quote a name with a colon."""

_CONTENT_OF_OWN = re.compile(
    r"(?:POLL|Location|Live location|EVENT|Contact|Standort|Ubicación|Position)\s?:|https?://", re.IGNORECASE
)
_CHAT_NAME = re.compile(r"WhatsApp.{0,12}?(?: with | - | mit | con | avec | com | met )(.+)", re.IGNORECASE)


@dataclass
class _Message:
    """A message: ``day`` are the three numbers of its date in the order of the file."""

    where: str
    day: tuple[int, int, int]
    clock: time | None
    body: list[str] = field(default_factory=list)


def claims(probe: Probe) -> bool:
    """The first line has a date and a time, and most such lines have a sender."""
    if probe.is_json or probe.is_markup:
        return False
    first = next((line for line in probe.head.splitlines() if line.strip()), "")
    if not _header(first):
        return False
    begun = [line[found.end() :] for line in probe.head.splitlines() if (found := _header(line))]
    return sum(_SENDER.match(rest) is not None for rest in begun) * 2 >= len(begun)


def read(reading: Reading) -> Iterator[ImportedEntry]:
    """Yield an entry for each message of a person; what WhatsApp says itself is none."""
    for member in reading.members:
        try:
            order = _order(_days(member), is_american=_is_american(member))
            if order is None:
                reading.report(member.path, "Its dates cannot be read in any order of day, month and year.")
                continue
            seen: Counter[str] = Counter()
            for message in _messages(member):
                if entry := _entry(reading, member, message, order, seen):
                    yield entry
        except ExportUnreadable as error:
            reading.report(member.path, str(error))


def _messages(member: Member) -> Iterator[_Message]:
    message: _Message | None = None
    for number, line in enumerate(lines(member), start=1):
        if found := _header(line):
            if message:
                yield message
            day, clock = _written(found)
            message = _Message(f"{member.path}, line {number}", day, clock, [line[found.end() :]])
        elif message:
            message.body.append(line)
    if message:
        yield message


def _days(member: Member) -> list[tuple[int, int, int]]:
    """Return the dates in the order of the file, each once where it is repeated."""
    found: list[tuple[int, int, int]] = []
    for line in lines(member):
        if header := _header(line):
            day, _ = _written(header)
            if not found or found[-1] != day:
                found.append(day)
    return found


def _header(line: str) -> re.Match[str] | None:
    return _HEADER.match(line.translate(_DIGITS))


def _written(found: re.Match[str]) -> tuple[tuple[int, int, int], time | None]:
    """Return the numbers of the date, and the time of day, of a header."""
    groups = found.groups()
    groups = groups[:9] if groups[0] is not None else groups[9:]
    first, _, second, third, half, hour, minute, seconds, letter = groups
    hours = int(hour)
    if (half or letter) and hours <= 12:
        hours = hours % 12 + 12 * (half in {"下午", "午後", "오후"} or (letter or "").lower() in {"p", "م"})
    try:
        clock = time(hours, int(minute), int(seconds or 0))
    except ValueError:
        clock = None
    return (int(first), int(second), int(third)), clock


def _is_american(member: Member) -> bool:
    """Return whether dates and times are written as in the United States: ``1/2/24, 7:15 PM``."""
    first = next((found[0] for line in lines(member) if (found := _header(line))), "")
    return re.search(r"\b\d/\d{1,2}/|/\d/", first) is not None and re.search("[AP]M", first) is not None


def _order(days: Sequence[tuple[int, int, int]], *, is_american: bool) -> str | None:
    """Return the order of day, month and year, such as ``dmy``. None if the dates fit none.

    Messages stand in the order in which they came, and none is of tomorrow. Where that leaves several orders,
    the one that spans the least time is right: read in another order, days would be months apart. Of orders
    that fit equally, that of the country is right which writes times so.
    """
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    best: tuple[int, bool, int, int] | None = None
    chosen = None
    first = ("mdy", "dmy") if is_american else ("dmy", "mdy")
    for rank, order in enumerate((*first, "ymd", "ydm")):
        read = [_date(day, order) for day in days]
        known = [day for day in read if day]
        if len(known) < len(read) or not known:
            continue
        backwards = sum(later < earlier for earlier, later in pairwise(known))
        rating = (backwards, max(known) > tomorrow, (max(known) - min(known)).days, rank)
        if best is None or rating < best:
            best, chosen = rating, order
    return chosen


def _date(day: tuple[int, int, int], order: str) -> date | None:
    named = dict(zip(order, day, strict=True))
    year = named["y"]
    if year < 100:
        year += 2000
    try:
        found = date(year, named["m"], named["d"])
    except ValueError:
        return None
    return found if found.year >= 2009 else None  # the year in which WhatsApp began


def _entry(
    reading: Reading, member: Member, message: _Message, order: str, seen: Counter[str]
) -> ImportedEntry | None:
    rest = "\n".join(message.body)
    found = _SENDER.match(rest) or _EMPTY_SENDER.match(rest)
    if found is None or (_ANNOUNCED.search(found[1]) and not found[1].startswith("+")):
        return None
    author, words = found[1].strip(_MARKS + " \u00a0\u202f"), found[2]
    own = words.lstrip(" ").startswith(tuple(_MARKS))
    files, named, words = _take_files(reading, member, message, words)
    own = own and not named
    words = _EDITED.sub("", words)
    text = words.strip(_MARKS + " \u00a0\u202f\n") if own else words.strip("\n").strip(_MARKS)
    if not files and (_is_notice(text) or (own and not _is_content(text, words))):
        return None
    if not files and _OMITTED.match(words):
        reading.report(message.where, "A picture, sound or file was left out of the export by WhatsApp.")
        return None
    if not text.strip() and not files:
        reading.report(message.where, "It has no words.")
        return None
    day = _date(message.day, order)
    moment = datetime.combine(day, message.clock) if day and message.clock else None
    if moment is None:
        reading.report(message.where, "Its time cannot be read. The entry has none.")
    # In whatever order they are read: a later export may tell more of it, or be of another phone.
    numbers = sorted(number % 100 for number in message.day)
    minute = message.clock and message.clock.replace(second=0)
    same = key_of(numbers, minute, author, text, *(file.name for file in files))
    seen[same] += 1
    return ImportedEntry(
        key=f"whatsapp:{same}:{seen[same]}",
        text=text,
        created_at=times.in_zone(moment, reading.zone),
        topics=distinct([_chat_name(reading)]),
        kind=ImportedKind.MESSAGE,
        author=author,
        files=tuple(files),
    )


def _is_notice(text: str) -> bool:
    return _NOTICES.search(text) is not None and len(text) < 400


def _is_content(text: str, words: str) -> bool:
    """Return whether what begins with a mark is the sender's: a poll, a place, or left out; else a notice."""
    return _CONTENT_OF_OWN.match(text) is not None or _OMITTED.match(words) is not None


def _take_files(
    reading: Reading, member: Member, message: _Message, words: str
) -> tuple[list[ImportedFile], bool, str]:
    """Return the files that a message names in its lines, whether it names one, and the other lines."""
    files: list[ImportedFile] = []
    is_named = False
    kept: list[str] = []
    for line in words.split("\n"):
        found = _ATTACHED.match(line.strip(" "))
        name = (
            next((name for name in found.groupdict().values() if name), "").strip(_MARKS + " ")
            if found
            else ""
        )
        there = reading.source.find(name, member) if name else None
        if there:
            is_named = True
            files.append(there.as_file())
        elif name and ((found and (found["ios"] or found["old"])) or _is_media_name(name)):
            is_named = True
            reading.missing(name, message.where)
            kept.append(name)
        else:
            kept.append(line)
    return files, is_named, "\n".join(kept)


def _is_media_name(name: str) -> bool:
    """Return whether a name is one that WhatsApp gives to a file: ``IMG-20240302-WA0001.jpg``."""
    return re.fullmatch(r"[\w -]*\w\.\w{2,5}", name) is not None


def _chat_name(reading: Reading) -> str | None:
    found = _CHAT_NAME.search(PurePosixPath(reading.source.name).stem)
    return found[1].strip() if found else None


FORMAT = Format(
    name="whatsapp",
    title="WhatsApp",
    docs=(
        "In a chat: Export chat, with or without media: the ZIP or the text. Each message becomes an "
        "entry with its sender; what WhatsApp says itself is none. Whether days or months come first is "
        "told by the order of the messages. Times are of the zone that is named."
    ),
    read=read,
    claims=claims,
)
