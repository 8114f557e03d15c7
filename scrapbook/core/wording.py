"""Sentences that answer no text: rendered from the wording files, without a turn of the assistant.

The files are those in which all wording stands, ``bot/domain/wording``; docs/wording.md has its style.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml

from scrapbook.paths import WORDING
from scrapbook.store import TurnResult


def sentence(response: str, **arguments: str) -> str:
    """Return the text of a response with its arguments filled in.

    Args:
        response: its name, such as ``utter_apology``.
        arguments: one for each name in braces.

    Raises:
        KeyError: there is no such response, or one of its arguments is missing.
    """
    return _texts()[response].format_map(arguments)


def render(result: TurnResult) -> str:
    """Return the reply of a turn; if its arguments were purged, a sentence that needs none.

    Raises:
        KeyError: as ``sentence`` does.
    """
    return (
        sentence("utter_done_before")
        if result.is_forgotten
        else sentence(result.response, **result.arguments)
    )


@cache
def _texts() -> Mapping[str, str]:
    texts: dict[str, str] = {}
    for path in sorted(WORDING.glob("*.yml")):
        responses: dict[str, list[dict[str, Any]]] = yaml.safe_load(path.read_text("utf-8"))["responses"]
        texts |= {name: variants[0]["text"] for name, variants in responses.items()}
    return texts
