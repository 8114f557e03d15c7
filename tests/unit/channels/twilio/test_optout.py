"""Opt-out words and ordinary messages."""

import pytest

from scrapbook.channels.twilio.optout import OptOut, is_answered_by_twilio, opt_out

SMS, WHATSAPP = "+15550100", "whatsapp:+15550100"
OUT = ["STOP", "stopall", "Unsubscribe", "CANCEL", "end", "quit", "Revoke", "OPTOUT"]
IN = ["START", "yes", "UnStop"]
HELP = ["HELP", "info"]
WORDS = [*OUT, *IN, *HELP]
OF_A_CONVERSATION = ["CANCEL", "end", "quit", "yes"]
"""Words that Twilio takes on a carrier's channel only."""


@pytest.mark.parametrize("word", OUT)
def test_stop_words_opt_out(word: str):
    assert opt_out(word, SMS) is OptOut.OUT


@pytest.mark.parametrize("word", IN)
def test_start_words_opt_in(word: str):
    assert opt_out(word, SMS) is OptOut.IN


@pytest.mark.parametrize("word", HELP)
def test_help_words_ask_for_help(word: str):
    assert opt_out(word, SMS) is OptOut.HELP


@pytest.mark.parametrize("address", [SMS, WHATSAPP])
@pytest.mark.parametrize("body", [" stop ", "\tSTOP\n", "Stop\r\n"])
def test_spaces_around_the_word_do_not_matter(body: str, address: str):
    assert opt_out(body, address) is OptOut.OUT


@pytest.mark.parametrize("address", [SMS, WHATSAPP])
@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize(
    "around",
    [
        *("{}.", "{}!", "{}?", "{}...", "{},", "({})", '"{}"', "'{}'", "“{}”", "«{}»", "#{}", "*{}*", "_{}_"),
        *("/{}", "- {}", "{} it", "{0} {0}", "please {}", "{}: a thought", "{} \U0001f44d", "{}\u0301"),
        *("{}\u200b", "\u2060{}", "\ufeff{}", "\u00a0{}", "{}\u3000", "\u202e{}"),
    ],
)
def test_a_word_with_anything_else_is_an_ordinary_message(word: str, around: str, address: str):
    assert opt_out(around.format(word), address) is None


@pytest.mark.parametrize(
    "body",
    [
        "",
        "  ",
        "...",
        "stopp",
        "s t o p",
        "st\u00adop",
        "🛑",
        "ＳＴＯＰ",
        "ѕtop",
        "\u017ftop",
        "sto\u0440",
        "ｅｎｄ",
        "HΕLP",
    ],
)
def test_what_only_looks_like_the_word_is_an_ordinary_message(body: str):
    assert opt_out(body, SMS) is None


def test_a_caption_is_an_ordinary_message():
    assert opt_out("stop", SMS, has_media=True) is None
    assert opt_out("stop", SMS, "STOP", has_media=True) is OptOut.OUT  # Twilio has opted them out


@pytest.mark.parametrize("word", WORDS)
def test_on_whatsapp_words_of_a_conversation_opt_nobody_out_or_in(word: str):
    expected = None if word in OF_A_CONVERSATION else opt_out(word, SMS)
    assert opt_out(word, WHATSAPP) is expected


@pytest.mark.parametrize("address", [SMS, WHATSAPP])
def test_opt_out_type_takes_precedence_over_the_body(address: str):
    assert opt_out("arret", address, "STOP") is OptOut.OUT
    assert opt_out("hola", address, "start") is OptOut.IN
    assert opt_out("ayuda", address, "HELP") is OptOut.HELP


def test_an_unknown_opt_out_type_is_ignored():
    assert opt_out("stop", SMS, "SOMETHING") is OptOut.OUT
    assert opt_out("a thought", SMS, "SOMETHING") is None


def test_twilio_answers_on_whatsapp_only_where_it_says_so():
    assert is_answered_by_twilio(SMS)
    assert is_answered_by_twilio(WHATSAPP, "HELP")
    assert not is_answered_by_twilio(WHATSAPP)
