"""Find the speech in a recording, and pack it into windows of the length that the model takes.

Whisper invents words where nobody speaks, so only speech is given to it. A window of one second costs as much
as one of thirty, so phrases are packed together.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from faster_whisper.vad import VadOptions, get_speech_timestamps

from scrapbook.voice.decoding import SAMPLE_RATE, Samples

# A breath does not end a phrase.
MIN_PAUSE_MS = 500
# Anything shorter is a click or a knock.
MIN_SPEECH_MS = 100
# Audio added around a phrase, so that its first and last consonants are not cut off.
PADDING_MS = 400
PADDING = PADDING_MS * SAMPLE_RATE // 1000


@dataclass(frozen=True)
class Phrase:
    """Samples of speech; ``start`` is the index of the first one in the recording."""

    start: int
    samples: Samples

    @property
    def end(self) -> int:
        return self.start + self.samples.size


@dataclass(frozen=True)
class Window:
    """Phrases that are transcribed together."""

    phrases: tuple[Phrase, ...]

    @property
    def samples(self) -> Samples:
        return np.concatenate([phrase.samples for phrase in self.phrases])

    @property
    def seconds(self) -> float:
        return sum(phrase.samples.size for phrase in self.phrases) / SAMPLE_RATE

    @property
    def end(self) -> float:
        """Return the end of the last phrase, in seconds from the start of the recording."""
        return self.phrases[-1].end / SAMPLE_RATE


def windows(blocks: Iterable[Samples], longest: float) -> Iterator[Window]:
    """Yield the speech of a recording in order, in windows of at most ``longest`` seconds."""
    packed: list[Phrase] = []
    for phrase in phrases(blocks, longest):
        size = sum(one.samples.size for one in packed)
        if packed and size + phrase.samples.size > longest * SAMPLE_RATE:
            yield Window(tuple(packed))
            packed = []
        packed.append(phrase)
    if packed:
        yield Window(tuple(packed))


def phrases(blocks: Iterable[Samples], longest: float) -> Iterator[Phrase]:
    """Yield the speech of a recording in order, in phrases of at most ``longest`` seconds.

    Args:
        blocks: of samples, each several times longer than ``longest`` except the last one.
    """
    options = VadOptions(
        min_speech_duration_ms=MIN_SPEECH_MS,
        max_speech_duration_s=longest,
        min_silence_duration_ms=MIN_PAUSE_MS,
        speech_pad_ms=PADDING_MS,
    )
    held, start = np.empty(0, np.float32), 0
    for block, is_last in _with_last(blocks):
        held = np.concatenate((held, block))
        found = [(one["start"], one["end"]) for one in get_speech_timestamps(held, options)]
        settled = held.size if is_last else _settled(found, held.size)
        for begin, end in found:
            if begin < settled:
                yield Phrase(start + begin, held[begin:end])
        held, start = held[settled:], start + settled


def _settled(found: list[tuple[int, int]], size: int) -> int:
    """Return the index before which phrases are final: where one starts that may go on, or almost the end."""
    if found and found[-1][1] > size - 2 * PADDING:
        return found[-1][0]
    return size - PADDING


def _with_last(blocks: Iterable[Samples]) -> Iterator[tuple[Samples, bool]]:
    """Yield each block, and whether it is the last."""
    ahead: Samples | None = None
    for block in blocks:
        if ahead is not None:
            yield ahead, False
        ahead = block
    if ahead is not None:
        yield ahead, True
