"""Base class of pipeline components that need neither settings nor training."""

from abc import abstractmethod
from typing import Any, Dict, List, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message


class StatelessComponent(GraphComponent):
    """Processes each message by itself."""

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],  # noqa: ARG003 - Rasa passes these by name
        model_storage: ModelStorage,  # noqa: ARG003
        resource: Resource,  # noqa: ARG003
        execution_context: ExecutionContext,  # noqa: ARG003
    ) -> "StatelessComponent":
        """Create the component; Rasa calls this."""
        return cls()

    @abstractmethod
    def process_message(self, message: Message) -> None:
        """Set on the message what the component finds."""

    def process(self, messages: List[Message]) -> List[Message]:
        """Process each message in place and return them."""
        for message in messages:
            self.process_message(message)
        return messages
