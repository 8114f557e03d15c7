"""A place alone, as "the second one", shows that of the list; where a question is open, it answers it."""

from tests.integration.actions.conversation import Conversation


def listed(who: Conversation) -> Conversation:
    for body in ("gpu: one", "two", "three"):
        who.save(body)
    who.text("action_browse", "last 3", count="3")
    return who


def test_it_shows_that_of_the_list(ann: Conversation) -> None:
    listed(ann)
    assert ann.text("action_choose", "the second one", choice="2").startswith("2:\ntwo")
    assert ann.text("action_choose", "the third", choice="3").startswith("1 gpu:\none")


def test_a_number_alone_is_a_thought_where_nothing_was_asked(ann: Conversation) -> None:
    listed(ann)
    assert ann.text("action_choose", "2", choice="2") == "Saved 4."


def test_without_a_list_it_is_a_thought(ann: Conversation) -> None:
    assert ann.text("action_choose", "the second one", choice="2") == "Saved 1."


def test_a_question_after_the_list_is_answered(ann: Conversation) -> None:
    listed(ann)
    ann.save("pesto: a")
    ann.save("pasta: b")
    ann.text("action_find", "find pesta", query="pesta")
    assert "b" in ann.text("action_choose", "the second one", choice="2")


def test_a_list_after_the_question_is_meant(ann: Conversation) -> None:
    ann.save("pesto: a")
    ann.save("pasta: b")
    ann.text("action_find", "find pesta", query="pesta")
    listed(ann)
    assert ann.text("action_choose", "the third one", choice="3").startswith("3 gpu:\none")


def test_the_second_topic_of_the_list_is_opened(ann: Conversation) -> None:
    ann.save("gpu: one")
    ann.save("boat: two")
    ann.text("action_topics", "topics")
    assert ann.text("action_choose", "2nd", choice="2") == "gpu:\n1 one"
