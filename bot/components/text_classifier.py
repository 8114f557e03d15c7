"""The trained classifier: logistic regression over words and pieces of words.

Rasa's own LogisticRegressionClassifier does the same on plain counts; it reads its model with `skops`, whose
import alone takes 11 s, two thirds of what loading the assistant took. Here the model is one JSON and one
NumPy file, features are weighed by tf-idf, and how closely to follow the examples can be set.
"""

import json
from collections import Counter
from typing import Any, Dict, Iterable, Iterator, List, Sequence, Text, Tuple

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from components.text import core
from components.word_corrector import corrected

# Words and pairs of words; and pieces of two to five letters, which survive a typing error.
VIEWS: Sequence[Dict[str, Any]] = (
    {"analyzer": "word", "ngram_range": (1, 2), "token_pattern": r"(?u)\b\w+(?:'\w+)?\b|\?"},
    {"analyzer": "char_wb", "ngram_range": (2, 5)},
)


def vectorizers(vocabularies: "Iterable[Any]" = (None, None)) -> List[TfidfVectorizer]:
    """One for each view, to be fitted or with the vocabulary that it once had."""
    return [
        TfidfVectorizer(sublinear_tf=True, vocabulary=words, dtype=np.float32, **view)
        for view, words in zip(VIEWS, vocabularies, strict=True)
    ]


def _texts(messages: Iterable[Message]) -> List[str]:
    return [core(text).content + "?" * text.rstrip().endswith("?") for text in _corrected(messages)]


def _corrected(messages: Iterable[Message]) -> Iterable[Text]:
    return (corrected(message).text for message in messages)


def _row(
    vocabulary: Dict[str, int], rarities: np.ndarray, pieces: Iterable[str]
) -> Tuple[np.ndarray, np.ndarray]:
    """The columns of a text's features in a view, and their values, as ``TfidfVectorizer`` has them."""
    counts = Counter(piece for piece in pieces if piece in vocabulary)
    at = np.fromiter((vocabulary[piece] for piece in counts), dtype=np.intp, count=len(counts))
    values = (1 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))) * rarities[at]
    return at, values / (np.linalg.norm(values) or 1.0)


class Weights:
    """A fitted model. ``scores`` are logits, one row for a text and one column for each of ``intents``."""

    def __init__(
        self, views: List[TfidfVectorizer], intents: List[str], weights: np.ndarray, bias: np.ndarray
    ) -> None:
        """``weights`` has a row for each feature, view after view, and a column for each intent."""
        self.views = views
        # Neither is kept by the view: it makes them anew whenever it is asked.
        self._analyzers = [view.build_analyzer() for view in views]
        self._rarities = [view.idf_ for view in views]
        self.intents = intents
        self.weights = weights
        self.bias = bias

    @classmethod
    def fit(cls, texts: List[str], intents: List[str], strength: float) -> "Weights":
        """Trains on examples. The larger ``strength``, the closer the model keeps to them."""
        views = vectorizers()
        features = hstack([view.fit_transform(texts) for view in views])
        model = LogisticRegression(C=strength, class_weight="balanced", max_iter=1000, random_state=42)
        model.fit(features, intents)
        return cls(views, model.classes_.tolist(), model.coef_.T.astype(np.float32), model.intercept_)

    def probabilities(self, text: str) -> np.ndarray:
        """One for each intent; they sum to 1."""
        scores = self.bias + sum(part for part in self._parts(text))
        powers = np.exp(scores - scores.max())
        return powers / powers.sum()

    def _parts(self, text: str) -> Iterator[np.ndarray]:
        """What each view adds to the scores. Matrices of one row would take ten times as long."""
        begin = 0
        for view, analyze, rarities in zip(self.views, self._analyzers, self._rarities, strict=True):
            at, values = _row(view.vocabulary_, rarities, analyze(text))
            yield values @ self.weights[begin + at]
            begin += len(rarities)

    def ranking(self, text: str) -> List[Dict[Text, Any]]:
        """All intents as ``{name, confidence}``, likeliest first."""
        row = self.probabilities(text)
        return [{"name": self.intents[i], "confidence": float(row[i])} for i in np.argsort(-row)]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TextClassifier(GraphComponent):
    """Sets intent and intent ranking of every message."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """``strength``: see ``Weights.fit``."""
        return {"strength": 10.0}

    def __init__(self, config: Dict[Text, Any], storage: ModelStorage, resource: Resource) -> None:
        """Knows nothing before ``train`` or ``load``."""
        self._strength = float(config["strength"])
        self._storage = storage
        self._resource = resource
        self._model: "Weights | None" = None

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003
    ) -> "TextClassifier":
        """An untrained one."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Fits and keeps the model."""
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        intents = [example.get(INTENT) for example in examples]
        self._model = Weights.fit(_texts(examples), intents, self._strength)
        self._persist(self._model)
        return self._resource

    def _persist(self, model: Weights) -> None:
        words = [{word: int(at) for word, at in view.vocabulary_.items()} for view in model.views]
        described = {"intents": model.intents, "vocabularies": words}
        with self._storage.write_to(self._resource) as folder:
            (folder / "words.json").write_text(json.dumps(described), encoding="utf-8")
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
        """The trained one."""
        classifier = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            described = json.loads((folder / "words.json").read_text(encoding="utf-8"))
            with np.load(folder / "weights.npz") as arrays:
                views = vectorizers(described["vocabularies"])
                for number, view in enumerate(views):
                    view.idf_ = arrays[f"arr_{number}"]
                classifier._model = Weights(views, described["intents"], arrays["weights"], arrays["bias"])
        return classifier

    def process(self, messages: List[Message]) -> List[Message]:
        """Classifies each message."""
        for message, text in zip(messages, _texts(messages), strict=True):
            if self._model is not None:
                ranking = self._model.ranking(text)
                message.set(INTENT, ranking[0], add_to_output=True)
                message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages
