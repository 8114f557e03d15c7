"""The trained classifier: logistic regression over words and parts of words.

Rasa's own LogisticRegressionClassifier does the same on plain counts. It loads its model with `skops`, whose
import takes 11 s, two thirds of the time that loading the assistant took. Here the model is one JSON file and
one NumPy file, features are weighted by tf-idf, and the regularisation is a setting.
"""

import json
import warnings
from collections import Counter
from typing import Any, Dict, Iterable, Iterator, List, Sequence, Text, Tuple

import numpy as np
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix, hstack
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from components.normalization import trim
from components.trained import TrainedComponent
from components.word_corrector import corrected_text

SETTINGS: Dict[Text, Any] = {
    "strength": 30.0,
    # Most parts of words are in one or two examples only.
    "min_examples": 3,
    # After 40 the rare words are not learnt yet: F1 is 0.009 lower.
    "iterations": 60,
}
"""The arguments of ``Weights.fit``."""

# Words and pairs of words; and parts of two to five letters, most of which a typing error leaves intact.
VIEWS: Sequence[Dict[str, Any]] = (
    {"analyzer": "word", "ngram_range": (1, 2), "token_pattern": r"(?u)\b\w+(?:'\w+)?\b|\?"},
    {"analyzer": "char_wb", "ngram_range": (2, 5)},
)


def vectorizers(vocabularies: "Iterable[Any]" = (None, None), min_examples: int = 1) -> List[TfidfVectorizer]:
    """Return a vectorizer for each view, with its vocabulary if it was fitted before.

    Args:
        vocabularies: the column of each feature, for each view.
        min_examples: how many examples have a feature, at least; it is ignored otherwise.
    """
    return [
        TfidfVectorizer(sublinear_tf=True, vocabulary=words, dtype=np.float32, min_df=min_examples, **view)
        for view, words in zip(VIEWS, vocabularies, strict=True)
    ]


def features_of(texts: List[str], min_examples: int) -> Tuple[List[TfidfVectorizer], csr_matrix]:
    """Return fitted vectorizers, and the features of the texts: a row for each text, view after view.

    Args:
        texts: the examples.
        min_examples: as in ``vectorizers``.
    """
    views = vectorizers(min_examples=min_examples)
    return views, hstack([view.fit_transform(texts) for view in views], format="csr")


def regression(
    features: csr_matrix, intents: Sequence[str], strength: float, iterations: int
) -> LogisticRegression:
    """Return a regression that was fitted to some features; the arguments are those of ``Weights.fit``."""
    model = LogisticRegression(C=strength, max_iter=iterations, random_state=42)
    with warnings.catch_warnings():
        # It warns that it was stopped early.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(features, intents)


def ranking(intents: Sequence[str], chances: np.ndarray) -> List[Dict[Text, Any]]:
    """Return intents with their chances as ``{name, confidence}``, the likeliest first."""
    return [{"name": intents[i], "confidence": float(chances[i])} for i in np.argsort(-chances)]


def texts_of(messages: Iterable[Message]) -> List[str]:
    """Return the texts as the classifier reads them: corrected, without white space and marks around them."""
    texts = (corrected_text(message).text for message in messages)
    return [trim(text).content + "?" * text.rstrip().endswith("?") for text in texts]


def _row(
    vocabulary: Dict[str, int], idf: np.ndarray, features: Iterable[str]
) -> Tuple[np.ndarray, np.ndarray]:
    """Return the columns of a text's features in a view and their values, as ``TfidfVectorizer`` does."""
    counts = Counter(feature for feature in features if feature in vocabulary)
    columns = np.fromiter((vocabulary[feature] for feature in counts), dtype=np.intp, count=len(counts))
    values = (1 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))) * idf[columns]
    return columns, values / (np.linalg.norm(values) or 1.0)


