"""The documentation shows what really happens."""

import re
import shlex

from scrapbook.places import ROOT
from tests.e2e.house import House

BY_CHANCE = "_one of your entries, in full_"


def test_every_row_of_the_command_table_is_true(house: House, number: str) -> None:
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(.+?)` \| (.+) \|$", page, re.MULTILINE)
    assert len(rows) > 30
    for text, answer in rows:
        said = house.say(text.replace("<br>", "\n"), number)
        assert said == answer.replace("<br>", "\n") or answer == BY_CHANCE, text


def test_the_session_in_the_readme_is_true(house: House, number: str) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    session = readme.split("<!-- session -->")[1].split("<!-- /session -->")[0]
    turns = re.findall(r"^\$ (.+)\n((?:(?!\$ |```).*\n)*)", session, re.MULTILINE)
    assert len(turns) > 5
    for command, answer in turns:
        program, *words = shlex.split(command)
        assert program == ".venv/bin/scrapbook"
        assert house.run(*words, "--from", number).stdout == answer, command
