"""Word error rates of the finished model, through faster-whisper on held-out sentences."""

import io
import random
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from faster_whisper import WhisperModel
from rapidfuzz.distance import Levenshtein

from . import grammar, noise
from .codecs import FORMATS, decode, encode
from .espeak import RATE, Voice, speak
from .windows import TRAINED_VOICES

SENTENCES = 60
UNSEEN_SPEEDS = [100, 240]
UNSEEN_VOICES = [f"gmw/en-US+{variant}" for variant in ("m4", "m6", "m8", "f4", "f5", "Andrea", "Michael")]
UNSEEN_ACCENTS = ["gmw/en-GB-scotland", "gmw/en-029"]
Recording = tuple[str, np.ndarray | bytes]  # what is said, and int16 at 16 kHz or a file


class Ear:
    """The model in a folder, as the tests use it."""

    def __init__(self, folder: Path) -> None:
        self._model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1)

    def hear(self, sound: np.ndarray | bytes) -> str:
        """What is said in int16 [n] at 16 kHz, or in a file."""
        source = io.BytesIO(sound) if isinstance(sound, bytes) else sound.astype(np.float32) / 32768
        segments, _ = self._model.transcribe(source, condition_on_previous_text=False)
        return " ".join(segment.text.strip() for segment in segments)

    def word_error_rate(self, recordings: Iterable[Recording]) -> float:
        """Words to insert, delete or replace, for each word that was said."""
        pairs = [(said.split(), self.hear(sound).split()) for said, sound in recordings]
        return sum(Levenshtein.distance(*pair) for pair in pairs) / sum(len(said) for said, _ in pairs)


def figures(folder: Path, seed: int = 1000) -> dict[str, str]:
    """Each condition with its figure, ready to print."""
    ear, rng = Ear(folder), random.Random(seed)
    texts = grammar.sentences(rng, SENTENCES, held_out=True)
    spoken = [_recording(text, rng) for text in texts]
    rates = {f"format: {name}": ear.word_error_rate(_packed(spoken, name)) for name in FORMATS}
    slow_and_fast = [_recording(text, rng, speed=rng.choice(UNSEEN_SPEEDS)) for text in texts]
    rates["unseen speeds (100 and 240 words a minute)"] = ear.word_error_rate(slow_and_fast)
    for name, voices in (("unseen voices", UNSEEN_VOICES), ("unseen accents", UNSEEN_ACCENTS)):
        rates[name] = ear.word_error_rate(_recording(text, rng, voices) for text in texts)
    salad = [grammar.word_salad(rng) for _ in range(SENTENCES)]
    rates["random words in random order"] = ear.word_error_rate(_recording(text, rng) for text in salad)
    for seconds in (45, 150):
        rates[f"one recording of {seconds} s with pauses"] = ear.word_error_rate([_memo(texts, seconds, rng)])
    shown = {condition: f"{rate:.1%}" for condition, rate in rates.items()}
    return shown | {"words heard in 40 silences, noises and hums": str(_words_in_silence(ear, seed))}


def _recording(
    text: str, rng: random.Random, voices: list[str] = TRAINED_VOICES, speed: int | None = None
) -> Recording:
    voice = Voice(rng.choice(voices), speed or rng.randint(130, 210), rng.randint(30, 70))
    return text, speak(text, voice).samples


def _packed(recordings: list[Recording], name: str) -> list[Recording]:
    """In that format; AMR with DTX comes back as sound, since FFmpeg's own decoder cannot read it."""
    files = [(text, encode(sound, FORMATS[name])) for text, sound in recordings]
    return [(text, decode(data)) for text, data in files] if name == "amr-dtx" else files


def _memo(texts: list[str], seconds: float, rng: random.Random) -> Recording:
    said, parts = [], []
    while sum(len(part) for part in parts) < seconds * RATE:
        text, sound = _recording(rng.choice(texts), rng, TRAINED_VOICES[:1], speed=160)
        said.append(text)
        parts += [sound, np.zeros(int(rng.uniform(0.3, 1.2) * RATE), np.int16)]
    return " ".join(said), np.concatenate(parts)


def _words_in_silence(ear: Ear, seed: int) -> int:
    random_numbers = np.random.default_rng(seed)
    lengths = random_numbers.uniform(0.5, 12, 40)
    sounds = [noise.silence(int(length * RATE), random_numbers) for length in lengths]
    return sum(len(ear.hear((sound * 32767).astype(np.int16)).split()) for sound in sounds)
