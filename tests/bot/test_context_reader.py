"""What the conversation knows decides what a text means: topics, a question, the message it answers."""

import asyncio

import pytest
from components.context_reader import read
from components.topic_requests import topic_asked_for
from components.turn_context import OpenQuestion, TurnContext
from rasa.shared.nlu.training_data.message import Message

GARDEN = TurnContext(topics=("garden",))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "garden",
            "Garden",
            "garden?",
            "garden please",
            "my garden",
            "my garden notes",
            "garden notes",
            "the garden list",
        ),
        *(
            "show me garden",
            "show garden",
            "show me my garden notes",
            "open garden",
            "list garden",
            "pull up the garden list",
        ),
        *(
            "what's in garden",
            "what’s in my garden notes?",
            "what is under garden?",
            "what do I have in garden",
        ),
        *(
            "what did i save under garden?",
            "what have I got on garden",
            "anything on garden?",
            "everything about garden",
        ),
        *(
            "everything in my garden folder",
            "can you show me garden?",
            "let me see the garden stuff",
            "all my garden notes",
        ),
        *(
            "read me my garden notes",
            "notes on garden",
            "what about garden?",
            "and garden?",
            "do i have anything on garden",
        ),
        *(
            "what are my garden notes",
            "Please open the garden topic",
            "show me everything in garden",
            "give me garden",
        ),
    ],
)
def test_a_topic_is_asked_for_by_its_name_in_any_frame(text):
    asked = topic_asked_for(text, ["garden"])
    assert asked is not None
    assert asked[0].lower() == "garden"
    assert text[asked[1] : asked[2]] == asked[0]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "the garden is full of slugs",
            "garden party on sunday",
            "prune the garden pear",
            "check garden",
            "read garden",
        ),
        *(
            "how is the garden?",
            "who looks after the garden when we are away?",
            "new garden chairs",
            "garden: weed it",
        ),
        *(
            "show Mia the garden",
            "what's growing in the garden at night",
            "gardens are work",
            "my garden needs rain",
        ),
    ],
)
def test_a_thought_that_mentions_a_topic_does_not_ask_for_it(text):
    assert topic_asked_for(text, ["garden"]) is None


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("a rake to garden", "a rake"),
        ("rake, spade and twine for the garden list", "rake, spade and twine"),
        ("two pots onto my garden list please", "two pots"),
    ],
)
def test_an_item_is_put_on_a_topic_that_exists(text, item):
    found = read(text, GARDEN)
    assert found.intent == "add_to_topic"
    assert [entity[:2] for entity in found.entities] == [("note", item), ("topic", "garden")]
    assert all(text[entity.start : entity.end] == entity.value for entity in found.entities)


@pytest.mark.parametrize(
    "text",
    [
        "back to the garden",
        "I went to the garden",
        "rake to the shed",
        "is this for the garden?",
        "to the garden",
    ],
)
def test_what_goes_to_a_place_is_no_item(text):
    found = read(text, GARDEN)
    assert found is None or found.intent != "add_to_topic"


def test_the_longest_name_is_the_topic_asked_for():
    assert topic_asked_for("show me garden plans", ["garden plans", "garden"])[0] == "garden plans"


def test_a_forwarded_text_is_content_whatever_it_says():
    assert read("delete 3", TurnContext(is_forwarded=True), "delete_entry").intent == "save_thought"


def test_an_option_is_chosen_rather_than_a_topic_of_that_name():
    question = OpenQuestion(("garden", "gardening"), is_confirmation=False, is_fresh=True)
    found = read("garden", TurnContext(topics=("garden",), question=question))
    assert (found.intent, found.entities[0].value) == ("choose", "1")


def test_a_command_is_no_answer_to_a_question():
    question = OpenQuestion(("garden", "recipes"), is_confirmation=False, is_fresh=True)
    assert read("find garden", TurnContext(topics=("garden",), question=question), "find") is None


@pytest.mark.parametrize(
    ("text", "intent", "entities"),
    [
        ("move to errands", "move", {"topic": "errands"}),
        ("Pin", "pin", {}),
        ("delete", "delete_entry", {}),
        ("pin!", "pin", {}),
        ("file under errands", "file_under", {"topic": "errands"}),
    ],
)
def test_an_answer_to_an_entry_may_leave_out_that(understood, text, intent, entities):
    found = read(text, TurnContext(answers_entry=True))
    if found is None:  # a command as it is
        parsed = understood(text)
        assert parsed["intent"] == intent
        return
    assert found.intent == intent
    assert {entity.entity: entity.value for entity in found.entities} == entities
    assert all(text[entity.start : entity.end] == entity.value for entity in found.entities)


@pytest.mark.parametrize("text", ["it was Tuesday after all", "and two eggs", "Anna said so", "what a day"])
def test_words_for_an_entry_are_no_command(text):
    assert read(text, TurnContext(answers_entry=True)) is None


def test_the_context_comes_with_the_metadata_of_the_message():
    question = {"options": ["", ""], "is_confirmation": True, "is_fresh": False}
    context = {"topics": ["garden"], "last_entry": 7, "question": question, "answers_entry": True}
    message = Message({"text": "x", "metadata": {"message_id": "SM1", "context": context}})
    assert TurnContext.of(message) == TurnContext(
        True, ("garden",), 7, OpenQuestion(("", ""), True, False), True, False
    )
    assert TurnContext.of(Message({"text": "x"})) == TurnContext()


@pytest.mark.parametrize("text", ["edit: dentist at 11", "edit dentist at 11", "change it to dentist at 11"])
def test_an_answer_to_an_entry_may_be_its_new_words(text):
    assert read(text, TurnContext(answers_entry=True)).intent == "edit"


def test_what_is_to_be_deleted_is_an_entry_only_if_there_is_one():
    text = "please delete my lentil recipe"
    assert read(text, TurnContext()) is None
    found = read(text, TurnContext(to_delete="lentil recipe"))
    assert found.intent == "delete_entry"
    assert [entity.value for entity in found.entities] == ["one", "of about lentil recipe"]
    assert {text[entity.start : entity.end] for entity in found.entities} == {"lentil recipe"}


@pytest.mark.parametrize("text", ["gimme the garden stuff", "whats in garden", "shwo me my garden notes"])
def test_the_words_around_the_name_of_a_topic_may_be_misspelled(agent, text):
    from rasa.core.channels.channel import UserMessage

    metadata = {"message_id": "SM1", "context": {"topics": ["garden"]}}
    message = UserMessage(text, sender_id="person-1", metadata=metadata)
    parsed = asyncio.run(agent.processor.parse_message(message))
    assert parsed["intent"]["name"] == "find"
    [entity] = parsed["entities"]
    assert text[entity["start"] : entity["end"]] == "garden"
