"""What people write stays out of the log, whichever of Rasa's own functions would put it there."""

import asyncio
import logging
from types import SimpleNamespace

import pytest
import structlog
from components import private_logs, rasa_speedups
from rasa.core.actions.action import RemoteAction
from rasa.core.channels.rest import RestInput
from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.utils.log_utils import configure_structlog

SECRET = "tunafish"


@pytest.fixture(scope="module", autouse=True)
def rasas_logging():
    configure_structlog(logging.INFO)
    yield
    structlog.reset_defaults()


@pytest.fixture
def log(caplog, recwarn):
    """What is logged and warned of from here on."""
    caplog.set_level(logging.INFO)
    private_logs.install()
    return lambda: "\n".join([caplog.text, *(str(warning.message) for warning in recwarn)])


def _post(outcome):
    """Has the channel take a message that ends with ``outcome``."""

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
def test_a_text_whose_turn_broke_off_is_not_logged(log, outcome, event):
    _post(outcome)
    assert event in log()
    assert SECRET not in log()


def test_a_failure_still_shows_what_happened_and_where(log):
    _post(RuntimeError)
    assert "RuntimeError" in log()
    assert "in on_new_message" in log()


@pytest.mark.parametrize("text", [f"/ {SECRET}", f'/greet{{"{SECRET}"}}', f"/{SECRET}", f"/greet@{SECRET}"])
def test_a_forced_intent_that_rasa_cannot_read_is_not_logged(log, text):
    YAMLStoryReader.unpack_regex_message(Message({TEXT: text}), Domain.from_dict({"intents": ["greet"]}))
    assert SECRET not in log()


def test_an_answer_that_does_not_fit_is_not_quoted(log):
    try:
        rasa_speedups.validate_action_result(RemoteAction("action_save", None), {"events": SECRET})
    except Exception:
        logging.getLogger("rasa.core.processor").exception("Encountered an exception")
    assert "ValidationError" in log()
    assert SECRET not in log()


@pytest.mark.parametrize("lead", ["An unexpected error occurred. Error:", "Request JSON:", "Parameters:"])
def test_what_rasa_quotes_behind_its_own_words_is_cut(log, lead):
    logging.getLogger("rasa.server").error(f"{lead} {{'text': '{SECRET}'}}")
    assert f"{lead} {private_logs.PRIVATE}" in log()
    assert SECRET not in log()


def test_errors_that_led_to_one_another_are_all_named():
    try:
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            raise ValueError(SECRET) from error
    except ValueError as error:
        told = private_logs.places(error)
    assert "ValueError" in told
    assert "KeyError" in told
    assert SECRET not in told


def test_a_message_of_somebody_elses_is_left_alone(log):
    logging.getLogger("sanic.root").info("Goin' Fast @ %s", "http://127.0.0.1")
    assert "Goin' Fast @ http://127.0.0.1" in log()


def test_loading_the_assistant_installs_them(agent):
    assert logging.getLogRecordFactory() is private_logs.scrubbed_record
