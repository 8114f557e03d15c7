"""Rasa's log lines hold no text of a person."""

import asyncio
import json
import logging
import os
import subprocess
import sys
import warnings
from pathlib import Path
from types import SimpleNamespace

import pytest
import structlog
from components import log_redaction, rasa_speedups
from rasa.core.actions.action import RemoteAction
from rasa.core.channels.rest import RestInput
from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.utils.log_utils import configure_structlog

SECRET = "tunafish"
BOT = Path(log_redaction.__file__).parents[1]


@pytest.fixture(scope="module", autouse=True)
def rasa_logging():
    configure_structlog(logging.INFO)
    yield
    structlog.reset_defaults()


@pytest.fixture
def log(caplog):
    """Returns the log lines of the test so far."""
    caplog.set_level(logging.INFO)
    log_redaction.install()
    return lambda: caplog.text


def _post(outcome):
    """Post a message whose turn raises ``outcome``."""

    async def on_new_message(message):
        text_in_a_frame = message.text
        raise outcome(f"about {text_in_a_frame}")

    routes = RestInput().blueprint(on_new_message)._future_routes
    receive = next(route.handler for route in routes if route.uri == "/webhook")
    request = SimpleNamespace(json={"sender": "person-1", "message": f"buy {SECRET}"}, args={})
    asyncio.run(receive(request))


@pytest.mark.parametrize(
    ("outcome", "event"),
    [
        (asyncio.CancelledError, "rest.message.received.timeout"),
        (RuntimeError, "rest.message.received.failure"),
    ],
)
def test_the_text_of_a_failed_turn_is_not_logged(log, outcome, event):
    _post(outcome)
    assert event in log()
    assert SECRET not in log()


def test_the_type_and_place_of_an_error_are_logged(log):
    _post(RuntimeError)
    assert "RuntimeError" in log()
    assert "in on_new_message" in log()


@pytest.mark.parametrize("text", [f"/ {SECRET}", f'/greet{{"{SECRET}"}}', f"/{SECRET}", f"/greet@{SECRET}"])
def test_a_forced_intent_that_rasa_cannot_parse_is_not_logged(capfd, text):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        log_redaction.log_warnings()
        YAMLStoryReader.unpack_regex_message(Message({TEXT: text}), Domain.from_dict({"intents": ["greet"]}))
    printed = capfd.readouterr()
    assert '"category": "UserWarning"' in printed.out
    assert SECRET not in printed.out + printed.err


def test_an_invalid_answer_is_not_quoted(log):
    try:
        rasa_speedups.validate_action_result(RemoteAction("action_save", None), {"events": SECRET})
    except Exception:
        logging.getLogger("rasa.core.processor").exception("Encountered an exception")
    assert "ValidationError" in log()
    assert SECRET not in log()


@pytest.mark.parametrize("level", ["info", "error", "exception"])
@pytest.mark.parametrize("name", ["rasa.server", "sanic.error", "asyncio"])
def test_only_what_is_written_in_the_code_is_logged(log, name, level):
    write = getattr(logging.getLogger(name), level)
    write("Request JSON: %s", SECRET)
    write(f"Parameters: {SECRET}")
    write(RuntimeError(SECRET))
    write("A request", extra={"text": SECRET}, stack_info=True)
    assert "Request JSON: %s" in log()
    assert "A request" in log()
    assert log().count(log_redaction.WITHHELD) == 2
    assert "RuntimeError" in log()
    assert SECRET not in log()


def test_the_causes_of_an_error_are_named():
    try:
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            raise ValueError(SECRET) from error
    except ValueError as error:
        lines = log_redaction.format_error(error)
    assert "ValueError" in lines
    assert "KeyError" in lines
    assert SECRET not in lines


LOUD = """
import logging, os, sys, threading, warnings
import placeholders
placeholders.install()
from components import log_redaction
log_redaction.take_over()
text = os.environ["TEXT"]
print(text)
print(text, file=sys.stderr)
warnings.warn(text)
logging.getLogger("foreign").warning("about %s", text)
logging.getLogger("foreign").warning(text)
class Destroyed:
    def __del__(self):
        raise ValueError(text)
Destroyed()
def fail():
    raise KeyError(text)
thread = threading.Thread(target=fail)
thread.start()
thread.join()
raise RuntimeError(text)
"""


def test_a_server_prints_nothing_but_lines_of_json():
    environment = {**os.environ, "TEXT": SECRET, "PYTHONPATH": str(BOT)}
    ended = subprocess.run(
        [sys.executable, "-c", LOUD], env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr == ""
    assert SECRET not in ended.stdout
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert {line["component"] for line in lines} == {"rasa"}
    events = [line["event"] for line in lines]
    printed = [(line["stream"], line["characters"]) for line in lines if line["event"] == "printed"]
    assert sorted(printed) == [("stderr", len(SECRET) + 1), ("stdout", len(SECRET) + 1)]
    assert {"warning", "about %s", log_redaction.WITHHELD} <= set(events)
    errors = [line["exception"].splitlines()[-1] for line in lines if line["event"] == "error_uncaught"]
    assert errors == ["ValueError", "KeyError", "RuntimeError"]


def test_loading_the_assistant_installs_it(agent):
    assert logging.getLogRecordFactory() is log_redaction.redacted_record
