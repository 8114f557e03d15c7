"""The trained extractor of arguments, kept from texts that take none.

Rasa's own keeps its examples and learns from them anew whenever it is loaded, and it reads every text; both
take longer than the rest of the pipeline together.
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
from sklearn_crfsuite import CRF

from components.argument_extractor import TRAINED
from components.command_recogniser import RECOGNISED

_FILE = "arguments.crfsuite"


def _takes_arguments(message: Message) -> bool:
    return (message.get(INTENT) or {}).get("name") in TRAINED and not message.get(RECOGNISED)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class ArgumentModel(CRFEntityExtractor):
    """Stands behind the judge. Knows types of entities only, neither roles nor groups."""

    def process(self, messages: List[Message]) -> List[Message]:
        """Finds the arguments in the messages that may have some."""
        super().process([message for message in messages if _takes_arguments(message)])
        return messages

    def persist(self, dataset: List[List[CRFToken]]) -> None:  # noqa: ARG002 - Rasa keeps these
        """Keeps the model itself."""
        learned = Path(self.entity_taggers[ENTITY_ATTRIBUTE_TYPE].modelfile.name)
        with self._model_storage.write_to(self._resource) as folder:
            (folder / _FILE).write_bytes(learned.read_bytes())

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003
        **kwargs: Any,  # noqa: ARG003
    ) -> "ArgumentModel":
        """The trained one."""
        model = CRF()
        model.modelfile.ensure_name()
        with model_storage.read_from(resource) as folder:
            Path(model.modelfile.name).write_bytes((folder / _FILE).read_bytes())
        component = cls(config, model_storage, resource, {ENTITY_ATTRIBUTE_TYPE: model})
        component.crf_order = [ENTITY_ATTRIBUTE_TYPE]
        return component
