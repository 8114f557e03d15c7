"""What each intent does to a scrapbook."""

from functools import lru_cache
from pathlib import Path
from typing import Dict, FrozenSet

KEEP = "save_thought"
_FILE = Path(__file__).resolve().parent.parent / "effects.yml"


@lru_cache(maxsize=1)
def effects() -> Dict[str, str]:
    """The effect of each intent, from effects.yml, which is no more than lines of ``intent: effect``."""
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    return dict(line.split(": ") for line in lines if line and not line.startswith("#"))


@lru_cache(maxsize=None)
def alike(intent: str) -> FrozenSet[str]:
    """The intents with the same effect, itself included."""
    effect_of = effects()
    return frozenset(other for other, effect in effect_of.items() if effect == effect_of[intent])
