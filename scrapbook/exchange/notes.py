"""Write entries as Markdown with front matter, as Obsidian opens it: a file each, a folder for each topic."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Final

from scrapbook.exchange.export_lines import kind_of
from scrapbook.exchange.file_names import distinct_names, safe_name
from scrapbook.model.exported import ExportedEntry, ExportedScrapbook
from scrapbook.model.records import Entry, EntryChange, Topic
from scrapbook.text.file_types import extension

TOPICS: Final = "Topics"
TRASH: Final = "Trash"
UNFILED: Final = "No topic"
"""The folders that are no topic's: of notes about topics, of the trash, of entries without a topic."""

_UNSAFE_IN_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
"""What JSON may hold as it is, and a quoted text of YAML 1.2 may not, or takes as the end of a line."""


class NoteLayout:
    """Where the notes of entries and topics are, from the top of their folder. No two have the same path."""

    def __init__(self, topics: Sequence[Topic]) -> None:
        wanted = [(topic.id, safe_name(topic.name)) for topic in topics]
        self._folders = distinct_names(wanted, taken=(TOPICS, TRASH, UNFILED))

    def folder(self, entry: Entry) -> str:
        """Return the folder of an entry."""
        if entry.deleted_at:
            return TRASH
        return self._folders.get(entry.topic_id or 0, UNFILED)

    def topic_folder(self, topic_id: int) -> str:
        """Return the folder of a topic."""
        return self._folders[topic_id]

    def note(self, entry: Entry) -> str:
        """Return the path of the note of an entry: its number and its first words."""
        words = safe_name(entry.text[:200].strip().partition("\n")[0])
        return f"{self.folder(entry)}/{f'{entry.number} {words}'.strip()}.md"

    def topic_note(self, topic_id: int) -> str:
        """Return the path of the note about a topic."""
        return f"{TOPICS}/{self._folders[topic_id]}.md"

    def attachments(self, entry: Entry) -> list[str]:
        """Return the paths of the attachments of an entry, which are beside its note, in order."""
        folder = self.folder(entry)
        return [
            f"{folder}/{entry.number}-{index}{extension(part.content_type)}"
            for index, part in enumerate(entry.media, start=1)
        ]

    def topic_link(self, topic_id: int | None) -> str | None:
        """Return a link to the note about a topic."""
        name = self._folders.get(topic_id or 0)
        return f"[[{TOPICS}/{name}|{name}]]" if name else None


def entry_note(
    exported: ExportedEntry, layout: NoteLayout, zone: tzinfo, attachments: Mapping[int, str]
) -> str:
    """Return the note of an entry.

    Args:
        zone: of the person, in which its times are written.
        attachments: the names of its files that are there, by their places in the entry.
    """
    body = [exported.entry.text, *(f"![[{name}]]" for _, name in sorted(attachments.items()))]
    body += _transcripts(exported, attachments)
    body += _pages(exported)
    body += _history(exported.history, zone)
    text = "\n\n".join(part for part in body if part)
    return f"{_front_matter(_properties(exported, layout, zone))}{text}\n"


def topic_note(scrapbook: ExportedScrapbook, topic: Topic) -> str:
    """Return the note about a topic. Obsidian lists the entries that link to it."""
    properties: dict[str, object] = {"topic": topic.name, "aliases": list(topic.aliases) or None}
    properties["shared_with"] = list(topic.others) or None
    properties["public"] = True if topic.id in scrapbook.public else None
    parts = (scrapbook.descriptions.get(topic.id), f"Entries of {topic.name} link here.\n")
    return _front_matter(properties) + "\n\n".join(part for part in parts if part)


def _properties(exported: ExportedEntry, layout: NoteLayout, zone: tzinfo) -> dict[str, object]:
    entry, reminder = exported.entry, exported.reminder
    return {
        "number": entry.number,
        "kind": kind_of(exported),
        "topic": layout.topic_link(entry.topic_id),
        "created": entry.created_at.astimezone(zone),
        "edited": _local(entry.edited_at, zone),
        "deleted": _local(entry.deleted_at, zone),
        "pinned": _local(entry.pinned_at, zone),
        "author": exported.facts.author,
        "remind": _local(reminder.due_at, zone) if reminder else None,
        "remind_again": reminder.rule if reminder else None,
        "reminder": reminder.state if reminder else None,
    }


def _local(moment: datetime | None, zone: tzinfo) -> datetime | None:
    return moment.astimezone(zone) if moment else None


def _front_matter(properties: Mapping[str, object]) -> str:
    """Return the properties that have a value as YAML 1.2, of which JSON is a part."""
    lines = [f"{name}: {_yaml(value)}" for name, value in properties.items() if value is not None]
    return "---\n" + "\n".join(lines) + "\n---\n"


def _yaml(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    written = json.dumps(value, ensure_ascii=False)
    return _UNSAFE_IN_YAML.sub(lambda sign: f"\\u{ord(sign[0]):04x}", written)


def _transcripts(exported: ExportedEntry, attachments: Mapping[int, str]) -> Iterator[str]:
    """Yield what was heard in each recording, phrase by phrase with its time, as a folded callout."""
    for index, name in sorted(attachments.items()):
        transcript = exported.transcripts.get(exported.entry.media[index].url)
        if transcript and transcript.segments:
            heard = [f"{_clock(one.start)} {' '.join(one.text.split())}" for one in transcript.segments]
            yield _callout(f"[!quote]- Transcript of {name}", "\n\n".join(heard))


def _pages(exported: ExportedEntry) -> Iterator[str]:
    """Yield what is known of the pages behind the links, as a callout."""
    known = [one for one in exported.previews if one.page.title or one.page.description]
    if known:
        pages = [
            "\n".join(
                part
                for part in (" ".join(one.page.title.split()), one.url, one.page.description.strip())
                if part
            )
            for one in known
        ]
        yield _callout("[!info]- Pages", "\n\n".join(pages))


def _history(history: Sequence[EntryChange], zone: tzinfo) -> Iterator[str]:
    """Yield the changes of an entry, with the texts that were replaced, as a folded callout."""
    if not history:
        return
    lines: list[str] = []
    for change in history:
        undone = " (undone)" if change.undone_at else ""
        line = f"{change.made_at.astimezone(zone).isoformat(timespec='seconds')} {change.kind}{undone}"
        text = change.before.get("text")
        lines.append(f"{line}. It was:\n{text}" if isinstance(text, str) else line)
    yield _callout("[!note]- History", "\n\n".join(lines))


def _callout(title: str, text: str) -> str:
    return "\n".join([f"> {title}", *(f"> {line}".rstrip() for line in text.splitlines())])


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}"
