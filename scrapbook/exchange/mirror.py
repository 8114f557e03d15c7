"""Keep a folder of notes the same as what is saved: one way, and only with the files that it wrote itself.

Each person has a folder. In it ``.scrapbook-mirror/`` has the id of the person, and a manifest: a line for
each file that was written, before it was, so that a kill leaves no file that nobody knows of.
"""

import hashlib
import os
import re
import shutil
import stat
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from scrapbook.core.book import Book
from scrapbook.core.exporting import read_entries, read_scrapbook, with_everything
from scrapbook.errors import MediaMissing
from scrapbook.exchange.file_names import distinct_names, safe_name
from scrapbook.exchange.notes import NoteLayout, entry_note, topic_note
from scrapbook.media.storage import CHUNK, MediaStore
from scrapbook.model.exported import ExportedEntry, ExportedScrapbook
from scrapbook.store import Media, Person, Store, Transaction

BATCH = 200
"""Entries that are read at a time."""

WATCHED = 50
"""Numbers, the highest, of which every entry is looked at: transcripts and files come to them later."""

MAX_CHANGED = 2000
"""Changed entries that are written one by one; if there are more, all are compared."""

OVERLAP = 100
"""Changes before the last known one that are looked at again: one that began earlier may end later."""

_OWN = ".scrapbook-mirror"
_PERSON, _MANIFEST, _DRAFT, _LEFT_OUT = "person", "manifest", "draft", "left-out"
_NEW = ".new-"
_NUMBER = re.compile(r"(\d+)(?:[ -].*)?\.[^.]+$")


def check_mirror(folder: Path) -> None:
    """Raise OSError if nothing can be written to the folder of the mirror, or to that of a person.

    The folder of the mirror is made where it is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for place in (folder, *(root / _OWN for root, _ in _folders(folder))):
        probe = place / f".check-{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()


def left_out(folder: Path) -> list[str]:
    """Return the paths in the mirror that were not written, because something of somebody else's is there."""
    return [f"{root.name}/{path}" for root, _ in _folders(folder) for path in _read_left_out(root / _OWN)]


def remove_folder_of(folder: Path, person_id: int) -> None:
    """Remove the folder of a person, whose name is theirs, from the mirror. Raises OSError if that fails."""
    for root, whose in list(_folders(folder)):
        if whose == person_id:
            MirrorFolder(root).remove_all()


