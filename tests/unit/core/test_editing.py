import pytest

from scrapbook.core.editing import may_count


@pytest.mark.parametrize(
    "message",
    [
        "edit 5 pages of the thesis",
        "edit 5 more long pages tonight",
        "Edit 5 videos",
        "edit 5 people out of the photo",
        "edit 5 of the photos",
        "edit 5 or 6 photos",
        "edit 5 to 10 pages",
        "edit 5-10 pages",
    ],
)
def test_a_number_before_what_can_be_counted_may_say_how_many(message: str):
    assert may_count(message, "5", "bread")


@pytest.mark.parametrize(
    "message",
    [
        "edit 5 new text here",
        "edit 5: pages of the thesis",
        "edit 5, pages of the thesis",
        "edit 5 - pages of the thesis",
        "edit #5 pages of the thesis",
        "edit note 5 pages of the thesis",
        "edit number 5 pages of the thesis",
        "edit 5 to say pages of the thesis",
        "edit 5 to brown bread",
        "edit 5 the pages of the thesis",
        "edit 5 fewer, larger kernels",
        "edit 5 call his parents",
        "edit 5",
    ],
)
def test_a_number_that_can_only_name_an_entry_says_not_how_many(message: str):
    assert not may_count(message, "5", "bread")


def test_a_number_before_what_its_entry_says_names_it():
    assert not may_count("edit 2 decorators wrap functions", "2", "a decorator is just a function")
    assert may_count("edit 2 decorators wrap functions", "2", "bread")


def test_one_counts_nothing_in_the_plural():
    assert not may_count("edit 1 pages of the thesis", "1", "bread")
