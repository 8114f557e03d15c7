import calendar
import re

import pytest

from scrapbook.text.calendar_words import ANY_WEEKDAY, COUNT, MONTH, SHORT_WEEKDAYS, count_of, weekday_index


@pytest.mark.parametrize(
    ("said", "count"), [("a", 1), ("an", 1), ("one", 1), ("twelve", 12), ("0", 0), ("31", 31)]
)
def test_a_count_is_read_in_words_and_in_digits(said: str, count: int) -> None:
    assert re.fullmatch(COUNT, said)
    assert count_of(said) == count


@pytest.mark.parametrize("said", [*SHORT_WEEKDAYS, "wednesday"])
def test_each_weekday_has_one_index(said: str) -> None:
    assert re.fullmatch(ANY_WEEKDAY, said)
    assert calendar.day_name[weekday_index(said)].lower().startswith(said)


@pytest.mark.parametrize("said", ["jan", "january", "sep", "sept", "september", "may", "june"])
def test_months_are_known_in_short_and_in_full(said: str) -> None:
    assert re.fullmatch(MONTH, said)
