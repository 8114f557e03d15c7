"""The classifier computes the same as scikit-learn."""

import numpy as np
import pytest
from components.text_classifier import Weights
from scipy.sparse import hstack

TEXTS = ["find my notes", "delete that", "what a day", "delete the note", "find the note", "a long long day"]
INTENTS = ["find", "delete", "keep", "delete", "find", "keep"]


@pytest.mark.parametrize("text", [*TEXTS, "", "???", "naïve words, unheard of", "note note note"])
def test_its_probabilities_are_those_of_scikit_learn(text):
    weights = Weights.fit(TEXTS, INTENTS, 10.0)
    scores = (
        hstack([view.transform([text]) for view in weights.views]) @ weights.weights.astype(np.float32)
        + weights.bias
    )
    powers = np.exp(scores[0] - scores[0].max())
    assert weights.probabilities(text) == pytest.approx(powers / powers.sum(), abs=1e-5)
