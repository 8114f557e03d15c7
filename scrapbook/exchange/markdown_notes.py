"""Read notes in Markdown: front matter, tags, and the files that they embed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

import yaml

from scrapbook.exchange import times
from scrapbook.exchange.format import Reading
from scrapbook.exchange.sources import Member
from scrapbook.model.imported import ImportedFile
from scrapbook.text.hashtags import hashtags

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_MAX_FRONT_MATTER = 64 * 1024
_WIKI_EMBED = re.compile(r"!\[\[([^\]\[|#\n]{1,500})(?:#[^\]\[|\n]{0,500})?(?:\|[^\]\[\n]{0,500})?\]\]")
_TARGET = r"\(\s{0,9}(<[^>\n]{1,999}>|[^)\s]{1,999})"
_IMAGE = re.compile(rf"!\[[^\]\n]{{0,500}}\]{_TARGET}(?:\s{{1,9}}[\"'(][^)\n]{{0,500}})?\s{{0,9}}\)")
_LINKED_FILE = re.compile(rf"(?<!!)\[[^\]\n]{{0,500}}\]{_TARGET}\s{{0,9}}\)")
_CREATED = (
    "created",
    "date",
    "created_at",
    "creation date",
    "date created",
    "created at",
    "creationdate",
    "datecreated",
)
_TITLES = ("title",)
_NOTES = frozenset({".md", ".markdown", ".canvas", ""})


@dataclass(frozen=True, slots=True)
class Note:
    """A note.

    Attributes:
        text: without its front matter.
        properties: those of the front matter, by names in lower case.
        problem: why there are no properties although there is front matter; empty if they were read.
    """

    text: str
    properties: Mapping[str, Any]
    problem: str = ""

    @property
    def title(self) -> str:
        """The title of the front matter; empty without one."""
        return next((str(found) for name in _TITLES if (found := self.properties.get(name))), "")

    @property
    def created(self) -> str:
        """When it was written, as the front matter says; empty if it does not."""
        found = next((self.properties[name] for name in _CREATED if self.properties.get(name)), None)
        return found.isoformat() if isinstance(found, datetime | date) else str(found or "")

    def topics(self) -> Iterator[str]:
        """Yield the tags of the front matter, then those of the text."""
        for name in ("tags", "tag"):
            yield from _names(self.properties.get(name))
        yield from hashtags(self.text)


def note_of(text: str) -> Note:
    """Return a text as a note."""
    found = _FRONT_MATTER.match(text)
    if found is None:
        return Note(text, {})
    if len(found[1]) > _MAX_FRONT_MATTER:
        return Note(text, {}, "Its front matter is too long to be read.")
    try:
        values = yaml.load(found[1], Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError):
        return Note(text, {}, "Its front matter cannot be read, and was kept as text.")
    if not isinstance(values, dict):
        return Note(text, {}) if values is not None else Note(text[found.end() :], {})
    properties = {str(name).lower(): value for name, value in cast("dict[Any, Any]", values).items()}
    return Note(text[found.end() :].lstrip("\n"), properties)


def written_time(reading: Reading, value: str, where: str) -> datetime | None:
    """Return the time that front matter names."""
    return reading.when(
        value, where, lambda text: times.from_iso(text) or times.from_words(text) or _epoch(text)
    )


def embedded_files(reading: Reading, member: Member, text: str) -> tuple[ImportedFile, ...]:
    """Return the files that a note shows or links to. One that is not there is reported, once."""
    files: dict[str, ImportedFile] = {}
    for name in _embedded(text):
        for file in reading.attached(name, member, anywhere=True):
            files[file.name] = file
    for name in _names_in(_LINKED_FILE, text):
        found = None if _is_elsewhere(name) else reading.source.find(name, member)
        if found and found.suffix not in _NOTES:
            files[found.path] = found.as_file()
    return tuple(files.values())


def _embedded(text: str) -> Iterator[str]:
    for match in _WIKI_EMBED.finditer(text):
        name = match[1].strip()
        # A note that is embedded has no extension, and is an entry of its own.
        if re.search(r"\.\w{1,5}$", name) and not name.lower().endswith((".md", ".canvas")):
            yield name
    for name in _names_in(_IMAGE, text):
        if not _is_elsewhere(name):
            yield name


def _names_in(form: re.Pattern[str], text: str) -> Iterator[str]:
    for match in form.finditer(text):
        yield match[1].strip("<>").strip()


def _is_elsewhere(name: str) -> bool:
    return re.match(r"[a-z][a-z0-9+.-]*:|#|//", name, re.IGNORECASE) is not None


def _names(value: object) -> Iterator[str]:
    """Yield the tags of a list or text. A number is none, as in the text of a note."""
    yield from (name for name in _written_names(value) if not name.isdigit())


def _written_names(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield from (name.strip().lstrip("#") for name in re.split(r"[,\s]+", value) if name.strip())
    elif isinstance(value, list):
        for name in cast("list[object]", value):
            if name is not None and not isinstance(name, dict | list):
                yield str(name).strip().lstrip("#")


def _epoch(text: str) -> datetime | None:
    return times.from_epoch(text) if len(text) >= 9 and text.isdigit() else None
