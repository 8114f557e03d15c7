"""A person has everything of theirs erased by text, and begins anew."""

import json
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.exchange.test_importing import memos
from tests.support.installation import Installation, wait_until

WORD = "marzipanerie"
PHONE = "phone.db"
"""The local Twilio, which has what was texted as the real one would."""


def files_with(folder: Path, words: str) -> set[str]:
    return {
        path.name
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(PHONE) and words.encode() in path.read_bytes()
    }


def test_everything_is_erased_and_the_next_text_begins_a_new_scrapbook(
    installation: Installation, number: str, other_number: str
) -> None:
    assert installation.say(f"the heron ate {WORD}", number) == "Saved 1."
    assert installation.say(f"{WORD}: shut on mondays", number) == f"Saved 2 under {WORD}."
    assert installation.say("forget me not flowers", number) == "Saved 3."
    assert installation.say("beans were planted by the wall", other_number).startswith("Saved ")
    asked = installation.say("delete everything about me", number)
    code = re.search(r"forget (\d{4})$", asked)
    assert code, asked
    wrong = f"{(int(code[1]) + 1) % 10_000:04}"
    assert installation.say(f"forget {wrong}", number).startswith("That is not the code.")
    code = re.search(r"forget (\d{4})$", installation.say("forget me", number))
    assert code
    assert files_with(installation.folder, WORD)
    receipt = installation.say(f"forget {code[1]}", number)
    assert receipt.startswith("Erased: 3 entries, 1 topic, ")
    wait_until(
        lambda: not files_with(installation.folder, WORD),
        60,
        lambda: f"{files_with(installation.folder, WORD)}",
    )
    assert installation.say("the second heron came back", number) == "Saved 1."
    assert installation.say("find beans", other_number).endswith("beans were planted by the wall")


@pytest.mark.parametrize("seconds", [0.0, 0.3, 1.0])
def test_killed_meanwhile_it_goes_on(
    killed_installation: Installation, unused: Iterator[str], seconds: float
) -> None:
    installation, number, word = killed_installation, next(unused), f"{WORD}{round(seconds * 10)}x"
    installation.say(f"the heron ate {word}", number)
    asked = installation.say("forget me", number)
    code = re.search(r"forget (\d{4})$", asked)
    assert code, asked
    before = len(installation.sent_to(number))
    installation.text(f"forget {code[1]}", number)
    time.sleep(seconds)  # when it is killed is what is tested
    installation.kill("app")
    wait_until(installation.is_ready, 120, lambda: "the app did not come back")
    [receipt] = installation.replies(number, before + 1)[before:]
    assert receipt.startswith("Erased: 1 entry, ")
    wait_until(
        lambda: not files_with(installation.folder, word),
        120,
        lambda: f"{files_with(installation.folder, word)}",
    )
    assert installation.say("the second heron came back", number) == "Saved 1."


@pytest.mark.soak
@pytest.mark.parametrize("share", [0.9, 0.3])
def test_killed_between_its_parts_it_goes_on_to_the_end(
    killed_installation: Installation, unused: Iterator[str], tmp_path: Path, share: float
) -> None:
    installation, number, word = killed_installation, next(unused), f"{WORD}{round(share * 10)}y"
    installation.say(f"the heron ate {word}", number)
    export = json.dumps(memos(10_000)).replace("oars", word)
    (tmp_path / "memos.json").write_text(export)
    assert word in export
    assert installation.run("import", str(tmp_path / "memos.json"), "--person", number).returncode == 0
    person = _one(installation, "SELECT person_id FROM addresses WHERE value = ?", number)

    def entries() -> int:
        return _one(installation, "SELECT count(*) FROM entries WHERE person_id = ?", person)

    assert entries() == 10_001
    code = re.search(r"forget (\d{4})$", installation.say("forget me", number))
    assert code
    before = len(installation.sent_to(number))
    installation.text(f"forget {code[1]}", number)
    while entries() > share * 10_000:
        time.sleep(0.005)
    installation.kill("app")
    assert entries() > 0
    wait_until(installation.is_ready, 120, lambda: "the app did not come back")
    [receipt] = installation.replies(number, before + 1)[before:]
    assert receipt.startswith("Erased: 10,001 entries, ")
    wait_until(
        lambda: not files_with(installation.folder, word),
        120,
        lambda: f"{files_with(installation.folder, word)}",
    )
    assert installation.say("the second heron came back", number) == "Saved 1."


def _one(installation: Installation, query: str, value: object) -> int:
    with closing(sqlite3.connect(installation.folder / "scrapbook.db", timeout=30)) as database:
        return database.execute(query, (value,)).fetchone()[0]
