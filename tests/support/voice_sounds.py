"""The sounds that are spoken to the tests of the voice; tests/sounds/make.py made them."""

import json
from pathlib import Path

import numpy as np

from scrapbook.voice.decoding import Samples, decode

SOUNDS = Path(__file__).parents[1] / "sounds"
MODEL = str(Path(__file__).parents[2] / "models" / "test-whisper")


def said(name: str) -> str:
    """The words in one of the sounds."""
    listed = json.loads((SOUNDS / "sounds.json").read_text())
    return next(str(sound["text"]) for sound in listed if sound["file"] == name)


def samples(name: str) -> Samples:
    return np.concatenate(list(decode(SOUNDS / name)))
