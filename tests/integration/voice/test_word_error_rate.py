"""How much of what is said is written down right, in every format that phones and carriers send."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from rapidfuzz.distance import Levenshtein

pytest.importorskip("faster_whisper", reason="the extra `voice` is not installed")

from models.make_test_whisper.codecs import FORMATS, decode, encode
from scrapbook.voice.transcriber import Transcriber

SOUNDS = Path(__file__).parents[2] / "sounds"
MODEL = Path(__file__).parents[3] / "models" / "test-whisper"
LISTED = json.loads((SOUNDS / "sounds.json").read_text())
# In what is longer than a window the model of the tests gets too much wrong for a promise: see its README.
SHORT = [sound for sound in LISTED if sound["seconds"] <= 10]


@pytest.fixture(scope="module")
def transcriber() -> Iterator[Transcriber]:
    transcriber = Transcriber(str(MODEL))
    yield transcriber
    transcriber.close()


@pytest.fixture(scope="module")
def held_out(is_thorough: bool) -> list[tuple[str, np.ndarray]]:
    """Sentences that the model was not trained on, every sixth where time is short: text, and int16 [n] at
    16 kHz."""
    corpus = SOUNDS / "held_out"
    listed = json.loads((corpus / "sentences.json").read_text())[:: 1 if is_thorough else 6]
    return [(sound["text"], decode((corpus / sound["file"]).read_bytes())) for sound in listed]


@pytest.mark.parametrize("name", FORMATS)
def test_at_most_one_word_in_ten_is_wrong(
    transcriber: Transcriber, held_out: list[tuple[str, np.ndarray]], name: str
) -> None:
    heard = [(text, transcriber.transcribe(encode(sound, FORMATS[name])).text) for text, sound in held_out]
    assert word_error_rate(heard) <= 0.1


@pytest.mark.parametrize("sound", SHORT, ids=lambda sound: sound["file"])
def test_a_sound_file_says_what_is_listed(transcriber: Transcriber, sound: dict[str, str]) -> None:
    heard = transcriber.transcribe(SOUNDS / sound["file"]).text
    if sound["text"]:
        assert word_error_rate([(sound["text"], heard)]) <= 0.1
    else:
        assert not heard


def word_error_rate(pairs: list[tuple[str, str]]) -> float:
    """Words inserted, deleted or replaced in (said, heard), for each word that was said."""
    wrong = sum(Levenshtein.distance(said.split(), heard.split()) for said, heard in pairs)
    return wrong / sum(len(said.split()) for said, _ in pairs)
