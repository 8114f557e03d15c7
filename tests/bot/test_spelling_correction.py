"""Typing errors in the words of commands."""

import pytest
from components.spelling_correction import SpellingCorrector
from hypothesis import example, given
from hypothesis import strategies as st

CORRECTOR = SpellingCorrector.train(
    [
        "remove milk from my shopping list",
        "remove bread from my shopping list",
        "what did you say",
        "what did i save",
        "put it on the list",
    ]
)

TYPOS = [
    ("remvoe soap from my lsit", "remove soap from my list"),
    ("hat did you say", "what did you say"),
    ("Wat did u save?", "what did you save?"),
    ("whats on my shoping list", "what's on my shopping list"),
]
LEFT_ALONE = ["the hat is red", "lost 5", "soap", "", "🙂", "Remove it", "kubernetes"]


@pytest.mark.parametrize(("typed", "meant"), TYPOS)
def test_it_corrects_typing_errors(typed, meant):
    assert CORRECTOR.correct(typed).text == meant


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_it_leaves_other_words_alone(text):
    assert CORRECTOR.correct(text).text == text


def test_it_maps_offsets_to_the_original():
    typed = "pls remvoe soap frm my shoping lsit"
    corrected = CORRECTOR.correct(typed)
    at = corrected.text.index("shopping")
    assert typed[corrected.original_offset(at) : corrected.original_offset(at + len("shopping"))] == "shoping"


@given(st.text(max_size=80))
@example("thankyou u u")
def test_it_accepts_any_text_and_its_offsets_are_in_range(typed):
    corrected = CORRECTOR.correct(typed)
    offsets = [corrected.original_offset(at) for at in range(len(corrected.text) + 1)]
    assert offsets[-1] == len(typed)


def test_an_untrained_corrector_corrects_nothing():
    assert SpellingCorrector((), ()).correct("remvoe lsit").text == "remvoe lsit"
