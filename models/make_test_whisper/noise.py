"""What a phone, a room and a network do to speech. Sound is float32 [n], full scale 1.0, at 16 kHz."""

from functools import cache

import numpy as np

from .codecs import FORMATS, decode, encode
from .espeak import RATE

DELAYS = {"ogg-opus": 0, "mp4-aac": 1024, "amr": 80}  # samples by which each codec is late


def through_codec(samples: np.ndarray, name: str) -> np.ndarray:
    """int16 [n] to int16 [n], encoded and decoded once; the same length, so that word times stay right."""
    decoded = decode(encode(samples, FORMATS[name]))[DELAYS[name] :][: len(samples)]
    return np.pad(decoded, (0, len(samples) - len(decoded)))


def on_the_phone(sound: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Speech with some of: a narrow band, noise 12 to 45 dB below it, another level."""
    if random.random() < 0.25:
        sound = narrow_band(sound, random.uniform(3300, 4000))
    if random.random() < 0.5:
        level = np.sqrt(np.mean(sound**2)) * 10 ** (-random.uniform(12, 45) / 20)
        sound = sound + level * background(len(sound), random)
    peak = max(float(np.abs(sound).max()), 1e-6)
    return (sound * (10 ** (-random.uniform(0, 24) / 20) / peak)).astype(np.float32)


def silence(count: int, random: np.random.Generator) -> np.ndarray:
    """Nothing to hear: digital silence, noise or hum, from inaudible to loud."""
    kind = random.random()
    if kind < 0.3:
        return np.zeros(count, np.float32)
    level = 10 ** (-random.uniform(6, 80) / 20)
    return (level * (background(count, random) if kind < 0.75 else hum(count, random))).astype(np.float32)


def background(count: int, random: np.random.Generator) -> np.ndarray:
    """Noise of RMS 1, at most 12 s of it, cut from one of eight noises."""
    noise = _noises()[random.integers(8)]
    start = random.integers(len(noise) - count + 1)
    return noise[start : start + count]


@cache
def _noises() -> list[np.ndarray]:
    """12 s each; the spectra fall by 0 to 6 dB an octave."""
    random = np.random.default_rng(1)
    spectrum = np.fft.rfft(random.standard_normal((8, 12 * RATE)))
    slopes = np.linspace(0, 1, 8)[:, None]
    noises = np.fft.irfft(spectrum * np.maximum(np.arange(spectrum.shape[1]), 1) ** -slopes)
    return list((noises / noises.std(1, keepdims=True)).astype(np.float32))


def hum(count: int, random: np.random.Generator) -> np.ndarray:
    """One to four steady tones of 50 to 3,000 Hz, of amplitude 1 together."""
    seconds = np.arange(count) / RATE
    pitches = random.uniform(50, 3000, random.integers(1, 5))
    return np.mean([np.sin(2 * np.pi * pitch * seconds) for pitch in pitches], axis=0).astype(np.float32)


def narrow_band(sound: np.ndarray, hertz: float) -> np.ndarray:
    """Nothing above that frequency."""
    count = len(sound) + -len(sound) % 4000  # a transform of a length with small factors is fast
    spectrum = np.fft.rfft(sound, count)
    spectrum[int(hertz * count / RATE) :] = 0
    return np.fft.irfft(spectrum, count)[: len(sound)].astype(np.float32)
