import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapbook.text.query import vocabulary
from scrapbook.text.stemming import stem


@pytest.mark.parametrize(
    "words",
    [
        "run runs running",
        "GPU gpus",
        "virus viruses",
        "battery batteries",
        "Café cafes",
        "cook cooked cooking",
    ],
)
def test_forms_of_a_word_have_the_same_stem(words: str):
    assert len(set(map(stem, words.split()))) == 1


@pytest.mark.parametrize("words", ["news new", "gas gpu", "heron hero"])
def test_other_words_do_not(words: str):
    assert len(set(map(stem, words.split()))) == 2


@given(st.text())
def test_every_word_has_one(text: str):
    assert all(stem(word) for word in vocabulary(text))
