"""Day One: journals in JSON, and the property lists of its first versions."""

import json
import plistlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from xml.parsers.expat import ExpatError

from scrapbook.exchange import json_items, times
from scrapbook.exchange.format import Format, Probe, Reading, distinct
from scrapbook.exchange.json_items import Json, list_of, object_of, text_of
from scrapbook.exchange.sources import ExportUnreadable, Member
from scrapbook.model.imported import ImportedEntry, ImportedFile

_MOMENT = re.compile(r"!\[[^\]\n]{0,500}\]\(dayone-moment:/{0,2}(?:[a-z]+/)?([0-9A-Za-z-]+)\)")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
"""A backslash before punctuation, as in CommonMark: Day One writes one before each that has a meaning."""

_FOLDERS = {"photos": "photos", "videos": "videos", "audios": "audios", "pdfAttachments": "pdfs"}


def claims(probe: Probe) -> bool:
    """A journal has entries and the version of the form; a property list has the text of an entry."""
    if probe.is_json:
        return "entries" in probe.shape.keys and (
            {"metadata"} <= probe.shape.keys and probe.shape.has("metadata", "version")
        )
    return probe.is_markup and "<plist" in probe.head and "<key>Entry Text</key>" in probe.head


def read(reading: Reading) -> Iterator[ImportedEntry]:
    """Yield an entry for each one of a journal."""
    for member in reading.members:
        try:
            if member.head(256).lstrip().startswith(b"{"):
                yield from _of_journal(reading, member)
            else:
                yield from _of_property_list(reading, member)
        except ExportUnreadable as error:
            reading.report(member.path, str(error))


def _of_journal(reading: Reading, member: Member) -> Iterator[ImportedEntry]:
    for number, item in enumerate(json_items.items(member, "entries", "*"), start=1):
        entry = object_of(item)
        where = f"{member.path}, entry {number}"
        files = _Files.of(reading, member, where, entry)
        text = _words(entry)
        if not text.strip() and not files.in_order:
            reading.report(where, "It has no words.")
            continue
        yield ImportedEntry(
            key=f"dayone:{text_of(entry.get('uuid')) or entry.get('creationDate')}",
            text=_ESCAPE.sub(r"\1", _without_moments(text)).strip("\n"),
            created_at=_time(reading, where, entry.get("creationDate"), entry.get("timeZone")),
            topics=distinct(map(text_of, list_of(entry.get("tags")))),
            source=_place(object_of(entry.get("location"))),
            files=files.named_in(text),
            is_pinned=entry.get("isPinned") is True,
        )


def _of_property_list(reading: Reading, member: Member) -> Iterator[ImportedEntry]:
    try:
        values: dict[str, Any] = plistlib.loads(member.read(), fmt=plistlib.FMT_XML)
    except (ValueError, ExpatError, plistlib.InvalidFileException, AttributeError, KeyError):
        reading.report(member.path, "It is broken or cut short.")
        return
    text, made = str(values.get("Entry Text") or ""), values.get("Creation Date")
    identifier = str(values.get("UUID") or member.stem)
    created = made.replace(tzinfo=UTC) if isinstance(made, datetime) else None
    if created is None:
        reading.report(member.path, "It has no date that can be read. The entry has none.")
    picture = next(
        (f for f in (_beside(reading, member, identifier, end) for end in ("jpg", "png")) if f), None
    )
    yield ImportedEntry(
        key=f"dayone:{identifier}",
        text=text,
        created_at=_moved(created, values.get("Time Zone")),
        topics=distinct(str(tag) for tag in values.get("Tags") or ()),
        source=_place(_renamed(values.get("Location"))),
        files=(picture,) if picture else (),
    )


def _renamed(location: object) -> dict[str, Any]:
    """Return a place with the names that the newer form has: ``Place Name`` is ``placeName`` there."""
    names = {"Place Name": "placeName", "Locality": "localityName", "Country": "country"}
    return {names[name]: value for name, value in object_of(location).items() if name in names}


