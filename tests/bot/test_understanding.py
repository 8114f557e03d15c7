"""The trained model, from text to intent and arguments."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

BOT = Path(__file__).parents[2] / "bot"

NATURAL = [
    ("what did i save about sourdough starters?", "find", {"query": "sourdough starters"}),
    ("what's on my shopping list", "find", {"query": "shopping"}),
    ("please put candles on my shopping list", "add_to_topic", {"note": "candles", "topic": "shopping"}),
    (
        "could you take candles off my shopping list",
        "take_off_topic",
        {"note": "candles", "topic": "shopping"},
    ),
    ("please get rid of note 17", "delete_entry", {"entry": "17"}),
    ("what did i save yesterday", "browse", {"period": "yesterday"}),
    ("which topics do i have", "list_topics", {}),
    ("bring back the note 12", "restore", {"entry": "12"}),
    ("set a reminder for the swimming lesson", "remind", {}),
    ("what are you able to do for me", "commands", {}),
    ("sorry, could you say that again", "repeat", {}),
    ("hello, how are you today", "greet", {}),
    ("thank you so much for your help", "thanks", {}),
]

PRIVATE = [
    "can you delete the message i sent to your sister, wrong person",
    "remove the cake from the oven at ten past",
    "he deleted all our photos and i am furious",
    "can we move lunch to wednesday?",
    "change the bulb in the hall when you get home",
    "did you cancel the table for tonight",
    "what did you buy at the market?",
    "my list of worries is long today",
    "clear the table before they come please",
    "where did we park??",
    "undoing years of bad habits takes time",
    "please rename the baby before the aunts hear of it",
]

# Small talk with something in it that may be worth keeping
NOT_SMALL_TALK = [
    "said once",
    "lunch 3 thanks",
    "invoice 12345 thank you",
    "order 66 hello",
    "7 undo",
    "undo 5",
    "2 more",
    "555 status",
    "say it once",
    "said twice, meant never",
    "repeat prescription",
    "repeat the blood test",
    "ask the plumber again",
    "thanks for the fish quote",
    "thanks for the marmalade recipe",
    "thank you card for the neighbours",
    "thank the midwife",
    "morning swim",
    "hello kitty lunchbox",
    "how to prune roses",
    "evening class",
]
SMALL_TALK = [
    ("say it once more", "repeat"),
    ("sorry what did you say", "repeat"),
    ("i did not understand, again please", "repeat"),
    ("what was that question again", "repeat"),
    ("thanks for your answer", "thanks"),
    ("thank you, you have helped me a lot", "thanks"),
    ("much appreciated, thanks", "thanks"),
    ("good morning, how are you", "greet"),
    ("hi there, nice to meet you", "greet"),
]


@pytest.mark.parametrize(("text", "intent", "arguments"), NATURAL)
def test_it_understands_a_command_in_a_persons_own_words(understood, text, intent, arguments):
    answer = understood(text)
    assert answer["intent"] == intent
    assert {entity["entity"]: entity["value"] for entity in answer["entities"]} == arguments


@pytest.mark.parametrize("text", PRIVATE)
def test_it_keeps_a_private_text(understood, text):
    assert understood(text)["intent"] == "save_thought"


@pytest.mark.parametrize("text", NOT_SMALL_TALK)
def test_it_keeps_small_talk_that_carries_content(understood, text):
    assert understood(text)["intent"] == "save_thought"


@pytest.mark.parametrize(("text", "intent"), SMALL_TALK)
def test_it_still_knows_small_talk(understood, text, intent):
    assert understood(text)["intent"] == intent


@pytest.mark.parametrize(
    "text", ["/restart", '/delete_entry{"entry": "3"}', "  /undo", "/", "/back", "/session_start"]
)
def test_it_keeps_a_text_that_looks_like_a_forced_intent(understood, text):
    assert understood(text)["intent"] == "save_thought"


@pytest.mark.parametrize("text", ["", "   ", "\n", "\u200b", "😀", "???", "x" * 1600, "delete " * 200])
def test_it_keeps_what_says_nothing(understood, text):
    assert understood(text)["effect"] == "save"


def test_offsets_point_at_the_argument(understood):
    text = "  fnid   gpu kernels "
    entity = understood(text)["entities"][0]
    assert text[entity["start"] : entity["end"]] == entity["value"] == "gpu kernels"


def test_every_intent_has_an_effect(agent):
    from components.effects import effects

    intents = set(agent.domain.intents) - {"restart", "back", "session_start", "out_of_scope", "nlu_fallback"}
    assert intents == set(effects())


def test_the_parser_answers_every_line_with_one_object(agent):
    lines = "undo\n\ndelte 3\n/undo\n"
    done = subprocess.run(
        [sys.executable, "parse.py"], cwd=BOT, input=lines, capture_output=True, text=True, check=True
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["text"] for answer in answers] == ["undo", "", "delte 3", "/undo"]
    assert [answer["effect"] for answer in answers] == ["undo", "save", "remove", "save"]
    assert set(answers[0]) == {"text", "intent", "confidence", "effect", "entities"}
