"""A question that found nothing is not lost."""

from datetime import timedelta

import pytest

from tests.integration.actions.conversation import Conversation

NOT_FOUND = [
    ("action_find", "What did I save about  Xylophones?", {"query": "xylophones"}),
    ("action_find", "what's on my packing list", {"query": "packing"}),
    ("action_find", "quotes about work from last month", {"query": "quotes about work from last month"}),
    ("action_find", "links about gardens", {"query": "links about gardens"}),
    ("action_browse", "any pictures yet?", {"kind": "pictures"}),
    ("action_browse", "what did I write yesterday", {"period": "yesterday"}),
]


def find(who: Conversation, query: str) -> str:
    return who.text("action_find", f"find {query}", query=query)


def keep(who: Conversation) -> str:
    return who.text("action_keep_question", "save")


@pytest.mark.parametrize(("action", "question", "slots"), NOT_FOUND)
def test_a_question_that_found_nothing_is_kept_to_the_letter(
    ann: Conversation, action: str, question: str, slots: dict[str, str]
) -> None:
    ann.text(action, question, **slots)
    assert keep(ann) == "Saved 1."
    assert ann.entries() == {1: (question, None)}


def test_the_nearest_topics_answer_by_number(ann: Conversation) -> None:
    ann.save("python: decorators")
    assert find(ann, "pithy") == (
        'Nothing about "pithy" yet. The nearest topics: 1 python. '
        "Text its number. To keep your question, text save"
    )
    assert ann.text("action_choose", "1", choice="1") == "python:\n1 decorators"


def test_a_number_is_a_thought_when_no_topic_was_near(ann: Conversation) -> None:
    find(ann, "xylophone")
    assert ann.text("action_choose", "1", choice="1") == "Saved 1."


def test_a_topic_that_was_chosen_and_is_empty_by_now_leaves_the_first_question(ann: Conversation) -> None:
    ann.save("python: decorators")
    find(ann, "pithy")
    ann.text("action_delete", "delete 1", entry=["1"])
    assert "Nothing about" in ann.text("action_choose", "1", choice="1")
    keep(ann)
    assert ann.entries() == {2: ("find pithy", None)}


def test_a_kept_question_is_undone(ann: Conversation) -> None:
    find(ann, "xylophone")
    keep(ann)
    assert ann.undo() == "Undone: 1 is no longer saved. To bring it back, text restore 1"
    assert ann.entries() == {}


def test_a_question_is_kept_once_also_when_the_turn_is_run_again(ann: Conversation) -> None:
    find(ann, "xylophone")
    sid = ann.receive("save")
    said = [ann.turn("action_keep_question", sid) for _ in range(2)]
    assert said == ["Saved 1.", "Saved 1."]
    assert "Whatever you text is saved" in keep(ann)
    assert ann.entries() == {1: ("find xylophone", None)}


def test_save_is_explained_when_there_is_nothing_to_keep(ann: Conversation) -> None:
    assert "Whatever you text is saved" in keep(ann)
    ann.save("The heron came back")
    assert ann.text("action_find", "find heron", query="heron").startswith("heron:")
    assert "Whatever you text is saved" in keep(ann)
    assert list(ann.entries()) == [1]


def test_save_means_no_question_from_before_the_latest_thought(ann: Conversation) -> None:
    find(ann, "xylophone")
    ann.save("The heron came back")
    assert "Whatever you text is saved" in keep(ann)


def test_a_question_can_be_kept_for_an_hour(ann: Conversation) -> None:
    find(ann, "xylophone")
    ann.now += timedelta(minutes=61)
    assert "Whatever you text is saved" in keep(ann)
