"""The documentation shows what really happens."""

import re
import shlex

from scrapbook.paths import ROOT
from tests.support.installation import Installation

CHANGING = {
    "_one of your entries, in full_",
    "_the day of your first entry_",
    "_a link that opens your book in the browser, once and for 10 minutes_",
    "_a link to all that you saved, as one ZIP, once and for a day_",
    "_the address of a page of python that anybody can read, and how to end it_",
    "_python, with its address_",
    "_example.com, and whether it was read_",
    "_what came since you asked last on all that you follow_",
    "_18, and the time in an hour_",
    "_when I will ask you a question, and how to end that_",
    "_prompts, and when the next is_",
    "_what would be erased, and a code such as 4821_",
    "_the receipt, if that is the code; nothing is erased if it is not_",
}
"""Answers that depend on chance or on the day."""


def test_every_row_of_the_command_table_is_true(
    installation: Installation, number: str, other_number: str
) -> None:
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(.+?)` \| (.+) \|$", page, re.MULTILINE)
    assert len(rows) > 30
    assert installation.run("people", "rename", other_number, "Ada").returncode == 0
    installation.say("hello", other_number)
    for text, answer in rows:
        said = installation.say(text.replace("<br>", "\n"), number)
        assert said == answer.replace("<br>", "\n") or answer in CHANGING, text


def test_the_session_in_the_readme_is_true(installation: Installation, number: str) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    session = readme.split("<!-- session -->")[1].split("<!-- /session -->")[0]
    turns = re.findall(r"^\$ (.+)\n((?:(?!\$ |```).*\n)*)", session, re.MULTILINE)
    assert len(turns) > 5
    for command, answer in turns:
        program, *words = shlex.split(command)
        assert program == ".venv/bin/scrapbook"
        assert installation.run(*words, "--from", number).stdout == answer, command
