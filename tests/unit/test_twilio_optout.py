"""The words that carriers take for themselves."""

import pytest

from scrapbook.twilio.optout import OptOut, opt_out

OUT = ["STOP", "stopall", "Unsubscribe", "CANCEL", "end", "quit", "Revoke", "OPTOUT"]
IN = ["START", "yes", "UnStop"]
HELP = ["HELP", "info"]


@pytest.mark.parametrize("word", OUT)
def test_stop_words_opt_out(word: str):
    assert opt_out(word) is OptOut.OUT


@pytest.mark.parametrize("word", IN)
def test_start_words_opt_in(word: str):
    assert opt_out(word) is OptOut.IN


@pytest.mark.parametrize("word", HELP)
def test_help_words_ask_for_help(word: str):
    assert opt_out(word) is OptOut.HELP


@pytest.mark.parametrize("body", [" stop ", "STOP.", "«Stop!»", "\tstop\n", "\u00a0stop\u200b", "“stop”"])
def test_spaces_and_punctuation_around_the_word_do_not_matter(body: str):
    assert opt_out(body) is OptOut.OUT


@pytest.mark.parametrize(
    "body",
    [
        "",
        "  ",
        "...",
        "stop it",
        "stop: a thought",
        "please cancel",
        "yes, exactly",
        "stopp",
        "s t o p",
        "🛑",
    ],
)
def test_anything_else_is_an_ordinary_message(body: str):
    assert opt_out(body) is None


def test_twilios_own_verdict_goes_before_the_words():
    assert opt_out("arret", "STOP") is OptOut.OUT
    assert opt_out("hola", "start") is OptOut.IN
    assert opt_out("ayuda", "HELP") is OptOut.HELP


def test_an_unknown_verdict_leaves_it_to_the_words():
    assert opt_out("stop", "SOMETHING") is OptOut.OUT
    assert opt_out("a thought", "SOMETHING") is None
