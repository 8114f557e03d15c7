"""Karakeep, which was Hoarder: its export in JSON."""

from collections.abc import Iterator

from scrapbook.exchange import json_items
from scrapbook.exchange.format import Format, Probe, Reading, distinct, key_of, linked, titled
from scrapbook.exchange.json_items import Json, list_of, object_of, text_of
from scrapbook.exchange.links import key_of_link
from scrapbook.exchange.sources import Member
from scrapbook.exchange.times import from_epoch, from_iso
from scrapbook.model.imported import ImportedEntry, ImportedKind


def claims(probe: Probe) -> bool:
    """The export has bookmarks with their content."""
    return probe.shape.has("bookmarks", "createdAt", "content")


def read(reading: Reading) -> Iterator[ImportedEntry]:
    """Yield an entry for each link, text and file."""
    for member in reading.members:
        lists = {
            text_of(found.get("id")): text_of(found.get("name"))
            for found in map(object_of, json_items.items(member, "lists", "*"))
        }
        for number, item in enumerate(json_items.items(member, "bookmarks", "*"), start=1):
            where = f"{member.path}, bookmark {number}"
            if entry := _entry(reading, member, where, object_of(item), lists):
                yield entry


def _entry(
    reading: Reading, member: Member, where: str, item: dict[str, Json], lists: dict[str, str]
) -> ImportedEntry | None:
    content = object_of(item.get("content"))
    kind = text_of(content.get("type"))
    title, note = text_of(item.get("title")), text_of(item.get("note"))
    url, text = text_of(content.get("url")), text_of(content.get("text"))
    created = reading.when(
        item.get("createdAt"), where, lambda written: from_epoch(written) or from_iso(written)
    )
    named = [lists.get(text_of(name), "") for name in list_of(item.get("lists"))]
    topics = distinct((*map(_tag, list_of(item.get("tags"))), *named))
    if kind == "link" and url:
        body = linked(title, url, note, text_of(item.get("summary")))
        return ImportedEntry(key_of_link(url), body, created, topics, ImportedKind.LINK, source=url)
    if kind == "text" and (text or title or note):
        body = titled(title, "\n\n".join(part for part in (text, note) if part))
        key = "karakeep:" + key_of(item.get("createdAt"), text or title)
        return ImportedEntry(key, body, created, topics, source=text_of(content.get("sourceUrl")) or None)
    if kind == "asset":
        name = text_of(content.get("fileName")) or text_of(content.get("assetId")) or "without a name"
        files = reading.attached(name, member, where=where, anywhere=True)
        key = "karakeep:" + key_of(item.get("createdAt"), name)
        return ImportedEntry(key, titled(title or name, note), created, topics, files=files)
    reading.report(where, "It has no link and no words.")
    return None


def _tag(tag: Json) -> str:
    return text_of(tag) or text_of(object_of(tag).get("name"))


FORMAT = Format(
    name="karakeep",
    title="Karakeep",
    docs=(
        "User Settings, Import / Export, Export Links and Notes. Links, texts and files become entries "
        "with their notes; tags and lists become topics. What is archived comes along."
    ),
    read=read,
    claims=claims,
)
