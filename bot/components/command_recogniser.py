"""The pipeline's component for commands. Where it recognises one, it has the last word on intent and entities."""

from typing import Any, Dict, List, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from components import faster_turns
from components.matching import recognise

RECOGNISED = "recognised_command"


def _answer(message: Message) -> None:
    command = recognise(message.get(TEXT) or "")
    if command is None:
        return
    message.set(INTENT, {"name": command.intent, "confidence": command.similarity}, add_to_output=True)
    message.set(ENTITIES, [entity._asdict() for entity in command.entities], add_to_output=True)
    message.set(RECOGNISED, True)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class CommandRecogniser(GraphComponent):
    """Stands behind the trained classifier and overrules it; marks the message with ``RECOGNISED``."""

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "CommandRecogniser":
        """A component needs no settings; making one also installs the faster turns in this process."""
        faster_turns.install()
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        """Sets intent and entities of the messages that are commands."""
        for message in messages:
            _answer(message)
        return messages
