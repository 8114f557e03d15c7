"""The lines of an export in JSON: their parts, their JSON Schema, and how they are written and read."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, NotRequired, cast

from pydantic import (
    AfterValidator,
    AwareDatetime,
    ConfigDict,
    Field,
    FiniteFloat,
    TypeAdapter,
    ValidationError,
    with_config,
)
from typing_extensions import TypedDict

from scrapbook.core.following import MAX_NAME
from scrapbook.model.exported import ExportedEntry, ExportedScrapbook
from scrapbook.model.records import EntryChange, JsonValue, Media, QuietHours, RecurringKind, Topic
from scrapbook.store.imports import MAX_WANTED
from scrapbook.text.message_splitter import takeaway_of

VERSION = 1
"""Of the lines. A later version only adds to them."""

Kind = Literal["quote", "link", "location", "memo", "picture", "video", "contact", "file", "note"]

MAX_URL = 2_000
"""Characters of the address of a page that is followed."""

_EARLIEST, _LATEST = datetime(1000, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


def _plausible(moment: datetime) -> datetime:
    """Return a time that can be moved to another zone. Raises ValueError for any other."""
    if not _EARLIEST <= moment < _LATEST:
        raise ValueError("no time of an entry")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_plausible)]
_Number = Annotated[int, Field(ge=1, le=MAX_WANTED)]
_Address = Annotated[str, Field(pattern=r"^https?://\S+$", max_length=MAX_URL)]
_Minute = Annotated[int, Field(ge=0, lt=24 * 60, description="Minutes of the local day.")]


class QuietHoursLine(TypedDict):
    begins: _Minute
    ends: _Minute


class FollowedLine(TypedDict):
    feed: Annotated[_Address, Field(description="The address of its feed; its own if it has none.")]
    address: Annotated[str, Field(max_length=MAX_URL, description="What the person texted.")]
    name: Annotated[str | None, Field(max_length=MAX_NAME, description="What the person calls it.")]
    tell_me_of: Annotated[list[str], Field(description="Words: the person is told when it mentions them.")]


class SaidAgainLine(TypedDict):
    kind: RecurringKind
    rule: Annotated[str, Field(description="When: RFC 5545 without DTSTART, in local time.")]
    has_time: Annotated[bool, Field(description="Whether a time of day was named.")]
    occurs_at: Annotated[Moment, Field(description="Its next time.")]


@with_config(ConfigDict(title="Person"))
class PersonLine(TypedDict):
    """The line of person.jsonl."""

    format: Literal["scrapbook"]
    version: Annotated[int, Field(ge=1)]
    exported_at: Moment
    name: str
    timezone: Annotated[str, Field(description="An IANA name, such as Europe/London.")]
    addresses: Annotated[list[str], Field(description="E.164 numbers; whatsapp: stands before WhatsApp's.")]
    quiet_hours: Annotated[QuietHoursLine, Field(description="When nothing is said unasked.")]
    following: Annotated[list[FollowedLine], Field(description="Pages that the person follows.")]
    said_again: Annotated[
        NotRequired[list[SaidAgainLine]],
        Field(description="What the scrapbook says again and again: prompts, this day, round-ups."),
    ]
    next_number: Annotated[
        int, Field(ge=1, le=MAX_WANTED, description="No entry had this number or a higher one.")
    ]


@with_config(ConfigDict(title="Topic"))
class TopicLine(TypedDict):
    """A line of topics.jsonl."""

    name: str
    aliases: Annotated[list[str], Field(description="Former names, and those of topics merged into it.")]
    description: Annotated[str, Field(description="What the person wrote about it; empty for nothing.")]
    entries: Annotated[int, Field(description="How many it has, without the trash.")]
    shared_with: Annotated[list[str], Field(description="The names of the people who share it.")]
    is_public: Annotated[bool, Field(description="Whether anybody with its address can read it.")]
    notes: Annotated[str, Field(description="The folder of its entries, from the top of the export.")]


class WordLine(TypedDict):
    text: Annotated[str, Field(description="With the white space before it.")]
    start: FiniteFloat
    end: FiniteFloat
    probability: FiniteFloat


class SegmentLine(TypedDict):
    start: FiniteFloat
    end: FiniteFloat
    text: str
    avg_logprob: FiniteFloat
    no_speech_prob: FiniteFloat
    words: list[WordLine]


class TranscriptLine(TypedDict):
    """What was heard in a recording; times are seconds from its start."""

    text: str
    language: str
    language_probability: FiniteFloat
    duration: FiniteFloat
    speech_duration: FiniteFloat
    avg_logprob: FiniteFloat
    segments: list[SegmentLine]
    model: str


class AttachmentLine(TypedDict):
    path: Annotated[str | None, Field(description="From the top of the export; null if there is no file.")]
    content_type: str
    size: Annotated[int | None, Field(description="Bytes.")]
    state: Annotated[
        Literal["waiting", "kept", "missing"],
        Field(description="waiting: it was still to be fetched; missing: it could not be fetched."),
    ]
    live_photo_id: Annotated[
        str | None, Field(description="The same for the picture and the video of a Live Photo.")
    ]
    transcript: TranscriptLine | None
    words: Annotated[str | None, Field(description="Of a document, as far as they are searched.")]


class LinkLine(TypedDict):
    """What the page behind a link of the text said of itself."""

    url: str
    final_url: str
    title: str
    description: str
    site: str
    image: str
    canonical: str
    language: str
    failure: Annotated[str, Field(description="Why the page was not read; else empty.")]


class ReminderLine(TypedDict):
    occurs_at: Moment
    due_at: Annotated[Moment, Field(description="Later than occurs_at where it was put off.")]
    rule: Annotated[
        str | None, Field(description="How it comes again: RFC 5545 without DTSTART, in local time.")
    ]
    timezone: str
    has_time: Annotated[bool, Field(description="Whether a time of day was named.")]
    state: Literal["waiting", "paused", "said", "done"]


class BeforeLine(TypedDict):
    """What of the entry was other before the change; only what the change wrote."""

    text: NotRequired[str]
    topic: NotRequired[str | None]
    author: NotRequired[str | None]
    edited_at: NotRequired[Moment | None]
    deleted_at: NotRequired[Moment | None]
    pinned_at: NotRequired[Moment | None]
    due_at: NotRequired[Moment | None]


class ChangeLine(TypedDict):
    kind: str
    made_at: Moment
    undone_at: Moment | None
    before: BeforeLine


@with_config(ConfigDict(title="Entry"))
class EntryLine(TypedDict):
    """A line of entries.jsonl. Times are in the person's zone, with its offset."""

    number: _Number
    text: str
    kind: Kind
    topic: str | None
    created_at: Moment
    edited_at: Moment | None
    deleted_at: Annotated[Moment | None, Field(description="Set for an entry in the trash.")]
    pinned_at: Moment | None
    due_at: Moment | None
    author: Annotated[str | None, Field(description="Of a quotation.")]
    is_quote: bool
    has_link: bool
    is_location: bool
    takeaways: Annotated[list[str], Field(description="What the text notes as learned.")]
    note: Annotated[str, Field(description="The same in Markdown: its path from the top of the export.")]
    attachments: list[AttachmentLine]
    links: list[LinkLine]
    reminder: ReminderLine | None
    history: Annotated[list[ChangeLine], Field(description="What was changed, the oldest change first.")]


