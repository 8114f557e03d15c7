"""After a reminder, "done" and a time alone mean it; without one they are what they are."""

import pytest
from components.command_matching import recognise
from components.context_reader import read
from components.due_words import is_only_a_time
from components.turn_context import TurnContext

FRESH = TurnContext(is_reminded=True, is_reminder_fresh=True)
EARLIER = TurnContext(is_reminded=True)
NONE = TurnContext()

DONE = (
    "done",
    "Done.",
    "did it",
    "i did",
    "done thanks",
    "all done!",
    "it's done",
    "i've done it",
    "finished",
    "\u2705",
)
LATER = (
    "tomorrow",
    "later",
    "in an hour",
    "1h",
    "in 20 min",
    "monday",
    "tomorrow at 5",
    "not now, tomorrow please",
    "till monday",
    "next week",
    "at 7pm",
    "remind me again in an hour",
    "remind me tomorrow",
    "move it to friday",
    "half an hour",
    "another hour",
    "give me another hour",
    "give me 10 more minutes",
    "push it back an hour",
    "tomorrow same time",
)
THOUGHTS = (
    "done with exams forever",
    "tomorrow is another day",
    "monday blues",
    "call the office in an hour",
    "in the morning the lake was still",
    "next",
    "the day after",
    "done?",
)


def intent_in(context, text):
    command = recognise(text)
    found = read(text, context, command.intent if command else None)
    return found.intent if found else None


@pytest.mark.parametrize("text", DONE)
@pytest.mark.parametrize("context", [FRESH, EARLIER])
def test_it_is_done(text, context):
    assert intent_in(context, text) == "finish_reminder"


@pytest.mark.parametrize("text", LATER)
def test_a_time_alone_is_when_it_comes_again(text):
    assert intent_in(FRESH, text) == "reschedule_reminder"


@pytest.mark.parametrize("text", LATER)
def test_once_something_else_was_texted_a_time_alone_is_none(text):
    assert intent_in(EARLIER, text) is None


@pytest.mark.parametrize("text", [*DONE, *LATER])
def test_without_a_reminder_none_is_meant(text):
    assert intent_in(NONE, text) is None


@pytest.mark.parametrize("text", THOUGHTS)
def test_a_text_that_says_something_of_its_own_is_no_answer(text):
    assert intent_in(FRESH, text) is None


@pytest.mark.parametrize("text", ["a", "the", "in", "next", "5", "one", "half of the first quarter"])
def test_words_that_only_may_belong_to_a_time_say_none(text):
    assert not is_only_a_time(text)
