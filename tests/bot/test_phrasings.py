"""The trained model on phrasings of many people. Misunderstood ones were not added to the examples."""

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml
from components.effects import effects
from phrasings import NOT_UNDERSTOOD, OTHERS, PHRASINGS

EXAMPLES = Path(__file__).parents[2] / "data" / "nlu"
# Some examples are rejected because they are likely to be thoughts: "good one", "what should i buy".
MIN_ACCEPTED_EXAMPLES = 0.96


@pytest.mark.parametrize(
    ("effect", "text", "intent", "arguments"),
    [(effect, *phrasing) for effect, phrasings in PHRASINGS.items() for phrasing in phrasings],
)
def test_it_understands_a_phrasing(understood, effect, text, intent, arguments):
    answer = understood(text)
    assert (answer["effect"], answer["intent"]) == (effect, intent)
    if arguments is not None:
        assert {entity["entity"]: entity["value"] for entity in answer["entities"]} == arguments


@pytest.mark.parametrize(
    ("effect", "text"), [(effect, text) for effect, texts in OTHERS.items() for text in texts]
)
def test_it_finds_the_effect_of_a_phrasing(understood, effect, text):
    assert understood(text)["effect"] == effect


@pytest.mark.parametrize("text", NOT_UNDERSTOOD)
def test_it_saves_a_text_that_it_does_not_understand(understood, text):
    assert understood(text)["effect"] == "save"


def test_it_understands_its_examples(understood):
    effect_of, meant, right = effects(), Counter(), Counter()
    for intent, text in _examples():
        meant[effect_of[intent]] += 1
        right[effect_of[intent]] += understood(text)["effect"] == effect_of[intent]
    assert right.total() >= MIN_ACCEPTED_EXAMPLES * meant.total(), {
        effect: (right[effect], count) for effect, count in meant.items()
    }


def _examples():
    for path in sorted(EXAMPLES.glob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            for line in block["examples"].splitlines():
                yield block["intent"], re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", line.removeprefix("- "))
