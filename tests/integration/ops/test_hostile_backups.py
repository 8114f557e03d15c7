"""A file that is no whole backup is refused with one sentence, before anything is written."""

import base64
import gzip
import hashlib
import io
import json
import os
import pickle
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
import tracemalloc
import zlib
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrapbook.emulators.twilio.database import open_database
from scrapbook.emulators.twilio.message_log import MessageLog
from scrapbook.emulators.twilio.recordings import Recordings
from scrapbook.errors import ScrapbookError
from scrapbook.ops import archive as archives
from scrapbook.ops import backup, restore
from scrapbook.ops.archive import MANIFEST, BackupDamaged
from scrapbook.settings import Settings
from scrapbook.store import Store, sqlite_snapshot
from tests.support.backups import (
    Files,
    content_of,
    database_after,
    files_of,
    fill,
    member,
    packed,
    quietly,
    stored_in,
    tarred,
    with_file,
    with_manifest,
)

gzipped = partial(gzip.compress, mtime=0)
"""Two processes that collect the tests must name them alike."""

DB = "scrapbook.db"
AB = "ab/" + "ab" * 32
GIB = 2**30


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup with something in every part of it."""
    folder = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCRAPBOOK_DATA_DIR", str(folder / "installation"))
        loaded = Settings.load()
        fill(loaded)
        path, _ = backup.make(loaded, folder / "whole.tar.gz", quietly)
    return path


@pytest.fixture(scope="module")
def files(whole: Path) -> Files:
    return files_of(whole)


@pytest.fixture(scope="module")
def restored(whole: Path) -> dict[str, object]:
    """What is in the folder that is made of the whole backup."""
    target = whole.parent / "restored"
    restore.restore(whole, target, quietly)
    return stored_in(target)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "again"


def refusal(archive: Path, target: Path) -> str:
    """Why it is not restored: one line. Nothing is left behind."""
    before = sorted(target.parent.iterdir())
    with pytest.raises(ScrapbookError) as refused:
        restore.restore(archive, target, quietly)
    reason = str(refused.value)
    assert reason.isprintable(), repr(reason)
    assert len(reason) < 300 + len(str(archive))
    assert sorted(target.parent.iterdir()) == before
    return reason


@pytest.fixture
def refused_unwritten(
    tmp_path: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[bytes], str]:
    """Why this content is not restored; the test fails if anything is written for it."""

    def writes(_target: Path) -> None:
        raise AssertionError("it writes")

    def refused(content: bytes) -> str:
        (tmp_path / "bad.tar.gz").write_bytes(content)
        with monkeypatch.context() as patch:
            patch.setattr(restore, "_folder_beside", writes)
            return refusal(tmp_path / "bad.tar.gz", target)

    return refused


EXTRA = {
    "absolute": member("/etc/cron.d/evil", b"x"),
    "above": member("../outside", b"x"),
    "above, within media": member(f"media/../../{AB}.png", b"x"),
    "unknown": member("evil.py", b"x"),
    "no key": member("media/evil.py", b"x"),
    "other case": member("Scrapbook.db", b"x"),
    "media in other case": member(f"media/{AB.upper()}.png", b"x"),
    "control characters": member("\x1b]0;evil\x07\n", b"x"),
    "link": member("settings.json", b"", tarfile.SYMTYPE),
    "hard link": member("settings.json", b"", tarfile.LNKTYPE),
    "device": member("settings.json", b"", tarfile.CHRTYPE),
    "pipe": member("settings.json", b"", tarfile.FIFOTYPE),
    "folder": member("media", b"", tarfile.DIRTYPE),
    "sparse file": member("phone.db", b"", tarfile.GNUTYPE_SPARSE),
    "long name": member("././@LongLink", b"x" * 600, tarfile.GNUTYPE_LONGNAME),
    "extended header": member("x", b"30 path=/etc/cron.d/evil22222\n", tarfile.XHDTYPE),
    "global header": member("x", b"30 path=/etc/cron.d/evil22222\n", tarfile.XGLTYPE),
    "file twice": member("settings.json", b"{}"),
    "picture of half a GiB": member(f"media/{AB}.png"),
}


@pytest.mark.parametrize("name", EXTRA)
def test_a_file_that_no_backup_has_is_refused(
    files: Files, refused_unwritten: Callable[[bytes], str], name: str
) -> None:
    info, content = EXTRA[name]
    if "half a GiB" in name:
        info.size = GIB // 2
        stream = io.BytesIO()
        stream.write(info.tobuf(tarfile.GNU_FORMAT))
        assert refused_unwritten(gzipped(tarred(files[:-2])[:-1024] + stream.getvalue()))
        return
    for place in (0, len(files) - 1):
        assert refused_unwritten(packed([*files[:place], (info, content), *files[place:]]))


def test_a_picture_that_comes_twice_is_refused(
    files: Files, refused_unwritten: Callable[[bytes], str]
) -> None:
    picture = next(one for one in files if one[0].name.startswith("media/"))
    place = files.index(picture)
    assert "twice" in refused_unwritten(packed([*files[:place], picture, *files[place:]]))


@pytest.mark.parametrize("name", [DB, "phone.db", "settings.json", "phone-account.json", MANIFEST, "media"])
def test_a_file_that_is_missing_is_missed(
    files: Files, refused_unwritten: Callable[[bytes], str], name: str
) -> None:
    assert refused_unwritten(packed(one for one in files if not one[0].name.startswith(name)))


@pytest.mark.parametrize(
    "listing",
    [
        b"",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"format": 1e999}',
        [],
        {},
        {"format": 99},
        {"format": "2", "made_at": "yesterday"},
        {"format": 2, "made_at": 5, "release": "\x1b[31m", "counts": [], "checksums": 1},
    ],
    ids=lambda listing: str(listing)[:30],
)
def test_a_manifest_that_cannot_be_read_is_refused(
    files: Files, refused_unwritten: Callable[[bytes], str], listing: object
) -> None:
    assert "manifest" in refused_unwritten(packed(with_manifest(files, listing)))


def test_a_backup_of_a_newer_release_says_so(files: Files, refused_unwritten: Callable[[bytes], str]) -> None:
    listing = json.loads(content_of(files, MANIFEST)) | {"format": 3, "release": "9.1"}
    assert "release 9.1" in refused_unwritten(packed(with_manifest(files, listing)))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"a text",
        b"\x1f\x8b",
        zlib.compress(b"no tar"),
        gzipped(b""),
        gzipped(b"no tar" * 1000),
        gzipped(bytes(10240)),
        gzipped(bytes(100)),
        b"PK\x03\x04" + bytes(100),
    ],
    ids=repr,
)
def test_a_file_of_another_kind_is_refused(refused_unwritten: Callable[[bytes], str], content: bytes) -> None:
    assert refused_unwritten(content)


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null", "/proc/self/mem", "/"])
def test_what_is_no_file_is_refused(path: str, target: Path) -> None:
    assert refusal(Path(path), target)


def test_a_file_that_is_cut_short_is_refused_wherever_it_is_cut(
    whole: Path, refused_unwritten: Callable[[bytes], str]
) -> None:
    content = whole.read_bytes()
    size = len(content)
    for end in {1, 10, 512, size // 2, *range(size - 40, size)}:
        assert refused_unwritten(content[:end])


def test_a_tar_without_its_end_is_refused(files: Files, refused_unwritten: Callable[[bytes], str]) -> None:
    """Although the archive around it is whole."""
    end = len(tarred(files).rstrip(b"\0"))
    content = tarred(files)
    padded = -(-end // 512) * 512
    for cut in (padded, padded + 512, end - 1, end - 700):
        assert refused_unwritten(gzipped(content[:cut]))


@pytest.mark.parametrize("more", [b"x", b"\x1f\x8b", gzipped(b"more"), gzipped(bytes(512) + b"x")])
def test_whatever_follows_the_end_is_refused(
    whole: Path, refused_unwritten: Callable[[bytes], str], more: bytes
) -> None:
    assert refused_unwritten(whole.read_bytes() + more)


@pytest.mark.parametrize("name", [DB, "phone.db", "journey.db", "media", "unknown", MANIFEST, "long name"])
def test_a_bomb_is_refused_at_once_and_in_little_memory(
    tmp_path: Path, target: Path, refused_unwritten: Callable[[bytes], str], name: str
) -> None:
    """A gibibyte of zeros, some of which begin as a database does."""
    header = b"SQLite format 3\0" + (4096).to_bytes(2) + bytes(82)
    info, _ = {
        "media": member(f"media/{AB}.png"),
        "long name": member("././@LongLink", kind=tarfile.GNUTYPE_LONGNAME),
    }.get(name, member(name))
    info.size = GIB
    bomb = tmp_path / "bomb.gz"
    with gzip.open(bomb, "wb", 1) as file:
        file.write(info.tobuf(tarfile.GNU_FORMAT) + header)
        for _ in range(64):  # the rest of it need not come
            file.write(bytes(2**20))
    content = bomb.read_bytes()
    tracemalloc.start()
    began = time.process_time()
    assert refused_unwritten(content)
    assert time.process_time() - began < 5
    assert tracemalloc.get_traced_memory()[1] < 20 * 2**20
    tracemalloc.stop()


def test_what_there_is_no_room_for_is_refused_before_it_is_written(
    whole: Path, refused_unwritten: Callable[[bytes], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for free in (0, restore.RESERVE + 1000, restore.RESERVE + 2 * whole.stat().st_size):
        monkeypatch.setattr(restore, "free", lambda _folder, free=free: free)
        assert "room" in refused_unwritten(whole.read_bytes())


DAMAGE = {
    "trigger": "CREATE TRIGGER evil AFTER INSERT ON messages BEGIN DELETE FROM entries; END",
    "view": "CREATE VIEW evil AS SELECT * FROM messages",
    "virtual table": "CREATE VIRTUAL TABLE evil USING fts5 (text)",
    "another table": "CREATE TABLE evil (id INTEGER)",
    "index on an expression": "CREATE INDEX evil ON entries (abs(id))",
    "view in place of a table": "DROP TABLE calls; CREATE VIEW calls AS SELECT 1 AS sid",
    "virtual table in place of a table": "DROP TABLE calls; CREATE VIRTUAL TABLE calls USING fts5 (sid, at)",
    "missing table": "DROP TABLE calls",
    "missing column": "ALTER TABLE people DROP COLUMN timezone",
    "no revision": "DELETE FROM alembic_version",
    "two revisions": "DROP TABLE alembic_version; CREATE TABLE alembic_version (version_num);"
    "INSERT INTO alembic_version VALUES ('0016'), ('0016')",
    "revision as a number": "DROP TABLE alembic_version; CREATE TABLE alembic_version (version_num BLOB);"
    "INSERT INTO alembic_version VALUES (x'00')",
    "revision in a view": "DROP TABLE alembic_version;"
    "CREATE VIEW alembic_version AS SELECT '0016' AS version_num",
    "unknown revision": "UPDATE alembic_version SET version_num = '0016; DROP TABLE'",
    "early revision": "UPDATE alembic_version SET version_num = '0001'",
    "row that belongs to nobody": "UPDATE entries SET person_id = 99",
    "fewer rows": "DELETE FROM entries",
    "time that is none": "UPDATE entries SET created_at = 'yesterday'",
    "blob for a text": "UPDATE entries SET text = x'ff00'",
    "text for a number": "UPDATE people SET entry_count = 'many'",
    "text that is no text": "UPDATE entries SET text = CAST(x'ff' AS TEXT)",
    "question that cannot be read": "UPDATE conversations SET question = '{'",
    "question that is deep": f"UPDATE conversations SET question = '{'[' * 200_000}'",
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_database_that_no_scrapbook_writes_is_refused(
    files: Files, tmp_path: Path, target: Path, name: str
) -> None:
    changed = database_after(content_of(files, DB), tmp_path, "PRAGMA foreign_keys = OFF", DAMAGE[name])
    (tmp_path / "bad.tar.gz").write_bytes(packed(with_file(files, DB, changed)))
    assert refusal(tmp_path / "bad.tar.gz", target)


CHANGE = "INSERT INTO changes (id, person_id, kind, arguments, made_at) VALUES (1, 1,"
FORMER_ROW = (
    f"{CHANGE} 'edit', '{{{{}}}}', '2026-03-14 15:09:26');"
    "INSERT INTO row_images (change_id, table_name, row_id, before) VALUES (1, 'entries', 1, '{}')"
)
RESULT = "INSERT INTO outcomes (message_id, response, arguments) VALUES ('SM1', 'utter_saved', '{}')"
TRANSCRIPT = (
    "INSERT INTO media_files (url, state, at) VALUES ('u', 'missing', '2026-03-14 15:09:26');"
    "INSERT INTO transcripts VALUES ('u', '{}', '2026-03-14 15:09:26')"
)

VALUES = {
    "question of another shape": """UPDATE conversations SET question = '{"action": 1}'""",
    "list of another shape": """UPDATE conversations SET listing = '{"title": "Notes", "entry_ids": 5}'""",
    "list from no time": """UPDATE conversations SET listing =
        '{"title": "Notes", "entry_ids": [], "further": {"since": "yesterday"}}'""",
    "list shown at no time": """UPDATE conversations SET listing =
        '{"title": "Notes", "entry_ids": [], "listed": {"at": "noon", "entry_ids": [], "topic_ids": []}}'""",
    "list with a number that is too high": f"""UPDATE conversations SET listing =
        '{{"title": "Notes", "entry_ids": [{2**63}]}}'""",
    "aliases of another type": "UPDATE topics SET aliases = '5'",
    "alias that is no text": "UPDATE topics SET aliases = '[5]'",
    "arguments of a change of another type": f"{CHANGE} 'edit', '[]', '2026-03-14 15:09:26')",
    "arguments of a result of another type": RESULT.format('{"number": 1}'),
    "transcript of another type": TRANSCRIPT.format("[]"),
    "transcript with more": TRANSCRIPT.format(
        '{"text": "", "language": "", "language_probability": 1,'
        ' "duration": 1, "speech_duration": 1, "avg_logprob": 1, "segments": [], "model": "", "more": 1}'
    ),
    "former row of another type": FORMER_ROW.format("[]"),
    "former row with another column": FORMER_ROW.format('{"evil": 1}'),
    "former text of another type": FORMER_ROW.format('{"text": 5}'),
    "former text that is none": FORMER_ROW.format('{"text": null}'),
    "former time that is none": FORMER_ROW.format('{"deleted_at": "yesterday"}'),
    "next number that is taken": "UPDATE people SET next_number = 1",
    "next number of a deleted entry": "UPDATE entries SET deleted_at = created_at;"
    "UPDATE people SET next_number = 1",
    "next number that is the last": f"UPDATE people SET next_number = {2**63 - 1}",
    "next number that is too high": f"UPDATE people SET next_number = {2**31}",
    "time zone that is a path": "UPDATE people SET timezone = '../../etc/passwd'",
    "time zone that is a folder": "UPDATE people SET timezone = 'Europe'",
    "time zone that is none": "UPDATE people SET timezone = 'Europe/Atlantis'",
}


GOOD_VALUES = [
    """UPDATE conversations SET listing = '{"title": "Notes", "entry_ids": [1], "further":
        {"kind": "quotes", "until": "2026-03-14T15:09:26+00:00", "after": ["2026-03-14T15:09:26+00:00", 1]},
        "further_limit": null}'""",
    """UPDATE topics SET aliases = '["Thoughts"]'""",
    RESULT.format('{"number": "1"}'),
    TRANSCRIPT.format(
        '{"text": "", "language": "", "language_probability": 1, "duration": 1, "speech_duration": 0.5,'
        ' "avg_logprob": 1, "segments": [{"start": 0, "end": 1, "text": "", "avg_logprob": 0,'
        ' "no_speech_prob": 0}], "model": ""}'
    ),
    FORMER_ROW.format(
        '{"text": "", "is_quote": true, "deleted_at": null, "edited_at": "2026-03-14T15:09:26+00:00"}'
    ),
    "UPDATE people SET next_number = 2147483647",
]


