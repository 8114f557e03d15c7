import pytest

from actions.turn import Slots
from scrapbook.store.entries import HIGHEST_NUMBER


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        (["3", "5"], [3, 5]),
        ("3, 5, 3", [3, 5]),
        ("#42", [42]),
        ("last 2", []),
        ("007", [7]),
        ("none", []),
        (None, []),
        ("12345678901234567890", [12345678901234567890]),
    ],
)
def test_it_reads_each_number_once_in_the_order_given(typed: list[str] | str | None, numbers: list[int]):
    assert Slots({"entry": typed}).numbers("entry") == numbers


@pytest.mark.parametrize("digits", [20, 21, 5000])
def test_a_number_that_is_too_long_is_one_that_no_entry_has(digits: int):
    [number] = Slots({"entry": "9" * digits}).numbers("entry")
    assert number > HIGHEST_NUMBER
