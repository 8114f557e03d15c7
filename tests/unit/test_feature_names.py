"""A feature has the same name in every folder: its intents, rules, examples, wording and actions."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DOMAIN = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in (ROOT / "bot/domain").glob("*.yml")}
FEATURES = sorted(name for name, domain in DOMAIN.items() if "intents" in domain)


def loaded(folder: str, feature: str, key: str) -> list[dict[str, object]]:
    path = ROOT / folder / f"{feature}.yml"
    return yaml.safe_load(path.read_text("utf-8"))[key] if path.exists() else []


@pytest.mark.parametrize("feature", FEATURES)
def test_a_features_rules_and_examples_are_those_of_its_intents(feature: str) -> None:
    intents = set(DOMAIN[feature]["intents"])
    rules = re.findall(r"- intent: (\w+)", (ROOT / "data/rules" / f"{feature}.yml").read_text("utf-8"))
    assert set(rules) == intents
    assert {one["intent"] for one in loaded("data/nlu", feature, "nlu")} <= intents


@pytest.mark.parametrize("feature", FEATURES)
def test_a_features_actions_are_defined_in_its_module(feature: str) -> None:
    path = ROOT / "actions" / f"{feature}.py"
    code = path.read_text("utf-8") if path.exists() else ""
    assert set(re.findall(r'action_name = "(\w+)"', code)) == set(DOMAIN[feature].get("actions", []))


@pytest.mark.parametrize("folder", ["data/nlu", "data/rules", "bot/domain/wording"])
def test_no_file_is_of_another_feature(folder: str) -> None:
    # Any feature may ask for a confirmation; it has no intent of its own.
    assert {path.stem for path in (ROOT / folder).glob("*.yml")} <= {*FEATURES, "confirming", "notices"}