def test_values_that_the_app_could_use_are_restored(files: Files, tmp_path: Path, target: Path) -> None:
    changed = database_after(content_of(files, DB), tmp_path, *GOOD_VALUES)
    (tmp_path / "good.tar.gz").write_bytes(packed(with_counts(files, DB, changed, tmp_path)))
    restore.restore(tmp_path / "good.tar.gz", target, quietly)


@pytest.mark.parametrize("name", VALUES)
def test_a_value_that_the_app_could_not_use_is_refused(
    files: Files, tmp_path: Path, target: Path, name: str
) -> None:
    changed = database_after(content_of(files, DB), tmp_path, VALUES[name])
    (tmp_path / "bad.tar.gz").write_bytes(packed(with_counts(files, DB, changed, tmp_path)))
    assert re.fullmatch(r"The table \w+ is damaged\.", refusal(tmp_path / "bad.tar.gz", target))


def with_counts(files: Files, name: str, changed: bytes, tmp_path: Path) -> Files:
    """The files with another database, whose rows the manifest counts."""
    (tmp_path / name).write_bytes(changed)
    counted = sqlite_snapshot.counts(tmp_path / name)
    listing = json.loads(content_of(with_file(files, name, changed), MANIFEST))
    return with_manifest(
        with_file(files, name, changed), {**listing, "counts": {**listing["counts"], name: counted}}
    )


