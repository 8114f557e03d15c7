"""A number answers an open question, whichever action asked it."""

import ast
import asyncio
from pathlib import Path

import pytest
import yaml
from rasa_sdk.executor import CollectingDispatcher

from actions.action import RESUMABLE_ACTIONS, BookAction
from actions.replies import reply
from actions.turn import Turn
from scrapbook.core.open_questions import ask
from scrapbook.store import TurnResult
from tests.integration.actions.conversation import Conversation, executor

ROOT = Path(__file__).parents[3]


class ActionAskColour(BookAction):
    """Listed nowhere: being an action is enough to be resumed."""

    action_name = "action_ask_colour"

    def answer(self, turn: Turn) -> TurnResult:
        if colour := turn.slots.text("colour"):
            return reply("utter_repeat", words=colour)
        ask(turn.book, self.action_name, {}, "colour", ["red", "blue"])
        return reply("utter_which_topic", options="1 red, 2 blue")


def test_an_action_that_asks_is_resumed_by_the_number_of_an_option(ann: Conversation) -> None:
    tracker, dispatcher = ann.tracker(ann.receive("paint it"), [], {}), CollectingDispatcher()
    assert asyncio.run(ActionAskColour().run(dispatcher, tracker, {})) == []
    assert dispatcher.messages[0]["response"] == "utter_which_topic"
    assert ann.text("action_choose", "2", choice="2") == "blue"


def actions_of_the_domain() -> set[str]:
    files = (yaml.safe_load(path.read_text("utf-8")) for path in (ROOT / "bot" / "domain").glob("*.yml"))
    return {name for file in files for name in file.get("actions", [])}


def actions_named_in_the_code() -> set[str]:
    """Those that questions are asked for, or that a dry run puts in place of another, by their names."""
    trees = [ast.parse(path.read_text("utf-8")) for path in (ROOT / "actions").glob("*.py")]
    strings = {node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    named = {text for text in strings if isinstance(text, str) and text.startswith("action_")}
    return named - {"action_confirmed", "action_failed", "action_server", "action_name"}


@pytest.mark.parametrize("names", [actions_of_the_domain(), actions_named_in_the_code()])
def test_every_action_is_one_that_can_be_resumed(names: set[str]) -> None:
    executor()  # registers them
    assert len(names) > 20
    assert names <= set(RESUMABLE_ACTIONS) & set(executor().actions)


@pytest.fixture
def asked(ann: Conversation) -> Conversation:
    ann.save("pasta: salt the water")
    ann.save("pesto: no parsley")
    assert ann.text("action_find", "find pesta", query="pesta").startswith("Which one: 1 pesto, 2 pasta?")
    return ann


def test_both_topics_that_a_question_names_are_listed(asked: Conversation) -> None:
    said = asked.text("action_choose", "both", choice="all")
    assert said == "pesto and pasta:\n2 no parsley\n1 salt the water"


def test_no_leaves_everything_as_it_is(asked: Conversation) -> None:
    assert asked.text("action_choose", "neither", choice="no") == "All right, I left it as it is."
