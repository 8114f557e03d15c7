"""A text that answers an open question is its answer, in whatever form; a text of its own is not."""

import pytest
from components.answers import ALL, NO, YES, agrees, answer_to, declines
from components.turn_context import OpenQuestion

CONFIRMATION = OpenQuestion(("", ""), is_confirmation=True, is_fresh=True)
SUGGESTION = OpenQuestion(("garden",), is_confirmation=False, is_fresh=True)
TOPICS = OpenQuestion(("pesto", "pasta", "pies and tarts"), is_confirmation=False, is_fresh=True)
ENTRIES = OpenQuestion(("Buy oat milk", "Buy stamps at the station"), is_confirmation=False, is_fresh=True)
STALE = OpenQuestion(("pesto", "pasta"), is_confirmation=False, is_fresh=False)


@pytest.mark.parametrize(
    "text",
    [
        *("yes", "Yes please", "yeah", "yep!", "sure", "Sure thing", "yes, do it", "go ahead", "please do"),
        *(
            "of course",
            "ok",
            "okay then",
            "Fine",
            "👍",
            "👍🏽",
            "yes delete it",
            "yes please, remove them",
            "do it",
        ),
        *("y", "YES!!", "absolutely", "ok go ahead", "yes thanks", "Yes, I'm sure"),
    ],
)
def test_yes_in_any_form_agrees_to_a_confirmation(text):
    assert answer_to(CONFIRMATION, text) == YES


@pytest.mark.parametrize(
    "text",
    [
        *(
            "no",
            "No thanks",
            "nope",
            "nah",
            "no, leave it",
            "never mind",
            "nevermind",
            "nvm",
            "forget it",
            "don't",
        ),
        *(
            "don’t do it",
            "cancel that",
            "keep it",
            "neither",
            "neither of them",
            "none of those",
            "👎",
            "no no no",
            "wait no",
            "no wait, keep it",
            "oops no, hang on",
        ),
        *("leave it as it is", "no thank you", "not now", "please don't", "No, sorry", "Oh dear, no."),
    ],
)
def test_no_in_any_form_declines(text):
    assert answer_to(CONFIRMATION, text) == NO
    assert answer_to(TOPICS, text) == NO


@pytest.mark.parametrize("text", ["ok", "cool", "great thanks", "👍", "perfect", "fine"])
def test_a_nod_to_a_receipt_that_suggests_a_topic_is_not_a_yes(text):
    assert answer_to(SUGGESTION, text) is None


@pytest.mark.parametrize("text", ["yes", "yes please", "sure", "1", "garden", "Garden please", "gardn"])
def test_a_suggested_topic_is_agreed_to_by_yes_by_number_and_by_name(text):
    assert answer_to(SUGGESTION, text) in {YES, "1"}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *(
            ("2", "2"),
            ("2.", "2"),
            ("#2", "2"),
            ("2️⃣", "2"),
            ("number 2", "2"),
            ("two", "2"),
            ("option two", "2"),
        ),
        *(("no. 2", "2"), ("2nd", "2"), ("second", "2"), ("the second one", "2"), ("the 2nd please", "2")),
        *(
            ("i mean the second", "2"),
            ("2 please", "2"),
            ("the last one", "3"),
            ("last", "3"),
            ("first", "1"),
        ),
        *(
            ("the former", "1"),
            ("pasta", "2"),
            ("the pasta one please", "2"),
            ("Pasta!", "2"),
            ("i meant pesto", "1"),
        ),
        *(("pies", "3"), ("tarts please", "3"), ("pata", "2"), ("pseto", "1"), ("put it under pasta", "2")),
    ],
)
def test_an_option_is_chosen_by_number_place_and_name(text, number):
    assert answer_to(TOPICS, text) == number


@pytest.mark.parametrize(
    ("text", "answer"),
    [("both", ALL), ("both of them", ALL), ("all of them please", ALL), ("yes, both", ALL), ("stamps", "2")],
)
def test_entries_are_chosen_together_or_by_their_words(text, answer):
    assert answer_to(ENTRIES, text) == answer


@pytest.mark.parametrize("text", ["keep it as a thought", "save my message", "it's a thought"])
def test_the_last_option_of_a_confirmation_keeps_the_message(text):
    assert answer_to(CONFIRMATION, text) == "2"


@pytest.mark.parametrize(
    "text",
    [
        "yes but not the first",
        "Yes, only 1",
        "only 1",
        "1 only",
        "ok, except the milk",
        "just the second",
        "not 3!",
        "yes if it is older than a year",
        "yep - but tomorrow",
    ],
)
def test_a_yes_with_a_condition_agrees_to_nothing(text):
    assert answer_to(CONFIRMATION, text) == "part"


@pytest.mark.parametrize("text", ["yes but not the first", "only 1", "just the second"])
def test_a_condition_is_one_of_a_fresh_confirmation_alone(text):
    assert answer_to(TOPICS, text) != "part"
    assert answer_to(STALE, text) is None


@pytest.mark.parametrize(
    "text",
    [
        "call the plumber at nine",
        "yes we can: a speech",
        "no country for old men is on tonight",
        "the second law of thermodynamics",
        "okonomiyaki",
        "pest control came",
        "buy the pasta machine that Jo has seen at the market",
        "4",
        "",
        "yes " * 100 + "x",
    ],
)
def test_a_text_that_says_something_else_is_no_answer(text):
    assert answer_to(TOPICS, text) is None


def test_a_sentence_that_is_only_like_an_option_chooses_none():
    question = OpenQuestion(("a thought on the list", "two"), is_confirmation=False, is_fresh=True)
    assert answer_to(question, "a thought on theirs") is None


def test_what_two_options_have_in_common_chooses_none():
    assert answer_to(ENTRIES, "buy") is None


@pytest.mark.parametrize("text", ["pasta", "the second one", "2nd", "ok"])
def test_a_stale_question_is_not_answered_by_a_name_or_a_place(text):
    assert answer_to(STALE, text) is None


def test_yes_and_no_are_known_without_a_question():
    assert agrees("yes please", None)
    assert declines("no thanks")
    assert not agrees("ok", None)
    assert not agrees("thanks", None)
    assert not declines("thanks")
