"""The pipeline component that corrects typing errors; see ``spelling_correction.py``."""

import json
from typing import Any, Dict, List, Text

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.effects import SAVE_THOUGHT
from components.spelling_correction import CorrectedText, SpellingCorrector
from components.trained import TrainedComponent

CORRECTED = "corrected_text"


def corrected_text(message: Message) -> CorrectedText:
    """Return the message's corrected text, or the original if no component has corrected it."""
    return message.get(CORRECTED) or CorrectedText(message.get(TEXT) or "")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class WordCorrector(TrainedComponent):
    """Sets ``CORRECTED`` on every message and every training example."""

    def __init__(self, config: Dict[Text, Any], storage: ModelStorage, resource: Resource) -> None:
        """Create a component that corrects nothing before ``train`` or ``load``."""
        super().__init__(config, storage, resource)
        self._corrector = SpellingCorrector((), ())

    def train(self, training_data: TrainingData) -> Resource:
        """Collect the words of the examples of commands, and store them. Thoughts may use any words."""
        commands = [one for one in training_data.intent_examples if one.get(INTENT) != SAVE_THOUGHT]
        self._corrector = SpellingCorrector.train(one.get(TEXT) or "" for one in commands)
        learned = {"words": sorted(self._corrector.words), "pairs": sorted(self._corrector.pairs)}
        with self._storage.write_to(self._resource) as folder:
            (folder / "words.json").write_text(json.dumps(learned), encoding="utf-8")
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003
        **kwargs: Any,  # noqa: ARG003
    ) -> "WordCorrector":
        """Load the component from a trained model; Rasa calls this."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            learned = json.loads((folder / "words.json").read_text(encoding="utf-8"))
        component._corrector = SpellingCorrector(learned["words"], learned["pairs"])
        return component

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Correct the examples, so that the classifier trains on the texts it will be given."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Set the corrected text of each message and return them."""
        for message in messages:
            message.set(CORRECTED, self._corrector.correct(message.get(TEXT) or ""))
        return messages