PHONE_DAMAGE = {
    "text that is no text": "UPDATE messages SET body = CAST(x'ff' AS TEXT)",
    "opt-out that is no text": "INSERT INTO opt_outs VALUES (CAST(x'ff' AS TEXT), '')",
    "JSON that cannot be read": "UPDATE messages SET extras = '{'",
    "JSON that is deep": f"UPDATE messages SET extras = '{'[' * 200_000}'",
    "JSON of another type": "UPDATE messages SET extras = '[]'",
    "time that is none": "UPDATE messages SET sent_at = 'yesterday'",
    "time without a zone": "UPDATE recordings SET created_at = '2026-03-14T15:09:26'",
    "changes without an end": f"UPDATE sequence SET value = {2**63 - 1}",
    "changes from the start": "UPDATE sequence SET value = 0",
}


@pytest.mark.parametrize("name", PHONE_DAMAGE)
def test_a_phone_that_could_not_be_read_is_refused(
    files: Files, tmp_path: Path, target: Path, name: str
) -> None:
    changed = database_after(content_of(files, "phone.db"), tmp_path, IN_PROGRESS, PHONE_DAMAGE[name])
    (tmp_path / "bad.tar.gz").write_bytes(packed(with_counts(files, "phone.db", changed, tmp_path)))
    assert "phone.db" in refusal(tmp_path / "bad.tar.gz", target)


