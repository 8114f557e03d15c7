"""Rasa without TensorFlow and without the libraries of unused channels and stores."""

import json
import os
import subprocess
import sys
from pathlib import Path

import placeholders
import pytest

BOT = Path(__file__).parents[2] / "bot"

TRAINED_BY_TENSORFLOW = {
    "DIETClassifier": (["WhitespaceTokenizer", "CountVectorsFeaturizer", "DIETClassifier"], ["RulePolicy"]),
    "TEDPolicy": (["WhitespaceTokenizer", "KeywordIntentClassifier"], ["TEDPolicy"]),
}
EXAMPLES = """
nlu:
- intent: greet
  examples: |
    - hello
    - good morning
- intent: leave
  examples: |
    - bye
    - good night
stories:
- story: greeting
  steps:
  - intent: greet
  - action: action_leave
"""
DOMAIN = "{intents: [greet, leave], actions: [action_leave]}"


def _run(*words, path=()):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, path)), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-W", "ignore", *map(str, words)]
    return subprocess.run(command, cwd=BOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", placeholders.PACKAGES)
def test_a_missing_package_can_be_imported_at_any_depth_and_inherited_from(name):
    program = f"""
import placeholders
placeholders.install()
import {name}, {name}.some.where as module
from {name}.some import Thing
from abc import ABC
class Mine(Thing, ABC): pass
assert issubclass(Mine, module.Base.Inner) is False and not isinstance(1, {name}.Thing)
"""
    assert _run("-c", program).stderr == ""


def test_no_other_name_is_found():
    finder = placeholders.PlaceholderFinder()
    assert (
        finder.find_spec("tensor") is finder.find_spec("numpy") is finder.find_spec("rasa.tensorflow") is None
    )


def test_a_package_that_is_installed_is_used(tmp_path):
    (tmp_path / "tensorflow").mkdir()
    (tmp_path / "tensorflow/__init__.py").write_text("__version__ = 'real'\n")
    program = """
import placeholders
placeholders.install()
import tensorflow
print(tensorflow.__version__)
try:
    import tensorflow.optional
except ImportError:
    print("without its optional module")
"""
    assert _run("-c", program, path=[tmp_path]).stdout == "real\nwithout its optional module\n"


def test_install_is_idempotent():
    placeholders.install()
    assert sum(isinstance(finder, placeholders.PlaceholderFinder) for finder in sys.meta_path) == 1


def test_the_assistant_is_loaded_without_any_of_them(agent):
    assert agent.is_ready()
    for name in placeholders.PACKAGES.keys() & sys.modules.keys():
        assert sys.modules[name].__spec__.origin == "placeholder"


def test_calling_a_placeholder_says_what_to_install():
    program = "import placeholders; placeholders.install(); import slack_sdk.web; slack_sdk.web.Client()"
    assert "uv pip install --python bot/.venv 'slack-sdk==" in _run("-c", program).stderr


@pytest.mark.parametrize("component", TRAINED_BY_TENSORFLOW)
def test_training_with_tensorflow_fails_with_a_plain_message(component, tmp_path):
    pipeline, policies = ([{"name": name} for name in names] for names in TRAINED_BY_TENSORFLOW[component])
    config = {"recipe": "default.v1", "language": "en", "assistant_id": "test"}
    config |= {"pipeline": pipeline, "policies": policies}
    for name, text in {"config.yml": json.dumps(config), "domain.yml": DOMAIN, "data.yml": EXAMPLES}.items():
        (tmp_path / name).write_text(text)
    where = [tmp_path / name for name in ("config.yml", "domain.yml", "data.yml")]
    done = _run(
        *("launch.py", "train", "--skip-validation", "--config", where[0], "--domain", where[1]),
        *("--data", where[2], "--out", tmp_path),
    )
    assert done.returncode == 1
    assert "tensorflow is not installed" in done.stdout + done.stderr
    assert "uv pip install --python bot/.venv 'tensorflow==2.12.0'" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
