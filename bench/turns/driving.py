"""Senders who text, and what they measure."""

import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from bench.turns.line import Line, Taken
from bench.turns.machine import cpu_seconds

Pids = Callable[[], list[int]]


@dataclass
class Load:
    """What so many messages took. Loads of the same kind add up."""

    taken: list[Taken] = field(default_factory=list)
    seconds: float = 0.0
    cpu: float = 0.0

    def add(self, other: "Load") -> None:
        self.taken += other.taken
        self.seconds += other.seconds
        self.cpu += other.cpu

    @property
    def a_second(self) -> float:
        return len(self.taken) / self.seconds

    @property
    def cpu_ms(self) -> float:
        """Of a message, over all processes."""
        return self.cpu * 1e3 / len(self.taken)

    def reply_ms(self, percent: int) -> float:
        return percentile([taken.reply for taken in self.taken], percent) * 1e3

    def acknowledged_ms(self, percent: int) -> float:
        return percentile([taken.acknowledged for taken in self.taken], percent) * 1e3


def percentile(values: Sequence[float], percent: int) -> float:
    if len(values) < 2:
        return values[0]
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def together(lines: Sequence[Line], each: int, texts: Iterator[str], pids: Pids) -> Load:
    """Every line texts so often, the next time when its reply is there; all lines at the same time."""
    said = [[next(texts) for _ in range(each)] for _ in lines]
    barrier = threading.Barrier(len(lines) + 1)

    def talk(line: Line, mine: list[str]) -> list[Taken]:
        barrier.wait()
        return [line.say(text) for text in mine]

    with ThreadPoolExecutor(len(lines)) as senders:
        talks = [senders.submit(talk, line, mine) for line, mine in zip(lines, said, strict=True)]
        cpu, begun = cpu_seconds(pids()), time.perf_counter()
        barrier.wait()
        taken = [each for talk in talks for each in talk.result()]
        seconds = time.perf_counter() - begun
        return Load(taken, seconds, cpu_seconds(pids()) - cpu)


def by_turns(lines: Sequence[Line], rounds: int, texts: Iterator[str]) -> list[Load]:
    """One message of each line after the other, so that all see the same machine; their times alone."""
    loads = [Load() for _ in lines]
    for _ in range(rounds):
        text = next(texts)
        for line, load in zip(lines, loads, strict=True):
            load.taken.append(line.say(text))
    return loads
