"""Speech with word times from libespeak-ng, which is a C library with one global voice."""

import ctypes
import ctypes.util
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ctypes import _Pointer

ESPEAK_RATE = 22050
RATE = 16000
_SYNCHRONOUS, _UTF8, _BY_CHARACTER = 2, 1, 1
_SPEED, _PITCH = 1, 3
_WORD, _LIST_END = 1, 0
_SILENCE = 200  # of 32767: what espeak puts around an utterance is quieter


class _Event(ctypes.Structure):
    # espeak_EVENT of speak_lib.h
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


@dataclass(frozen=True)
class Voice:
    """An espeak voice; `speed` in words per minute (80 to 450), `pitch` 0 to 100."""

    name: str = "en-us"
    speed: int = 160
    pitch: int = 50


@dataclass(frozen=True)
class Utterance:
    """Speech at 16 kHz: `samples` int16 [n]; `spans` float [words, 2], start and end in seconds."""

    text: str
    samples: np.ndarray
    spans: np.ndarray


def speak(text: str, voice: Voice) -> Utterance:
    """The text without the silence around it. Raises ValueError for a voice that espeak does not have."""
    library = _library()
    if library.espeak_SetVoiceByName(voice.name.encode()) != 0:
        raise ValueError(f"espeak-ng has no voice {voice.name!r}")
    library.espeak_SetParameter(_SPEED, voice.speed, 0)
    library.espeak_SetParameter(_PITCH, voice.pitch, 0)
    samples, starts = _synthesize(library, text)
    first, last = _sounding(samples)
    spans = np.clip(_spans(text, starts, last / ESPEAK_RATE) - first / ESPEAK_RATE, 0, None)
    return Utterance(text, _to_16_khz(samples[first:last]), spans)


@cache
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(ctypes.util.find_library("espeak-ng") or "libespeak-ng.so.1")
    if library.espeak_Initialize(_SYNCHRONOUS, 0, None, 0) != ESPEAK_RATE:
        raise OSError("libespeak-ng did not start at 22,050 Hz")
    return library


def _synthesize(library: ctypes.CDLL, text: str) -> tuple[np.ndarray, dict[int, float]]:
    """Samples at espeak's rate, and the second at which the word at each character position starts."""
    blocks: list[np.ndarray] = []
    starts: dict[int, float] = {}

    def collect(wave: "_Pointer[ctypes.c_short]", count: int, events: "_Pointer[_Event]") -> int:
        if wave and count:
            blocks.append(np.ctypeslib.as_array(wave, shape=(count,)).copy())
        index = 0
        while events[index].type != _LIST_END:
            if events[index].type == _WORD:
                starts.setdefault(events[index].text_position - 1, events[index].audio_position / 1000)
            index += 1
        return 0

    callback = _Callback(collect)
    library.espeak_SetSynthCallback(callback)
    data = text.encode()
    library.espeak_Synth(data, len(data) + 1, 0, _BY_CHARACTER, 0, _UTF8, None, None)
    return np.concatenate(blocks), starts


def _sounding(samples: np.ndarray) -> tuple[int, int]:
    loud = np.flatnonzero(np.abs(samples) > _SILENCE)
    return int(loud[0]), int(loud[-1]) + 1


def _spans(text: str, starts: dict[int, float], end: float) -> np.ndarray:
    """Start and end of each word. Words that espeak joins ("in the") share one span."""
    begins: list[float] = []
    position = 0
    for word in text.split():
        begins.append(starts.get(position, begins[-1] if begins else 0.0))
        position += len(word) + 1
    later = [min((b for b in begins if b > begin), default=end) for begin in begins]
    return np.array([begins, later]).T


def _to_16_khz(samples: np.ndarray) -> np.ndarray:
    """Resampled in the frequency domain: 22,050 to 16,000 is 441 to 320."""
    padded = np.pad(samples.astype(np.float64), (0, -len(samples) % 441))
    count = len(padded) * 320 // 441
    spectrum = np.fft.rfft(padded)[: count // 2 + 1]
    resampled = np.fft.irfft(spectrum, count) * (count / len(padded))
    return np.clip(np.round(resampled), -32768, 32767).astype(np.int16)
