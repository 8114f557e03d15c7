"""An edit may describe its entry, and a question why names the reply and nothing else."""

import pytest
from components.command_matching import recognise


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("change my blood type note to A positive", ["one", "of blood type"]),
        ("update the note about the gate code to 5582", ["one", "of about the gate code"]),
        ("edit the note about the gate: the code is 9", ["one", "of about the gate"]),
        ("replace the gate note with: open", ["one", "of gate"]),
    ],
)
def test_an_edit_may_describe_its_entry(text, terms):
    command = recognise(text)
    assert command.intent == "edit"
    assert [entity.value for entity in command.entities] == terms


@pytest.mark.parametrize("text", ["change the world to fit you", "edit my cv: shorter", "update my notes"])
def test_what_describes_no_single_entry_is_no_edit(text):
    assert recognise(text) is None


@pytest.mark.parametrize(
    "text",
    ["but why?", "why there?", "how so", "why was that deleted?", "how come you took that off?",
     "what made you think that?", "why did you put that under birds?", "why are you showing me this"],
)  # fmt: skip
def test_why_is_asked_in_many_words(text):
    assert recognise(text).intent == "why"


@pytest.mark.parametrize(
    "text",
    ["why did dad sell the boat", "how come the bus is late", "why are you asking her",
     "why did you do your hair like that", "what made you quit your job?"],
)  # fmt: skip
def test_a_why_with_a_subject_of_its_own_is_none(text):
    assert recognise(text) is None
