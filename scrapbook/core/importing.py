"""Save entries that other programs have exported, many at a time, each once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from scrapbook.core.book import Book
from scrapbook.core.following import follow_again
from scrapbook.core.people import is_name, rename
from scrapbook.core.recurring import switch_on_again
from scrapbook.core.timezone import move_to
from scrapbook.errors import ScrapbookError
from scrapbook.messaging.addresses import guess_timezone, without_channel
from scrapbook.model.imported import ImportedEntry, ImportedKind, ScrapbookState, TopicState
from scrapbook.store import Change, EntryChange, Media, Person, QuietHours
from scrapbook.store.imports import KnownEntry, NewEntry
from scrapbook.text.entry_facts import EntryFacts
from scrapbook.text.parsed_text import ParsedText
from scrapbook.text.spelling import normalized_name


class ImportTakenBack(ScrapbookError):
    """What was imported so far was undone meanwhile, or is erased with its person."""

    def __init__(self) -> None:
        super().__init__("It was undone while it was imported, so the rest was left out.")


@dataclass
class ImportProgress:
    """An import over several transactions.

    Attributes:
        scrapbook: what is beside the entries, in an export of our own.
        change: which is undone as one; None until something new comes.
        topics: ids by the normalized names that were asked for.
        words: that are in the spelling index already.
        had_entries: whether an entry was read, new or known.
    """

    arguments: Mapping[str, str]
    scrapbook: ScrapbookState | None = None
    change: Change | None = None
    topics: dict[str, int] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)
    had_entries: bool = False


@dataclass(frozen=True, slots=True)
class ImportedBatch:
    """What became of a batch: how many entries are new or back from the trash, brought up to date, or known.

    ``differing`` were changed both there and here, or there only in another way than by growing.
    """

    added: int = 0
    updated: int = 0
    known: int = 0
    differing: tuple[ImportedEntry, ...] = ()


def new_keys(book: Book, entries: Sequence[ImportedEntry]) -> set[str]:
    """Return the keys of those entries that were not imported yet, and do not come from here."""
    keys = {entry.key for entry in entries}
    return keys - book.tx.imports.known(book.person.id, keys).keys() - _still_here(book, entries)


def import_batch(
    book: Book,
    progress: ImportProgress,
    entries: Sequence[ImportedEntry],
    media: Mapping[str, Sequence[Media]],
) -> ImportedBatch:
    """Save those of the entries that are new, and bring up to date those that have grown since.

    Args:
        progress: is changed; after an error it must not be used again.
        media: the stored files of the new entries, by the entries' keys.

    Raises:
        ImportTakenBack: none of them is saved.
    """
    if progress.change and not book.tx.changes.stands(progress.change.id):
        raise ImportTakenBack
    progress.had_entries = True
    known = book.tx.imports.known(book.person.id, [entry.key for entry in entries])
    here = _still_here(book, entries)
    fresh = [entry for entry in entries if entry.key not in known and entry.key not in here]
    back = [entry for entry in entries if entry.key in known and known[entry.key].was_taken_back]
    changed = [
        entry for entry in entries if entry.key in known and not known[entry.key].had(entry.tagged_text)
    ]
    grown = [entry for entry in changed if _has_grown(book, entry, known[entry.key])]
    if fresh or back or grown:
        if progress.change is None:
            progress.change = _begun(book, progress)
        with book.tx.changes.continuing(progress.change):
            _bring_back(
                book, progress.change, progress, {known[entry.key].entry_id or 0: entry for entry in back}
            )
            new = [_new(book, progress, entry, media.get(entry.key, ())) for entry in fresh]
            ids = book.tx.imports.add(progress.change, new, progress.words) if new else []
            for entry_id, entry in zip(ids, fresh, strict=True):
                _restore_entry(book, entry_id, entry, media.get(entry.key, ()))
            for entry in grown:
                _bring_up_to_date(book, entry, known[entry.key].entry_id or 0)
    differing = tuple(entry for entry in changed if entry not in grown)
    added, updated = len(fresh) + len(back), sum(entry not in back for entry in grown)
    return ImportedBatch(added, updated, len(entries) - added - updated, differing)


def finish_import(book: Book, progress: ImportProgress) -> None:
    """Record that an import is complete, after taking over what an export of ours without entries has."""
    scrapbook = progress.scrapbook
    if progress.change is None:  # all may have come before an interruption
        progress.change = book.tx.imports.interrupted(book.person.id, dict(progress.arguments))
    if (
        scrapbook
        and not progress.had_entries
        and (
            scrapbook.topics
            or scrapbook.following
            or scrapbook.quiet_hours
            or scrapbook.said_again
            or brought_of_person(book.person, scrapbook)
        )
    ):
        progress.change = _begun(book, progress)
    if progress.change:
        book.tx.imports.finish(progress.change, book.tx.imports.count_of(progress.change))
    if scrapbook:
        book.tx.imports.keep_numbers_below(book.person.id, scrapbook.next_number)


def brought_of_person(person: Person | None, state: ScrapbookState | None) -> Mapping[str, str]:
    """Return the ``name`` and the ``timezone`` that an import takes over.

    Args:
        person: who imports; None for one who is still to be added. What they have set stays as it is.
    """
    if state is None:
        return {}
    brought: dict[str, str] = {}
    numbers = {without_channel(one.value) for one in person.addresses} if person else set[str]()
    has_usual_name = person is None or person.name in numbers
    if has_usual_name and is_name(state.name):
        brought["name"] = state.name
    usual = {guess_timezone(one.value) for one in person.addresses} if person else set[str]()
    if state.timezone and (
        person is None or (person.timezone in usual and person.timezone != state.timezone)
    ):
        brought["timezone"] = state.timezone
    return brought


def described_beside(person: Person | None, state: ScrapbookState | None) -> str:
    """Return what else an import would bring, such as ``the name Ada and the time zone Asia/Tokyo``."""
    brought = brought_of_person(person, state)
    names = {"name": "the name", "timezone": "the time zone"}
    return " and ".join(f"{names[what]} {value}" for what, value in brought.items())


def _still_here(book: Book, entries: Sequence[ImportedEntry]) -> set[str]:
    """Return the keys of those entries of our own export that are here, with the number that they had.

    One that is in the trash here, and was not when it was exported, can come back.
    """
    numbers = {entry.state.number for entry in entries if entry.state}
    found = book.tx.imports.still_here(book.person.id, numbers) if numbers else {}
    keys: set[str] = set()
    for entry in entries:
        if entry.state and entry.state.number in found:
            created_at, is_deleted = found[entry.state.number]
            if created_at == entry.created_at and (entry.state.deleted_at or not is_deleted):
                keys.add(entry.key)
    return keys


def _begun(book: Book, progress: ImportProgress) -> Change:
    """Begin the change, or go on with it, and take over what is beside the entries."""
    change = book.tx.imports.begin(book.person.id, dict(progress.arguments), book.now)
    if state := progress.scrapbook:
        brought = brought_of_person(book.person, state)
        if "name" in brought:
            rename(book.tx, book.person.id, brought["name"])
        if "timezone" in brought:
            move_to(book, brought["timezone"])
        with book.tx.changes.continuing(change):
            for topic in state.topics:
                _restore_topic(book, topic, _topic_of_name(book, progress, topic.name))
            for page in state.following:
                follow_again(book, page)
            if state.quiet_hours and book.tx.quiet_hours.of(book.person.id) == QuietHours():
                book.tx.quiet_hours.set(book.person.id, state.quiet_hours)
            zone = brought.get("timezone", book.person.timezone)
            for one in state.said_again:
                switch_on_again(book, one, state.timezone or zone, zone)
    return change


def _restore_topic(book: Book, topic: TopicState, topic_id: int | None) -> None:
    """Take over the former names of a topic, and what was written about it if nothing is here."""
    if topic_id is None:
        return
    if topic.aliases:  # each looks through all topics
        book.tx.topics.add_aliases(topic_id, topic.aliases)
    if topic.description and not book.tx.topics.description(topic_id):
        book.tx.topics.describe(topic_id, topic.description)


def _restore_entry(book: Book, entry_id: int, entry: ImportedEntry, media: Sequence[Media]) -> None:
    """Take over what our own export tells of an entry that was added."""
    if (state := entry.state) is None:
        return
    _restore_reminder(book, entry_id, entry)
    book.tx.imports.add_history(entry_id, [_change_here(book, change) for change in state.history])
    for preview in state.previews:
        book.tx.previews.record(entry_id, preview, book.now)
    for stored, file in zip(media, entry.files, strict=True):
        if file.transcript and book.tx.transcripts.of(stored.url) is None:
            book.tx.transcripts.record(stored.url, file.transcript, book.now)
        if file.words:
            book.tx.file_texts.record(stored.url, file.words, "", book.now)


def _restore_reminder(book: Book, entry_id: int, entry: ImportedEntry) -> None:
    if entry.state and entry.state.reminder:
        reminder = replace(entry.state.reminder, person_id=book.person.id, entry_id=entry_id)
        book.tx.reminders.put_back(reminder)


def _bring_back(
    book: Book, change: Change, progress: ImportProgress, entries: Mapping[int, ImportedEntry]
) -> None:
    """Bring back the entries by their ids, as they were, where the undo of their import had put them away."""
    alike: dict[tuple[int | None, datetime | None], list[int]] = {}
    for entry_id, entry in entries.items():
        topic_id = _topic_id(book, progress, entry.topic) if entry.topic else None
        deleted_at = entry.state.deleted_at if entry.state else None
        alike.setdefault((topic_id, deleted_at), []).append(entry_id)
    for (topic_id, deleted_at), ids in alike.items():
        book.tx.imports.bring_back(change, ids, topic_id, deleted_at)
    for entry_id, entry in entries.items():
        _restore_reminder(book, entry_id, entry)


def _change_here(book: Book, change: EntryChange) -> EntryChange:
    """Return a change whose topic is the one of that name here; none if there is none any more."""
    before = dict(change.before)
    if "topic" in before:
        name = before.pop("topic")
        found = book.topic(name) if isinstance(name, str) else None
        before["topic_id"] = found.id if found else None
    return replace(change, before=before)


def _new(book: Book, progress: ImportProgress, entry: ImportedEntry, media: Sequence[Media]) -> NewEntry:
    if state := entry.state:
        return NewEntry(
            key=entry.key,
            text=entry.text,
            facts=state.facts,
            topic_id=_topic_id(book, progress, entry.topic) if entry.topic else None,
            created_at=entry.created_at or book.now,
            media=media,
            pinned_at=state.pinned_at,
            number=state.number,
            edited_at=state.edited_at,
            deleted_at=state.deleted_at,
            due_at=state.due_at,
        )
    text = ParsedText(entry.tagged_text)
    return NewEntry(
        key=entry.key,
        text=text.text,
        facts=_facts(entry, text),
        topic_id=_topic_id(book, progress, entry.topic) if entry.topic else None,
        created_at=entry.created_at or book.now,
        media=media,
        pinned_at=book.now if entry.is_pinned else None,
    )


def _facts(entry: ImportedEntry, text: ParsedText) -> EntryFacts:
    """Return the facts of a text; that it is a quotation, and whose, is known of one that comes as such."""
    if entry.kind is ImportedKind.QUOTE:
        return replace(text.facts, is_quote=True, author=entry.author)
    return text.facts


def _topic_id(book: Book, progress: ImportProgress, name: str) -> int | None:
    """Return the topic of that very name or alias, else a new one. None for a name without a letter."""
    key = normalized_name(name)
    if not key:
        return None
    if key not in progress.topics:
        progress.topics[key] = book.topic_or_new(name).id
    return progress.topics[key]


def _topic_of_name(book: Book, progress: ImportProgress, name: str) -> int | None:
    """Return the topic of that very name, whatever its aliases, else a new one."""
    if key := normalized_name(name):
        found = book.topic(name) or book.tx.topics.add(book.person.id, name)
        progress.topics[key] = found.id
        return found.id
    return None


def _has_grown(book: Book, entry: ImportedEntry, known: KnownEntry) -> bool:
    """Return whether an entry says more than when it was imported, and was not changed here since."""
    if known.entry_id is None:
        return False
    saved = book.tx.entries.get(known.entry_id)
    if (saved.deleted_at and not known.was_taken_back) or not known.had(saved.text):
        return False
    return _contains(entry.tagged_text.splitlines(), saved.text.splitlines())


def _contains(lines: Iterable[str], parts: Iterable[str]) -> bool:
    """Return whether the lines have all the parts, in their order; the last of the parts may go on."""
    rest: Iterator[str] = iter(lines)
    return all(any(line.startswith(part) for line in rest) for part in parts)


def _bring_up_to_date(book: Book, entry: ImportedEntry, entry_id: int) -> None:
    text = ParsedText(entry.tagged_text)
    book.tx.entries.change_text(entry_id, text, book.now)
    book.tx.imports.remember_text(book.person.id, entry.key, text.text)
