"""Parses texts with the trained model: one text per line on stdin, one JSON object per line on stdout.

    .venv/bin/python parse.py < texts.txt

Keys: ``text``, ``intent``, ``confidence`` (0 to 1), ``effect`` (see effects.yml), ``entities`` (a list of
``{entity, value, start, end}``, offsets in characters of the text). Blank lines are parsed, too. The app's
``scrapbook/parsing.py`` writes the same objects.
"""

import os

os.environ.update(RASA_TELEMETRY_ENABLED="false", SQLALCHEMY_SILENCE_UBER_WARNING="1")

import asyncio
import json
import logging
import sys
import warnings
from pathlib import Path
from typing import Any, Dict, Iterable, List, TextIO

import placeholders

HERE = Path(__file__).resolve().parent
MODEL = HERE.parent / "models" / "assistant.tar.gz"

# A zero-width character that Rasa does not strip, so that a leading "/" is not read as a forced intent.
PADDING = "\u200b"


def padded(text: str) -> str:
    """Return the text in the form in which Rasa parses it as a person's text."""
    return PADDING + text if text.lstrip().startswith("/") else text


def _entity(entity: Dict[str, Any], offset: int) -> Dict[str, Any]:
    start, end = entity["start"] + offset, entity["end"] + offset
    return {"entity": entity["entity"], "value": entity["value"], "start": start, "end": end}


def parse_result(text: str, parsed: Dict[str, Any], effect_of: Dict[str, str]) -> Dict[str, Any]:
    """Return the object that is written for ``text``.

    Rasa strips the white space at the start of a text before it counts offsets. A padded text has no
    entities, because it is always saved.

    Args:
        text: as given.
        parsed: Rasa's parse data of ``padded(text)``.
        effect_of: the effect of each intent.
    """
    intent = parsed["intent"]["name"]
    offset = len(text) - len(text.lstrip())
    return {
        "text": text,
        "intent": intent,
        "confidence": round(parsed["intent"]["confidence"], 4),
        "effect": effect_of[intent],
        "entities": [_entity(entity, offset) for entity in parsed["entities"]],
    }


async def parse(texts: Iterable[str], model: Path = MODEL) -> List[Dict[str, Any]]:
    """Parse each text with the trained model; return the objects in the same order."""
    from components.effects import effects  # noqa: PLC0415 - needs the path of main()
    from rasa.core.agent import Agent  # noqa: PLC0415

    agent = Agent.load(str(model))
    effect_of = effects()
    return [parse_result(text, await agent.parse_message(padded(text)), effect_of) for text in texts]


def silence() -> None:
    """Disable Rasa's log lines, which go to stdout and quote texts, and the warnings of its libraries."""
    import structlog  # noqa: PLC0415

    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


def main(source: TextIO = sys.stdin, sink: TextIO = sys.stdout) -> None:
    """Parse the lines of ``source`` and write the objects to ``sink``."""
    placeholders.install()
    silence()
    sys.path.insert(0, str(HERE))
    texts = [line.rstrip("\r\n") for line in source]
    for result in asyncio.run(parse(texts)):
        sink.write(json.dumps(result, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