class MirrorFolder:
    """The folder of one person: writes and removes its own files. Raises OSError if that fails."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._own = root / _OWN
        self._digests: dict[str, str] = {}
        self._by_number: dict[int, set[str]] = {}
        self.taken: set[str] = set()
        """Paths at which something of somebody else's is, which is left as it is."""
        self._told = set(_read_left_out(self._own))
        self._load()

    @classmethod
    def of_person(cls, mirror: Path, person: Person) -> "MirrorFolder":
        """Return the folder of a person, which keeps its name; made, with a free name, if there is none."""
        for folder, person_id in _folders(mirror):
            if person_id == person.id and not folder.name.startswith(_NEW):
                return cls(folder)
        taken = (place.name for place in mirror.iterdir())
        free = distinct_names([(person.id, safe_name(person.name))], taken)[person.id]
        draft = mirror / f"{_NEW}{person.id}"
        if (draft, person.id) not in _folders(mirror):  # one that is complete only lacks its name
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir(mode=0o700)
            (draft / _OWN).mkdir(mode=0o700)
            with open(draft / _OWN / _PERSON, "wb", opener=_privately) as target:
                target.write(str(person.id).encode())
        return cls(draft.rename(mirror / free))

    @property
    def is_there(self) -> bool:
        """Whether the folder still has what tells whose it is."""
        return (self._own / _PERSON).is_file()

    def write(self, path: str, content: bytes, *, compares: bool) -> None:
        """Write a file, unless it is there with that content, or one of somebody else's is.

        Args:
            compares: whether the file is read, to find out whether somebody has changed it.
        """
        digest = hashlib.sha256(content).hexdigest()
        if self._is_written(path, digest, content if compares else None):
            return
        self._begin(path, digest)
        draft = self._own / _DRAFT
        with open(draft, "wb", opener=_privately) as target:
            target.write(content)
        self._place(draft, path)

    def write_file(self, path: str, media: Media, files: MediaStore) -> bool:
        """Write an attachment; returns whether it could be read."""
        key = media.key or ""
        digest = Path(key).stem
        if self._is_written(path, digest, None):
            return True
        try:
            size = files.size(key)
            draft = self._own / _DRAFT
            with open(draft, "wb", opener=_privately) as target:
                for start in range(0, size, CHUNK):
                    target.writelines(files.chunks(key, start, min(start + CHUNK, size)))
        except MediaMissing:
            return False
        self._begin(path, digest)
        self._place(draft, path)
        return True

    def keep_only(self, paths: set[str]) -> None:
        """Remove the files that were written and are not among these; then write the manifest anew."""
        self.remove(set(self._digests) - paths)
        lines = "".join(f"{digest} {path}\n" for path, digest in self._digests.items())
        draft = self._own / _DRAFT
        with open(draft, "wb", opener=_privately) as target:
            target.write(lines.encode())
        draft.replace(self._own / _MANIFEST)
        self.taken &= paths

    def tell_left_out(self) -> None:
        """Write down which paths are taken, for :func:`left_out`."""
        if self.taken == self._told:
            return
        draft = self._own / _DRAFT
        with open(draft, "wb", opener=_privately) as target:
            target.write("".join(f"{path}\n" for path in sorted(self.taken)).encode())
        draft.replace(self._own / _LEFT_OUT)
        self._told = set(self.taken)

    def remove(self, paths: Iterable[str]) -> None:
        """Remove files that were written. One that somebody has changed stays."""
        for path in sorted(paths):
            target = self.root / path
            digest = self._digests.pop(path, None)
            self._numbered(path).discard(path)
            self.taken.discard(path)
            with suppress(FileNotFoundError):
                if (
                    digest
                    and self._is_free(path)
                    and hashlib.sha256(target.read_bytes()).hexdigest() == digest
                ):
                    target.unlink()
            with suppress(OSError):  # there is something else in it
                target.parent.rmdir()
            self._note(f"- {path}\n")

    def remove_all(self) -> None:
        """Remove everything that was written."""
        self.keep_only(set())
        shutil.rmtree(self._own)
        with suppress(OSError):
            self.root.rmdir()

    def paths_of(self, number: int) -> set[str]:
        """Return the paths of what was written of the entry with that number."""
        return set(self._by_number.get(number, ()))

    def numbers_from(self, number: int) -> list[int]:
        """Return the numbers from there on of which something was written."""
        return [one for one, paths in self._by_number.items() if one >= number and paths]

    def _load(self) -> None:
        try:
            text = (self._own / _MANIFEST).read_text("utf-8")
        except FileNotFoundError:
            return
        for line in text.split("\n"):
            digest, _, path = line.partition(" ")
            if digest == "-":
                self._digests.pop(path, None)
                self._numbered(path).discard(path)
            elif path and _stays_inside(path):
                self._digests[path] = digest
                self._numbered(path).add(path)

    def _is_written(self, path: str, digest: str, content: bytes | None) -> bool:
        """Return whether nothing is to be written at a path."""
        target = self.root / path
        is_known = path in self._digests
        if not self._is_free(path) or (not is_known and target.exists()):
            self.taken.add(path)
            return True
        self.taken.discard(path)
        if not is_known:
            return False
        if self._digests[path] != digest:
            return False
        return target.read_bytes() == content if content is not None and target.exists() else target.exists()

    def _is_free(self, path: str) -> bool:
        """Return whether there is nothing at a path but a plain file, and nothing above it but folders."""
        place = self.root
        *folders, name = path.split("/")
        for part, is_kind in (*((folder, stat.S_ISDIR) for folder in folders), (name, stat.S_ISREG)):
            place /= part
            try:
                if not is_kind(place.lstat().st_mode):  # a link is neither
                    return False
            except FileNotFoundError:
                return True
        return True

    def _begin(self, path: str, digest: str) -> None:
        self._digests[path] = digest
        self._numbered(path).add(path)
        self._note(f"{digest} {path}\n")

    def _place(self, draft: Path, path: str) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft.replace(target)

    def _numbered(self, path: str) -> set[str]:
        found = _NUMBER.match(path.rpartition("/")[2]) if "/" in path else None
        number = int(found[1]) if found and not path.startswith("Topics/") else 0
        return self._by_number.setdefault(number, set())

    def _note(self, line: str) -> None:
        with open(self._own / _MANIFEST, "ab", opener=_privately) as manifest:
            manifest.write(line.encode())


