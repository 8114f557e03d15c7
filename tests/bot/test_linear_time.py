"""Every text is parsed in bounded time, so that no person delays the others."""

import signal
import time

import pytest
from components.argument_extractor import FRAMES, PATTERNS, arguments
from components.command_matching import recognise
from components.commands import COMMANDS
from components.decision import is_saved
from components.effects import effects
from components.free_corrections import free_correction
from components.list_commands import MAX_LENGTH
from components.normalization import is_question, trim

LENGTH = 1600
# Seconds of processor time. An exponential search takes hours; faster machines are not needed to pass.
MAX_SECONDS = 1.0

FILLINGS = [
    "-", "/", "'", "’", ".", ":", ",", "!", "?", "…", '"', "_", "#", " ", "\n", "\u200b", "(", ")", "1",
    "1 ", "1,", "a", "ab ", "a-", "a/", "a'", "a.", "a:", ". ", "a. ", "😀", "😀 ", "é", "add ",
    "add a to b ", " to ", "to my ", "on my list ", "please ", " please", "thanks, ", "get ", "get-",
    "get off-", "mark ", "save-", "say-", "is-", "list ", "list for ", "my ", "remove a ", "what you ",
    "did i ", "delete note 1 ", "the topic a and ", "utc/",
    "one ", "one-", "one and ", "hundred and ", "notes one ", "note about ", "one, ", "correct: ",
    "last two ", "-1 ", "--1", "1 to ", "1..", "1 - ", "between 1 and ", "#1-", "one to ",
]  # fmt: skip
STARTS = ["", *(f"{command.keywords[0]} " for command in COMMANDS), "add", "find the", "add: ", "please "]
ENDS = ["", " to shopping (x", "?", " (x", "x", " list"]


@pytest.fixture(autouse=True)
def time_limit():
    """Fails a test within a minute: the regular expression engine handles signals."""

    def give_up(_signal, _frame):
        pytest.fail("a search took too long")

    before = signal.signal(signal.SIGPROF, give_up)
    signal.setitimer(signal.ITIMER_PROF, 30)
    yield
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.signal(signal.SIGPROF, before)


def _filled(start, filling, end, length=LENGTH):
    room = length - len(start) - len(end)
    return start + (filling * length)[:room] + end


def _seconds(function, *arguments):
    began = time.process_time()
    function(*arguments)
    return time.process_time() - began


def _parse(text):
    recognise(text)
    free_correction(text)
    is_question(text)
    for intent in effects():
        is_saved(trim(text).content, intent)
    for intent in {*FRAMES, *PATTERNS}:
        arguments(intent, text, [])


@pytest.mark.parametrize("filling", FILLINGS)
def test_an_odd_text_is_parsed_in_bounded_time(filling):
    slow = [
        (start, end, seconds)
        for start in ("", "add ", "please take ")
        for end in ENDS
        if (seconds := _seconds(_parse, _filled(start, filling, end))) > MAX_SECONDS
    ]
    assert not slow


@pytest.mark.parametrize("filling", [*FILLINGS, "a to b and ", "a off b, ", "a, ", "a to b list and "])
def test_an_odd_text_about_lists_is_parsed_in_bounded_time(filling):
    """These frames read shorter texts only, which the other tests do not have."""
    slow = [
        (start, end, seconds)
        for start in ("add ", "take ", "add to ", "on my ", "")
        for end in ENDS
        if (seconds := _seconds(recognise, _filled(start, filling, end, MAX_LENGTH))) > MAX_SECONDS / 4
    ]
    assert not slow


@pytest.mark.parametrize("start", sorted(set(STARTS)))
@pytest.mark.parametrize("filling", ["-", "a-", " ", "to ", "1 "])
def test_an_odd_rest_of_a_command_is_parsed_in_bounded_time(start, filling):
    assert _seconds(recognise, _filled(start, filling, " to shopping (x")) < MAX_SECONDS


@pytest.mark.parametrize("filling", FILLINGS)
def test_the_whole_pipeline_parses_an_odd_text_in_bounded_time(understood, filling):
    understood("hello")
    assert _seconds(understood, _filled("add ", filling, " to shopping (x")) < MAX_SECONDS


def test_dashes_before_a_bracket_are_a_thought():
    assert recognise("add " + "-" * 40 + " to shopping (x") is None


@pytest.mark.parametrize("note", ["follow-up", "3.5mm jack", "a/b tests", "10:30 train", "o’brien’s"])
def test_a_note_may_hold_characters_that_join_words(note):
    found = recognise(f"add {note} to shopping")
    assert found is not None
    assert found.entities[0].value == note
