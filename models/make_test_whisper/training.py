"""The training loop, which can be stopped and taken up again."""

import itertools
import logging
import math
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import WhisperForConditionalGeneration

from .batches import IGNORED, Batch, batch
from .espeak import Utterance
from .network import decode, encode
from .tokens import Vocabulary
from .windows import window

BATCH = 32
SORTED_TOGETHER = 8  # batches; windows of like length share a batch
SHORT_STEPS = 500  # the first steps have one utterance in a window: many steps in little time
PEAK_RATE = 1.5e-3
WARM_UP = 0.03  # of all steps
WORD_WEIGHT, ALIGNMENT_WEIGHT = 0.5, 0.2

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pace:
    """Training ends, and the learning rate with it, after so many steps or seconds, whichever is earlier."""

    steps: int
    seconds: float
    save_every: float  # seconds


class Trainer:
    """A network on its way."""

    def __init__(self, network: WhisperForConditionalGeneration, words: int) -> None:
        self.network = network
        self.step = 0
        self._word_at = nn.Linear(network.config.d_model, words + 1)
        self._parts = nn.ModuleList([network, self._word_at])
        self._optimizer = torch.optim.AdamW(
            self._parts.parameters(), PEAK_RATE, betas=(0.9, 0.98), weight_decay=0.01
        )

    def run(self, batches: Iterator[Batch], pace: Pace, save: Callable[[], None]) -> None:
        """Trains to the end of the pace, calling `save` from time to time and at the end."""
        began = saved = time.monotonic()
        while (share := self._share(pace, time.monotonic() - began)) < 1:
            losses = self._learn(next(batches), _rate(share))
            self.step += 1
            if self.step % 20 == 0:
                log.info("step %d: text %.3f, words %.3f, alignment %.3f", self.step, *losses)
            if time.monotonic() - saved > pace.save_every:
                save()
                saved = time.monotonic()
        save()

    def keep(self, path: Path) -> None:
        """Writes all that is needed to go on."""
        arriving = path.with_suffix(".new")
        torch.save([self.step, self._parts.state_dict(), self._optimizer.state_dict()], arriving)
        arriving.replace(path)

    def take_up(self, path: Path) -> None:
        """Goes on from what was kept."""
        self.step, parts, optimizer = torch.load(path)
        self._parts.load_state_dict(parts)
        self._optimizer.load_state_dict(optimizer)

    def _share(self, pace: Pace, spent: float) -> float:
        return max(self.step / pace.steps, spent / pace.seconds)

    def _learn(self, these: Batch, rate: float) -> tuple[float, float, float]:
        text, word, alignment = _losses(self.network, self._word_at, these)
        self._optimizer.zero_grad()
        (text + WORD_WEIGHT * word + ALIGNMENT_WEIGHT * alignment).backward()
        nn.utils.clip_grad_norm_(self._parts.parameters(), 1.0)
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        self._optimizer.step()
        return text.item(), word.item(), alignment.item()


def batches(
    pool: list[Utterance], vocabulary: Vocabulary, rng: random.Random, step: int = 0
) -> Iterator[Batch]:
    """Batches of new windows without end, for the steps from `step` on."""
    for first in itertools.count(step, SORTED_TOGETHER):
        most = 1 if first < SHORT_STEPS else 5
        windows = [window(pool, vocabulary, rng, most) for _ in range(BATCH * SORTED_TOGETHER)]
        windows.sort(key=lambda window: len(window.sound))
        starts = list(range(0, len(windows), BATCH))
        rng.shuffle(starts)
        for start in starts:
            yield batch(windows[start : start + BATCH], vocabulary)


def _losses(
    network: WhisperForConditionalGeneration, word_at: nn.Linear, these: Batch
) -> tuple[Tensor, Tensor, Tensor]:
    """Cross entropy of the text and of the word at each position; how little the aligned heads look at it."""
    states, log_weights = encode(network, these.mels)
    logits, attention = decode(network, these.tokens, states, log_weights)
    text = functional.cross_entropy(logits.transpose(1, 2), these.targets, ignore_index=IGNORED)
    positions = these.words.shape[1]
    word = functional.cross_entropy(
        word_at(states[:, :positions]).transpose(1, 2), these.words, ignore_index=IGNORED
    )
    looked = (attention[..., :positions] * these.spans[:, None]).sum(-1)
    wanted = these.spans.any(-1)[:, None].expand_as(looked)
    alignment = -(looked[wanted] + 1e-4).log().mean()
    return text, word, alignment


def _rate(share: float) -> float:
    """Linear warm-up, then a cosine to zero; `share` is the part of the training that has gone by."""
    return PEAK_RATE * min(share / WARM_UP, 1.0) * (1 + math.cos(math.pi * share)) / 2
