import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from scrapbook.text.query import (
    MAX_WORD_LENGTH,
    MAX_WORDS,
    Query,
    fold,
    may_be_misspelled,
    spans,
    vocabulary,
)


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


def test_words_that_tell_little_are_left_out_unless_there_are_no_others():
    assert [word.text for word in Query.parse("the list of birds").without_stop_words().words] == ["birds"]
    assert [word.text for word in Query.parse("what is it").without_stop_words().words] == [
        "what",
        "is",
        "it",
    ]


def test_the_vocabulary_of_a_text_is_its_words_of_letters():
    assert vocabulary("Crème, CAFÉ cafe 3.11 mp3 a " + "x" * 100) == {"crème", "café", "cafe"}


def test_only_a_word_of_some_letters_may_be_misspelled():
    assert [may_be_misspelled(word) for word in ("heron", "the", "2025", "mp3s")] == [
        True,
        False,
        False,
        False,
    ]


@given(st.text())
def test_words_lie_where_their_spans_say(text: str):
    found = [text[start:end] for start, end in spans(text)]
    assert "".join(found) == "".join(letter for letter in text if unicodedata.category(letter)[0] in "LNM")


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
