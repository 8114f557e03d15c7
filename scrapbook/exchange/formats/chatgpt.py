"""ChatGPT: the conversations of a data export."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from scrapbook.exchange import json_items
from scrapbook.exchange.format import Format, Probe, Reading, key_of
from scrapbook.exchange.json_items import Json, list_of, object_of, text_of
from scrapbook.exchange.sources import ExportUnreadable
from scrapbook.model.imported import ImportedEntry, ImportedFile, ImportedKind

_SPEAKERS = {"user": "You", "assistant": "ChatGPT"}
_POINTER = re.compile(r"^(?:file-service|sediment)://(.+)$")
_CITATION = re.compile("\ue200[^\ue201]*\ue201|【\\d+†[^】]*】|[\ue200-\ue206]")
"""Marks of sources, which the page shows as buttons."""

_ADDED = re.compile(r"[?&]utm_source=chatgpt\.com")
_HIDDEN_KINDS = frozenset(
    {
        *("user_editable_context", "model_editable_context", "thoughts", "reasoning_recap"),
        *("tether_browsing_display", "system_error", "app_pairing_content"),
    }
)
"""Contents that are not on the screen."""


def claims(probe: Probe) -> bool:
    """Each conversation is a tree of messages."""
    return probe.shape.is_list and probe.shape.has("", "mapping", "title")


def read(reading: Reading) -> Iterator[ImportedEntry]:
    """Yield an entry for each conversation, as it was on the screen last."""
    for member in reading.members:
        try:
            for number, item in enumerate(json_items.items(member, "*"), start=1):
                where = f"{member.path}, conversation {number}"
                if entry := _entry(reading, where, object_of(item)):
                    yield entry
        except ExportUnreadable as error:
            reading.report(member.path, str(error))


def _entry(reading: Reading, where: str, conversation: dict[str, Json]) -> ImportedEntry | None:
    identifier = text_of(conversation.get("conversation_id")) or text_of(conversation.get("id"))
    title = text_of(conversation.get("title")).strip()
    talk = _Talk(reading, where)
    for message in _shown(conversation):
        talk.add(message)
    if not talk.turns and not talk.files:
        reading.report(where, "Nothing was said in it.")
        return None
    address = f"https://chatgpt.com/c/{identifier}" if identifier else ""
    created = conversation.get("create_time") or conversation.get("update_time")
    return ImportedEntry(
        key=f"chatgpt:{identifier or key_of(created, title)}",
        text="\n\n".join(part for part in (title, *talk.turns, address) if part),
        created_at=reading.since_1970(created, where),
        kind=ImportedKind.CONVERSATION,
        source=address or None,
        files=tuple(talk.files.values()),
    )


def _shown(conversation: dict[str, Json]) -> list[dict[str, Json]]:
    """Return the messages on the way from the node that was shown last up to the root, in order."""
    nodes = object_of(conversation.get("mapping"))
    name = text_of(conversation.get("current_node")) or _last_leaf(nodes)
    way: list[dict[str, Json]] = []
    seen: set[str] = set()
    while name in nodes and name not in seen:
        seen.add(name)
        node = object_of(nodes[name])
        way.append(object_of(node.get("message")))
        name = text_of(node.get("parent"))
    return way[::-1]


def _last_leaf(nodes: dict[str, Json]) -> str:
    """Return the name of the newest node without an answer; empty if there is none."""

    def made(name: str) -> float:
        made = object_of(object_of(nodes[name]).get("message")).get("create_time")
        return made if isinstance(made, int | float) else 0.0

    return max(
        (name for name in nodes if not list_of(object_of(nodes[name]).get("children"))), key=made, default=""
    )


@dataclass
class _Talk:
    """What was said, each turn of a speaker as one text, and the files that were shown."""

    reading: Reading
    where: str
    turns: list[str] = field(default_factory=list)
    files: dict[str, ImportedFile] = field(default_factory=dict)
    _speaker: str = ""

    def add(self, message: dict[str, Json]) -> None:
        """Add a message, if it was on the screen."""
        metadata, content = object_of(message.get("metadata")), object_of(message.get("content"))
        role = text_of(object_of(message.get("author")).get("role"))
        kind = text_of(content.get("content_type"))
        if (
            not message
            or metadata.get("is_visually_hidden_from_conversation") is True
            or message.get("weight") == 0
            or role == "system"
            or kind in _HIDDEN_KINDS
            or not self._is_for_the_screen(message, role, kind)
        ):
            return
        words = self._words(content, kind) if role != "tool" or kind == "execution_output" else ""
        if role == "tool":
            self._words(content, kind)
        self._attachments(metadata)
        if words.strip():
            self._say(_SPEAKERS.get(role, "ChatGPT"), words.strip("\n"))

    @staticmethod
    def _is_for_the_screen(message: dict[str, Json], role: str, kind: str) -> bool:
        """Return whether a message is to the reader: a call of a tool is not, but the code that it runs."""
        recipient = text_of(message.get("recipient")) or "all"
        return recipient == "all" or (role == "assistant" and kind == "code" and recipient == "python")

    def _say(self, speaker: str, words: str) -> None:
        if speaker == self._speaker:
            self.turns[-1] += f"\n\n{words}"
        else:
            self.turns.append(f"{speaker}: {words}")
        self._speaker = speaker

    def _words(self, content: dict[str, Json], kind: str) -> str:
        if kind in {"code", "execution_output"}:
            text = text_of(content.get("text")).strip("\n")
            language = text_of(content.get("language")) if kind == "code" else ""
            return f"```{'' if language == 'unknown' else language}\n{text}\n```" if text else ""
        parts = [self._part(part) for part in list_of(content.get("parts"))]
        if not parts:
            parts = [text_of(content.get("text"))]
        return _ADDED.sub("", _CITATION.sub("", "\n\n".join(part for part in parts if part)))

    def _part(self, part: Json) -> str:
        if isinstance(part, str):
            return part
        found = object_of(part)
        if found.get("content_type") == "audio_transcription":
            return text_of(found.get("text"))
        for name in ("asset_pointer", "audio_asset_pointer"):
            pointer = found.get(name)
            pointer = object_of(pointer).get("asset_pointer") if isinstance(pointer, dict) else pointer
            if pointed := _POINTER.match(text_of(pointer)):
                self._file(pointed[1], "")
        return ""

    def _attachments(self, metadata: dict[str, Json]) -> None:
        for attached in map(object_of, list_of(metadata.get("attachments"))):
            self._file(text_of(attached.get("id")), text_of(attached.get("name")))

    def _file(self, identifier: str, name: str) -> None:
        """Add a file: its name in the export begins with its identifier."""
        source = self.reading.source
        found = source.find_beginning(identifier) if identifier else None
        found = found or (source.find_by_name(name) if name else None)
        if found:
            self.files[found.path] = found.as_file()
        elif identifier or name:
            self.reading.missing(identifier or name, self.where)


FORMAT = Format(
    name="chatgpt",
    title="ChatGPT",
    docs=(
        "Settings, Data controls, Export data: the ZIP, or its `conversations.json`. Each conversation "
        "becomes one entry as it was on the screen last, with its link; what was worded or answered anew "
        "is left out. Pictures come along."
    ),
    read=read,
    claims=claims,
)
