"""The questions that prompts ask: out of a file that can be edited."""

from datetime import date
from pathlib import Path

import structlog

from scrapbook.paths import PROMPTS
from scrapbook.text.segments import shorten

MAX_QUESTION = 200
"""Characters of a question."""

MAX_BYTES = 256 * 1024
"""Bytes of the file that are read."""

log = structlog.get_logger(__name__)


def question_of(day: date, person_id: int, path: Path | None) -> str:
    """Return the question of a day: each of the file in its turn, for each person from another one on.

    Args:
        path: of the file, a question a line; a line that begins with ``#`` is none. If there is no such file,
            or no question in it, those that come with the scrapbook are asked.
    """
    questions = (path and _read(path)) or _read(PROMPTS)
    return questions[(day.toordinal() + person_id) % len(questions)]


def _read(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            lines = file.read(MAX_BYTES).splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        log.warning("prompts_not_read", reason=error.strerror)
        return []
    return [
        shorten(line, MAX_QUESTION) for line in lines if line.strip() and not line.lstrip().startswith("#")
    ]
