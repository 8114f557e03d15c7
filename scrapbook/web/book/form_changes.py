"""What each form of an entry changes: functions of the core, with a sentence for the page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from scrapbook.core import AmbiguousTopic, Book, deleting, editing, pinning, topics
from scrapbook.core.lists import is_list
from scrapbook.core.stale_pages import ChangedMeanwhile
from scrapbook.store import Entry
from scrapbook.text.display import displayable
from scrapbook.text.listing import quoted
from scrapbook.text.spelling import normalized_name
from scrapbook.text.topic_names import MAX_TOPIC_LENGTH
from scrapbook.web.book.numbers import number_of
from scrapbook.web.book.uploads import MAX_TEXT

TOO_LONG = f"That is more than {MAX_TEXT:,} characters. Keep the rest in another entry."

Form: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Done:
    """A change was made, or had been made before; ``sentence`` says so."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A form cannot be carried out; ``sentence`` says why and what to do."""

    sentence: str


@dataclass(frozen=True, slots=True)
class WhichTopic:
    """Several topics may be meant for an entry; the last option is a new one, as typed."""

    entry: Entry
    typed: str
    options: tuple[str, ...]


Outcome: TypeAlias = Done | Refused | WhichTopic | ChangedMeanwhile | None
"""None: there is no such entry."""


@dataclass(frozen=True, slots=True)
class FormChange:
    """A form that changes one entry.

    Attributes:
        make: makes the change.
        is_made: whether an entry is already as the form wants it, because the form was sent before.
        sentence: says of an entry that it was changed so.
    """

    make: Callable[[Book, Entry, Form], Outcome]
    is_made: Callable[[Entry, Form], bool]
    sentence: Callable[[Entry], str]


PART = 15_000
"""Characters of a text that one form has; a longer one is edited in parts. A page of them stays small."""


def parts_of(text: str) -> int:
    """Return in how many parts a text is edited."""
    return max(1, -(-len(text) // PART))


def place_of(part: int) -> tuple[int, int]:
    """Return where a part begins in a text, and where it ends. Parts are counted from 1 on."""
    return (part - 1) * PART, part * PART


def _part(form: Form) -> int:
    """Return which part of a text a form has; 0 if it has all of it."""
    return number_of(form.get("part", "0"))


def _edited(entry: Entry, form: Form) -> str:
    """Return the text of an entry with what the form has in place of what it showed."""
    text, part = form.get("text", ""), _part(form)
    if not part:
        return text
    start, end = place_of(part)
    return f"{entry.text[:start]}{text}{entry.text[end:]}"


def _has_words(entry: Entry, form: Form) -> bool:
    """Return whether an entry has what the form has where it showed it, because it was sent before."""
    text, part = form.get("text", ""), _part(form)
    if entry.deleted_at or not part:
        return not entry.deleted_at and entry.text == text
    start, _ = place_of(part)
    length = number_of(form.get("besides", "0")) + len(text)
    return len(entry.text) == length and entry.text.startswith(text, start)


def _edit(book: Book, entry: Entry, form: Form) -> Outcome:
    if _part(form) > parts_of(entry.text):
        return None
    text = _edited(entry, form)
    if entry.deleted_at:
        return _in_trash(entry)
    if not displayable(text).strip() and not entry.media:
        return Refused("An entry needs words. To remove it, delete it.")
    if text != entry.text:
        editing.edit(book, entry.number, text)
    return Done(f"Changed {entry.number}.")


def _file(book: Book, entry: Entry, form: Form) -> Outcome:
    typed = " ".join(form.get("topic", "").split())
    if entry.deleted_at:
        return _in_trash(entry)
    if not normalized_name(displayable(typed)):
        return Refused("Write the name of a topic.")
    if len(typed) > MAX_TOPIC_LENGTH:
        return Refused(f"The name of a topic has at most {MAX_TOPIC_LENGTH} characters.")
    filed = topics.file(book, [entry.number], typed, exactly=form.get("exactly") == "1")
    if isinstance(filed, AmbiguousTopic):
        return WhichTopic(entry, typed, filed.options)
    return Done(f"Filed {entry.number} under {filed.topic}.")


def _pin(book: Book, entry: Entry, _form: Form) -> Outcome:
    if entry.deleted_at:
        return _in_trash(entry)
    pinning.pin(book, [entry.number])
    return Done(f"Pinned {entry.number}.")


def _unpin(book: Book, entry: Entry, _form: Form) -> Outcome:
    if entry.deleted_at:
        return _in_trash(entry)
    pinning.unpin(book, [entry.number])
    return Done(f"Unpinned {entry.number}.")


def _tick(book: Book, entry: Entry, _form: Form) -> Outcome:
    if entry.deleted_at:
        return _in_trash(entry)
    if not entry.topic or not is_list(book, entry.topic):
        return Refused(_on_no_list(entry))
    deleting.take_off_entries(book, (entry,))
    return Done(_ticked(entry))


def _delete(book: Book, entry: Entry, _form: Form) -> Outcome:
    if not entry.deleted_at:
        deleting.delete(book, [entry.number])
    return Done(f"Deleted {entry.number}.")


def _restore(book: Book, entry: Entry, _form: Form) -> Outcome:
    if entry.deleted_at:
        deleting.restore(book, [entry.number])
    return Done(f"Restored {entry.number}.")


def _on_no_list(entry: Entry) -> str:
    if entry.writer:
        return "That is on no list: only who wrote it can delete it."
    return f"{entry.number} is on no list. To remove it, delete it."


def _ticked(entry: Entry) -> str:
    return f'Took "{quoted(entry.text)}" off {entry.topic}.' if entry.topic else f"Ticked off {entry.number}."


def _in_trash(entry: Entry) -> Refused:
    if entry.writer:
        return Refused("That was taken off already.")
    return Refused(f"{entry.number} is in the trash. Restore it first.")


def _is_in_trash(entry: Entry, _form: Form) -> bool:
    return entry.deleted_at is not None


FORM_CHANGES: Mapping[str, FormChange] = {
    "edit": FormChange(
        _edit,
        _has_words,
        lambda entry: f"Changed {entry.number}.",
    ),
    "file": FormChange(
        _file,
        lambda entry, form: (
            not entry.deleted_at
            and normalized_name(entry.topic or "") == normalized_name(form.get("topic", ""))
        ),
        lambda entry: f"Filed {entry.number} under {entry.topic}.",
    ),
    "pin": FormChange(
        _pin,
        lambda entry, _: not entry.deleted_at and entry.pinned_at is not None,
        lambda entry: f"Pinned {entry.number}.",
    ),
    "unpin": FormChange(
        _unpin,
        lambda entry, _: not entry.deleted_at and entry.pinned_at is None,
        lambda entry: f"Unpinned {entry.number}.",
    ),
    "tick": FormChange(_tick, _is_in_trash, _ticked),
    "delete": FormChange(_delete, _is_in_trash, lambda entry: f"Deleted {entry.number}."),
    "restore": FormChange(
        _restore, lambda entry, _: not entry.deleted_at, lambda entry: f"Restored {entry.number}."
    ),
}
"""The forms of an entry, by the last part of their paths."""
