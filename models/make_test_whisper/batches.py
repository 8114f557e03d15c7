"""Windows side by side as tensors: features as faster-whisper computes them, tokens, targets, alignment."""

from dataclasses import dataclass

import numpy as np
import torch
from faster_whisper.feature_extractor import FeatureExtractor
from torch import Tensor

from .espeak import RATE
from .tokens import Vocabulary
from .windows import Window

HOP = 160
FFT = 400
POSITIONS_PER_SECOND = 50  # after the encoder's convolutions
IGNORED = -100  # as target: not to be learned


@dataclass(frozen=True)
class Batch:
    """`mels` [batch, 80, frames]; `tokens` and `targets` [batch, length], the target being the next token.

    `words` [batch, positions] is the index of the word heard at each encoder position, 0 for none, IGNORED
    after the end.
    `spans` [batch, length, positions] is 1 where the word to be written next is heard.
    """

    mels: Tensor
    tokens: Tensor
    targets: Tensor
    words: Tensor
    spans: Tensor


def batch(windows: list[Window], vocabulary: Vocabulary) -> Batch:
    """All windows, padded to the longest."""
    mels = log_mels([window.sound for window in windows])
    tokens, targets = _tokens(windows, vocabulary)
    words, spans = _alignment(windows, vocabulary, tokens.shape[1], mels.shape[2] // 2)
    return Batch(mels, tokens, targets, words, spans)


def log_mels(sounds: list[np.ndarray]) -> Tensor:
    """Sounds float32 [n] at 16 kHz as log-mel [batch, 80, even frames], zero beyond the end of each."""
    longest = max(len(sound) for sound in sounds)
    longest += -longest % (2 * HOP) + 2 * HOP
    padded = torch.from_numpy(np.stack([np.pad(sound, (0, longest - len(sound))) for sound in sounds]))
    spectrum = torch.stft(padded, FFT, HOP, window=torch.hann_window(FFT), return_complex=True)
    filters = torch.from_numpy(FeatureExtractor.get_mel_filters(RATE, FFT, 80)).float()
    mels = (filters @ spectrum[..., :-1].abs() ** 2).clamp(min=1e-10).log10()
    mels = (torch.maximum(mels, mels.amax((1, 2), keepdim=True) - 8) + 4) / 4
    ends = torch.tensor([len(sound) // HOP for sound in sounds])
    return mels * (torch.arange(mels.shape[2]) < ends[:, None])[:, None]


def _tokens(windows: list[Window], vocabulary: Vocabulary) -> tuple[Tensor, Tensor]:
    length = max(len(window.tokens) for window in windows) - 1
    tokens = torch.full((len(windows), length), vocabulary.special["endoftext"])
    targets = torch.full((len(windows), length), IGNORED)
    for row, window in enumerate(windows):
        count = len(window.tokens) - 1
        tokens[row, :count] = torch.tensor(window.tokens[:-1])
        targets[row, window.prompt : count] = torch.tensor(window.tokens[window.prompt + 1 :])
        if not window.spans:
            targets[row, window.prompt] = vocabulary.special["nospeech"]
    return tokens, targets


def _alignment(
    windows: list[Window], vocabulary: Vocabulary, length: int, positions: int
) -> tuple[Tensor, Tensor]:
    index_of = {token: index + 1 for index, token in enumerate(vocabulary.word_ids.values())}
    words = torch.zeros(len(windows), positions, dtype=torch.long)
    spans = torch.zeros(len(windows), length, positions)
    for row, window in enumerate(windows):
        words[row, len(window.sound) // (2 * HOP) :] = IGNORED
        for place, word, start, end in window.spans:
            first, last = int(start * POSITIONS_PER_SECOND), int(end * POSITIONS_PER_SECOND)
            words[row, first:last] = index_of[word]
            spans[row, place - 1, max(first - 1, 0) : last + 2] = 1
    return words, spans
