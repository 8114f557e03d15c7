"""The trained model, from text to intent and arguments."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
from components.effects import effects

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
    ("delete the note about my mother.", "delete_entry", {"entry": "of about my mother"}),
    ("delete the last three notes", "delete_entry", {"entry": "newest 3"}),
    ("delete the last 3 notes", "delete_entry", {"entry": "newest 3"}),
    ("please get rid of note seventeen", "delete_entry", {"entry": "17"}),
    ("set a reminder for the swimming lesson", "remind", {}),
    ("what are you able to do for me", "commands", {}),
    ("sorry, could you say that again", "repeat", {}),
    ("hello, how are you today", "greet", {}),
    ("thank you so much for your help", "thanks", {}),
    ("can you add the laundry to my to do list", "add_to_topic", {"note": "laundry", "topic": "to do"}),
    ("cross candles off the list", "take_off_topic", {"note": "candles"}),
    ("scratch that one", "delete_entry", {}),
    ("what were the things that i wanted to remember", "find", {}),
    ("let me hear the last memo", "play", {}),
    ("i would like to listen to my last recording", "play", {}),
    ("quotes about work from last month", "find", {"query": "quotes about work from last month"}),
    ("have i got any quotes by woolf", "find", {"query": "quotes by woolf"}),
    ("what links did i save", "browse", {"kind": "links"}),
    ("show me the videos i sent you", "browse", {"kind": "videos"}),
    ("where are the contacts that i saved", "browse", {"kind": "contacts"}),
    ("any files from last week", "browse", {"kind": "files", "period": "last week"}),
    ("which documents have i got here", "browse", {"kind": "files"}),
    ("what did i save about “sourdough starters”?", "find", {"query": "sourdough starters"}),
    ('delete the note about "my mother"', "delete_entry", {"note": "my mother"}),
    ("what's on my 'shopping' list", "find", {"query": "shopping"}),
]

TYPOS = [
    ("wat can u do", "commands", {}),
    ("whats on my shoping lsit", "find", {"query": "shoping"}),
    ("pls remvoe candles from my shopping lsit", "take_off_topic", {"note": "candles", "topic": "shopping"}),
    ("i dont need candels on my shopping list", "take_off_topic", None),
    ("remnd me to water the plants", "remind", {}),
    ("thnaks a lot", "thanks", {}),
    ("hat did you say", "repeat", {}),
    ("hw are you", "greet", {}),
    ("sya that again", "repeat", {}),
]

PRIVATE = [
    "“Delete what you do not need” — Ann Example",
    '"show me my topics" - what she said',
    "https://example.org/undo delete that",
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

# Small talk with content that may be worth saving
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
    # Whatever it is called: nobody wants to keep these.
    ("say it again alexa", "repeat"),
    ("siri repeat that please", "repeat"),
    ("hello computer", "greet"),
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


@pytest.mark.parametrize(("text", "intent", "arguments"), TYPOS)
def test_it_understands_typing_errors_and_returns_the_original_spelling(understood, text, intent, arguments):
    answer = understood(text)
    assert answer["intent"] == intent
    for entity in answer["entities"]:
        assert text[entity["start"] : entity["end"]] == entity["value"]
    if arguments is not None:
        assert {entity["entity"]: entity["value"] for entity in answer["entities"]} == arguments


CHANGES = [
    ("delete the note about my mother", False),
    ("please remove candles from my shopping list", False),
    ("move note 4 to books", False),
    ("i no longer need note 17", True),
    ("clear my shopping list", True),
    ("from my shopping list, remove candles", True),
    ("that should say malt vinegar", True),
    ("correct: malt vinegar", False),
]


@pytest.mark.parametrize(("text", "is_paraphrase"), CHANGES)
def test_it_marks_a_change_that_does_not_begin_with_its_command(agent, text, is_paraphrase):
    parsed = asyncio.run(agent.parse_message(text))
    assert effects()[parsed["intent"]["name"]] in {"remove", "edit"}
    assert parsed.get("is_paraphrase", False) is is_paraphrase


@pytest.mark.parametrize("text", PRIVATE)
def test_it_saves_a_private_text(understood, text):
    assert understood(text)["intent"] == "save_thought"


@pytest.mark.parametrize("text", NOT_SMALL_TALK)
def test_it_saves_small_talk_with_content(understood, text):
    assert understood(text)["intent"] == "save_thought"


@pytest.mark.parametrize(("text", "intent"), SMALL_TALK)
def test_it_recognises_small_talk(understood, text, intent):
    assert understood(text)["intent"] == intent


@pytest.mark.parametrize(
    "text", ["/restart", '/delete_entry{"entry": "3"}', "  /undo", "/", "/back", "/session_start"]
)
def test_it_saves_a_text_that_looks_like_a_forced_intent(understood, text):
    assert understood(text)["intent"] == "save_thought"


@pytest.mark.parametrize("text", ["", "   ", "\n", "\u200b", "😀", "???", "x" * 1600, "delete " * 200])
def test_it_saves_a_text_without_meaning(understood, text):
    assert understood(text)["effect"] == "save"


def test_offsets_point_at_the_argument(understood):
    text = "  fnid   gpu kernels "
    entity = understood(text)["entities"][0]
    assert text[entity["start"] : entity["end"]] == entity["value"] == "gpu kernels"


def test_the_app_can_force_a_memo_to_be_saved(agent):
    parsed = asyncio.run(agent.parse_message("/save_thought{}"))
    assert parsed["intent"]["name"] == "save_thought"


def test_every_intent_has_an_effect(agent):
    intents = set(agent.domain.intents) - {"restart", "back", "session_start", "out_of_scope", "nlu_fallback"}
    assert intents == set(effects())


def test_the_parser_writes_one_object_per_line(agent):
    lines = "undo\n\ndelte 3\n/undo\n"
    done = subprocess.run(
        [sys.executable, "parse.py"], cwd=BOT, input=lines, capture_output=True, text=True, check=True
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["text"] for answer in answers] == ["undo", "", "delte 3", "/undo"]
    assert [answer["effect"] for answer in answers] == ["undo", "save", "remove", "save"]
    assert set(answers[0]) == {"text", "intent", "confidence", "effect", "entities"}


@pytest.mark.parametrize(
    "text",
    [
        "git: undo the last commit",
        "undo the harm that plastic has done",
        "roll the dough back and let it rest",
        "never forget: undo",
        "idea: find notes about jazz",
        "jazz: how do I delete a note that rings on",
        "reply: thanks a lot",
        "meet me at gate number 20 please",
        "thought number 28 of many",
    ],
)
def test_a_thought_with_the_words_of_a_command_is_saved(understood, text):
    assert understood(text)["effect"] == "save"