IN_PROGRESS = """
    INSERT INTO messages (seq, changed, sid, direction, sender, recipient, body, status, status_callback,
        created_at, updated_at) VALUES
        (1, 1, 'SM1', 'inbound', '+15550100', '+15550199', '', 'pending', '', '{0}', '{0}'),
        (2, 2, 'SM2', 'outbound-api', '+15550199', '+15550100', '', 'queued', 'http://127.0.0.1:9/',
            '{0}', '{0}');
    UPDATE sequence SET value = 2;
    INSERT INTO media_urls VALUES ('SM2', 0, 'http://127.0.0.1:9/');
    INSERT INTO recordings VALUES (1, 'RE1', 'CA1', 'completed', 1, x'', 'http://127.0.0.1:9/', 0, '{0}', 0);
    INSERT INTO webhooks VALUES ('PN1', 'sms_url', 'http://127.0.0.1:9/');
""".format("2026-03-14T15:09:26+00:00")


def test_nothing_in_a_phone_goes_on_by_itself(files: Files, tmp_path: Path, target: Path) -> None:
    """It would sign what it sends to the addresses in the backup."""
    changed = database_after(content_of(files, "phone.db"), tmp_path, IN_PROGRESS)
    (tmp_path / "changed.tar.gz").write_bytes(packed(with_counts(files, "phone.db", changed, tmp_path)))
    restore.restore(tmp_path / "changed.tar.gz", target, quietly)
    with closing(open_database(target / "phone.db")) as phone:
        log = MessageLog(phone)
        assert [message.status for message in log.all()] == ["delivered", "failed"]
        assert not [*log.waiting(), *log.on_the_way(), *Recordings(phone).unreported()]
        assert "127.0.0.1" not in "".join(phone.iterdump())


