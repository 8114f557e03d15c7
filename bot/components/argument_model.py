"""The trained extractor of arguments, applied only to intents that take arguments in free words.

Rasa's own extractor stores its examples, trains on them again whenever it is loaded, and reads every text.
Both take longer than the rest of the pipeline.
"""

from pathlib import Path
from typing import Any, Dict, List, Text

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.crf_entity_extractor import CRFEntityExtractor, CRFToken
from rasa.shared.nlu.constants import ENTITY_ATTRIBUTE_TYPE, INTENT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn_crfsuite import CRF

from components.argument_extractor import TRAINED
from components.command_recogniser import IS_COMMAND
from components.training_importer import TEMPLATE

_FILE = "arguments.crfsuite"


def _takes_arguments(message: Message) -> bool:
    return (message.get(INTENT) or {}).get("name") in TRAINED and not message.get(IS_COMMAND)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class ArgumentModel(CRFEntityExtractor):
    """Extracts entity types, without roles or groups; comes after the decision in the pipeline."""

    def train(self, training_data: TrainingData) -> Resource:
        """Train on the examples whose arguments are marked."""
        marked = [one for one in training_data.training_examples if not one.get(TEMPLATE)]
        return super().train(TrainingData(marked))

    def process(self, messages: List[Message]) -> List[Message]:
        """Extract the arguments of those messages whose intent takes some; return all messages."""
        super().process([message for message in messages if _takes_arguments(message)])
        return messages

    def persist(self, dataset: List[List[CRFToken]]) -> None:  # noqa: ARG002 - Rasa stores the dataset
        """Store the trained model."""
        trained = Path(self.entity_taggers[ENTITY_ATTRIBUTE_TYPE].modelfile.name)
        with self._model_storage.write_to(self._resource) as folder:
            (folder / _FILE).write_bytes(trained.read_bytes())

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003
        **kwargs: Any,  # noqa: ARG003
    ) -> "ArgumentModel":
        """Load the component from a trained model; Rasa calls this."""
        model = CRF()
        model.modelfile.ensure_name()
        with model_storage.read_from(resource) as folder:
            Path(model.modelfile.name).write_bytes((folder / _FILE).read_bytes())
        component = cls(config, model_storage, resource, {ENTITY_ATTRIBUTE_TYPE: model})
        component.crf_order = [ENTITY_ATTRIBUTE_TYPE]
        return component
