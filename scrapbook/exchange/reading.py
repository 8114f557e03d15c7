"""Read an export: tell its format by looking inside, then yield what it holds."""

import re
from collections import defaultdict
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import tzinfo
from pathlib import Path
from typing import TypeAlias

from scrapbook.exchange.format import Format, Probe, Reading
from scrapbook.exchange.registry import all_formats
from scrapbook.exchange.sources import ExportUnreadable, Member, Source, open_source
from scrapbook.model.imported import ImportedEntry, ScrapbookState, Skipped

Found: TypeAlias = ImportedEntry | Skipped

_UNPRINTABLE = re.compile("[\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Byte order marks, control characters and halves of letters, which belong to no text."""


class UnknownFormat(ExportUnreadable):
    """No format recognises a file or folder."""


class Export:
    """An export whose format is known.

    Attributes:
        format: the format.
        name: the name of its file or folder.
    """

    def __init__(self, source: Source, format: Format, members: Sequence[Member]) -> None:  # noqa: A002
        self.format = format
        self.name = source.name
        self._source = source
        self._members = members

    def state(self, zone: tzinfo) -> ScrapbookState | None:
        """Return what is beside the entries; None where the format tells nothing of it.

        Raises ExportUnreadable if it is damaged.
        """
        if self.format.read_state is None:
            return None
        return self.format.read_state(Reading(self._source, self._members, zone))

    def read(self, zone: tzinfo) -> Iterator[Found]:
        """Yield the entries, each once, and what was left out.

        Args:
            zone: of times without a zone.
        """
        yield from self._source.refused
        reading = Reading(self._source, self._members, zone)
        keys: set[str] = set()
        reported: set[Skipped] = set()
        for found in _with_reports(self.format, reading):
            if isinstance(found, Skipped):
                if found not in reported:
                    reported.add(found)
                    yield replace(found, where=_clean(found.where), why=_clean(found.why))
            elif found.key not in keys:
                keys.add(found.key)
                yield _cleaned(found)


@contextmanager
def open_export(path: Path) -> Generator[Export]:
    """Open a file, folder or archive, and tell its format.

    Raises:
        UnknownFormat: it is of none that is known.
        ExportUnreadable: it cannot be read.
    """
    source = open_source(path)
    try:
        yield Export(source, *_recognised(source))
    finally:
        source.close()


def _recognised(source: Source) -> tuple[Format, Sequence[Member]]:
    """Return the format and its files: that of the most files in the outermost folder that has any.

    What is deeper inside, such as a page that is attached to a note, does not make it an export of its kind.
    """
    for candidate in sorted(all_formats(), key=lambda one: one.is_general):
        if members := candidate.claims_tree(source):
            return candidate, members
    claimed = _claimed(source)
    if not claimed:
        raise UnknownFormat(
            f"{source.name} is of no known format. docs/importing.md lists what can be imported."
        )
    formats = {candidate.name: candidate for candidate in all_formats()}
    top = min(_depth(member) for members in claimed.values() for member in members)

    def rank(name: str) -> tuple[bool, int, bool]:
        at_top = sum(_depth(member) == top for member in claimed[name])
        return at_top > 0, at_top, not formats[name].is_general

    name = max(claimed, key=rank)
    return formats[name], claimed[name]


def _claimed(source: Source) -> dict[str, list[Member]]:
    """Return the files by the names of the formats that recognise them; those damaged are refused."""
    claimed: dict[str, list[Member]] = defaultdict(list)
    for member in source.members.values():
        probe = Probe(member, source)
        found = next((candidate for candidate in all_formats() if candidate.claims(probe)), None)
        if found:
            claimed[found.name].append(member)
        if probe.problem:
            source.refused.append(Skipped(member.path, probe.problem))
    return claimed


def _depth(member: Member) -> int:
    return member.path.count("/")


def _with_reports(format: Format, reading: Reading) -> Iterator[Found]:  # noqa: A002
    """Yield the entries of a reading, each after what was reported before it. An unreadable file ends it."""
    entries = format.read(reading)
    while True:
        try:
            entry = next(entries, None)
        except ExportUnreadable as error:
            reading.report(reading.source.name, str(error))
            entry = None
        except RecursionError:
            reading.report(reading.source.name, "It is nested too deep to be read.")
            entry = None
        yield from reading.reported
        reading.reported.clear()
        if entry is None:
            return
        yield entry


def _cleaned(entry: ImportedEntry) -> ImportedEntry:
    if entry.state:
        return entry
    return replace(
        entry,
        text=_clean(entry.text).strip("\n"),
        topics=tuple(name for topic in entry.topics if (name := _clean(topic).strip())),
        author=_clean(entry.author or "").strip() or None,
        source=_clean(entry.source or "").strip() or None,
    )


def _clean(text: str) -> str:
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
