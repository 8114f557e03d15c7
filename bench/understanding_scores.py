"""Precision, recall and F1, shared by the benchmarks of both environments."""

import csv
import random
from pathlib import Path

from typos import one_typo


def rows(path: Path) -> list[list[str]]:
    """Return the rows of a tab-separated file without its header; quotes have no special meaning."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]


def ratio(part: int, whole: int) -> float:
    """Return ``part / whole``, or 0 if ``whole`` is 0."""
    return part / whole if whole else 0.0


def scores(meant: list[str], understood: list[str], effect: str) -> tuple[float, float, float]:
    """Return precision, recall and F1 of one effect."""
    right = sum(a == b == effect for a, b in zip(meant, understood, strict=True))
    precision, recall = ratio(right, understood.count(effect)), ratio(right, meant.count(effect))
    return precision, recall, ratio(2 * precision * recall, precision + recall) if right else 0.0


def mistyped(texts: list[str], seed: int) -> list[str]:
    """Return each text with one typing error, the same ones for the same seed."""
    chance = random.Random(seed)
    return [one_typo(text, chance) for text in texts]


def of_effects(meant: list[str], understood: list[str]) -> dict[str, tuple[float, float, float]]:
    """Return the scores of each effect in ``meant``."""
    return {effect: scores(meant, understood, effect) for effect in sorted(set(meant))}


def macro_f1(meant: list[str], understood: list[str]) -> float:
    """Return the mean F1 over the effects in ``meant``."""
    of_effect = of_effects(meant, understood).values()
    return sum(f1 for _, _, f1 in of_effect) / len(of_effect)
