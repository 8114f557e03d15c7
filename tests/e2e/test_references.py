"""Entries are named in a person's own words, through the whole installation."""

import pytest

from tests.support.installation import Installation

NOTES = ("boat: varnish the hull", "work: slides for the review", "the fog came in", "call the marina")
OR_NOT = "Text 1 for yes, 2 for no."


@pytest.fixture
def saved(installation: Installation, number: str) -> Installation:
    for note in NOTES:
        installation.say(note, number)
    return installation


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("can you get rid of the first one", "Deleted 1. "),
        ("delte the oldest note", "Deleted 1. "),
        ("delete the newest", "Deleted 4. "),
        ("remove notes one through three", 'Delete 1 "varnish the hull", 2 "'),
        ("delete my oldest two notes", 'Delete 1 "varnish the hull", 2 "'),
        (
            "erase all except number 2",
            'Delete 4 "call the marina", 3 "the fog came in", 1 "varnish the hull"? ',
        ),
        ("please delete all my work notes", "Deleted 2. "),
        ("I don't need the first two notes any more", 'Delete 1 "varnish the hull", 2 "'),
        ("move the last two to garden", 'File 4 "call the marina", 3 "the fog came in" under garden? '),
        ("show the first note", "1 boat:"),
        ("pin the note about fog", "Pinned 3."),
    ],
)
def test_what_is_said_of_the_entries_counts(saved: Installation, number: str, text: str, said: str) -> None:
    assert saved.say(text, number).startswith(said)


def test_a_conversation_about_a_list(saved: Installation, number: str) -> None:
    saved.say("last 3", number)
    assert saved.say("show the second one", number).startswith("3:")
    assert saved.say("delete the last two", number) == (
        f'Delete 3 "the fog came in", 2 "slides for the review"? {OR_NOT}'
    )
    assert saved.say("no, I meant the first and the last one", number) == (
        'Delete 4 "call the marina", 2 "slides for the review"? '
        "Text 1 for yes, 2 to keep your message as a thought."
    )
    assert saved.say("yes please", number).startswith("Deleted 4, 2.")
    assert saved.say("bring them back", number) == "Restored 4, 2."
    saved.say("pin 1", number)
    assert saved.say("no, 3", number) == "Pinned 3 in place of 1."


def test_everything_is_shown_first_and_undone_as_one(saved: Installation, number: str) -> None:
    assert saved.say("delete all my notes", number).endswith(OR_NOT)
    assert saved.say("no", number) == "All right, I left it as it is."
    saved.say("delete everything but 3", number)
    assert saved.say("yes", number).startswith("Deleted 4, 2, 1.")
    assert saved.say("undo", number) == "Undone: 4, 2, 1 back from the trash."
