"""``scrapbook parse``: parse texts without acting on them.

``bot/parse.py`` writes the same objects with a model that it loads itself; ``tests/e2e/test_command.py``
compares the two.
"""

import asyncio
import json
import os
import subprocess
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any, TextIO

import yaml

from scrapbook.assistant.client import Assistant
from scrapbook.assistant.training import RASA_ENVIRONMENT
from scrapbook.errors import AssistantFailed, SettingsError
from scrapbook.paths import BOT, BOT_PYTHON, MODEL
from scrapbook.settings import Settings


def parse(source: TextIO, target: TextIO, settings: Settings) -> int:
    """Write one JSON object per line of ``source``.

    The running assistant parses the texts. If none is running, the trained model is loaded, and the objects
    go to standard output.

    Returns:
        The exit code.

    Raises:
        AssistantUnavailable, AssistantFailed: as in ``parse_lines``.
        SettingsError: no assistant is running and none has been trained.
    """
    return 0 if asyncio.run(_parse_online(source, target, settings)) else parse_offline(source)


async def _parse_online(source: TextIO, target: TextIO, settings: Settings) -> bool:
    """Return False if no assistant is running."""
    assistant = Assistant(settings.rasa_urls, settings.actions_url, settings.internal_auth)
    try:
        if not await assistant.is_ready():
            return False
        async for line in parse_lines(source, assistant):
            target.write(line + "\n")
        return True
    finally:
        await assistant.close()


async def parse_lines(lines: Iterable[str], assistant: Assistant) -> AsyncIterator[str]:
    """Yield one JSON object per line, parsed by the running assistant.

    Raises:
        AssistantUnavailable, AssistantFailed: as in ``Assistant.parse``.
        AssistantFailed: as in ``parse_result``.
    """
    effect_of: dict[str, str] = yaml.safe_load((BOT / "effects.yml").read_text(encoding="utf-8"))
    for line in lines:
        text = line.rstrip("\r\n")
        yield json.dumps(parse_result(text, await assistant.parse(text), effect_of), ensure_ascii=False)


def parse_offline(source: TextIO) -> int:
    """Load the trained model in a process of its own, and print one JSON object per line of ``source``.

    ``source`` must be a file of the operating system.

    Returns:
        The exit code of that process.

    Raises:
        SettingsError: no assistant has been trained.
    """
    if not MODEL.exists():
        raise SettingsError(
            "No assistant is running and none is trained: try `make run` or `scrapbook train`"
        )
    command = [str(BOT_PYTHON), "parse.py"]
    return subprocess.run(  # noqa: S603
        command, cwd=BOT, env=os.environ | RASA_ENVIRONMENT, stdin=source, check=False
    ).returncode


def parse_result(text: str, parsed: dict[str, Any], effect_of: Mapping[str, str]) -> dict[str, Any]:
    """Return the object that is written for ``text``; the same as in ``bot/parse.py``.

    Rasa strips the white space at the start of a text before it counts offsets.

    Args:
        text: as given.
        parsed: Rasa's parse data, as ``Assistant.parse`` returns it.
        effect_of: the effect of each intent.

    Raises:
        AssistantFailed: the running model has an intent that ``effect_of`` lacks.
    """
    intent: str = parsed["intent"]["name"]
    if intent not in effect_of:
        raise AssistantFailed(f"bot/effects.yml lists no effect for {intent}: is the model an old one?")
    offset = len(text) - len(text.lstrip())
    return {
        "text": text,
        "intent": intent,
        "confidence": round(parsed["intent"]["confidence"], 4),
        "effect": effect_of[intent],
        "entities": [_entity(entity, offset) for entity in parsed["entities"]],
    }


def _entity(entity: dict[str, Any], offset: int) -> dict[str, Any]:
    start, end = entity["start"] + offset, entity["end"] + offset
    return {"entity": entity["entity"], "value": entity["value"], "start": start, "end": end}
