"""Evernote: notebooks as ENEX, with notes in its own HTML."""

import base64
import binascii
import hashlib
import io
import re
from collections.abc import Iterator
from typing import TypeAlias

from lxml import etree
from lxml.html import HtmlElement

from scrapbook.exchange import times
from scrapbook.exchange.format import Format, Probe, Reading, distinct, key_of, paragraphs, titled
from scrapbook.exchange.html_text import text_of_html
from scrapbook.exchange.sources import READ_ERRORS, ExportUnreadable, Member
from scrapbook.model.imported import ImportedEntry, ImportedFile
from scrapbook.text.file_types import extension

Element: TypeAlias = etree._Element  # pyright: ignore[reportPrivateUsage] - lxml has no other name for it

_TASKS = re.compile(r"--en-task-group:\s*true")
_DONE = frozenset({"completed", "done"})


def claims(probe: Probe) -> bool:
    """The outermost element is ``en-export``."""
    return probe.is_markup and "<en-export" in probe.head


def read(reading: Reading) -> Iterator[ImportedEntry]:
    """Yield an entry for each note."""
    for member in reading.members:
        for number, note in enumerate(_notes(reading, member), start=1):
            yield from _entries(reading, f"{member.path}, note {number}", note)


def _notes(reading: Reading, member: Member) -> Iterator[Element]:
    """Yield one note after the other, each forgotten before the next. Entities are never expanded."""
    with member.open() as content:
        parsing = etree.iterparse(
            content,
            events=("end",),
            tag="note",
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=True,
        )
        try:
            for _, note in parsing:
                yield note
                note.clear()
                parent = note.getparent()
                while parent is not None and note.getprevious() is not None:
                    del parent[0]
        except etree.XMLSyntaxError as error:
            reading.report(member.path, f"It is broken or cut short from line {error.lineno} on.")
        except READ_ERRORS as error:
            raise ExportUnreadable(f"{member.path} is damaged.") from error


def _entries(
    reading: Reading,
    where: str,
    note: Element,
) -> Iterator[ImportedEntry]:
    title = _text(note, "title")
    resources = {file.name.partition("/")[0]: file for file in _resources(reading, where, note)}
    shown: list[ImportedFile] = []

    def embedded(element: HtmlElement) -> str | None:
        if element.tag == "en-todo":
            return "- [x] " if element.get("checked") == "true" else "- [ ] "
        if element.tag == "en-media":
            digest = (element.get("hash") or "").lower()
            if digest in resources:
                shown.append(resources[digest])
            else:
                reading.missing(digest or "without a name", where)
            return ""
        if element.tag == "en-crypt":
            reading.report(where, "A part of it is encrypted, and was left out.")
            return ""
        return "" if _TASKS.search(element.get("style") or "") else None

    body = text_of_html(_text(note, "content"), embedded)
    address = _text(note, "note-attributes/source-url")
    below = None if address in body else address
    text = titled(title, paragraphs(body, _tasks(note), _reminder(note), below))
    created = _text(note, "created") or _text(note, "updated")
    files = {file.name: file for file in (*shown, *resources.values())}
    if not text.strip() and not files:
        reading.report(where, "It has no words.")
        return
    yield ImportedEntry(
        key="evernote:" + key_of(created, title, "" if created else body, _first_words(body)),
        text=text,
        created_at=reading.when(created, where),
        topics=distinct(tag.text for tag in note.findall("tag")),
        source=address or None,
        files=tuple(files.values()),
    )


def _first_words(body: str) -> str:
    """Return what tells two notes of the same title and second apart: it seldom changes as a note grows."""
    return " ".join(body.split()[:5])


def _tasks(note: Element) -> str:
    lines: list[str] = []
    for task in note.findall("task"):
        mark = "x" if _text(task, "taskStatus").lower() in _DONE else " "
        due = times.from_iso(_text(task, "dueDate"))
        lines.append(f"- [{mark}] {_text(task, 'title')}" + (f" (due {due:%Y-%m-%d})" if due else ""))
    return "\n".join(lines)


def _reminder(note: Element) -> str:
    """Return the reminder of a note in words; empty without one."""
    at = times.from_iso(_text(note, "note-attributes/reminder-time"))
    done = ", done" if _text(note, "note-attributes/reminder-done-time") else ""
    return f"Reminder: {at:%Y-%m-%d %H:%M %Z}{done}" if at else ""


def _resources(reading: Reading, where: str, note: Element) -> Iterator[ImportedFile]:
    """Yield the files of a note, named by the MD5 of their bytes, as the note names them."""
    for resource in note.findall("resource"):
        name = _text(resource, "resource-attributes/file-name") or "file"
        try:
            content = base64.b64decode("".join(_text(resource, "data").split()), validate=True)
        except (binascii.Error, ValueError):
            reading.report(where, f"The file {name!r} in it is broken.")
            continue
        if not content:
            reading.missing(name, where)
            continue
        digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
        kind = _text(resource, "mime")
        named = name if "." in name else name + extension(kind)
        yield ImportedFile(f"{digest}/{named}", len(content), lambda content=content: io.BytesIO(content))


def _text(element: Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


FORMAT = Format(
    name="evernote",
    title="Evernote",
    docs=(
        "Right-click a notebook, Export, ENEX. Each note becomes an entry with its boxes, lists, tasks, "
        "pictures and files; its tags become topics, the address that it was clipped from stands below "
        "it. Encrypted parts are left out and named."
    ),
    read=read,
    claims=claims,
)
