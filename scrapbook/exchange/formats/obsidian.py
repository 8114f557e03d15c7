"""Obsidian vaults, and other folders of Markdown."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import PurePosixPath

from scrapbook.exchange.format import Format, Probe, Reading, distinct, titled
from scrapbook.exchange.markdown_notes import Note, embedded_files, note_of, written_time
from scrapbook.exchange.sources import ExportUnreadable, Member, Source
from scrapbook.exchange.text_files import read_text
from scrapbook.model.imported import ImportedEntry

_ENDINGS = frozenset({".md", ".markdown"})
_OWN = re.compile(r"(?:^|/)\.(?!trash/)[^/]+/|(?:^|/)\.[^/]+$")
"""What begins with a dot is the program's own."""

_TRASH = re.compile(r"(?:^|/)\.trash/")
_DAY = re.compile(r"(\d{4})[-_.]?(\d\d)[-_.]?(\d\d)\b")


def claims_tree(source: Source) -> Sequence[Member]:
    """A vault has a folder for Obsidian's settings."""
    inside = [*source.members, *(f"{folder}/" for folder in source.folders)]
    if not any("/.obsidian/" in f"/{path}" for path in inside):
        return ()
    return [member for member in source.members.values() if _is_note(member)]


def claims(probe: Probe) -> bool:
    """Any text that is named as Markdown: nothing in it tells it from another text."""
    return _is_note(probe.member) and (bool(probe.head) or probe.member.size == 0)


def read(reading: Reading) -> Iterator[ImportedEntry]:
    """Yield an entry for each note, and report what none of them shows."""
    shown: set[str] = set()
    root = _root(reading)
    for member in reading.members:
        if note := _note(reading, member):
            entry = _entry(reading, root, member, note)
            shown.update(file.name for file in entry.files)
            yield entry
    _report_rest(reading, shown)


def _note(reading: Reading, member: Member) -> Note | None:
    try:
        note = note_of(read_text(member))
    except ExportUnreadable as error:
        reading.report(member.path, str(error))
        return None
    if note.problem:
        reading.report(member.path, note.problem)
    if not note.text.strip() and not note.properties:
        reading.report(member.path, "It is empty.")
        return None
    return note


def _report_rest(reading: Reading, shown: set[str]) -> None:
    """Report the files that are no notes and that no note shows, without the program's own."""
    for path, member in reading.source.members.items():
        if _TRASH.search(path):
            reading.report(path, "It is in the bin.")
        elif member.suffix == ".canvas":
            reading.report(path, "It is a canvas, which has no text of its own.")
        elif member.suffix not in _ENDINGS and path not in shown and not _OWN.search(path):
            reading.report(path, "No note shows it.")


def _entry(reading: Reading, root: str, member: Member, note: Note) -> ImportedEntry:
    day = _DAY.match(member.stem)
    title = note.title or ("" if day and day.end() == len(member.stem) else member.stem)
    folder = member.folder.rpartition("/")[2] if member.folder.strip("/") not in {"", root} else None
    topics = distinct(note.topics())
    source = next((str(note.properties[name]) for name in ("source", "url") if note.properties.get(name)), "")
    text = titled(title, note.text)
    if source and source not in text:
        text = f"{text}\n\n{source}"
    return ImportedEntry(
        key=f"markdown:{root}/{member.path.removeprefix(f'{root}/')}",
        text=text,
        created_at=_created(reading, member, note, day),
        topics=topics or distinct([folder]),
        author=str(note.properties["author"]) if isinstance(note.properties.get("author"), str) else None,
        source=source or None,
        files=embedded_files(reading, member, note.text),
    )


def _created(reading: Reading, member: Member, note: Note, day: re.Match[str] | None) -> datetime | None:
    if note.created:
        return written_time(reading, note.created, member.path)
    return reading.when("-".join(day.groups()), member.path) if day else None


def _root(reading: Reading) -> str:
    """Return the name of the vault: that of its folder, also where an archive has it as its only folder."""
    tops = {path.partition("/")[0] for path in reading.source.members}
    only = next(iter(tops)) if len(tops) == 1 else ""
    if only and all("/" in path for path in reading.source.members):
        return only
    name = PurePosixPath(reading.source.name)
    return name.stem if name.suffix.lower() in {".zip", ".tar", ".tgz", ".gz"} else name.name


def _is_note(member: Member) -> bool:
    return member.suffix in _ENDINGS and not _OWN.search(member.path) and not _TRASH.search(member.path)


FORMAT = Format(
    name="obsidian",
    title="Obsidian and folders of Markdown",
    docs=(
        "The folder of the vault, or any folder or ZIP of `.md` files. Each note becomes an entry under "
        "its title; tags of the front matter and of the text become topics, else the folder. `created` or "
        "`date` of the front matter, or a date that is the file's name, is its time; when a file was last "
        "changed tells nothing, so without them it has none. What is embedded comes along. Settings, the "
        "bin and canvases are left out."
    ),
    read=read,
    claims=claims,
    claims_tree=claims_tree,
    is_general=True,
)
