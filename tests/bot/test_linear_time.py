"""No text keeps the assistant busy: what one person writes must not hold up the others."""

import signal
import time

import pytest
from components.argument_extractor import FRAMES, PLAIN, arguments
from components.certainty import CERTAINTIES, is_sure
from components.commands import COMMANDS
from components.free_corrections import free_correction
from components.matching import recognise
from components.text import core, is_question

LENGTH = 1600
# Seconds of processor time. An exponential search takes hours; this is no promise of speed.
MOST_SECONDS = 1.0

FILLINGS = [
    "-", "/", "'", "’", ".", ":", ",", "!", "?", "…", '"', "_", "#", " ", "\n", "\u200b", "(", ")", "1",
    "1 ", "1,", "a", "ab ", "a-", "a/", "a'", "a.", "a:", ". ", "a. ", "😀", "😀 ", "é", "add ",
    "add a to b ", " to ", "to my ", "on my list ", "please ", " please", "thanks, ", "get ", "get-",
    "get off-", "mark ", "save-", "say-", "is-", "list ", "list for ", "my ", "remove a ", "what you ",
    "did i ", "delete note 1 ", "the topic a and ", "utc/",
    "one ", "one-", "one and ", "hundred and ", "notes one ", "note about ", "one, ", "correct: ",
    "last two ",
]  # fmt: skip
STARTS = ["", *(f"{command.keywords[0]} " for command in COMMANDS), "add", "find the", "add: ", "please "]
ENDS = ["", " to shopping (x", "?", " (x", "x", " list"]


@pytest.fixture(autouse=True)
def an_end_to_endless_searches():
    """The expression engine heeds signals: what would take hours fails within a minute."""

    def give_up(_signal, _frame):
        pytest.fail("gave up waiting for the end of a search")

    before = signal.signal(signal.SIGPROF, give_up)
    signal.setitimer(signal.ITIMER_PROF, 30)
    yield
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.signal(signal.SIGPROF, before)


def _filled(start, filling, end):
    room = LENGTH - len(start) - len(end)
    return start + (filling * LENGTH)[:room] + end


def _seconds(work, *given):
    began = time.process_time()
    work(*given)
    return time.process_time() - began


def _read(text):
    recognise(text)
    free_correction(text)
    is_question(text)
    for intent in CERTAINTIES:
        is_sure(intent, 1.0, core(text).content)
    for intent in {*FRAMES, *PLAIN}:
        arguments(intent, text, [])


@pytest.mark.parametrize("filling", FILLINGS)
def test_an_odd_text_is_read_in_bounded_time(filling):
    slow = [
        (start, end, seconds)
        for start in ("", "add ", "please take ")
        for end in ENDS
        if (seconds := _seconds(_read, _filled(start, filling, end))) > MOST_SECONDS
    ]
    assert not slow


@pytest.mark.parametrize("start", sorted(set(STARTS)))
@pytest.mark.parametrize("filling", ["-", "a-", " ", "to ", "1 "])
def test_an_odd_rest_of_a_command_is_read_in_bounded_time(start, filling):
    assert _seconds(recognise, _filled(start, filling, " to shopping (x")) < MOST_SECONDS


@pytest.mark.parametrize("filling", FILLINGS)
def test_the_whole_pipeline_reads_an_odd_text_in_bounded_time(understood, filling):
    understood("hello")
    assert _seconds(understood, _filled("add ", filling, " to shopping (x")) < MOST_SECONDS


def test_dashes_before_a_bracket_are_a_thought():
    assert recognise("add " + "-" * 40 + " to shopping (x") is None


@pytest.mark.parametrize("note", ["follow-up", "3.5mm jack", "a/b tests", "10:30 train", "o’brien’s"])
def test_a_note_may_hold_what_joins_words(note):
    found = recognise(f"add {note} to shopping")
    assert found is not None
    assert found.entities[0].value == note
