"""Every command that is promised goes through its rule in a story and is shown in the table of commands."""

import re
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

ROOT = Path(__file__).parents[2]


class Promised(NamedTuple):
    """``said`` is what begins or ends the texts of a person who wants it, as a pattern."""

    intent: str
    said: str


PROMISED = {
    "any text is saved": Promised("save_thought", r"The \w+ came"),
    "a topic before a colon": Promised("save_thought", r"python: "),
    "a tag": Promised("save_thought", r".*#\w+"),
    "saved under a topic": Promised("file_under", r"save this under "),
    "filed afterwards": Promised("file_under", r"under \w+$"),
    "more words for an entry": Promised("append", r"add: "),
    "find": Promised("find", r"find "),
    "find by asking": Promised("find", r"what did I save about "),
    "find notes on something": Promised("find", r"notes on "),
    "find by a word and a question mark": Promised("find", r"\w+\?$"),
    "an entry in full": Promised("show", r"show \d+$"),
    "a sound again": Promised("play", r"play \d+$"),
    "the rest of a list": Promised("more", r"more$"),
    "the topics": Promised("list_topics", r"topics$"),
    "the last ones": Promised("browse", r"last \d+$"),
    "today": Promised("browse", r"today$"),
    "yesterday": Promised("browse", r"yesterday$"),
    "last week": Promised("browse", r"last week$"),
    "pictures": Promised("browse", r"pictures$"),
    "memos": Promised("browse", r"memos$"),
    "quotes": Promised("browse", r"quotes$"),
    "quotes by somebody": Promised("quotes_by", r"quotes by "),
    "links": Promised("browse", r".*links$"),
    "places": Promised("browse", r"locations$"),
    "what was taken away": Promised("takeaway", r"takeaway: "),
    "a question that found nothing": Promised("keep_question", r"save$"),
    "this day in earlier years": Promised("on_this_day", r"on this day$"),
    "any one": Promised("surprise", r"surprise me$"),
    "onto a list": Promised("add_to_topic", r"add \w+ to "),
    "what a list holds": Promised("find", r"what'?s on my .* list"),
    "off a list": Promised("take_off_topic", r"take \w+ off "),
    "undo": Promised("undo", r"undo$"),
    "edit": Promised("edit", r"edit \d+ "),
    "delete": Promised("delete_entry", r"delete \d+$"),
    "restore": Promised("restore", r"restore \d+$"),
    "move": Promised("move", r"move \d+ to "),
    "rename": Promised("rename_topic", r"rename \w+ to "),
    "merge": Promised("merge_topics", r"merge \w+ into "),
    "pin": Promised("pin", r"pin \d+$"),
    "unpin": Promised("unpin", r"unpin \d+$"),
    "correct": Promised("correct", r"correct( \d+)?: "),
    "what only sounds like a command": Promised("delete_entry", r"I (don't|no longer) "),
    "an answer by number": Promised("choose", r"\d$"),
    "reminders": Promised("remind", r"remind me "),
    "the time zone": Promised("set_timezone", r"time ?zone "),
    "the commands": Promised("commands", r"commands$"),
    "how something is done": Promised("commands", r"how do I "),
    "what is being worked on": Promised("status", r"status$"),
    "the last words again": Promised("repeat", r"repeat$"),
    "a greeting": Promised("greet", r"hello$"),
    "thanks": Promised("thanks", r"thank you$"),
}


def loaded(folder: str, key: str) -> list[dict[str, Any]]:
    files = sorted((ROOT / folder).glob("*.yml"))
    return [one for path in files for one in yaml.safe_load(path.read_text(encoding="utf-8"))[key]]


def turns() -> set[tuple[str, str]]:
    """Intents and what is done upon them, over all stories."""
    steps = [story["steps"] for story in loaded("tests/stories", "stories")]
    return {
        (step["intent"], following["action"])
        for one in steps
        for step, following in pairwise(one)
        if "intent" in step and "action" in following
    }


def rules() -> dict[str, str]:
    found = [rule["steps"] for rule in loaded("data/rules", "rules")]
    return {steps[0]["intent"]: steps[1]["action"] for steps in found}


TURNS, RULES = turns(), rules()
ROWS = re.findall(
    r"^\| `(.+?)` \|", (ROOT / "docs" / "commands.md").read_text(encoding="utf-8"), re.MULTILINE
)


@pytest.mark.parametrize("name", PROMISED)
def test_a_command_goes_through_its_rule_in_a_story(name: str) -> None:
    intent = PROMISED[name].intent
    assert (intent, RULES[intent]) in TURNS


@pytest.mark.parametrize("name", PROMISED)
def test_a_command_is_shown_in_the_table(name: str) -> None:
    assert [row for row in ROWS if re.match(PROMISED[name].said, row)]


def test_every_rule_is_gone_through_in_a_story() -> None:
    assert set(RULES.items()) == TURNS
