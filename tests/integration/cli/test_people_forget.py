"""``scrapbook people forget`` erases a person, and only the one whose name was typed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scrapbook.store import Store
from tests.support.personal_rows import fill


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    store = Store.open(f"sqlite:///{tmp_path}/scrapbook.db")
    store.migrate()
    with store.transaction() as tx:
        fill(tx._work.connection, 1, "geranium")
        fill(tx._work.connection, 2, "cactus")
        tx.people.rename(1, "Ann")
        tx.people.rename(2, "Ben")
    store.close()
    return tmp_path


def forget(folder: Path, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scrapbook", "people", "forget", *words],
        input=typed,
        env={**os.environ, "SCRAPBOOK_DATA_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def left(folder: Path, words: str) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file() and words.encode() in path.read_bytes()}


def names(folder: Path) -> list[str]:
    store = Store.open(f"sqlite:///{folder}/scrapbook.db")
    found = store.read(lambda tx: [person.name for person in tx.people.list()])
    store.close()
    return found


def test_a_person_is_erased_by_number_without_a_question(folder: Path) -> None:
    done = forget(folder, "+15550001", "--yes")
    assert done.returncode == 0, done.stderr
    assert "Ann has 1 entry in the trash, 1 topic" in done.stdout
    assert left(folder, "geranium") == left(folder, "+15550001") == set()
    assert left(folder, "cactus")
    assert names(folder) == ["Ben"]


def test_the_name_is_to_be_typed(folder: Path) -> None:
    refused = forget(folder, "Ann", typed="ann\n")
    assert refused.returncode != 0
    assert "That is another name. Nothing was erased" in refused.stderr
    assert names(folder) == ["Ann", "Ben"]
    assert forget(folder, "Ann", typed="Ann\n").returncode == 0
    assert names(folder) == ["Ben"]


def test_it_can_be_done_while_the_scrapbook_is_running(folder: Path) -> None:
    running = Store.open(f"sqlite:///{folder}/scrapbook.db")
    running.read(lambda tx: tx.people.list())
    assert forget(folder, "Ann", "--yes").returncode == 0
    assert running.read(lambda tx: [person.name for person in tx.people.list()]) == ["Ben"]
    running.close()
