"""Dates and spans as in a book."""

from datetime import date

import pytest

from scrapbook.text.spelled_dates import counted, day_and_month, day_words, month_words, span_words


def test_days_and_months():
    day = date(2024, 3, 2)
    assert (day_words(day), day_and_month(day), month_words(day)) == ("2 March 2024", "2 March", "March 2024")


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (1, "one day"),
        (13, "13 days"),
        (14, "two weeks"),
        (32, "five weeks"),
        (42, "six weeks"),
        (83, "twelve weeks"),
        (84, "three months"),
        (400, "13 months"),
        (730, "two years"),
        (7305, "20 years"),
    ],
)
def test_spans(days: int, words: str):
    assert span_words(days) == words


def test_numbers_are_words_up_to_twelve():
    assert counted(1, "entry", "entries") == "one entry"
    assert counted(12, "quote") == "twelve quotes"
    assert counted(1300, "entry", "entries") == "1,300 entries"
