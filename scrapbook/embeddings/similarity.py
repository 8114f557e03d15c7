"""Vectors in eight bits, and the most similar of many."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

NUMBERS_AT_ONCE = 2**18
"""Numbers that are compared at once: as many as stay in the processor's cache, and too few for OpenBLAS to
use threads. Where the processor has other work, these wait for each other ten times as long as they work."""


def packed(vector: NDArray[np.float32]) -> bytes:
    """Return a vector in eight bits a number. Its length is lost, its direction hardly changed."""
    highest = float(np.abs(vector).max(initial=0.0)) or 1.0
    return np.round(vector * (127 / highest)).astype(np.int8).tobytes()


@dataclass
class VectorTable:
    """The vectors of one person's entries, to which others can be added."""

    ids: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    rows: NDArray[np.int8] = field(default_factory=lambda: np.zeros((0, 0), np.int8))
    lengths: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))

    @property
    def size(self) -> int:
        """Bytes of memory."""
        return self.rows.nbytes + self.ids.nbytes + self.lengths.nbytes

    def add(self, ids: Sequence[int], vectors: Sequence[bytes]) -> None:
        """Add vectors as ``packed``, in place of earlier ones of the same ids. All have the same length."""
        if not ids:
            return
        new = np.frombuffer(b"".join(vectors), np.int8).reshape(len(ids), -1)
        kept = ~np.isin(self.ids, ids)
        earlier = self.rows[kept] if self.rows.size else np.zeros((0, new.shape[1]), np.int8)
        self.ids = np.concatenate([self.ids[kept], np.array(ids, np.int64)])
        self.rows = np.concatenate([earlier, new])
        length = np.linalg.norm(new.astype(np.float32), axis=1)
        self.lengths = np.concatenate([self.lengths[kept], np.maximum(length, 1e-9)])

    def compare(self, query: NDArray[np.float32]) -> "Compared":
        """Return how alike each vector is to another one. What is added later is not in it."""
        step = max(NUMBERS_AT_ONCE // max(query.size, 1), 1)
        parts = [
            self.rows[start : start + step].astype(np.float32) @ query
            for start in range(0, len(self.ids), step)
        ]
        cosines = np.concatenate([np.zeros(0, np.float32), *parts])
        cosines /= self.lengths * max(float(np.linalg.norm(query)), 1e-9)
        return Compared(self.ids, self.rows, self.lengths, cosines)


@dataclass(frozen=True, slots=True)
class Compared:
    """Vectors with their cosines to one other vector, in the same order."""

    ids: NDArray[np.int64]
    rows: NDArray[np.int8]
    lengths: NDArray[np.float32]
    cosines: NDArray[np.float32]

    def nearest(self, count: int) -> list[int]:
        """Return the ids with the highest cosines, best first, at most ``count``."""
        best = np.argpartition(-self.cosines, count - 1)[:count] if count < len(self.ids) else slice(None)
        order = np.argsort(-self.cosines[best], kind="stable")
        return [int(id_) for id_ in self.ids[best][order]]

    def only(self, ids: Sequence[int]) -> "Compared":
        """Return those of these ids that are there."""
        kept = np.flatnonzero(np.isin(self.ids, ids))
        return Compared(self.ids[kept], self.rows[kept], self.lengths[kept], self.cosines[kept])

    def cosines_to(self, index: int) -> NDArray[np.float32]:
        """Return the cosine of each vector to the one at an index. For few vectors."""
        rows = self.rows.astype(np.float32)
        cosines: NDArray[np.float32] = rows @ rows[index] / (self.lengths * self.lengths[index])
        return cosines
