from hypothesis import given
from hypothesis import strategies as st

from scrapbook.search import MAX_WORD_LENGTH, MAX_WORDS, Query, Word, fold


def texts(query: str) -> list[str]:
    return [word.text for word in Query.parse(query).words]


def test_words_are_what_stands_between_signs():
    assert texts('GPU "notes" AND c++/kernels -x NEAR(a*)') == [
        "gpu",
        "notes",
        "and",
        "c",
        "kernels",
        "x",
        "near",
        "a",
    ]


def test_a_word_is_looked_for_once():
    assert texts("gpu GPU Gpu") == ["gpu"]


def test_a_word_is_looked_for_by_its_start_unless_it_is_a_single_letter():
    assert [(word.text, word.prefix) for word in Query.parse("r gp").words] == [("r", False), ("gp", True)]


def test_a_plural_finds_the_singular():
    assert Query.parse("GPUs").words == (Word("gpus", prefix=True, singular="gpu"),)
    assert [word.singular for word in Query.parse("glass gas").words] == [None, None]


def test_marks_that_belong_to_a_letter_stay_with_it():
    assert texts("हिन्दी café cafe\u0301") == ["हिन्दी", "café"]


def test_signs_alone_are_no_words():
    assert Query.parse('"" *** 🎉 ❤️ () - ^').words == ()


def test_a_long_text_is_searched_by_its_first_words():
    query = Query.parse(" ".join(f"word{number}" for number in range(1000)) + "x" * 1000)
    assert len(query.words) == MAX_WORDS


@given(st.text())
def test_any_text_is_a_query(text: str):
    for word in Query.parse(text).words:
        assert 0 < len(word.text) <= MAX_WORD_LENGTH
        assert any(letter.isalnum() for letter in word.text)
        assert not set(word.text) & set("\"'\\*()^:-+ \0")


def test_folding_leaves_neither_case_nor_accents():
    assert {fold(text) for text in ("CAFÉ", "cafe\u0301", "Ｃafé", "café")} == {"cafe"}
    assert fold("Straße") == fold("STRASSE")


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str):
    assert fold(fold(text)) == fold(text)
