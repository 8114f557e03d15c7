"""Templates stand for examples, the same ones each time."""

import pytest
from components.effects import effects
from components.phrasings import Phrasings, WrongPhrasing
from components.training_importer import THOUGHTS, WORDS


def _examples(template, lists=(), per_template=60):
    return {one.text for one in Phrasings(dict(lists), {"find": [template]}).examples(per_template)}


def test_a_template_stands_for_each_choice_with_and_without_what_may_be_left_out():
    assert _examples("(show|list) [me] notes") == {
        "show notes",
        "show me notes",
        "list notes",
        "list me notes",
    }


def test_lists_and_other_intents_may_be_named_and_nested():
    phrasings = Phrasings(
        {"topic": ["bees", "(red|white) wine"]}, {"find": ["on {topic}"], "more": ["{find} more"]}
    )
    texts = {one.text for one in phrasings.examples(60) if one.intent == "more"}
    assert texts == {"on bees more", "on red wine more", "on white wine more"}


def test_a_list_takes_further_texts_but_none_with_a_bracket():
    phrasings = Phrasings({}, {"find": ["on {topic}"]})
    phrasings.extend_list("topic", ["bees", "bees (wild)"])
    assert [one.text for one in phrasings.examples(9)] == ["on bees"]


def test_marks_stand_close_to_the_word_before_them():
    assert _examples("thanks [a lot], bye") == {"thanks, bye", "thanks a lot, bye"}


@pytest.mark.parametrize("template", ["(a|b", "a]", "{a", "on {nothing}"])
def test_a_wrong_template_is_named(template):
    with pytest.raises(WrongPhrasing) as problem:
        _examples(template)
    assert template in str(problem.value)


def test_ours_are_the_same_each_time_and_belong_to_intents():
    first, second = (list(_ours().examples(2)) for _ in range(2))
    assert first == second
    assert {one.intent for one in first} <= effects().keys()


def _ours():
    phrasings = Phrasings.read()
    phrasings.extend_list(THOUGHTS, ["the heron came back"])
    phrasings.extend_list(WORDS, ["came back"])
    return phrasings
