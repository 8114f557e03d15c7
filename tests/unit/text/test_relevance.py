"""How entries are ordered that hold some of the words, or mean the like."""

from scrapbook.text.relevance import fuse, varied


def test_the_words_and_the_likeness_count_together() -> None:
    scores = fuse({1: 0.9, 2: 0.9}, {2: 4.0, 3: 4.0})
    assert scores[2] > max(scores[1], scores[3])


def test_an_entry_that_is_not_encoded_yet_stays_in_the_list() -> None:
    assert set(fuse({1: 0.5}, {2: 6.0})) == {1, 2}


def test_what_is_less_than_half_as_near_as_the_best_is_left_out() -> None:
    assert set(fuse({}, {1: 9.0, 2: 5.0, 3: 4.0})) == {1, 2}
    assert fuse({}, {}) == {}


def test_an_entry_unlike_those_before_it_comes_before_one_that_repeats_them() -> None:
    scores = {1: 6.0, 2: 5.9, 3: 5.8, 4: 5.0}
    alike = {1: {2: 8.0, 3: 8.0}, 2: {1: 8.0, 3: 8.0}, 3: {1: 8.0, 2: 8.0}}
    assert varied(scores, lambda id_: alike.get(id_, {}), 9) == [1, 4, 2, 3]


def test_the_best_stays_the_first_and_what_has_no_rival_keeps_its_order() -> None:
    scores = {1: 4.0, 2: 6.0, 3: 5.0}
    assert varied(scores, lambda _: {}, 9) == [2, 3, 1]
    assert varied(scores, lambda _: dict.fromkeys(scores, 9.0), 9) == [2, 3, 1]
    assert varied(scores, lambda _: {}, 2) == [2, 3]
