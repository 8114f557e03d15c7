"""Telegram Desktop: one chat, or a whole account, in JSON."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from scrapbook.exchange import json_items
from scrapbook.exchange.format import Format, Probe, Reading, distinct
from scrapbook.exchange.json_items import Json, list_of, object_of, text_of
from scrapbook.exchange.sources import ExportUnreadable, Member
from scrapbook.model.imported import ImportedEntry, ImportedFile, ImportedKind

_CHATS = tuple((group, "list", "*") for group in ("chats", "left_chats"))
_TOPS = ((), *_CHATS)
_NAMES = ("name", "type", "id")
_PATHS = tuple((*top, name) for top in _TOPS for name in _NAMES) + tuple(
    (*top, "messages", "*") for top in _TOPS
)
_NOT_INCLUDED = "("
"""Begins what stands in place of the path of a file that was not exported."""


def claims(probe: Probe) -> bool:
    """A chat has messages with a sender; an account has chats and personal information."""
    if probe.shape.has("messages", "id", "type", "date", "text"):
        return True
    if not probe.shape.keys & {"about", "personal_information", "chats"}:
        return False
    return {"about", "list"} <= probe.whole_shape.inner.get("chats", set())


@dataclass
class _Chat:
    """A chat by what is told of it before its messages."""

    told: dict[str, Json] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return text_of(self.told.get("name"))

    @property
    def kind(self) -> str:
        return text_of(self.told.get("type"))

    @property
    def identifier(self) -> str:
        return str(self.told.get("id", ""))


def read(reading: Reading) -> Iterator[ImportedEntry]:
    """Yield an entry for each message of a person; what Telegram says itself is none."""
    for member in reading.members:
        chat = _Chat()
        count = 0
        try:
            for path, value in json_items.items_at(member, *_PATHS):
                if path[-1] == "*":
                    count += 1
                    where = f"{member.path}, message {object_of(value).get('id', count)}"
                    if entry := _entry(reading, member, where, chat, object_of(value)):
                        yield entry
                else:
                    # A chat may lack a name, so the next chat begins with whatever is told a second time.
                    chat = _Chat({path[-1]: value}) if path[-1] in chat.told else chat
                    chat.told[path[-1]] = value
        except ExportUnreadable as error:
            reading.report(member.path, str(error))


def _entry(
    reading: Reading, member: Member, where: str, chat: _Chat, message: dict[str, Json]
) -> ImportedEntry | None:
    if message.get("type") != "message":
        return None
    text, tags = _text(message.get("text"))
    files = list(_files(reading, member, where, message))
    text = "\n\n".join(part for part in (text, *_told(message)) if part)
    if not text.strip() and not files:
        if not any(name in message for name in ("photo", "file")):
            reading.report(where, "It has no words.")
            return None
        text = _name_of(message)
    seconds = message.get("date_unixtime")
    is_own = chat.kind in {"saved_messages", ""}
    return ImportedEntry(
        key=f"telegram:{chat.identifier}:{message.get('id')}",
        text=text,
        created_at=reading.since_1970(seconds, where)
        if seconds
        else reading.when(message.get("date"), where),
        topics=distinct((*tags, None if is_own else chat.name)),
        kind=ImportedKind.MESSAGE,
        author=text_of(message.get("from")) or None,
        source=text_of(message.get("forwarded_from"))
        or text_of(message.get("saved_from"))
        or chat.name
        or None,
        files=tuple(files),
    )


def _text(value: Json) -> tuple[str, list[str]]:
    """Return a text, which is in one piece or in several, and its tags. A link keeps its address."""
    pieces: list[str] = []
    tags: list[str] = []
    for piece in [value] if isinstance(value, str) else list_of(value):
        found = object_of(piece)
        words = text_of(piece) or text_of(found.get("text"))
        address = text_of(found.get("href"))
        if found.get("type") == "hashtag":
            tags.append(words.lstrip("#"))
        pieces.append(f"[{words}]({address})" if address and address != words else words)
    return "".join(pieces), tags


def _files(reading: Reading, member: Member, where: str, message: dict[str, Json]) -> Iterator[ImportedFile]:
    for name in ("photo", "file", "contact_vcard"):
        path = text_of(message.get(name))
        if path.startswith(_NOT_INCLUDED):
            reading.missing(f"{text_of(message.get('file_name')) or name} of {where}", where)
        elif path:
            yield from reading.attached(path, member, where=where)


def _name_of(message: dict[str, Json]) -> str:
    """Return what a message without words is called by: the name or the kind of its file."""
    path = text_of(message.get("file_name")) or text_of(message.get("photo")) or text_of(message.get("file"))
    if path and not path.startswith(_NOT_INCLUDED):
        return path.rpartition("/")[2]
    return text_of(message.get("media_type")).replace("_", " ") or "file"


def _told(message: dict[str, Json]) -> Iterator[str]:
    """Yield what a message says besides its words: a contact, a place, a poll."""
    if contact := object_of(message.get("contact_information")):
        names = (text_of(contact.get(name)) for name in ("first_name", "last_name", "phone_number"))
        yield " ".join(name for name in names if name)
    if place := object_of(message.get("location_information")):
        where = f"{place.get('latitude')},{place.get('longitude')}"
        names = (text_of(message.get(name)) for name in ("place_name", "address"))
        yield "\n".join((*(name for name in names if name), f"https://maps.google.com/?q={where}"))
    if poll := object_of(message.get("poll")):
        answers = (text_of(object_of(answer).get("text")) for answer in list_of(poll.get("answers")))
        yield "\n".join((text_of(poll.get("question")), *(f"- {answer}" for answer in answers)))


FORMAT = Format(
    name="telegram",
    title="Telegram",
    docs=(
        "Telegram Desktop, Export chat history (or Settings, Advanced, Export Telegram data), format "
        "JSON: the folder, or its `result.json`. Each message becomes an entry with its sender and files; "
        "tags become topics, and so does the name of a chat that is not one's own."
    ),
    read=read,
    claims=claims,
)
