import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapbook.text import spelling

WORDS = st.text("abcdefg", min_size=1, max_size=12)


@given(WORDS, WORDS)
def test_a_cost_is_a_share_and_nothing_for_the_same_word(one: str, other: str) -> None:
    assert spelling.edit_cost(one, one) == 0
    assert 0 <= spelling.edit_cost(one, other) <= 1


def test_common_slips_cost_less_than_other_letters() -> None:
    other = spelling.edit_cost("kestrel", "kestrem")
    for slip in ("ketsrel", "kesstrel", "kestral", "kestrl"):
        assert spelling.edit_cost(slip, "kestrel") < other


@pytest.mark.parametrize(
    ("plural", "one"), [("batteries", "battery"), ("boxes", "box"), ("gpus", "gpu"), ("glass", "glass")]
)
def test_it_guesses_the_singular(plural: str, one: str) -> None:
    assert spelling.singular(plural) == one


def test_an_ending_makes_another_word_and_a_doubled_letter_does_not() -> None:
    assert spelling.is_affixed("paint", "painter")
    assert spelling.is_affixed("happy", "unhappy")
    assert not spelling.is_affixed("spel", "spell")
