"""Reads one text per line on stdin and writes what each is understood as, one JSON object per line.

    .venv/bin/python parse.py < texts.txt

Keys: ``text``, ``intent``, ``confidence`` (0 to 1), ``effect`` (see effects.yml), ``entities`` (a list of
``{entity, value, start, end}``, offsets in characters of the text). A blank line has its object too.
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

# Zero width and no white space to Rasa: keeps a leading "/" from being read as a forced intent.
PADDING = "\u200b"


def padded(text: str) -> str:
    """The text as it may be handed to Rasa."""
    return PADDING + text if text.lstrip().startswith("/") else text


def _entity(entity: Dict[str, Any], skipped: int) -> Dict[str, Any]:
    start, end = entity["start"] + skipped, entity["end"] + skipped
    return {"entity": entity["entity"], "value": entity["value"], "start": start, "end": end}


def answer(text: str, parsed: Dict[str, Any], effect_of: Dict[str, str]) -> Dict[str, Any]:
    """What is written for ``text``, from what Rasa's ``POST /model/parse`` says to ``padded(text)``.

    Rasa counts from behind the white space at the start. A padded text has no entities: it is always kept.
    """
    intent = parsed["intent"]["name"]
    skipped = len(text) - len(text.lstrip())
    return {
        "text": text,
        "intent": intent,
        "confidence": round(parsed["intent"]["confidence"], 4),
        "effect": effect_of[intent],
        "entities": [_entity(entity, skipped) for entity in parsed["entities"]],
    }


async def parse(texts: Iterable[str], model: Path = MODEL) -> List[Dict[str, Any]]:
    """An object for each text, in order, from the trained model."""
    from components.effects import effects  # noqa: PLC0415 - needs the path of main()
    from rasa.core.agent import Agent  # noqa: PLC0415

    agent = Agent.load(str(model))
    effect_of = effects()
    return [answer(text, await agent.parse_message(padded(text)), effect_of) for text in texts]


def _quiet() -> None:
    """Rasa would log what people wrote, to stdout, and its libraries warn of their own age."""
    import structlog  # noqa: PLC0415

    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


def main(source: TextIO = sys.stdin, sink: TextIO = sys.stdout) -> None:
    """Parses ``source`` line by line into ``sink``."""
    placeholders.install()
    _quiet()
    sys.path.insert(0, str(HERE))
    texts = [line.rstrip("\r\n") for line in source]
    for found in asyncio.run(parse(texts)):
        sink.write(json.dumps(found, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
