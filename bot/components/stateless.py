"""What pipeline components that need neither settings nor training have in common."""

from abc import abstractmethod
from typing import Any, Dict, List, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message


class StatelessComponent(GraphComponent):
    """Looks at one message at a time."""

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],  # noqa: ARG003 - Rasa asks for these names
        model_storage: ModelStorage,  # noqa: ARG003
        resource: Resource,  # noqa: ARG003
        execution_context: ExecutionContext,  # noqa: ARG003
    ) -> "StatelessComponent":
        """Rasa's way of making a component."""
        return cls()

    @abstractmethod
    def read(self, message: Message) -> None:
        """Sets on the message what the component has found out about it."""

    def process(self, messages: List[Message]) -> List[Message]:
        """Reads each message."""
        for message in messages:
            self.read(message)
        return messages