class Weights:
    """A fitted multinomial logistic regression."""

    def __init__(
        self, views: List[TfidfVectorizer], intents: List[str], weights: np.ndarray, bias: np.ndarray
    ) -> None:
        """Create a model.

        Args:
            views: fitted vectorizers.
            intents: their names.
            weights: a row for each feature, view after view, and a column for each intent; in half precision,
                which is enough and half the memory.
            bias: a value for each intent.
        """
        self.views = views
        # A view creates both anew whenever they are read.
        self._analyzers = [view.build_analyzer() for view in views]
        self._idf = [view.idf_ for view in views]
        self.intents = intents
        self.weights = weights
        self.bias = bias

    @classmethod
    def fit(
        cls,
        texts: List[str],
        intents: List[str],
        strength: float,
        min_examples: int = 1,
        iterations: int = 1000,
    ) -> "Weights":
        """Train on examples.

        Args:
            texts: the examples.
            intents: of the examples.
            strength: the inverse of the regularisation: scikit-learn's ``C``.
            min_examples: as in ``vectorizers``.
            iterations: after how many to stop at the latest.
        """
        views, features = features_of(texts, min_examples)
        model = regression(features, intents, strength, iterations)
        return cls(views, model.classes_.tolist(), model.coef_.T.astype(np.float16), model.intercept_)

    def probabilities(self, text: str) -> np.ndarray:
        """Return the probability of each intent, in the order of ``intents``: the softmax of the scores."""
        scores = self.bias + sum(self._view_scores(text))
        powers = np.exp(scores - scores.max())
        return powers / powers.sum()

    def _view_scores(self, text: str) -> Iterator[np.ndarray]:
        """Yield each view's part of the scores. Sparse matrices of one row would take ten times as long."""
        begin = 0
        for view, analyze, idf in zip(self.views, self._analyzers, self._idf, strict=True):
            columns, values = _row(view.vocabulary_, idf, analyze(text))
            yield values @ self.weights[begin + columns].astype(np.float32)
            begin += len(idf)

    def ranking(self, text: str) -> List[Dict[Text, Any]]:
        """Return all intents as ``{name, confidence}``, the likeliest first."""
        return ranking(self.intents, self.probabilities(text))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TextClassifier(TrainedComponent):
    """Sets the intent and the intent ranking of every message."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Return the settings: the arguments of ``Weights.fit``."""
        return dict(SETTINGS)

    def __init__(self, config: Dict[Text, Any], storage: ModelStorage, resource: Resource) -> None:
        """Create a component that classifies nothing before ``train`` or ``load``."""
        super().__init__(config, storage, resource)
        self._model: "Weights | None" = None

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the model and store it."""
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        intents = [example.get(INTENT) for example in examples]
        self._model = Weights.fit(texts_of(examples), intents, **self._settings)
        self._persist(self._model)
        return self._resource

    def _persist(self, model: Weights) -> None:
        words = [{word: int(column) for word, column in view.vocabulary_.items()} for view in model.views]
        description = {"intents": model.intents, "vocabularies": words}
        with self._storage.write_to(self._resource) as folder:
            (folder / "words.json").write_text(json.dumps(description), encoding="utf-8")
            idf = [view.idf_ for view in model.views]
            np.savez_compressed(folder / "weights.npz", *idf, weights=model.weights, bias=model.bias)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003
        **kwargs: Any,  # noqa: ARG003
    ) -> "TextClassifier":
        """Load the component from a trained model; Rasa calls this."""
        classifier = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            description = json.loads((folder / "words.json").read_text(encoding="utf-8"))
            with np.load(folder / "weights.npz") as arrays:
                views = vectorizers(description["vocabularies"])
                for number, view in enumerate(views):
                    view.idf_ = arrays[f"arr_{number}"]
                    view.vocabulary = view.vocabulary_  # a copy
                classifier._model = Weights(views, description["intents"], arrays["weights"], arrays["bias"])
        return classifier

    def process(self, messages: List[Message]) -> List[Message]:
        """Set intent and ranking of each message and return them."""
        for message, text in zip(messages, texts_of(messages), strict=True):
            if self._model is not None:
                ranking = self._model.ranking(text)
                message.set(INTENT, ranking[0], add_to_output=True)
                message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages
