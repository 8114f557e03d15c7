"""What it does not do, and what it is, is said in a sentence; what was a thought can still be kept."""

import re
from pathlib import Path

import pytest

from actions.about_itself import ANSWERS as ABOUT_ITSELF
from actions.cannot import ANSWERS
from tests.integration.actions.conversation import TEXTS, Conversation


@pytest.mark.parametrize("service", [*ANSWERS, "", "ironing"])
def test_it_says_what_it_does_not_do_and_keeps_the_message_on_save(ann: Conversation, service: str) -> None:
    said = ann.text("action_cannot", "email me my notes", service=service)
    assert re.match(r"I (can't|have no) ", said)
    assert ann.entries() == {}
    assert ann.text("action_keep_question", "save").startswith("Saved 1")
    assert ann.entries() == {1: ("email me my notes", None)}


def test_each_service_that_the_bot_names_has_a_sentence() -> None:
    source = Path(__file__).parents[3].joinpath("bot/components/services.py").read_text(encoding="utf-8")
    assert set(re.findall(r'^    "(\w+)": ', source, re.MULTILINE)) == set(ANSWERS)


@pytest.mark.parametrize("intent", ABOUT_ITSELF)
def test_it_answers_a_question_about_itself(ann: Conversation, intent: str) -> None:
    tracker = ann.tracker(ann.receive("is this private"), (), {})
    tracker.latest_message["intent"] = {"name": intent}
    assert ann.answered("action_about_itself", tracker) == TEXTS[ABOUT_ITSELF[intent]]
    assert ann.text("action_keep_question", "save").startswith("Saved 1")
