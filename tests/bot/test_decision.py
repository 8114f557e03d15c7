"""A text is a command if that costs less than keeping it; without a cost, nothing is trained and loaded."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from components import decision
from components.decision import Decision, UnknownEffect, limit
from components.effects import effects
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

BOT = Path(__file__).parents[2] / "bot"


@pytest.fixture
def model_storage(tmp_path):
    return LocalModelStorage(tmp_path)


def _train(model_storage, *intents):
    component = Decision.create({"min_examples": 1}, model_storage, Resource("decision"), None)
    examples = [Message({TEXT: intent, INTENT: intent}) for intent in intents]
    return component.train(TrainingData([*examples, Message({INTENT: "intent_of_a_rule"})]))


def _load(model_storage):
    return Decision.load({}, model_storage, Resource("decision"), None)


def test_a_model_whose_intents_have_effects_with_costs_is_trained_and_loaded(model_storage):
    _train(model_storage, *effects())
    assert isinstance(_load(model_storage), Decision)


def test_training_rejects_an_intent_without_an_effect(model_storage):
    with pytest.raises(UnknownEffect, match=r"hum_a_tune.*bot/effects.yml"):
        _train(model_storage, "save_thought", "find", "hum_a_tune")


def test_a_model_is_not_loaded_if_an_effect_has_lost_its_cost(model_storage, monkeypatch):
    _train(model_storage, "save_thought", "find", "undo")
    monkeypatch.setattr(decision, "costs", lambda: {"retrieve": 1.0})
    with pytest.raises(UnknownEffect, match=r"undo.*bot/costs.yml"):
        _load(model_storage)


def test_a_needless_change_costs_more_than_a_needless_answer():
    assert limit("delete_entry") > limit("find")
    assert limit("edit") > limit("remind")


@pytest.mark.parametrize(
    ("chance", "intent"), [(limit("find") + 0.01, "find"), (limit("find") - 0.01, "save_thought")]
)
def test_a_text_is_a_command_from_the_chance_on_from_which_that_costs_less(model_storage, chance, intent):
    _train(model_storage, "save_thought", "find")
    message = Message({TEXT: "find", INTENT_RANKING_KEY: _ranking(find=chance, save_thought=0.3)})
    _load(model_storage).process([message])
    assert message.get(INTENT)["name"] == intent


def test_the_chances_of_intents_with_one_effect_add_up(model_storage):
    _train(model_storage, "save_thought", "find", "browse")
    ranking = _ranking(save_thought=0.35, find=0.33, browse=0.32)
    message = Message({TEXT: "find", INTENT_RANKING_KEY: ranking})
    _load(model_storage).process([message])
    assert message.get(INTENT) == {"name": "find", "confidence": pytest.approx(0.65)}


def _ranking(**chances):
    return [{"name": intent, "confidence": chance} for intent, chance in chances.items()]


def test_training_the_pipeline_ends_with_the_message(tmp_path):
    examples = "nlu:\n" + "".join(
        f"- intent: {intent}\n  examples: |\n    - {intent} one\n    - {intent} two\n"
        for intent in ("save_thought", "hum_a_tune")
    )
    config = {"recipe": "default.v1", "language": "en", "assistant_id": "test"}
    names = ("WhitespaceTokenizer", "components.decision.Decision")
    (tmp_path / "config.yml").write_text(
        json.dumps(config | {"pipeline": [{"name": name} for name in names]})
    )
    (tmp_path / "examples.yml").write_text(examples)
    done = subprocess.run(
        [
            *(sys.executable, "-W", "ignore", "launch.py", "train", "nlu"),
            *("--config", tmp_path / "config.yml", "--nlu", tmp_path / "examples.yml", "--out", tmp_path),
        ],
        cwd=BOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "hum_a_tune" in done.stdout + done.stderr
    assert "bot/effects.yml" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert not list(tmp_path.glob("*.tar.gz"))
