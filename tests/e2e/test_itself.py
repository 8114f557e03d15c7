"""Questions about the scrapbook itself, texted to a running installation."""

import re

import pytest

from tests.support.installation import Installation

THREE = [
    ("the barn owl is back", "^saved 1"),
    ("film: Paterson, twice", "under film"),
    ("call the roofer", ""),
]

DIALOGUES: dict[str, list[tuple[str, ...]]] = {
    "how many": [
        *THREE,
        ("How many notes have I got?", r"^entries: 3\.$"),
        ("how many in film", r"film: 1\.$"),
    ],
    "how many of none": [*THREE, ("how many photos do i have?", "^no pictures yet")],
    "a day on which nothing was saved": [
        *THREE,
        ("what did i write on 2 June 2021?", r"^nothing from .* 2 june 2021"),
    ],
    "a year in which nothing was saved": [*THREE, ("entries from 2022", r"^nothing from 2022", "owl")],
    "a word": [*THREE, ("show me notes containing roofer", "roofer", "owl")],
    "a topic and a period": [*THREE, ("how many film notes since monday", r"film since .*: 1\.")],
    "when": [*THREE, ("when did i save the note about the roofer?", r"^saved:\n3 call the roofer \(")],
    "who reads it": [("can other people see what i write", "^nobody else")],
    "what it does not do": [*THREE, ("Could you mail me all my entries?", "^i can't"), ("save", "^saved 4")],
    "a task of one's own": [("mail the roofer his cheque", "^saved 1")],
    "a thought that begins like a command": [
        ("more patience with the printer", "^saved 1"),
        ("Status symbols, an essay", "^saved 2"),
    ],
    "a reminder that is not wanted any more": [
        ("remind me to prune the quince on friday", "reminders"),
        ("please cancel the quince reminder", "^delete 1", "saved"),
        ("1", "^deleted 1"),
        ("don't remind me about the quince", "^saved 2|^no reminder", "under reminders"),
    ],
    "why": [
        ("the barn owl is back", "^saved 1"),
        ("why?", r'^i read "the barn owl is back" as a thought to keep.*\n.+$'),
        ("last 3", "owl"),
        ("why did you say that", r'^i read "last 3" as a request for a list of entries'),
        ("good morning!", "hello"),
        ("why?", "small talk"),
    ],
}


@pytest.mark.parametrize("name", DIALOGUES)
def test_it_answers_about_itself(installation: Installation, number: str, name: str) -> None:
    for text, must, *must_not in DIALOGUES[name]:
        said = installation.say(text, number)
        assert re.search(must, said, re.IGNORECASE), f"{text}: {said}"
        assert not any(re.search(pattern, said, re.IGNORECASE) for pattern in must_not), f"{text}: {said}"
