"""Rasa fills the placeholders of responses verbatim."""

import asyncio
import string
from pathlib import Path

import pytest
from components.verbatim_responses import VerbatimNaturalLanguageGenerator
from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

BOT = Path(__file__).parents[2] / "bot"

TEXTS = [
    "{x}",
    "{",
    "}{",
    "{{double}}",
    "{lines}",
    "row = table0[1]",
    "{0[lines]}",
    "a\n\n  b",
    "100% %s $x \\n",
]


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(str(BOT / "domain"))


@pytest.fixture(scope="module")
def generator(domain: Domain) -> NaturalLanguageGenerator:
    path = f"{VerbatimNaturalLanguageGenerator.__module__}.{VerbatimNaturalLanguageGenerator.__name__}"
    return NaturalLanguageGenerator.create(EndpointConfig(type=path), domain)


def generated(generator: NaturalLanguageGenerator, response: str, **arguments: str) -> str:
    tracker = DialogueStateTracker("person-1", slots=[])
    return asyncio.run(generator.generate(response, tracker, "rest", **arguments))["text"]


@pytest.mark.parametrize("text", TEXTS)
def test_a_persons_text_is_not_changed(generator: NaturalLanguageGenerator, text: str) -> None:
    assert generated(generator, "utter_page", title="x", lines=text) == f"x:\n{text}"
    assert generated(generator, "utter_entries", entries=text) == text


def test_every_placeholder_is_filled(generator: NaturalLanguageGenerator, domain: Domain) -> None:
    for name, [response] in domain.responses.items():
        fields = {field for _, field, _, _ in string.Formatter().parse(response["text"]) if field}
        assert "{" not in generated(generator, name, **dict.fromkeys(fields, "x")), name


def test_the_server_uses_it() -> None:
    name = VerbatimNaturalLanguageGenerator
    assert f"type: {name.__module__}.{name.__name__}" in (BOT / "endpoints.yml").read_text(encoding="utf-8")
