"""A person has everything of theirs erased by text, and begins anew."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

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
