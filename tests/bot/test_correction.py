"""Slips of the finger in the words of commands."""

import pytest
from components.correction import Corrector
from hypothesis import example, given
from hypothesis import strategies as st

CORRECTOR = Corrector.learn(
    [
        "remove milk from my shopping list",
        "remove bread from my shopping list",
        "what did you say",
        "what did i save",
        "put it on the list",
    ]
)

SLIPS = [
    ("remvoe soap from my lsit", "remove soap from my list"),
    ("hat did you say", "what did you say"),
    ("Wat did u save?", "what did you save?"),
    ("whats on my shoping list", "what's on my shopping list"),
]
LEFT_ALONE = ["the hat is red", "lost 5", "soap", "", "🙂", "Remove it", "kubernetes"]


@pytest.mark.parametrize(("typed", "meant"), SLIPS)
def test_it_sets_slips_right(typed, meant):
    assert CORRECTOR.corrected(typed).text == meant


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_it_leaves_other_words_alone(text):
    assert CORRECTOR.corrected(text).text == text


def test_it_knows_where_a_word_stood():
    typed = "pls remvoe soap frm my shoping lsit"
    read = CORRECTOR.corrected(typed)
    at = read.text.index("shopping")
    assert typed[read.typed_at(at) : read.typed_at(at + len("shopping"))] == "shoping"


@given(st.text(max_size=80))
@example("thankyou u u")
def test_it_takes_any_text_and_stays_within_it(typed):
    read = CORRECTOR.corrected(typed)
    offsets = [read.typed_at(at) for at in range(len(read.text) + 1)]
    assert offsets[-1] == len(typed)


def test_a_corrector_that_has_learned_nothing_changes_nothing_rare():
    assert Corrector((), ()).corrected("remvoe lsit").text == "remvoe lsit"
