"""What came with an entry, as a template shows it: pictures, recordings, other files."""

from dataclasses import dataclass, field
from datetime import date

from scrapbook.core.attachments import describe_file, without_live_videos
from scrapbook.model.records import Entry, Media
from scrapbook.text.display import one_line
from scrapbook.text.segments import shorten
from scrapbook.text.spelled_dates import day_and_month
from scrapbook.web.book.file_addresses import ShownPicture, file_address, shown_picture
from scrapbook.web.book.prose import Room

_MAX_ALT = 100
"""Characters of the words of an entry that describe its picture."""

PICTURE, FILE = 900, 300
"""Bytes of the tags of a picture and of another file, about."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture. ``width`` and ``height`` in pixels are None while they are unknown."""

    src: str
    srcset: str
    original: str
    alt: str
    width: int | None
    height: int | None


@dataclass(frozen=True, slots=True)
class File:
    """A recording or another file, or what became of it. ``address`` is empty if it is not there."""

    address: str
    words: str


@dataclass(slots=True)
class Attached:
    """What came with an entry. ``more``: how many of it are on the page of the entry only."""

    pictures: list[Picture] = field(default_factory=list)
    memos: list[File] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    more: int = 0


def attach(entry: Entry, day: date, room: Room) -> Attached:
    """Return what came with an entry. The first thing is shown whether there is room for it or not."""
    attached = Attached()
    places = {id(part): place for place, part in enumerate(entry.media)}
    for index, part in enumerate(without_live_videos(entry.media)):
        place = places[id(part)]
        picture = shown_picture(entry.number, place, part) if part.state == "kept" else None
        if index and not room.take(PICTURE if picture else FILE):
            attached.more += 1
        elif picture:
            attached.pictures.append(_picture(entry, picture, day))
        else:
            group = attached.memos if part.is_audio and part.state == "kept" else attached.files
            group.append(_file(entry, place, part))
    return attached


def _picture(entry: Entry, shown: ShownPicture, day: date) -> Picture:
    return Picture(
        src=shown.src,
        srcset=shown.srcset,
        original=shown.original,
        alt=shorten(one_line(entry.text[:400]), _MAX_ALT) or f"Picture of {day_and_month(day)}",
        width=shown.width,
        height=shown.height,
    )


def _file(entry: Entry, place: int, part: Media) -> File:
    what = describe_file(part)
    what = what if what[:1].isupper() else what.capitalize()
    if part.state == "missing":
        return File("", f"{what} missing")
    if part.state == "waiting":
        return File("", f"{what} is being fetched")
    address = file_address(entry.number, place, part)
    return File(address, f"{what}, {_bytes(part.size)}" if part.size else what)


def _bytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(1, round(size / 1e3))} kB"
