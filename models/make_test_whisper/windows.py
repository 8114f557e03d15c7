"""What the model is trained on: windows of at most ten seconds and the tokens to write for them."""

import multiprocessing
import random
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from . import grammar, noise
from .espeak import RATE, Utterance, Voice, speak
from .tokens import Vocabulary

SECONDS = 10.0
LATEST_START = 1.0  # faster-whisper lets no first timestamp be later than this

TRAINED_VOICES = [
    f"gmw/{accent}{variant}"
    for accent in ("en-US", "en", "en-GB-x-rp")
    for variant in ("", "+m1", "+m2", "+m3", "+m5", "+m7", "+f1", "+f2", "+f3")
]
TRAINED_SPEEDS = (120, 220)  # words per minute
_THOUSAND = 1000
Span = tuple[int, int, float, float]


@dataclass(frozen=True)
class Window:
    """`sound` float32 [n] and the `tokens` for it, of which the first `prompt` are given, not to be learned.

    A span is (index in tokens, word id, start, end), in seconds, for each word that was said.
    """

    sound: np.ndarray
    tokens: list[int]
    prompt: int
    spans: list[Span]


@dataclass
class _Script:
    """A window while it is put together; `cut` when the last utterance does not end in it."""

    parts: list[np.ndarray] = field(default_factory=list)
    said: list[tuple[float, Utterance]] = field(default_factory=list)
    cut: bool = False
    seconds: float = 0.0

    @property
    def room(self) -> float:
        return SECONDS - self.seconds

    def add(self, sound: np.ndarray) -> None:
        self.parts.append(sound[: int(self.room * RATE)])
        self.seconds += len(self.parts[-1]) / RATE

    def say(self, utterance: Utterance) -> None:
        self.said.append((self.seconds, utterance))
        self.cut = _seconds(utterance) > self.room
        self.add(utterance.samples.astype(np.float32) / 32768)


def utterances(count: int, seed: int) -> list[Utterance]:
    """Sentences to train on and, one in four, word salad, in random voices, two in five through a codec.

    They come in thousands, `count` rounded up, from as many processes as there are cores.
    """
    seeds = range(seed, seed + -(-count // _THOUSAND))
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as processes:
        return [utterance for thousand in processes.map(_thousand, seeds) for utterance in thousand]


def window(pool: list[Utterance], vocabulary: Vocabulary, rng: random.Random, most: int = 5) -> Window:
    """A window of one to `most` utterances with pauses, or (7 %) of none."""
    noises = np.random.default_rng(rng.getrandbits(32))
    prompt = _prompt(pool, vocabulary, rng)
    timed = rng.random() < 0.65
    if rng.random() < 0.07:
        sound = noise.silence(int(rng.uniform(0.5, SECONDS) * RATE), noises)
        return Window(sound, prompt + _transcript([], vocabulary, timed=timed), len(prompt), [])
    script = _script(pool, rng, most)
    pieces, spans = _pieces(script, vocabulary, len(prompt) + 4 - timed, timed=timed)
    tokens = prompt + _transcript(pieces, vocabulary, timed=timed)
    return Window(noise.on_the_phone(np.concatenate(script.parts), noises), tokens, len(prompt), spans)


def _thousand(seed: int) -> list[Utterance]:
    rng = random.Random(seed)
    texts = grammar.sentences(rng, _THOUSAND, held_out=False)
    return [_utterance(_text(texts, rng), rng) for _ in range(_THOUSAND)]


def _text(texts: list[str], rng: random.Random) -> str:
    return grammar.word_salad(rng) if rng.random() < 0.25 else rng.choice(texts)


def _utterance(text: str, rng: random.Random) -> Utterance:
    spoken = speak(text, Voice(rng.choice(TRAINED_VOICES), rng.randint(*TRAINED_SPEEDS), rng.randint(25, 75)))
    if rng.random() >= 0.4:
        return spoken
    codec = rng.choice(list(noise.DELAYS))
    return Utterance(text, noise.through_codec(spoken.samples, codec), spoken.spans)


def _script(pool: list[Utterance], rng: random.Random, most: int) -> _Script:
    script = _Script()
    script.add(_pause(rng.choice([0.0, 0.3, 0.3, 1.0, 2.5]), rng))
    for _ in range(min(rng.choice([1, 1, 1, 2, 2, 3, 4, 5]), most)):
        utterance = rng.choice(pool)
        fits = _seconds(utterance) <= script.room
        if not fits and (script.room < 0.5 or rng.random() < 0.5):
            break
        script.say(utterance)
        script.add(_pause(rng.choice([0.2, 0.8, 1.5]), rng))
    return script if script.said else _script(pool, rng, most)


def _pause(longest: float, rng: random.Random) -> np.ndarray:
    return np.zeros(int(rng.uniform(0, longest) * RATE), np.float32)


def _pieces(
    script: _Script, vocabulary: Vocabulary, offset: int, *, timed: bool
) -> tuple[list[int], list[Span]]:
    """The tokens of all that is said, the first of them at index `offset`, and the spans of its words."""
    tokens: list[int] = []
    spans: list[Span] = []
    for index, (start, utterance) in enumerate(script.said):
        if timed:
            tokens.append(vocabulary.time(start if index else min(start, LATEST_START)))
        if timed and index and script.cut and index == len(script.said) - 1:
            break  # as Whisper does: the start alone, and the next window begins there
        for word, begin, end in _heard(start, utterance):
            spans.append((offset + len(tokens), vocabulary.word_ids[word], begin, end))
            tokens.append(vocabulary.word_ids[word])
        if timed:
            tokens.append(vocabulary.time(start + _seconds(utterance)))
    return tokens, spans


def _heard(start: float, utterance: Utterance) -> list[tuple[str, float, float]]:
    """Words that end within the window, with their times in it."""
    timed = zip(utterance.text.split(), utterance.spans + start, strict=True)
    return [(word, float(begin), float(end)) for word, (begin, end) in timed if end < SECONDS + 0.02]


def _transcript(pieces: list[int], vocabulary: Vocabulary, *, timed: bool) -> list[int]:
    """From <|startoftranscript|> to <|endoftext|>. Without times a token says so; silence has 0.00."""
    special = vocabulary.special
    start = [special["startoftranscript"], special["en"], special["transcribe"]]
    if not timed:
        start.append(special["notimestamps"])
    elif not pieces:
        start.append(vocabulary.time(0))
    return [*start, *pieces, special["endoftext"]]


def _prompt(pool: list[Utterance], vocabulary: Vocabulary, rng: random.Random) -> list[int]:
    """For 40 % of the windows, text from before the window, which must not leak into what is heard."""
    if rng.random() < 0.6:
        return []
    earlier = [rng.choice(pool).text for _ in range(rng.randint(1, 5))]
    return [vocabulary.special["startofprev"], *vocabulary.text(" ".join(earlier))]


def _seconds(utterance: Utterance) -> float:
    return len(utterance.samples) / RATE
