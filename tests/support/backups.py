"""A scrapbook with something in every part of it, its backup, and files that only look like one."""

import gzip
import hashlib
import io
import json
import re
import sqlite3
import tarfile
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from scrapbook.channels.twilio.account import Account
from scrapbook.emulators.twilio.database import open_database
from scrapbook.media.storage import MediaStore
from scrapbook.ops.archive import MANIFEST
from scrapbook.settings import Settings
from scrapbook.store import PendingQuestion, Store
from scrapbook.text.parsed_text import ParsedText

NOW = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)
PICTURE = b"\x89PNG a picture"


def quietly(*_: object) -> None:
    pass


def fill(settings: Settings) -> int:
    """Answer a message, leave a reply being sent, a message in the inbox, and a memo without its recording.

    Returns:
        The id of the person.
    """
    settings.make_data_dir()
    store = Store.open(settings.database_url)
    store.migrate()
    with store.transaction() as tx:
        ada = tx.people.add("Ada", ["+15550100"])
        addressed = {"person_id": ada.id, "from_": "+15550100", "to": "+15550199", "received_at": NOW}
        for sid in ("SM1", "SM2"):
            tx.messages.record(message_id=sid, body="hi", **addressed)
            tx.messages.set_state(sid, "answered")
            [reply] = tx.outbound_messages.record_reply(
                ada.id, sid, "+15550199", "+15550100", ["Saved 1."], [1], NOW
            )
            if sid == "SM1":
                tx.outbound_messages.mark_sent(reply.id, "SMout", NOW)
            else:
                tx.outbound_messages.mark_sending(reply.id)
        topic = tx.topics.add(ada.id, "Thinking")
        tx.entries.add(ada.id, ParsedText("a thought"), topic.id, "SM1", NOW)
        tx.conversations.ask(ada.id, PendingQuestion("delete", {"number": 1}, "sure", ("yes", "no"), NOW))
        tx.leases.claim(ada.id, settings.executor_id)
        tx.inbox.accept(message_id="SM4", body="waits", **addressed)
        tx.messages.record(message_id="SM3", body="", is_memo=True, **addressed)
    store.close()
    MediaStore(settings.media_url).save(PICTURE, "image/png")
    Account.from_settings(settings)
    open_database(settings.data_dir / "phone.db").close()
    return ada.id


Files = list[tuple[tarfile.TarInfo, bytes]]


def files_of(archive: Path) -> Files:
    with tarfile.open(archive) as tar:
        return [(member, content.read()) for member in tar if (content := tar.extractfile(member))]


def member(name: str, content: bytes = b"", kind: bytes = tarfile.REGTYPE) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type, info.size, info.linkname = kind, len(content), "/etc/passwd" if kind != tarfile.REGTYPE else ""
    return info, content


def packed(files: Iterable[tuple[tarfile.TarInfo, bytes]]) -> bytes:
    """A file with these files, whatever they are."""
    return gzip.compress(tarred(files), 1, mtime=0)


def tarred(files: Iterable[tuple[tarfile.TarInfo, bytes]]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for info, content in files:
            tar.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def with_file(files: Files, name: str, content: bytes) -> Files:
    """The files with another content of one of them, to which the manifest agrees."""
    changed = [
        member(name, content) if info.name == name else (info, before)
        for info, before in files
        if info.name != MANIFEST
    ]
    [listing] = [json.loads(before) for info, before in files if info.name == MANIFEST]
    listing["checksums"][name] = hashlib.sha256(content).hexdigest()
    return [*changed, member(MANIFEST, json.dumps(listing).encode())]


def with_manifest(files: Files, listing: object) -> Files:
    content = listing if isinstance(listing, bytes) else json.dumps(listing).encode()
    return [*((info, before) for info, before in files if info.name != MANIFEST), member(MANIFEST, content)]


def content_of(files: Files, name: str) -> bytes:
    [content] = [content for info, content in files if info.name == name]
    return content


def database_after(content: bytes, folder: Path, *statements: str) -> bytes:
    """The database after somebody has changed it."""
    path = folder / "changed.db"
    path.write_bytes(content)
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for statement in statements:
            database.executescript(statement)
        database.execute("PRAGMA journal_mode = DELETE")
    return path.read_bytes()


def stored_in(folder: Path) -> dict[str, object]:
    """All that a restored folder holds: the rows of its databases, and its other files."""
    found: dict[str, object] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        if path.suffix != ".db":
            found[name] = path.read_bytes()
        elif name != "journey.db":
            found[name] = rows_of(path)
    return found


TIME = re.compile(r"'(?!2026-03-14)\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.\d]*'")


def _described(row: tuple[object, ...]) -> str:
    """The row without the times at which the restore itself wrote."""
    return TIME.sub("'restored'", repr(row))


def rows_of(database: Path) -> dict[str, list[str]]:
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        tables = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'table'").fetchall()
        return {
            name: sorted(_described(row) for row in connection.execute(f'SELECT * FROM "{name}"'))
            for name, sql in tables
            if sql.startswith("CREATE TABLE") and not name.startswith("entries_fts")
        }