def test_a_database_with_bytes_that_are_no_text_is_named(files: Files, tmp_path: Path, target: Path) -> None:
    changed = database_after(content_of(files, DB), tmp_path, DAMAGE["text that is no text"])
    (tmp_path / "bad.tar.gz").write_bytes(packed(with_file(files, DB, changed)))
    assert refusal(tmp_path / "bad.tar.gz", target) == "scrapbook.db is damaged."


def test_a_check_that_was_taken_out_of_a_table_is_made_again(
    files: Files, tmp_path: Path, target: Path
) -> None:
    changed = database_after(
        content_of(files, DB),
        tmp_path,
        "PRAGMA writable_schema = ON;"
        "UPDATE sqlite_schema SET sql = replace(sql, '''received'', ', '''x'', ') WHERE name = 'messages';"
        "PRAGMA writable_schema = RESET",
        "UPDATE messages SET state = 'x'",
    )
    (tmp_path / "bad.tar.gz").write_bytes(packed(with_file(files, DB, changed)))
    assert "damaged" in refusal(tmp_path / "bad.tar.gz", target)


def test_a_trigger_under_a_name_of_ours_does_not_come_along(
    files: Files, tmp_path: Path, target: Path
) -> None:
    changed = database_after(
        content_of(files, DB),
        tmp_path,
        "DROP TRIGGER entries_counted_added",
        "CREATE TRIGGER entries_counted_added AFTER INSERT ON entries BEGIN DELETE FROM people; END",
    )
    (tmp_path / "changed.tar.gz").write_bytes(packed(with_file(files, DB, changed)))
    restore.restore(tmp_path / "changed.tar.gz", target, quietly)
    with closing(sqlite3.connect(target / DB)) as database:
        triggers = database.execute("SELECT group_concat(sql) FROM sqlite_schema WHERE type = 'trigger'")
        assert "DELETE FROM people" not in triggers.fetchone()[0]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (DB, b""),
        (DB, b"SQLite format 3\0" + bytes(4080)),
        ("phone.db", b"a text"),
        ("phone-account.json", b"{}"),
        ("phone-account.json", b'{"sid": "AC1", "auth_token": "known to somebody"}'),
    ],
)
def test_another_file_that_no_scrapbook_writes_is_refused(
    files: Files, tmp_path: Path, target: Path, name: str, content: bytes
) -> None:
    (tmp_path / "bad.tar.gz").write_bytes(packed(with_file(files, name, content)))
    assert refusal(tmp_path / "bad.tar.gz", target)


