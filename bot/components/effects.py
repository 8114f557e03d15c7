"""The effect of each intent on a scrapbook."""

from functools import lru_cache
from pathlib import Path
from typing import Dict, FrozenSet

SAVE_THOUGHT = "save_thought"
_FILE = Path(__file__).resolve().parent.parent / "effects.yml"


@lru_cache(maxsize=1)
def effects() -> Dict[str, str]:
    """Read ``effects.yml``, which holds only comments and lines of ``intent: effect``.

    Returns:
        The effect of each intent.
    """
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    return dict(line.split(": ") for line in lines if line and not line.startswith("#"))


@lru_cache(maxsize=None)
def same_effect(intent: str) -> FrozenSet[str]:
    """Return the intents with the same effect as ``intent``, itself included.

    Raises:
        KeyError: ``effects.yml`` does not list the intent.
    """
    effect_of = effects()
    return frozenset(other for other, effect in effect_of.items() if effect == effect_of[intent])
