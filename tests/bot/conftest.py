import asyncio
import os
from pathlib import Path

import placeholders
import pytest

os.environ.update(RASA_TELEMETRY_ENABLED="false", SQLALCHEMY_SILENCE_UBER_WARNING="1")
placeholders.install()

MODEL = Path(__file__).parents[2] / "models" / "assistant.tar.gz"


@pytest.fixture(autouse=True)
def rasa_as_it_was(monkeypatch):
    """Undo after each test what the channel changes in Rasa, so that one test's secret is not another's."""
    from components import action_client
    from rasa.utils.endpoints import EndpointConfig
    from sanic import Sanic

    monkeypatch.setattr(EndpointConfig, "request", EndpointConfig.request)
    monkeypatch.setattr(action_client._Installed, "auth", None)
    monkeypatch.setattr(Sanic, "test_mode", True)  # several servers in one process


@pytest.fixture(scope="session")
def agent():
    from rasa.core.agent import Agent

    if not MODEL.exists():
        pytest.fail(f"{MODEL} is not there: train it first")
    return Agent.load(str(MODEL))


@pytest.fixture(scope="session")
def understood(agent):
    """Returns a function from a text to the object that ``parse.py`` writes for it."""
    import parse
    from components.effects import effects

    def answer(text):
        parsed = asyncio.run(agent.parse_message(parse.padded(text)))
        return parse.parse_result(text, parsed, effects())

    return answer
