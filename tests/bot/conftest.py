import asyncio
import os
from pathlib import Path

import placeholders
import pytest

os.environ.update(RASA_TELEMETRY_ENABLED="false", SQLALCHEMY_SILENCE_UBER_WARNING="1")
placeholders.install()

MODEL = Path(__file__).parents[2] / "models" / "assistant.tar.gz"


@pytest.fixture(scope="session")
def agent():
    from rasa.core.agent import Agent

    if not MODEL.exists():
        pytest.fail(f"{MODEL} is not there: train it first")
    return Agent.load(str(MODEL))


@pytest.fixture(scope="session")
def understood(agent):
    """text -> the object that ``parse.py`` writes for it."""
    import parse
    from components.effects import effects

    def answer(text):
        parsed = asyncio.run(agent.parse_message(parse.padded(text)))
        return parse.answer(text, parsed, effects())

    return answer
