"""``scrapbook parse``: what the assistant understands of each text, without doing anything about it."""

import asyncio
import json
import os
import subprocess
from collections.abc import AsyncIterator, Iterable
from typing import Any, TextIO

import yaml

from scrapbook.assistant import Assistant
from scrapbook.errors import SettingsError
from scrapbook.places import BOT, BOT_PYTHON, MODEL
from scrapbook.settings import Settings
from scrapbook.training import RASA_ENVIRONMENT


def parse(source: TextIO, target: TextIO, settings: Settings) -> int:
    """One JSON object per text, by the running assistant; by the trained model where none is running.

    Returns:
        The exit code.

    Raises:
        AssistantUnavailable, AssistantFailed: as in ``Assistant.parse``.
        SettingsError: none is running, and nothing has been trained yet.
    """
    return 0 if asyncio.run(_parse_online(source, target, settings)) else parse_stream_offline(source)


async def _parse_online(source: TextIO, target: TextIO, settings: Settings) -> bool:
    """False where no assistant is running."""
    assistant = Assistant(settings.rasa_urls, settings.actions_url)
    try:
        if not await assistant.is_ready():
            return False
        async for line in parse_lines(source, assistant):
            target.write(line + "\n")
        return True
    finally:
        await assistant.close()


async def parse_lines(lines: Iterable[str], assistant: Assistant) -> AsyncIterator[str]:
    """One JSON object per text, by the running assistant. Raises as ``Assistant.parse``."""
    effects: dict[str, str] = yaml.safe_load((BOT / "effects.yml").read_text(encoding="utf-8"))
    for line in lines:
        text = line.rstrip("\n")
        yield json.dumps(_understood(text, await assistant.parse(text), effects), ensure_ascii=False)


def parse_stream_offline(source: TextIO) -> int:
    """The same by the trained model, loaded for this; prints to standard output.

    Returns:
        The exit code of the parser.

    Raises:
        SettingsError: nothing has been trained yet.
    """
    if not MODEL.exists():
        raise SettingsError(
            "No assistant is running and none is trained: try `make run` or `scrapbook train`"
        )
    command = [str(BOT_PYTHON), "parse.py"]
    return subprocess.run(  # noqa: S603
        command, cwd=BOT, env=os.environ | RASA_ENVIRONMENT, stdin=source, check=False
    ).returncode


def _understood(text: str, result: dict[str, Any], effects: dict[str, str]) -> dict[str, Any]:
    intent: dict[str, Any] = result.get("intent") or {}
    name = str(intent.get("name") or "save_thought")
    skipped = len(text) - len(text.lstrip())  # Rasa counts from behind the white space at the start
    return {
        "text": text,
        "intent": name,
        "confidence": round(float(intent.get("confidence") or 0.0), 4),
        "effect": effects.get(name, "other"),
        "entities": [
            {
                "entity": entity["entity"],
                "value": entity["value"],
                "start": entity["start"] + skipped,
                "end": entity["end"] + skipped,
            }
            for entity in result.get("entities", [])
        ],
    }
