"""What a word says about a topic, and when a suggestion is due."""

from hypothesis import given
from hypothesis import strategies as st

from scrapbook.core.topic_suggestions import LOUDEST, TELLING, is_due, weight


def test_a_word_of_the_topic_alone_speaks_for_it() -> None:
    assert weight(here=3, holding=3, entries=10, of_all=200) > TELLING


def test_a_word_that_is_everywhere_says_nothing() -> None:
    assert abs(weight(here=10, holding=200, entries=10, of_all=200)) < 0.1


def test_a_word_of_other_entries_speaks_against_it() -> None:
    assert weight(here=0, holding=8, entries=10, of_all=200) < 0


def test_a_word_of_most_entries_is_weighed_against_what_most_entries_are() -> None:
    of_few, of_most = (weight(3, 3, entries, of_all=200) for entries in (10, 180))
    assert 0 < of_most < of_few / 2


@given(st.integers(1, 1000), st.integers(0, 1000), st.integers(0, 1000), st.integers(0, 1000))
def test_no_word_outshouts_the_others(entries: int, others: int, here: int, elsewhere: int) -> None:
    here, elsewhere = min(here, entries), min(elsewhere, others)
    says = weight(here, here + elsewhere, entries, entries + others)
    assert -TELLING <= says <= LOUDEST


def test_what_is_passed_over_is_due_ever_more_rarely() -> None:
    assert [n for n in range(64) if is_due(n)] == [0, 1, 2, 3, 7, 15, 31, 63]