@dataclass(frozen=True, slots=True)
class _Known:
    """What was there when a person's folder was compared last."""

    change_id: int
    at: datetime
    topics: Mapping[int, tuple[object, ...]]
    timezone: str


class Mirror:
    """The folders of all people. Its calls block; one at a time."""

    def __init__(self, store: Store, files: MediaStore, folder: Path) -> None:
        self._store = store
        self._files = files
        self._folder = folder
        self._folders: dict[int, MirrorFolder] = {}
        self._known: dict[int, _Known] = {}

    def remove_others(self, people: Iterable[int]) -> None:
        """Remove what was written of everybody who is none of these people."""
        kept = set(people)
        for folder, person_id in list(_folders(self._folder)):
            if person_id not in kept:
                MirrorFolder(folder).remove_all()
                self._folders.pop(person_id, None)
                self._known.pop(person_id, None)

    def version(self, person: Person) -> str:
        """Return a text that is another one once something of the person has changed."""

        def read(tx: Transaction) -> str:
            count, number = tx.entries.count(person.id), tx.entries.highest_number(person.id)
            return f"{tx.page_versions.of(person.id)} {count} {number} {person.timezone}"

        return self._store.read(read)

    def changed(self, person: Person) -> Generator[None]:
        """Write what has changed since the last time, step by step; all of it if that is not known."""
        self._of(person)  # forgets what is known of a folder that is gone
        known = self._known.get(person.id)
        scrapbook, change_id = self._head(person)
        topics = _topics(scrapbook)
        is_same = known and all(topics.get(id_) == topic for id_, topic in known.topics.items())
        if known is None or not is_same or known.timezone != person.timezone:
            yield from self.everything(person)
            return
        changed = self._store.read(
            lambda tx: tx.changes.entries_touched(
                person.id, known.change_id - OVERLAP, known.at, MAX_CHANGED + 1
            )
        )
        if len(changed) > MAX_CHANGED:
            yield from self.everything(person)
            return
        yield from self._write_changed(person, scrapbook, sorted(changed))
        self._known[person.id] = _Known(change_id, scrapbook.at, topics, person.timezone)

    def everything(self, person: Person) -> Generator[None]:
        """Compare all notes with what is saved, and write those that differ, step by step."""
        folder = self._of(person)
        scrapbook, change_id = self._head(person)
        layout = NoteLayout(scrapbook.topics)
        paths = self._write_topics(folder, scrapbook, layout)
        after = 0
        while page := self._page(person, after):
            for exported in page:
                paths |= self._write_entry(folder, scrapbook, layout, exported, compares=True)
            after = page[-1].entry.number
            yield
        folder.keep_only(paths)
        folder.tell_left_out()
        self._known[person.id] = _Known(change_id, scrapbook.at, _topics(scrapbook), person.timezone)

    def _write_changed(
        self, person: Person, scrapbook: ExportedScrapbook, entry_ids: list[int]
    ) -> Generator[None]:
        folder, layout = self._of(person), NoteLayout(scrapbook.topics)
        self._write_topics(folder, scrapbook, layout)
        watched_from = max(scrapbook.next_number - WATCHED, 1)
        watched = self._page(person, watched_from - 1)
        gone = set(folder.numbers_from(watched_from)) - {one.entry.number for one in watched}
        for number in gone:
            folder.remove(folder.paths_of(number))
        for page in (watched, *self._pages_of(person, entry_ids)):
            for exported in page:
                written = self._write_entry(folder, scrapbook, layout, exported, compares=False)
                folder.remove(folder.paths_of(exported.entry.number) - written)
            yield
        folder.tell_left_out()

    def _write_topics(
        self, folder: MirrorFolder, scrapbook: ExportedScrapbook, layout: NoteLayout
    ) -> set[str]:
        paths: set[str] = set()
        for topic in scrapbook.topics:
            path = layout.topic_note(topic.id)
            folder.write(path, topic_note(scrapbook, topic).encode(), compares=True)
            paths.add(path)
        return paths

    def _write_entry(
        self,
        folder: MirrorFolder,
        scrapbook: ExportedScrapbook,
        layout: NoteLayout,
        exported: ExportedEntry,
        *,
        compares: bool,
    ) -> set[str]:
        """Write an entry with its attachments, and return the paths of them all."""
        entry = exported.entry
        names: dict[int, str] = {}
        paths: set[str] = set()
        for index, path in enumerate(layout.attachments(entry)):
            media = entry.media[index]
            if media.key and media.state == "kept" and folder.write_file(path, media, self._files):
                names[index] = path.rpartition("/")[2]
                paths.add(path)
        note = layout.note(entry)
        content = entry_note(exported, layout, scrapbook.zone, names)
        folder.write(note, content.encode(), compares=compares)
        return paths | {note}

    def _of(self, person: Person) -> MirrorFolder:
        found = self._folders.get(person.id)
        if found is None or not found.is_there:
            self._known.pop(person.id, None)
            self._folder.mkdir(parents=True, exist_ok=True)
            found = self._folders[person.id] = MirrorFolder.of_person(self._folder, person)
        return found

    def _head(self, person: Person) -> tuple[ExportedScrapbook, int]:
        def read(tx: Transaction) -> tuple[ExportedScrapbook, int]:
            return read_scrapbook(_book(tx, person)), tx.changes.highest_id(person.id)

        return self._store.read(read)

    def _page(self, person: Person, after: int) -> list[ExportedEntry]:
        return self._store.read(lambda tx: read_entries(_book(tx, person), after, BATCH))

    def _pages_of(self, person: Person, entry_ids: list[int]) -> Iterator[list[ExportedEntry]]:
        for start in range(0, len(entry_ids), BATCH):
            ids = entry_ids[start : start + BATCH]

            def read(tx: Transaction, ids: list[int] = ids) -> list[ExportedEntry]:
                entries = [entry for entry in tx.entries.of_ids(ids) if entry.person_id == person.id]
                return with_everything(_book(tx, person), entries)

            yield self._store.read(read)


def _book(tx: Transaction, person: Person) -> Book:
    return Book(tx, person, "", datetime.now(UTC))


def _topics(scrapbook: ExportedScrapbook) -> dict[int, tuple[object, ...]]:
    """Return what the names of folders depend on."""
    return {topic.id: (topic.name,) for topic in scrapbook.topics}


def _folders(mirror: Path) -> Iterator[tuple[Path, int]]:
    """Yield the folders of people, with their ids."""
    for own in sorted(mirror.glob(f"*/{_OWN}/{_PERSON}")):
        with suppress(ValueError, OSError):
            yield own.parent.parent, int(own.read_text("ascii"))


def _read_left_out(own: Path) -> list[str]:
    try:
        return (own / _LEFT_OUT).read_text("utf-8").split("\n")[:-1]
    except FileNotFoundError:
        return []


def _stays_inside(path: str) -> bool:
    return not path.startswith("/") and ".." not in path.split("/")


def _privately(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
