"""The scrapbook's own export."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from typing import TypeVar
from zoneinfo import ZoneInfo

from scrapbook.exchange.export_lines import (
    AttachmentLine,
    EntryLine,
    LineInvalid,
    ReminderLine,
    SaidAgainLine,
    TranscriptLine,
    quiet_hours,
    read_entry,
    read_person,
    read_topic,
)
from scrapbook.exchange.format import Format, Reading, key_of
from scrapbook.exchange.sources import ExportUnreadable, Member, Source
from scrapbook.exchange.text_files import lines
from scrapbook.exchange.times import zone_named
from scrapbook.model.exported import FollowedPage, SaidAgain
from scrapbook.model.imported import (
    EntryState,
    ImportedEntry,
    ImportedFile,
    ImportedKind,
    ScrapbookState,
    TopicState,
)
from scrapbook.model.records import EntryChange, JsonValue, PageMetadata, Preview, Reminder
from scrapbook.model.transcript import Transcript
from scrapbook.text.due import Due, following, say_due
from scrapbook.text.entry_facts import EntryFacts

_ENTRIES, _TOPICS, _PERSON = "entries.jsonl", "topics.jsonl", "person.jsonl"
T = TypeVar("T")

_KINDS = {"quote": ImportedKind.QUOTE, "link": ImportedKind.LINK}


def claims_tree(source: Source) -> Sequence[Member]:
    """An export has the lines of its entries, and those of its person beside them, which name the format."""
    for path, member in source.members.items():
        if member.name != _ENTRIES or path.count("/") > 1:
            continue
        person = source.members.get(_beside(member, _PERSON))
        if person and b'"format":"scrapbook"' in _head(person):
            return [member]
    return ()


def read(reading: Reading) -> Iterator[ImportedEntry]:
    """Yield an entry for each line."""
    [member] = reading.members
    for number, line in enumerate(lines(member), start=1):
        where = f"{member.path}, line {number}"
        try:
            found = read_entry(line)
        except LineInvalid as error:
            reading.report(where, f"It is no entry: {error}.")
            continue
        yield _entry(reading, member, where, found)


def read_state(reading: Reading) -> ScrapbookState:
    """Return what is beside the entries. A line that cannot be read is reported."""
    [member] = reading.members
    topics = [
        TopicState(topic["name"], tuple(topic["aliases"]), topic["description"])
        for topic in _lines_of(reading, member, _TOPICS, read_topic)
    ]
    person = next(_lines_of(reading, member, _PERSON, read_person), None)
    if person is None:
        return ScrapbookState(tuple(topics))
    following = (
        FollowedPage(one["feed"], one["address"], one["name"], tuple(one["tell_me_of"]))
        for one in person["following"]
    )
    zone = zone_named(person["timezone"])
    return ScrapbookState(
        topics=tuple(topics),
        next_number=person["next_number"],
        quiet_hours=quiet_hours(person["quiet_hours"]),
        following=tuple(following),
        said_again=tuple(_said_again(reading, person.get("said_again", []), zone)),
        name=person["name"],
        timezone=zone.key if isinstance(zone, ZoneInfo) else "",
    )


def _said_again(reading: Reading, lines: Sequence[SaidAgainLine], zone: tzinfo | None) -> Iterator[SaidAgain]:
    """Yield what is said again and again, of each kind the first; what could never be said is reported."""
    kinds: set[str] = set()
    for line in lines:
        if line["kind"] in kinds:
            continue
        kinds.add(line["kind"])
        if isinstance(zone, ZoneInfo) and _is_rule(line["rule"], line["occurs_at"], line["has_time"], zone):
            yield SaidAgain(line["kind"], line["rule"], line["has_time"], line["occurs_at"])
        else:
            reading.report(_PERSON, f"When {line['kind']} are said cannot be read. They stay off.")


def _entry(reading: Reading, member: Member, where: str, line: EntryLine) -> ImportedEntry:
    created_at = line["created_at"].astimezone(UTC)
    return ImportedEntry(
        key=f"scrapbook:{line['number']}:{key_of(created_at.isoformat())}",
        text=line["text"],
        created_at=line["created_at"],
        topics=(line["topic"],) if line["topic"] else (),
        kind=_KINDS.get(line["kind"], ImportedKind.NOTE),
        author=line["author"],
        files=tuple(_files(reading, member, where, line["attachments"])),
        is_pinned=line["pinned_at"] is not None,
        state=EntryState(
            number=line["number"],
            facts=EntryFacts(line["is_quote"], line["has_link"], line["is_location"], line["author"]),
            edited_at=line["edited_at"],
            deleted_at=line["deleted_at"],
            pinned_at=line["pinned_at"],
            due_at=line["due_at"],
            reminder=_reminder(reading, where, line["reminder"]),
            previews=tuple(
                Preview(
                    page["url"],
                    page["final_url"],
                    PageMetadata(
                        page["title"],
                        page["description"],
                        page["site"],
                        page["image"],
                        page["canonical"],
                        page["language"],
                    ),
                    page["failure"],
                )
                for page in line["links"]
            ),
            history=tuple(
                EntryChange(
                    change["kind"], change["made_at"], change["undone_at"], _before(dict(change["before"]))
                )
                for change in line["history"]
            ),
        ),
    )


def _files(
    reading: Reading, member: Member, where: str, attachments: Sequence[AttachmentLine]
) -> Iterator[ImportedFile]:
    for attachment in attachments:
        path = attachment["path"]
        if path is None:
            continue
        found = reading.source.find(path, member)
        if found is None:
            reading.missing(path, where)
            continue
        yield ImportedFile(
            found.path,
            found.size,
            found.open,
            attachment["content_type"],
            attachment["live_photo_id"],
            _transcript(attachment["transcript"]),
            attachment["words"] or "",
        )


def _transcript(line: TranscriptLine | None) -> Transcript | None:
    return Transcript.from_dict(dict(line)) if line else None


def _reminder(reading: Reading, where: str, line: ReminderLine | None) -> Reminder | None:
    if line is None:
        return None
    if not _can_be_said(line):
        reading.report(where, "Its reminder cannot be read. The entry was kept without it.")
        return None
    return Reminder(
        id=0,
        person_id=0,
        entry_id=0,
        occurs_at=line["occurs_at"],
        due_at=line["due_at"],
        rule=line["rule"],
        timezone=line["timezone"],
        has_time=line["has_time"],
        state=line["state"],
        held=None,
    )


def _can_be_said(line: ReminderLine) -> bool:
    """Return whether the zone of a reminder is one, and the next time of its rule can be computed."""
    zone = zone_named(line["timezone"])
    if not isinstance(zone, ZoneInfo):
        return False
    return line["rule"] is None or _is_rule(line["rule"], line["due_at"], line["has_time"], zone)


def _is_rule(rule: str, at: datetime, has_time: bool, zone: ZoneInfo) -> bool:
    """Return whether the next time of a rule can be computed, and said."""
    try:
        following(rule, at, zone)
        say_due(Due(at, rule, has_time, (0, 0)), at, zone)
    except (ValueError, KeyError, OverflowError):
        return False
    return True


def _before(values: dict[str, object]) -> dict[str, JsonValue]:
    """Return what a change replaced as the journal stores it, with times in UTC."""
    found: dict[str, JsonValue] = {}
    for name, value in values.items():
        if isinstance(value, datetime):
            found[name] = value.astimezone(UTC).isoformat()
        else:
            found[name] = value if isinstance(value, str) else None
    return found


def _lines_of(reading: Reading, member: Member, name: str, read_line: Callable[[str], T]) -> Iterator[T]:
    beside = reading.source.members.get(_beside(member, name))
    if beside is None:
        reading.report(name, "It is not in the export.")
        return
    for number, line in enumerate(lines(beside), start=1):
        try:
            yield read_line(line)
        except LineInvalid as error:
            reading.report(f"{beside.path}, line {number}", f"It cannot be read: {error}.")


def _beside(member: Member, name: str) -> str:
    return f"{member.folder}/{name}".lstrip("/")


def _head(member: Member) -> bytes:
    try:
        return member.head(4096).replace(b": ", b":")
    except ExportUnreadable:
        return b""


FORMAT = Format(
    name="scrapbook",
    title="The scrapbook's own export",
    docs=(
        "`scrapbook export FILE`, or the text `export`: the ZIP, or its folder ([export.md](export.md)). "
        "Entries come back as they were, with their times, topics, pins, reminders, files, transcripts and "
        "history, and with their numbers where these are free. What is still here does not come twice. "
        "Quiet hours, what is said again and again, and pages that are followed come along where nothing of "
        "the kind is set here; so do the name and the time zone, if the person has not changed them here "
        "yet (`undo` leaves these two). What was shared is not shared again."
    ),
    read=read,
    claims_tree=claims_tree,
    read_state=read_state,
)