def _beside(reading: Reading, member: Member, identifier: str, ending: str) -> ImportedFile | None:
    found = reading.source.find(f"../photos/{identifier}.{ending}", member)
    return found.as_file() if found else None


@dataclass(frozen=True, slots=True)
class _Files:
    """The files of an entry: ``by_identifier`` as its text names them, ``in_order`` as they are listed."""

    by_identifier: dict[str, ImportedFile]
    in_order: list[ImportedFile]

    @staticmethod
    def of(reading: Reading, member: Member, where: str, entry: dict[str, Json]) -> "_Files":
        by_identifier: dict[str, ImportedFile] = {}
        in_order: list[ImportedFile] = []
        for kind, folder in _FOLDERS.items():
            for found in sorted(map(object_of, list_of(entry.get(kind))), key=_order):
                digest = text_of(found.get("md5"))
                ending = (text_of(found.get("type")) or text_of(found.get("format"))).lstrip(
                    "."
                ) or _ENDINGS.get(kind, "")
                path = f"{folder}/{digest}.{ending}" if ending else f"{folder}/{digest}"
                file = _lookup(reading, member, folder, digest, path)
                if file is None:
                    reading.missing(path, where)
                    continue
                by_identifier[text_of(found.get("identifier"))] = file
                in_order.append(file)
        return _Files(by_identifier, in_order)

    def named_in(self, text: str) -> tuple[ImportedFile, ...]:
        """Return the files in the order of the text, then those that it does not name."""
        named = [self.by_identifier[name] for name in _MOMENT.findall(text) if name in self.by_identifier]
        return tuple({file.name: file for file in (*named, *self.in_order)}.values())


_ENDINGS = {"audios": "m4a", "videos": "mov", "pdfAttachments": "pdf"}


def _lookup(reading: Reading, member: Member, folder: str, digest: str, path: str) -> ImportedFile | None:
    for ending in ("", ".jpeg", ".jpg", ".png", ".heic", ".gif", ".mov", ".mp4", ".m4a", ".aac", ".pdf"):
        found = reading.source.find(f"{folder}/{digest}{ending}" if ending else path, member)
        if found:
            return found.as_file()
    return None


def _order(found: dict[str, Json]) -> int:
    order = found.get("orderInEntry")
    return order if isinstance(order, int) else 0


def _words(entry: dict[str, Json]) -> str:
    """Return the Markdown of an entry, or the words of its rich text where that is all there is."""
    if text := text_of(entry.get("text")):
        return text
    try:
        contents = object_of(json.loads(text_of(entry.get("richText")) or "{}")).get("contents")
    except (ValueError, RecursionError):
        return ""
    return "".join(text_of(object_of(part).get("text")) for part in list_of(contents))


def _without_moments(text: str) -> str:
    """Return a text without the places of its pictures; where one has lines of its own, without these."""
    kept: list[str] = []
    for line in text.split("\n"):
        left = _MOMENT.sub("", line)
        if left == line or left.strip():
            kept.append(left)
            continue
        while kept and not kept[-1].strip():
            kept.pop()
    return "\n".join(kept)


def _time(reading: Reading, where: str, written: Json, zone: Json) -> datetime | None:
    return _moved(reading.when(written, where), zone)


def _moved(moment: datetime | None, zone: object) -> datetime | None:
    """Return a time in the zone in which it was written."""
    there = times.zone_named(zone)
    return moment.astimezone(there) if moment and there else moment


def _place(location: dict[str, Any]) -> str | None:
    names = (location.get(name) for name in ("placeName", "localityName", "country"))
    return ", ".join(dict.fromkeys(str(name) for name in names if name)) or None


FORMAT = Format(
    name="dayone",
    title="Day One",
    docs=(
        "Settings, Import/Export, Export, JSON: the ZIP, or a folder of `.doentry` files of its first "
        "versions. Each entry keeps its time and zone, pictures, sounds and PDFs; tags become topics. The "
        "weather is not taken over."
    ),
    read=read,
    claims=claims,
)
