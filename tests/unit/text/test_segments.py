from hypothesis import given
from hypothesis import strategies as st

from scrapbook.text.segments import fits, is_gsm7, segment_count, shorten, split, truncate

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)


def test_it_counts_seven_bit_segments() -> None:
    assert segment_count("") == 1
    assert segment_count("x" * 160) == 1
    assert segment_count("x" * 161) == 2
    assert segment_count("x" * 306) == 2
    assert segment_count("x" * 307) == 3


def test_it_counts_sixteen_bit_segments() -> None:
    assert segment_count("д" * 70) == 1
    assert segment_count("д" * 71) == 2
    assert segment_count("д" * 134) == 2
    assert segment_count("д" * 135) == 3


def test_characters_of_the_extension_table_take_two_septets() -> None:
    assert is_gsm7("{}[]~^|\\€")
    assert segment_count("€" * 80) == 1
    assert segment_count("€" * 81) == 2


def test_no_escape_pair_is_torn_over_segments() -> None:
    assert segment_count("x" * 152 + "€" + "x" * 151) == 2
    assert segment_count("x" * 152 + "€" + "x" * 152) == 3


def test_no_surrogate_pair_is_torn_over_segments() -> None:
    assert segment_count("д" * 66 + "🐦" + "д" * 65) == 2
    assert segment_count("д" * 66 + "🐦" + "д" * 66) == 3


def test_a_grave_accent_is_not_in_the_seven_bit_alphabet() -> None:
    assert not is_gsm7("`")
    assert not is_gsm7("ç")
    assert is_gsm7("Çéà")


def test_it_shortens_at_a_word() -> None:
    assert shorten("fewer, larger kernels win", 18) == "fewer, larger..."
    assert shorten("two\nlines", 20) == "two lines"


@given(ANY_TEXT, st.integers(4, 80))
def test_a_shortened_text_is_never_longer_than_asked_for(text: str, limit: int) -> None:
    assert len(shorten(text, limit)) <= limit


@given(ANY_TEXT, st.integers(2, 60))
def test_split_loses_no_character_and_keeps_the_limit(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert "".join(parts) == text
    assert all(len(part.encode("utf-16-le")) // 2 <= limit for part in parts)
    assert all(parts) or parts == [""]


@given(st.lists(st.text("abc", min_size=1, max_size=8), min_size=1, max_size=80))
def test_split_cuts_between_words_where_words_are_short(words: list[str]) -> None:
    parts = split(" ".join(words), 20)
    assert [word for part in parts for word in part.split()] == words


def test_split_keeps_together_what_people_see_as_one() -> None:
    family, flag, accented = "👨‍👩‍👧", "🇬🇷", "e\u0301"
    for unit in (family, flag, accented):
        parts = split(unit * 40, 33)
        assert all(part.replace(unit, "") == "" for part in parts), unit


@given(ANY_TEXT.filter(bool), st.text("x", max_size=60))
def test_a_head_fits_and_is_a_beginning(text: str, around: str) -> None:
    found = truncate(text, 2, around)
    assert text.startswith(found)
    assert found
    assert fits(around + found, 2)