def test_a_database_whose_pages_are_damaged_is_refused(
    files: Files, tmp_path: Path, target: Path, restored: dict[str, object], is_thorough: bool
) -> None:
    """Or no table of it is concerned; its full-text index, for example, is made anew."""
    content = content_of(files, DB)

    @settings(max_examples=500 if is_thorough else 15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, len(content) - 8), st.binary(min_size=1, max_size=8))
    def restore_with(place: int, noise: bytes) -> None:
        changed = content[:place] + noise + content[place + len(noise) :]
        (tmp_path / "bad.tar.gz").write_bytes(packed(with_file(files, DB, changed)))
        try:
            restore.restore(tmp_path / "bad.tar.gz", target, quietly)
        except ScrapbookError:
            assert not target.exists()
        else:
            with closing(Store.open(f"sqlite:///{target / DB}")) as store:
                store.read_everything()
            shutil.rmtree(target)

    restore_with()


def test_a_file_with_changed_bytes_is_refused_or_restored_as_it_was(
    whole: Path, tmp_path: Path, target: Path, restored: dict[str, object], is_thorough: bool
) -> None:
    content, whole_ones = whole.read_bytes(), list[bytes]()
    old = stored_in(whole.parent / "installation")
    # Some bytes of its header, and zeros after its end, do not matter: what they are in is restored.
    places = st.integers(0, len(content)) | st.integers(0, 12) | st.just(len(content))
    kinds = st.sampled_from(["flip", "insert", "remove", "cut"])
    noise = st.binary(min_size=1, max_size=4) | st.just(bytes(4))
    changes = st.lists(st.tuples(kinds, places, noise), min_size=1, max_size=3)
    rounds = 2000 if is_thorough else 60

    @settings(max_examples=rounds, deadline=None, suppress_health_check=list(HealthCheck))
    @given(changes)
    def restore_with(changes: list[tuple[str, int, bytes]]) -> None:
        changed = content
        for kind, place, noise in changes:
            after = place + (len(noise) if kind in {"flip", "remove"} else 0)
            changed = changed[:place] + (noise if kind in {"flip", "insert"} else b"") + changed[after:]
            changed = changed[:place] if kind == "cut" else changed
        (tmp_path / "changed.tar.gz").write_bytes(changed)
        try:
            restore.restore(tmp_path / "changed.tar.gz", target, quietly)
        except ScrapbookError:
            assert not target.exists()
        else:
            assert stored_in(target) == restored
            shutil.rmtree(target)
            whole_ones.append(changed)

    restore_with()
    assert whole_ones
    assert stored_in(whole.parent / "installation") == old


