"""jrnl: journals of one file, folders of a file for each day, and its JSON."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from scrapbook.exchange import json_items, times
from scrapbook.exchange.format import Format, Probe, Reading, distinct, key_of, titled
from scrapbook.exchange.json_items import list_of, object_of, text_of
from scrapbook.exchange.sources import ExportUnreadable, Member, Source
from scrapbook.exchange.text_files import lines
from scrapbook.model.imported import ImportedEntry

_DAY_FILE = re.compile(r"(?:^|/)\d{4}/\d\d/\d\d\.txt$")
_CLOCK = r"\d{1,2}:\d\d(?::\d\d)?(?: ?[AP]M)?"
_BARE = re.compile(rf"(\d{{4}}-\d\d-\d\d {_CLOCK}) (\S.*)")
_IN_BRACKETS = re.compile(r"\[([^\[\]\n]{6,60})\] ?(.*)")
_FIRST = re.compile(rf"\[?\d{{4}}-\d\d-\d\d {_CLOCK}\]? \S")
_CHAT = re.compile(r"\[[\d./-]+,? \d{1,2}:\d\d:\d\d\] [^:\n]{1,60}: ")
_TAG = re.compile(r"(?<!\S)@([-+*#/\w]+)")
"""A tag with the mark that jrnl has without a configuration."""


def claims_tree(source: Source) -> Sequence[Member]:
    """A folder has years, in them months, in them a file for each day."""
    days = [member for member in source.members.values() if _DAY_FILE.search(member.path)]
    return days if days and all(_is_journal(Probe(day, source)) for day in days[:3]) else ()


def claims(probe: Probe) -> bool:
    """A journal begins with a time, often in brackets; its JSON has entries with date and time."""
    if probe.is_json:
        return probe.shape.has("entries", "title", "body", "date", "time")
    return _is_journal(probe)


def _is_journal(probe: Probe) -> bool:
    begun = [line for line in probe.head.splitlines() if _FIRST.match(line)]
    first = next((line for line in probe.head.splitlines() if line.strip()), "")
    return _FIRST.match(first) is not None and not all(map(_CHAT.match, begun))


def read(reading: Reading) -> Iterator[ImportedEntry]:
    """Yield an entry for each one of a journal."""
    used = {member.path for member in reading.members}
    for path in reading.source.members:
        if path not in used and path.endswith(".txt"):
            reading.report(path, "It is not named as a day of the journal.")
    for member in reading.members:
        try:
            is_json = Probe(member, reading.source).is_json
            yield from (_of_json if is_json else _of_text)(reading, member)
        except ExportUnreadable as error:
            reading.report(member.path, str(error))


def _of_json(reading: Reading, member: Member) -> Iterator[ImportedEntry]:
    for number, item in enumerate(json_items.items(member, "entries", "*"), start=1):
        found = object_of(item)
        written = f"{text_of(found.get('date'))} {text_of(found.get('time'))}".strip()
        tags = [text_of(tag).lstrip("@#") for tag in list_of(found.get("tags"))]
        where = f"{member.path}, entry {number}"
        yield _entry(reading, where, written, text_of(found.get("title")), text_of(found.get("body")), tags)


def _of_text(reading: Reading, member: Member) -> Iterator[ImportedEntry]:
    begun: tuple[str, str, str] | None = None
    body: list[str] = []
    for number, line in enumerate(lines(member), start=1):
        if header := _header(line):
            if begun:
                yield _entry(reading, *begun, "\n".join(body))
            begun, body = (f"{member.path}, line {number}", *header), []
        elif begun:
            body.append(line)
        elif line.strip():
            reading.report(f"{member.path}, line {number}", "It stands before the first entry.")
    if begun:
        yield _entry(reading, *begun, "\n".join(body))


def _header(line: str) -> tuple[str, str] | None:
    """Return the time and title of a line that begins an entry. None for any other line."""
    if found := _BARE.fullmatch(line) or _IN_BRACKETS.fullmatch(line):
        written, title = found.groups()
        return (written, title) if _time(written) else None
    return None


def _time(written: str) -> datetime | None:
    if re.fullmatch(rf"\d{{4}}-\d\d-\d\d(?: {_CLOCK})?", written):
        return times.from_words(written)
    return times.from_words(written) if re.search(r"\d:\d\d", written) else None


def _entry(  # noqa: PLR0913, PLR0917 - the parts of an entry
    reading: Reading, where: str, written: str, title: str, body: str, tags: Sequence[str] = ()
) -> ImportedEntry:
    title = title.strip().removesuffix(" *").removeprefix("* ").rstrip()
    body = body.strip("\n")
    text = f"{title}\n{body}".strip("\n") if title else titled(None, body)
    return ImportedEntry(
        key="jrnl:" + key_of(written.replace("AM", "").strip(), title, body if not title else ""),
        text=text,
        created_at=reading.when(written, where, _time),
        topics=distinct((*tags, *_TAG.findall(text))),
    )


FORMAT = Format(
    name="jrnl",
    title="jrnl",
    docs=(
        "The journal file, its folder, or `jrnl --format json`; an encrypted journal after `jrnl "
        "--decrypt`. Each entry keeps its title and text; `@tags` become topics. Times are of the zone "
        "that is named."
    ),
    read=read,
    claims=claims,
    claims_tree=claims_tree,
)
