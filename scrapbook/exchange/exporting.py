"""Write everything that a person has saved into one ZIP, page by page, with bounded memory.

Each page is read in a transaction of its own, so that a slow disk or network holds none open. An entry is in
the export as it was at one moment.
"""

import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from struct import Struct
from typing import BinaryIO, Protocol, TypeVar, cast

from scrapbook.core.book import Book
from scrapbook.core.exporting import read_entries, read_scrapbook
from scrapbook.errors import MediaMissing, ScrapbookError
from scrapbook.exchange.book_copy import BookCopy, Page, style
from scrapbook.exchange.export_lines import entry_line, json_schema, person_line, topic_line, written
from scrapbook.exchange.file_names import safe_name
from scrapbook.exchange.notes import NoteLayout, entry_note, topic_note
from scrapbook.media.storage import CHUNK, MediaStore
from scrapbook.model.exported import ExportedEntry, ExportedScrapbook
from scrapbook.store import Entry, EntryFilter, Store, Topic, Transaction

BATCH = 400
"""Entries that are in memory at a time, and stand on one page of the copy of the book."""

NOTES, COPY = "notes", "book"
"""The folders of the notes in Markdown, and of the copy of the book."""

_STORED_AS_THEY_ARE = ("image/", "audio/", "video/", "application/pdf")
"""Types of files that do not get smaller."""

_README = """This is everything that {name} had saved in the scrapbook as of {at}.

notes/         Each entry in Markdown. Open this folder as a vault in Obsidian, or with any editor.
book/          The same as pages: open book/index.html in a browser.
entries.jsonl  The same as JSON, an entry on each line; topics.jsonl and person.jsonl beside it.
schema.json    What these lines are made of (JSON Schema).

scrapbook import takes this file back as it is.
"""

T = TypeVar("T")

OnProgress = Callable[[int], None]
"""Is told how many entries were written so far."""


class ExportFailed(ScrapbookError):
    """An export cannot be written."""


class Target(Protocol):
    """What an export is written to. It need not be seekable."""

    def write(self, content: bytes, /) -> int: ...
    def flush(self) -> None: ...


@dataclass
class ExportResult:
    """What was written: ``entries``, ``files``, and how many files are ``missing`` from the media store."""

    entries: int = 0
    files: int = 0
    missing: int = 0


class Exporter:
    """Exports the scrapbook of one person."""

    def __init__(self, store: Store, files: MediaStore, person_id: int) -> None:
        self._store = store
        self._files = files
        self._person_id = person_id
        self.result = ExportResult()

    def write_file(self, path: Path, on_progress: OnProgress) -> ExportResult:
        """Write the export to a file that does not exist yet. It is there whole, or not at all.

        Raises:
            ExportFailed: the file exists, or cannot be written.
            StoreError: the database failed.
            MediaStoreError: the media store failed.
        """
        if path.exists():
            raise ExportFailed(f"{path} exists already.")
        try:
            with tempfile.TemporaryDirectory(prefix=".scrapbook-export-", dir=path.parent) as folder:
                draft = Path(folder) / "export.zip"
                draft.touch(0o600)
                with draft.open("wb") as target:
                    for count in self.steps(target):
                        on_progress(count)
                    target.flush()
                    os.fsync(target.fileno())
                draft.replace(path)
        except OSError as error:
            raise ExportFailed(f"{path}: {error.strerror}.") from error
        return self.result

    def steps(self, target: Target) -> Iterator[int]:
        """Write the export part by part; after each, yield how many entries were written so far.

        Raises:
            StoreError: the database failed.
            MediaStoreError: the media store failed.
        """
        scrapbook = self._store.read(lambda tx: read_scrapbook(self._book(tx)))
        with (
            zipfile.ZipFile(cast(BinaryIO, target), "w", zipfile.ZIP_DEFLATED) as archive,
            tempfile.TemporaryFile() as lines,
            tempfile.TemporaryFile() as articles,
        ):
            drafts = _Drafts(lines, _Articles(articles))
            yield from _Export(self._pages, self._files, scrapbook, archive, drafts, self.result).steps()

    def _pages(self, read: Callable[[Book], list[T]]) -> list[T]:
        return self._store.read(lambda tx: read(self._book(tx)))

    def _book(self, tx: Transaction) -> Book:
        return Book(tx, tx.people.get(self._person_id), "", datetime.now(UTC))


