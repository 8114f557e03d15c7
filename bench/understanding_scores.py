"""Figures of understanding, for every benchmark and both environments."""

import csv
import random
from pathlib import Path

from typos import one_typo


def rows(path: Path) -> list[list[str]]:
    """The rows of a tab-separated file without its header. Quotes are characters like any other."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]


def ratio(part: int, whole: int) -> float:
    """0 where there is nothing to divide by."""
    return part / whole if whole else 0.0


def scores(meant: list[str], understood: list[str], effect: str) -> tuple[float, float, float]:
    """Precision, recall and F1 of one effect."""
    right = sum(a == b == effect for a, b in zip(meant, understood, strict=True))
    precision, recall = ratio(right, understood.count(effect)), ratio(right, meant.count(effect))
    return precision, recall, ratio(2 * precision * recall, precision + recall) if right else 0.0


def mistyped(texts: list[str], seed: int) -> list[str]:
    """Each text with one typing error."""
    chance = random.Random(seed)
    return [one_typo(text, chance) for text in texts]


def of_effects(meant: list[str], understood: list[str]) -> dict[str, tuple[float, float, float]]:
    """The scores of every effect that was meant."""
    return {effect: scores(meant, understood, effect) for effect in sorted(set(meant))}


def macro_f1(meant: list[str], understood: list[str]) -> float:
    """The mean of F1 over the effects that were meant."""
    of_effect = of_effects(meant, understood).values()
    return sum(f1 for _, _, f1 in of_effect) / len(of_effect)
