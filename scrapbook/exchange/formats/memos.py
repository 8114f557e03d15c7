"""Memos: the list of its API, and that of servers before 0.22."""

from collections.abc import Iterator

from scrapbook.exchange import json_items
from scrapbook.exchange.format import Format, Probe, Reading, distinct
from scrapbook.exchange.json_items import Json, list_of, object_of, text_of
from scrapbook.exchange.sources import Member
from scrapbook.exchange.times import from_epoch, from_iso
from scrapbook.model.imported import ImportedEntry, ImportedFile, ImportedKind
from scrapbook.text.hashtags import hashtags

_PLACES = (("memos", "*"), ("data", "*"), ("*",))
"""Where the memos are: in the list of the API, of earlier servers, and of still earlier ones."""


def claims(probe: Probe) -> bool:
    """Memos have content, a visibility, and a time of one of two names."""
    return any(
        probe.shape.has(place, "content", "visibility", time)
        for place in ("memos", "data", "")
        for time in ("createTime", "createdTs")
    )


def read(reading: Reading) -> Iterator[ImportedEntry]:
    """Yield an entry for each memo."""
    for member in reading.members:
        for place in _PLACES:
            for number, item in enumerate(json_items.items(member, *place), start=1):
                memo = object_of(item)
                if "content" in memo:
                    yield from _entries(reading, member, f"{member.path}, memo {number}", memo)


def _entries(reading: Reading, member: Member, where: str, memo: dict[str, Json]) -> Iterator[ImportedEntry]:
    attached = list_of(memo.get("attachments") or memo.get("resources") or memo.get("resourceList"))
    files = [file for one in map(object_of, attached) for file in _files(reading, member, where, one)]
    text = text_of(memo.get("content"))
    if text_of(memo.get("state")) == "DELETED":
        reading.report(where, "It was deleted there.")
        return
    if not text.strip() and not attached:
        reading.report(where, "It has no words.")
        return
    written = memo.get("createTime") or memo.get("createdTs") or memo.get("displayTime")
    identifier = str(memo.get("name") or memo.get("uid") or memo.get("id") or "")
    yield ImportedEntry(
        key=f"memos:{identifier.rpartition('/')[2]}:{written}",
        text=text,
        created_at=reading.when(written, where, lambda value: from_iso(value) or from_epoch(value)),
        topics=distinct((*map(text_of, list_of(memo.get("tags"))), *hashtags(text))),
        kind=ImportedKind.NOTE,
        files=tuple(files),
        is_pinned=memo.get("pinned") is True,
    )


def _files(
    reading: Reading, member: Member, where: str, attached: dict[str, Json]
) -> tuple[ImportedFile, ...]:
    if address := text_of(attached.get("externalLink")):
        reading.report(where, f"The file is elsewhere, at {address}, and was not fetched.")
        return ()
    name = text_of(attached.get("filename")) or str(attached.get("name") or "without a name")
    return reading.attached(name, member, where=where, anywhere=True)


FORMAT = Format(
    name="memos",
    title="Memos",
    docs=(
        "The answer of its API: `curl -H 'Authorization: Bearer TOKEN' "
        "'https://HOST/api/v1/memos?pageSize=1000' > memos.json`, or of `/api/v1/memo` before 0.22. Each "
        "memo becomes an entry; its tags become topics. The names of its files are looked up in the same "
        "folder."
    ),
    read=read,
    claims=claims,
)
