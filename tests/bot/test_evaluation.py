"""`rasa test nlu` needs the extractor of each entity."""

import asyncio

import pytest


@pytest.mark.parametrize(
    "text", ["find gpu", "could you take candles off my shopping list", "please get rid of note 17"]
)
def test_every_argument_names_its_extractor(agent, text):
    entities = asyncio.run(agent.parse_message(text))["entities"]
    assert {entity["extractor"] for entity in entities} == {"arguments"}
