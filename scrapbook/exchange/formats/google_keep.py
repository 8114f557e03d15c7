"""Google Keep, as Google Takeout hands it out."""

from collections.abc import Iterator

from scrapbook.exchange import json_items
from scrapbook.exchange.format import Format, Probe, Reading, distinct, key_of, paragraphs, titled
from scrapbook.exchange.json_items import Json, list_of, object_of, text_of
from scrapbook.exchange.sources import ExportUnreadable, Member
from scrapbook.model.imported import ImportedEntry


def claims(probe: Probe) -> bool:
    """Each note is a file that says whether it is in the bin, and when it was edited."""
    keys = probe.shape.keys
    return "isTrashed" in keys and bool({"userEditedTimestampUsec", "createdTimestampUsec"} & keys)


def read(reading: Reading) -> Iterator[ImportedEntry]:
    """Yield an entry for each note that is not in the bin."""
    for member in reading.members:
        try:
            note = object_of(json_items.value_at(member))
        except ExportUnreadable as error:
            reading.report(member.path, str(error))
            continue
        if note.get("isTrashed") is True:
            reading.report(member.path, "It is in the bin.")
        elif entry := _entry(reading, member, note):
            yield entry


def _entry(reading: Reading, member: Member, note: dict[str, Json]) -> ImportedEntry | None:
    title = text_of(note.get("title"))
    links = [_link(object_of(found)) for found in list_of(note.get("annotations"))]
    body = paragraphs(text_of(note.get("textContent")), _checklist(list_of(note.get("listContent"))))
    text = titled(
        title, paragraphs(body, *(link for link in links if link and link.splitlines()[-1] not in body))
    )
    attached = [text_of(object_of(found).get("filePath")) for found in list_of(note.get("attachments"))]
    files = [file for name in attached if name for file in _attached(reading, member, name)]
    if not text.strip() and not attached:
        reading.report(member.path, "It has no words.")
        return None
    created = note.get("createdTimestampUsec") or note.get("userEditedTimestampUsec")
    return ImportedEntry(
        key="google-keep:" + key_of(created, "" if note.get("createdTimestampUsec") else text),
        text=text,
        created_at=reading.since_1970(created, member.path),
        topics=distinct(text_of(object_of(label).get("name")) for label in list_of(note.get("labels"))),
        files=tuple(files),
        is_pinned=note.get("isPinned") is True,
    )


def _attached(reading: Reading, member: Member, name: str) -> Iterator[json_items.Json]:
    """Yield the file. Takeout names some pictures ``.jpeg`` in the note, and ``.jpg`` in the folder."""
    stem, dot, ending = name.rpartition(".")
    other = {"jpeg": "jpg", "jpg": "jpeg", "3gp": "3gpp", "3gpp": "3gp"}.get(ending)
    if other and reading.source.find(stem + dot + other, member) and not reading.source.find(name, member):
        name = stem + dot + other
    yield from reading.attached(name, member)


def _checklist(items: list[Json]) -> str:
    lines: list[str] = []
    for item in map(object_of, items):
        mark = "x" if item.get("isChecked") is True else " "
        lines.append(f"- [{mark}] {text_of(item.get('text'))}")
    return "\n".join(lines)


def _link(annotation: dict[str, Json]) -> str:
    title, url = text_of(annotation.get("title")), text_of(annotation.get("url"))
    return f"{title}\n{url}".strip() if url else ""


FORMAT = Format(
    name="google-keep",
    title="Google Keep",
    docs=(
        "takeout.google.com, Keep only: the ZIP or tgz, or its folder. Each note becomes an entry, a list "
        "with its boxes; labels become topics, pinned notes are pinned, archived ones come along. What is "
        "in the bin is left out and counted."
    ),
    read=read,
    claims=claims,
)
