"""What says not to change something is never taken for the change."""

import pytest

from scrapbook.text.negation import says_not_to, says_what_instead


@pytest.mark.parametrize(
    "text",
    [
        "don't delete 2",
        "dont remove that",
        "Please don’t ever erase the last one",
        "do not bin 4",
        "no, don't move it to food",
        "hey, never trash my notes",
        "wait! don't do that",
        "I said don't get rid of 3",
    ],
)
def test_it_is_told_from_the_change(text: str) -> None:
    assert says_not_to(text)


@pytest.mark.parametrize(
    "text",
    [
        "delete 2",
        "edit 3: do not add salt",
        "append to 3: never move the ladder alone",
        "I don't need note 24 any more",
        "don't save that last one, delete it",
        "why don't you delete note 3",
        "delete the one that says don't move",
    ],
)
def test_a_change_is_none_though_it_has_such_words(text: str) -> None:
    assert not says_not_to(text)


def test_what_is_to_be_changed_instead_is_seen() -> None:
    assert says_what_instead("don't delete 2, delete 3")
    assert not says_what_instead("don't delete 2")
    assert not says_what_instead("delete 3")