def export_name(scrapbook_name: str, at: datetime) -> str:
    """Return the name of the file of an export of that person, of that time."""
    return f"{safe_name(f'scrapbook {scrapbook_name}')} {at:%Y-%m-%d}.zip"


class _Articles:
    """The entries in HTML, in a file: they stand on several pages, in other orders than they are read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._places: dict[int, int] = {}
        self._end = 0

    def add(self, number: int, article: str) -> None:
        """Add the article of an entry."""
        content = article.encode()
        self._places[number] = self._end
        self._end += self._file.write(_LENGTH.pack(len(content)) + content)

    def of(self, number: int) -> str | None:
        """Return the article of an entry; None if it was not there when it was read."""
        place = self._places.get(number)
        if place is None:
            return None
        self._file.seek(place)
        [length] = _LENGTH.unpack(self._file.read(_LENGTH.size))
        return self._file.read(length).decode()


_LENGTH = Struct(">I")


@dataclass(frozen=True, slots=True)
class _Drafts:
    """What is written while the entries are read, and put into the ZIP afterwards."""

    lines: BinaryIO
    articles: _Articles


class _Pages(Protocol):
    """Reads a page of entries in a transaction of its own."""

    def __call__(self, read: Callable[[Book], list[T]], /) -> list[T]: ...


class _Export:
    """An export while it is written."""

    def __init__(  # noqa: PLR0913, PLR0917 - where it is read and written
        self,
        pages: _Pages,
        files: MediaStore,
        scrapbook: ExportedScrapbook,
        archive: zipfile.ZipFile,
        drafts: _Drafts,
        result: ExportResult,
    ) -> None:
        self._read = pages
        self._files = files
        self._scrapbook = scrapbook
        self._archive = archive
        self._lines, self._articles = drafts.lines, drafts.articles
        self._result = result
        self._layout = NoteLayout(scrapbook.topics)
        self._topics = {topic.id: topic.name for topic in scrapbook.topics}
        pages_of_topics = {
            topic.id: f"topic-{number}-1.html"
            for number, topic in enumerate(scrapbook.topics, 1)
            if topic.entry_count
        }
        self._copy = BookCopy(scrapbook, pages_of_topics)
        self._at = scrapbook.at.astimezone(scrapbook.zone).timetuple()[:6]

    def steps(self) -> Iterator[int]:
        """Write all parts."""
        self._write_heads()
        for _ in self._write_entries():
            yield self._result.entries
        self._write_lines()
        for _ in self._write_copy():
            yield self._result.entries

    def _write_heads(self) -> None:
        scrapbook = self._scrapbook
        at = scrapbook.at.astimezone(scrapbook.zone)
        readme = _README.format(name=scrapbook.person.name, at=f"{at:%Y-%m-%d %H:%M}")
        self._put("README.txt", readme.encode())
        self._put("schema.json", json.dumps(json_schema(), indent=1).encode())
        self._put("person.jsonl", written(person_line(scrapbook)))
        folders = {topic.id: f"{NOTES}/{self._layout.topic_folder(topic.id)}" for topic in scrapbook.topics}
        topics = [written(topic_line(scrapbook, topic, folders[topic.id])) for topic in scrapbook.topics]
        self._put("topics.jsonl", b"".join(topics))
        for topic in scrapbook.topics:
            self._put(f"{NOTES}/{self._layout.topic_note(topic.id)}", topic_note(scrapbook, topic).encode())

    def _write_entries(self) -> Iterator[None]:
        after = 0
        while page := self._read(partial(read_entries, after=after, limit=BATCH)):
            for exported in page:
                if exported.entry.number >= self._scrapbook.next_number:
                    return
                yield from self._write_entry(exported)
            after = page[-1].entry.number
            yield

    def _write_entry(self, exported: ExportedEntry) -> Iterator[None]:
        """Write an entry, and its attachments; yields after each piece of these."""
        entry = exported.entry
        paths: dict[int, str] = {}
        for index, name in enumerate(self._layout.attachments(entry)):
            size = self._size(entry, index)
            if size is not None:
                paths[index] = f"{NOTES}/{name}"
                yield from self._write_file(paths[index], entry, index, size)
        note = f"{NOTES}/{self._layout.note(entry)}"
        names = {index: path.rpartition("/")[2] for index, path in paths.items()}
        self._put(note, entry_note(exported, self._layout, self._scrapbook.zone, names).encode())
        line = entry_line(exported, self._scrapbook, self._topics, note, paths)
        self._lines.write(written(line))
        self._articles.add(entry.number, self._copy.article(exported, paths))
        self._result.entries += 1

    def _size(self, entry: Entry, index: int) -> int | None:
        """Return the size of an attachment; None if there is no file."""
        part = entry.media[index]
        if part.state != "kept" or not part.key:
            return None
        try:
            return self._files.size(part.key)
        except MediaMissing:
            self._result.missing += 1
            return None

    def _write_file(self, path: str, entry: Entry, index: int, size: int) -> Iterator[None]:
        part = entry.media[index]
        with self._archive.open(self._info(path, part.content_type), "w", force_zip64=size > 2**31) as member:
            for start in range(0, size, CHUNK):
                for chunk in self._files.chunks(part.key or "", start, min(start + CHUNK, size)):
                    member.write(chunk)
                yield
        self._result.files += 1

    def _write_lines(self) -> None:
        self._lines.seek(0)
        info = self._info("entries.jsonl")
        with self._archive.open(info, "w", force_zip64=True) as member:
            while part := self._lines.read(CHUNK):
                member.write(part)

    def _write_copy(self) -> Iterator[None]:
        """Write the copy of the book: all entries, those of each topic, and the trash."""
        self._put(f"{COPY}/book.css", style())
        pages = [("All entries", "entries-1.html"), ("Trash", "trash-1.html")]
        self._put(f"{COPY}/index.html", self._copy.index(pages).encode())
        yield from self._write_listing("entries", "All entries", {})
        yield from self._write_trash()
        for number, topic in enumerate(self._scrapbook.topics, 1):
            if topic.entry_count:
                name = f"topic-{number}"
                yield from self._write_listing(name, topic.name, {"topic_id": topic.id}, topic)

    def _write_listing(
        self,
        name: str,
        title: str,
        which: EntryFilter,
        topic: Topic | None = None,
    ) -> Iterator[None]:
        def read(book: Book, after: Entry | None) -> list[Entry]:
            place: EntryFilter = {"after": (after.created_at, after.number)} if after else {}
            return book.tx.entries.list(
                book.person.id, limit=BATCH + 1, with_others=False, **{**which, **place}
            )

        yield from self._write_pages(name, title, read, topic)

    def _write_trash(self) -> Iterator[None]:
        def read(book: Book, after: Entry | None) -> list[Entry]:
            place = (after.deleted_at, after.number) if after and after.deleted_at else None
            return book.tx.entries.trashed(book.person.id, BATCH + 1, after=place)

        yield from self._write_pages("trash", "Trash", read)

    def _write_pages(
        self,
        name: str,
        title: str,
        read: Callable[..., list[Entry]],
        topic: Topic | None = None,
    ) -> Iterator[None]:
        """Write pages, the first one also without entries; each is read with the first entry of the next."""
        descriptions = self._scrapbook.descriptions
        after: Entry | None = None
        number, has_more = 1, True
        while has_more:
            found = self._read(partial(read, after=after))
            has_more = len(found) > BATCH
            shown = found[:BATCH]
            articles = [self._articles.of(entry.number) for entry in shown]
            page = Page(
                name=f"{name}-{number}.html",
                title=title,
                articles=[article for article in articles if article],
                newer=f"{name}-{number - 1}.html" if number > 1 else None,
                older=f"{name}-{number + 1}.html" if has_more else None,
                aliases=topic.aliases if topic else (),
                description=descriptions.get(topic.id, "") if topic and number == 1 else "",
            )
            self._put(f"{COPY}/{page.name}", self._copy.page(page).encode())
            after = shown[-1] if shown else None
            number += 1
            yield

    def _put(self, path: str, content: bytes) -> None:
        self._archive.writestr(self._info(path), content)

    def _info(self, path: str, content_type: str = "") -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(path, self._at)
        info.external_attr = 0o600 << 16
        is_small = content_type.startswith(_STORED_AS_THEY_ARE)
        info.compress_type = zipfile.ZIP_STORED if is_small else zipfile.ZIP_DEFLATED
        return info
