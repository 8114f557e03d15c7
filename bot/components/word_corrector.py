"""The pipeline's component that sets slips of the finger right; see ``correction.py``."""

import json
from typing import Any, Dict, List, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.correction import Corrected, Corrector
from components.effects import KEEP

CORRECTED = "corrected_text"


def corrected(message: Message) -> Corrected:
    """The message's text as it was corrected; as it was typed where nothing has corrected it."""
    return message.get(CORRECTED) or Corrected(message.get(TEXT) or "")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class WordCorrector(GraphComponent):
    """Sets ``CORRECTED`` on every message, the examples included."""

    def __init__(self, storage: ModelStorage, resource: Resource) -> None:
        """Knows nothing before ``train`` or ``load``."""
        self._storage = storage
        self._resource = resource
        self._corrector = Corrector((), ())

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],  # noqa: ARG003 - Rasa asks for these names
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003
    ) -> "WordCorrector":
        """An untrained one."""
        return cls(model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learns the words of the commands; those of thoughts are anybody's."""
        commands = [one for one in training_data.intent_examples if one.get(INTENT) != KEEP]
        self._corrector = Corrector.learn(one.get(TEXT) or "" for one in commands)
        learned = {"words": sorted(self._corrector.words), "pairs": sorted(self._corrector.pairs)}
        with self._storage.write_to(self._resource) as folder:
            (folder / "words.json").write_text(json.dumps(learned), encoding="utf-8")
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],  # noqa: ARG003
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003
        **kwargs: Any,  # noqa: ARG003
    ) -> "WordCorrector":
        """The trained one."""
        component = cls(model_storage, resource)
        with model_storage.read_from(resource) as folder:
            learned = json.loads((folder / "words.json").read_text(encoding="utf-8"))
        component._corrector = Corrector(learned["words"], learned["pairs"])
        return component

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Corrects the examples too: the classifier is to learn from what it will see."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Corrects each message."""
        for message in messages:
            message.set(CORRECTED, self._corrector.corrected(message.get(TEXT) or ""))
        return messages
