import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapbook.text.query import fold
from scrapbook.text.segments import is_gsm7, shorten
from scrapbook.text.snippets import snippet

LONG = (
    "It rained all morning and nobody came. " * 5
    + "Then a heron landed on the pond, grey and slow. "
    + "Tea. " * 20
)


def test_the_part_with_the_word_is_shown():
    assert snippet(LONG, ["heron"], 50) == "...came. Then a heron landed on the pond, grey..."


def test_a_text_with_the_word_at_its_beginning_is_shown_from_there():
    assert snippet("A heron landed. " * 9, ["heron"], 30) == shorten("A heron landed. " * 9, 30)


def test_a_text_that_fits_is_shown_as_it_is():
    assert snippet("a  heron\nlanded", ["land"], 40) == "a heron landed"


def test_where_most_of_the_words_are_counts_for_more_than_where_the_first_is():
    text = "Tea. " * 20 + "Grey skies. " + "Tea. " * 20 + "A grey heron. " + "Tea. " * 20
    assert "grey heron" in snippet(text, ["heron", "grey"], 40)


def test_the_start_of_a_word_is_enough_and_so_are_other_accents():
    assert "Crèmes" in snippet("tea " * 40 + "Crèmes brûlées " + "tea " * 40, ["creme"], 40)


def test_a_text_without_the_words_is_shown_from_its_beginning():
    assert snippet(LONG, ["penguin"], 50) == shorten(LONG, 50)


@given(st.text(), st.lists(st.text(min_size=1)), st.integers(20, 200))
def test_it_is_one_line_of_the_length_allowed(text: str, words: list[str], limit: int):
    found = snippet(text, words, limit)
    assert len(found) <= limit
    assert "\n" not in found


@given(st.text("abc é, .", min_size=60), st.integers(20, 60))
def test_it_adds_no_sign_that_makes_a_text_longer_on_the_air(text: str, limit: int):
    assert is_gsm7(snippet(text, ["b"], limit))


@given(st.text("ab ,.", max_size=300), st.integers(20, 60))
def test_a_word_that_was_found_is_in_it(text: str, limit: int):
    line = " ".join([text[:300], "heron", text[:300]])
    assert "heron" in snippet(line, ["heron"], limit)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("とても長い文章です。" * 20 + "今日は寒い日だった" + "まだ続きます。" * 20, "寒い"),
        ("ｶﾞｽ料金の話。" * 20 + "ガス漏れの警報機を買う" + "その他の話。" * 20, "漏れ"),
        ("so much to say about it " * 20 + "pizza🍕night" + " and so on" * 20, "🍕"),
    ],
)
def test_a_word_within_a_run_of_letters_is_shown(text: str, word: str) -> None:
    line = snippet(text, [fold(word)], 40)
    assert word in line
    assert line.startswith("...")
    assert len(line) <= 40
