"""Base class of pipeline components that are trained and stored with the model."""

from typing import Any, Dict, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage


class TrainedComponent(GraphComponent):
    """Keeps its settings, those of ``get_default_config`` where none is given, and where it is stored."""

    def __init__(self, config: Dict[Text, Any], storage: ModelStorage, resource: Resource) -> None:
        """Create an untrained component."""
        defaults = self.get_default_config()
        self._settings = {name: config.get(name, default) for name, default in defaults.items()}
        self._storage = storage
        self._resource = resource

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa passes these by name
    ) -> "TrainedComponent":
        """Create an untrained component; Rasa calls this."""
        return cls(config, model_storage, resource)