_BEFORE = tuple(BeforeLine.__annotations__)
_PERSON, _TOPIC, _ENTRY = TypeAdapter(PersonLine), TypeAdapter(TopicLine), TypeAdapter(EntryLine)


class LineInvalid(ValueError):
    """A line is not what the schema says."""


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the lines, by the names of the files."""
    lines = {"entries.jsonl": _ENTRY, "topics.jsonl": _TOPIC, "person.jsonl": _PERSON}
    schemas, whole = TypeAdapter.json_schemas(
        [(name, "validation", adapter) for name, adapter in lines.items()],
        title="The lines of an export of the scrapbook",
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **whole,
        "properties": {name: schemas[name, "validation"] for name in lines},
    }


def person_line(scrapbook: ExportedScrapbook) -> dict[str, Any]:
    """Return the line of person.jsonl."""
    hours = scrapbook.quiet_hours
    return {
        "format": "scrapbook",
        "version": VERSION,
        "exported_at": scrapbook.at.astimezone(scrapbook.zone).isoformat(),
        "name": scrapbook.person.name,
        "timezone": scrapbook.person.timezone,
        "addresses": [address.value for address in scrapbook.person.addresses],
        "quiet_hours": {"begins": hours.begins, "ends": hours.ends},
        "following": [
            {"feed": one.url, "address": one.address, "name": one.name, "tell_me_of": list(one.watched)}
            for one in scrapbook.following
        ],
        "said_again": [
            {
                "kind": one.kind,
                "rule": one.rule,
                "has_time": one.has_time,
                "occurs_at": one.occurs_at.astimezone(scrapbook.zone).isoformat(),
            }
            for one in scrapbook.said_again
        ],
        "next_number": min(scrapbook.next_number, MAX_WANTED),
    }


def topic_line(scrapbook: ExportedScrapbook, topic: Topic, folder: str) -> dict[str, Any]:
    """Return a line of topics.jsonl."""
    return {
        "name": topic.name,
        "aliases": list(topic.aliases),
        "description": scrapbook.descriptions.get(topic.id, ""),
        "entries": topic.entry_count,
        "shared_with": list(topic.others),
        "is_public": topic.id in scrapbook.public,
        "notes": folder,
    }


def entry_line(
    exported: ExportedEntry,
    scrapbook: ExportedScrapbook,
    topics: Mapping[int, str],
    note: str,
    paths: Mapping[int, str],
) -> dict[str, Any]:
    """Return a line of entries.jsonl.

    Args:
        topics: the names of the topics by their ids.
        note: the path of the entry in Markdown.
        paths: those of its attachments, by their places in the entry.
    """
    entry, facts, zone = exported.entry, exported.facts, scrapbook.zone

    def local(moment: Any) -> str | None:  # noqa: ANN401 - a datetime or None
        return moment.astimezone(zone).isoformat() if moment else None

    return {
        "number": entry.number,
        "text": entry.text,
        "kind": kind_of(exported),
        "topic": entry.topic,
        "created_at": local(entry.created_at),
        "edited_at": local(entry.edited_at),
        "deleted_at": local(entry.deleted_at),
        "pinned_at": local(entry.pinned_at),
        "due_at": local(entry.due_at),
        "author": facts.author,
        "is_quote": facts.is_quote,
        "has_link": facts.has_link,
        "is_location": facts.is_location,
        "takeaways": [said for line in entry.text.split("\n") if (said := takeaway_of(line))],
        "note": note,
        "attachments": [
            _attachment(exported, part, paths.get(index)) for index, part in enumerate(entry.media)
        ],
        "links": [
            {
                "url": preview.url,
                "final_url": preview.final_url,
                "title": preview.page.title,
                "description": preview.page.description,
                "site": preview.page.site,
                "image": preview.page.image,
                "canonical": preview.page.canonical,
                "language": preview.page.language,
                "failure": preview.failure,
            }
            for preview in exported.previews
        ],
        "reminder": {
            "occurs_at": local(reminder.occurs_at),
            "due_at": local(reminder.due_at),
            "rule": reminder.rule,
            "timezone": reminder.timezone,
            "has_time": reminder.has_time,
            "state": reminder.state,
        }
        if (reminder := exported.reminder)
        else None,
        "history": [
            {
                "kind": change.kind,
                "made_at": local(change.made_at),
                "undone_at": local(change.undone_at),
                "before": _before(change, topics),
            }
            for change in exported.history
        ],
    }


def written(line: Mapping[str, Any]) -> bytes:
    """Return a line as bytes, with its end. Byte order marks are escaped, which get lost easily."""
    text = json.dumps(line, ensure_ascii=False, separators=(",", ":")).replace("\ufeff", "\\ufeff")
    return f"{text}\n".encode()


def read_person(line: str) -> PersonLine:
    """Return a line of person.jsonl. Raises LineInvalid."""
    return cast(PersonLine, _read(_PERSON, line))


def read_topic(line: str) -> TopicLine:
    """Return a line of topics.jsonl. Raises LineInvalid."""
    return cast(TopicLine, _read(_TOPIC, line))


def read_entry(line: str) -> EntryLine:
    """Return a line of entries.jsonl. Raises LineInvalid."""
    return cast(EntryLine, _read(_ENTRY, line))


def quiet_hours(line: QuietHoursLine) -> QuietHours:
    """Return the quiet hours of a line."""
    return QuietHours(line["begins"], line["ends"])


def kind_of(exported: ExportedEntry) -> Kind:
    """Return what an entry is first of all."""
    facts, media = exported.facts, exported.entry.media
    if media and media[0].is_audio:
        return "memo"
    if facts.is_quote:
        return "quote"
    for part in media:
        beginning = part.content_type.partition("/")[0]
        if beginning == "image":
            return "picture"
        if beginning == "video":
            return "video"
        return "contact" if "vcard" in part.content_type else "file"
    return "location" if facts.is_location else "link" if facts.has_link else "note"


def _attachment(exported: ExportedEntry, part: Media, path: str | None) -> dict[str, Any]:
    transcript = exported.transcripts.get(part.url)
    return {
        "path": path,
        "content_type": part.content_type,
        "size": part.size,
        "state": part.state,
        "live_photo_id": part.live_photo_id,
        "transcript": transcript.to_dict() if transcript else None,
        "words": exported.words.get(part.url) or None,
    }


def _before(change: EntryChange, topics: Mapping[int, str]) -> dict[str, JsonValue]:
    """Return what a change replaced, without what only the database needs."""
    before = {name: value for name, value in change.before.items() if name in _BEFORE}
    if "topic_id" in change.before:
        topic_id = change.before["topic_id"]
        before["topic"] = topics.get(topic_id) if isinstance(topic_id, int) else None
    return before


def _read(adapter: TypeAdapter[Any], line: str) -> object:
    try:
        return adapter.validate_json(line, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise LineInvalid(f"{where}: {first['msg']}" if where else first["msg"]) from None