class Harmful:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.mark),)


def test_the_engine_of_an_older_backup_is_not_even_opened(
    files: Files, tmp_path: Path, target: Path, restored: dict[str, object]
) -> None:
    """A backup of format 1, whose workflow would run something when DBOS reads it."""
    harmful = base64.b64encode(pickle.dumps(Harmful(tmp_path / "it ran"))).decode()
    engine = tmp_path / "journey.db"
    with closing(sqlite3.connect(engine)) as database:
        database.execute("CREATE TABLE workflow_status (workflow_uuid, status, inputs, serialization)")
        database.execute("INSERT INTO workflow_status VALUES ('1', 'PENDING', ?, 'py_pickle')", (harmful,))
        database.commit()
    older = format_1([member("journey.db", engine.read_bytes()), *files])
    (tmp_path / "older.tar.gz").write_bytes(packed(older))
    found: list[object] = []
    sys.addaudithook(lambda event, _: found.append(event) if event == "pickle.find_class" else None)
    restore.restore(tmp_path / "older.tar.gz", target, quietly)
    assert stored_in(target) == restored
    assert not (tmp_path / "it ran").exists()
    assert found == []
    with closing(sqlite3.connect(target / "journey.db")) as database:
        assert database.execute("SELECT count(*) FROM workflow_status").fetchone() == (0,)


def format_1(files: Files) -> Files:
    """As releases before this one wrote it."""
    listing = json.loads(content_of(files, MANIFEST))
    del listing["media"]
    checksums = {
        info.name: hashlib.sha256(content).hexdigest() for info, content in files if info.name != MANIFEST
    }
    return with_manifest(files, {**listing, "format": 1, "checksums": checksums})


