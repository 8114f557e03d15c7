"""Learns how sure a command is from the evidence, on examples that the classifier did not see.

The classifier is trained on some of the examples and asked about the others, so its chances there are those
of new texts. A logistic regression for each effect then learns from them in which cases the effect was right.
Templates stay whole: their texts are so alike that one that was trained on gives the others away.
"""

import re
import zlib
from collections import defaultdict
from dataclasses import dataclass
from typing import Dict, Iterable, Iterator, List, NamedTuple, Sequence, Text, Tuple

import numpy as np
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from components.training_importer import TEMPLATE

FOLDS = 3

WEIGHT_OF_THOUGHTS = 2.5
"""How often a thought counts: people text more thoughts, and of more kinds, than the examples have."""

MIN_CASES = 50
"""Of fewer cases that are right, or wrong, nothing is learnt."""

_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class Case:
    """An example that was looked at without having been trained on.

    Attributes:
        effect: what it would have been taken for.
        features: its evidence.
        is_right: whether that is its effect.
        is_thought: whether it is to be saved as a thought.
    """

    effect: Text
    features: Sequence[float]
    is_right: bool
    is_thought: bool


class Calibration(NamedTuple):
    """A logistic regression over the evidence."""

    bias: float
    weights: Sequence[float]

    def chance(self, features: Sequence[float]) -> float:
        """Return the chance (0 to 1) that the effect is right.

        Args:
            features: the values of ``evidence.FEATURES``.
        """
        score = self.bias + sum(weight * value for weight, value in zip(self.weights, features, strict=True))
        return float(1 / (1 + np.exp(-score)))

    @classmethod
    def fit(cls, cases: Sequence[Case]) -> "Calibration":
        """Learn the weights."""
        right = [case.is_right for case in cases]
        scaler = StandardScaler()
        scaled = scaler.fit_transform([case.features for case in cases])
        model = LogisticRegression(max_iter=500)
        counts = [WEIGHT_OF_THOUGHTS if case.is_thought else 1.0 for case in cases]
        model.fit(scaled, right, sample_weight=counts)
        weights = model.coef_[0] / scaler.scale_
        return cls(float(model.intercept_[0] - weights @ scaler.mean_), tuple(map(float, weights)))


def fit_all(cases: Iterable[Case]) -> Dict[Text, Calibration]:
    """Return a calibration for each effect of which there are enough cases."""
    of_effect: Dict[Text, List[Case]] = defaultdict(list)
    for case in cases:
        of_effect[case.effect].append(case)
    return {effect: Calibration.fit(some) for effect, some in sorted(of_effect.items()) if _are_enough(some)}


def _are_enough(cases: Sequence[Case]) -> bool:
    right = sum(case.is_right for case in cases)
    return min(right, len(cases) - right) >= MIN_CASES


def in_folds(examples: Sequence[Message], folds: int = FOLDS) -> Iterator[Tuple[List[int], List[int]]]:
    """Yield pairs of the positions of examples to train on, and of the others.

    Each example is once among the others.
    """
    fold_of = [zlib.crc32(_group(example).encode()) % folds for example in examples]
    for fold in range(folds):
        known = [position for position, its in enumerate(fold_of) if its != fold]
        others = [position for position, its in enumerate(fold_of) if its == fold]
        if others and len({examples[position].get(INTENT) for position in known}) > 1:
            yield known, others


def _group(example: Message) -> Text:
    return example.get(TEMPLATE) or _DIGITS.sub("0", example.get(TEXT).lower())
