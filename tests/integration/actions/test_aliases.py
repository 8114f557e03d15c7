"""A topic is still found by its earlier names, and by those of topics merged into it."""

from collections.abc import Callable

import pytest

from tests.integration.actions.conversation import Conversation


def merge(who: Conversation, source: str, into: str) -> str:
    return who.text("action_merge_topics", "merge", topic=source, new_topic=into)


def rename(who: Conversation, topic: str, new: str) -> str:
    return who.text("action_rename_topic", "rename", topic=topic, new_topic=new)


@pytest.fixture
def merged(ann: Conversation) -> Conversation:
    for body in ("graphics: one", "gpu: two"):
        ann.save(body)
    merge(ann, "graphics", "gpu")
    return ann


WAYS: dict[str, Callable[[Conversation, str], str]] = {
    "before a colon": lambda who, name: who.save(f"{name}: three"),
    "by a tag": lambda who, name: who.save(f"#{name} three"),
    "onto a list": lambda who, name: who.text(
        "action_add_to_topic", f"add three to {name}", notes=["three"], topic=name
    ),
    "after saving": lambda who, name: (
        who.save("three"),
        who.text("action_file_under", f"under {name}", topic=name),
    )[1],
    "moved": lambda who, name: (
        who.save("three"),
        who.text("action_move", f"move 3 to {name}", entry=["3"], topic=name),
    )[1],
}


@pytest.mark.parametrize("name", ["graphics", "Graphics", "graphic", "grahpics"])
@pytest.mark.parametrize("way", WAYS)
def test_filing_under_an_old_name_files_under_the_topic(merged: Conversation, way: str, name: str) -> None:
    assert "3 under gpu." in WAYS[way](merged, name)
    assert merged.topics() == {"gpu"}


@pytest.mark.parametrize("name", ["graphics", "Graphics", "graphic", "grahpics"])
def test_asking_for_an_old_name_finds_the_topic(merged: Conversation, name: str) -> None:
    assert merged.text("action_find", f"find {name}", query=name).startswith("gpu:\n")


def test_things_are_taken_off_by_an_old_name(merged: Conversation) -> None:
    said = merged.text("action_take_off_topic", "take one off", notes=["one"], topic="graphics")
    assert said == "Took 1 one off gpu. Text undo to take that back."


def test_a_topic_is_renamed_and_merged_by_an_old_name(merged: Conversation) -> None:
    assert rename(merged, "graphics", "cards").startswith("gpu is now called cards")
    merged.save("chips: three")
    assert merge(merged, "gpus", "chips").startswith("Merged cards into chips")
    assert {merged.text("action_find", "find", query=name) for name in ("graphics", "gpu", "cards")} == {
        "chips:\n3 three\n2 two\n1 one"
    }


def test_merging_a_topic_into_its_own_old_name_changes_nothing(merged: Conversation) -> None:
    assert merge(merged, "gpu", "graphics") == "Both of these are the topic gpu."


def test_undo_takes_the_old_name_away_with_the_merge(merged: Conversation) -> None:
    assert merged.undo() == "Undone: graphics and gpu are two topics again."
    assert merged.text("action_find", "find graphics", query="graphics") == "graphics:\n1 one"


def test_a_name_given_to_another_topic_means_that_one(merged: Conversation) -> None:
    merged.save("drawing: three")
    assert rename(merged, "drawing", "graphics") == "drawing is now called graphics; either name finds it."
    assert merged.text("action_find", "find graphics", query="graphics") == "graphics:\n3 three"
    merged.undo()
    assert "gpu:" in merged.text("action_find", "find graphics", query="graphics")


def test_a_topic_may_have_its_old_name_back(ann: Conversation) -> None:
    ann.save("graphics: one")
    rename(ann, "graphics", "gpu")
    assert rename(ann, "gpu", "graphics").startswith("gpu is now called graphics")
    assert ann.topics() == {"graphics"}


def test_the_old_name_of_an_empty_topic_finds_nothing(ann: Conversation) -> None:
    ann.save("graphics: one")
    rename(ann, "graphics", "gpu")
    ann.text("action_delete", "delete 1", entry=["1"])
    assert "Nothing about" in ann.text("action_find", "find graphics", query="graphics")


def test_one_persons_old_names_mean_nothing_to_another(merged: Conversation, ben: Conversation) -> None:
    ben.save("gpu: ours")
    assert ben.save("graphics: mine") == "Saved 2 under graphics."