def test_a_picture_that_was_changed_in_an_older_backup_is_noticed(
    files: Files, refused_unwritten: Callable[[bytes], str]
) -> None:
    older = format_1(files)
    changed = [
        (info, b"x" * len(content) if info.name.startswith("media/") else content) for info, content in older
    ]
    assert "checksums" in refused_unwritten(packed(changed))


KILLED = """
import os, signal, sys
from pathlib import Path
from scrapbook.ops import restore

count, at = 0, int(sys.argv[3])

def watch(event, arguments):
    global count
    if event in {"open", "os.rename", "os.mkdir", "os.rmdir", "os.remove", "sqlite3.connect"}:
        count += 1
        if count == at:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(watch)
restore.restore(Path(sys.argv[1]), Path(sys.argv[2]), lambda *_: None)
print(count)
"""


def test_a_kill_leaves_nothing_or_everything(
    whole: Path, tmp_path: Path, target: Path, restored: dict[str, object], is_thorough: bool
) -> None:
    def run(at: int) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-c", KILLED, str(whole), str(target), str(at)]
        return subprocess.run(command, capture_output=True, check=False)

    old = stored_in(whole.parent / "installation")
    events = int(run(0).stdout)
    assert stored_in(target) == restored
    shutil.rmtree(target)
    rounds = 60 if is_thorough else 4
    for number in range(rounds):
        ended = run(events - number * events // rounds)
        assert ended.returncode == -signal.SIGKILL, ended.stderr
        if target.exists():
            assert stored_in(target) == restored
            shutil.rmtree(target)
    assert stored_in(whole.parent / "installation") == old
    restore.restore(whole, target, quietly)
    assert stored_in(target) == restored
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again"]


def test_two_restores_do_not_disturb_each_other(whole: Path, target: Path) -> None:
    with (
        restore._folder_beside(target),
        pytest.raises(ScrapbookError, match="wait until it has ended"),
    ):
        restore.restore(whole, target, quietly)
    restore.restore(whole, target, quietly)


def test_a_running_scrapbook_is_not_overwritten(
    whole: Path, tmp_path: Path, refused_unwritten: Callable[[bytes], str], target: Path
) -> None:
    (target / "run").mkdir(parents=True)
    (target / "run" / "app.pid").write_text("1\n")
    assert "not empty" in refused_unwritten(whole.read_bytes())
    assert [path.name for path in target.rglob("*")] == ["run", "app.pid"]


def test_the_current_folder_is_not_replaced(
    refused_unwritten: Callable[[bytes], str], whole: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target.mkdir()
    monkeypatch.chdir(target)
    assert "another one" in refused_unwritten(whole.read_bytes())


@pytest.mark.parametrize("content", [b"a text", b"", gzipped(b"x" * 1000)])
def test_the_command_says_one_sentence_and_exits_with_1(tmp_path: Path, target: Path, content: bytes) -> None:
    (tmp_path / "bad.tar.gz").write_bytes(content)
    command = [
        sys.executable,
        "-m",
        "scrapbook",
        "restore",
        str(tmp_path / "bad.tar.gz"),
        "--to",
        str(target),
    ]
    ended = subprocess.run(command, capture_output=True, check=False, text=True)
    assert ended.returncode == 1
    assert ended.stderr.startswith("scrapbook: ")
    assert ended.stderr.count("\n") == 1
    assert not target.exists()


def test_memory_does_not_grow_with_the_files(tmp_path: Path) -> None:
    """The archive is read in pieces, and of pictures only their sum is kept."""
    big = os.urandom(30 * 2**20)
    names = [f"media/{number:02x}/{number:064x}.png" for number in range(2000)]
    (tmp_path / "many.tar.gz").write_bytes(
        packed([*((member(name, b"x")) for name in names), member("media/ff/" + "f" * 64 + ".png", big)])
    )
    tracemalloc.start()
    with pytest.raises(BackupDamaged):
        archives.read(tmp_path / "many.tar.gz", quietly)
    assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    tracemalloc.stop()
