"""The trained classifier: logistic regression over words and pieces of words.

Rasa's own LogisticRegressionClassifier does the same on plain counts; it reads its model with `skops`, whose
import alone takes 11 s, two thirds of what loading the assistant took. Here the model is one JSON and one
NumPy file, features are weighed by tf-idf, and how closely to follow the examples can be set.
"""

import json
from typing import Any, Dict, Iterable, List, Sequence, Text

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from components.text import core

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
    return [core(message.get(TEXT) or "").content + ("?" if _asks(message) else "") for message in messages]


def _asks(message: Message) -> bool:
    return (message.get(TEXT) or "").rstrip().endswith("?")


class Weights:
    """A fitted model. ``scores`` are logits, one row for a text and one column for each of ``intents``."""

    def __init__(
        self, views: List[TfidfVectorizer], intents: List[str], weights: np.ndarray, bias: np.ndarray
    ) -> None:
        """``weights`` has a row for each feature, view after view, and a column for each intent."""
        self.views = views
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

    def probabilities(self, texts: List[str]) -> np.ndarray:
        """A row for each text, a column for each intent; each row sums to 1."""
        features = csr_matrix(hstack([view.transform(texts) for view in self.views]))
        scores = features @ self.weights + self.bias
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def ranking(self, text: str) -> List[Dict[Text, Any]]:
        """All intents as ``{name, confidence}``, likeliest first."""
        row = self.probabilities([text])[0]
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
