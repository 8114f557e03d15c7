"""What asks the scrapbook something, and which of its words say about what."""

import pytest

from scrapbook.text.questions import MAX_LENGTH, MAX_WORDS, Question, is_question


@pytest.mark.parametrize(
    "text",
    [
        "where is the ladder",
        "Where's the ladder?",
        "the ladder?",
        "so, where did we leave the ladder",
        "Hey! Where is the ladder?",
        "in which box are the lights",
        "which of the boxes has the lights",
        "whose ladder is that",
        "how many eggs go into the pancakes",
        "how long does the glue dry",
        "who lent me the ladder",
        "who fixes the ladder",
        "is glue on hardware",
        "which road goes to the quarry",
        "what colour of paint for the fence",
        "what kind of screws hold the gutter",
        "did Marta call back",
        "have we paid the sweep",
        "is there any glue left",
        "remind me what Marta said about the glue",
        "can you tell me where the ladder is",
        "do you remember who has the ladder?",
        "any idea where the ladder went",
        "I'm looking for that poem about the gutter",
        "that poem about the gutter",
        "that song by Nina",
        "where is the ladder, please",
    ],
)
def test_it_is_a_question(text: str):
    assert is_question(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?",
        "The ladder is in the shed",
        "What a day",
        "When I was small we had a goat",
        "how to glue a chair",
        "why I left",
        "Who dares wins",
        "do the dishes",
        "have a nice evening",
        "that poem about the gutter made me laugh",
        "find out why the gutter leaks",
        "remind me to ask where the ladder is",
        "remind me when I am home to call the sweep",
        "tell me when it rains",
        "are you coming tonight?",
        "when can u call me?",
        "do you like it here?",
        "is that your ladder?",
        "what's y'all doing",
        "Where is the ladder? I need it now.",
        "I asked him.\nWhere is the ladder?",
        '"Where is the ladder?" - Marta',
        "https://example.org/where?",
        "what is " + "so " * MAX_WORDS + "late?",
        "what is " + "x" * MAX_LENGTH + "?",
    ],
)
def test_it_is_none(text: str):
    assert not is_question(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Do you know where my keys are?", "where my keys are?"),
        ("hey, where are my keys please?", "where are my keys?"),
        ("remind me about that quote by Nina", "that quote by Nina"),
        ("what was the café with the harp called?", "what was the café with the harp?"),
    ],
)
def test_what_only_makes_it_a_question_is_left_out(text: str, words: str):
    assert Question.parse(text) == Question(words, Question.parse(text).wanted)  # pyright: ignore[reportOptionalMemberAccess]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("what's the wifi password at the mill", "password"),
        ("what was the name of the sweep", "name"),
        ("what is the sweep's number", "number"),
        ("that quote by Nina", "quote"),
        ("what size are the shoes", "size"),
        ("which glue for the chair", "glue"),
        ("how much did the ladder cost", "cost"),
        ("where is the ladder", None),
        ("who lent me the ladder", None),
    ],
)
def test_the_word_for_what_is_asked_for_is_known(text: str, wanted: str | None):
    question = Question.parse(text)
    assert question is not None
    assert question.wanted == wanted


def test_what_it_is_about_is_known():
    question = Question.parse("what did Marta say about the old Gutter?")
    assert question is not None
    assert question.about == {"the", "old", "gutter"}


@pytest.mark.parametrize(
    ("text", "is_of_it"), [("is it done?", True), ("when was that", True), ("is the glue dry?", False)]
)
def test_a_question_about_it_is_told_apart(text: str, is_of_it: bool):
    question = Question.parse(text)
    assert question is not None
    assert question.is_of_it == is_of_it
