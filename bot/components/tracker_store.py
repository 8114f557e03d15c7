"""A tracker store that stores nothing, so that a turn costs the same at any length of a conversation.

State between turns (an open question, a list to continue) is in the scrapbook's own database, committed
together with the changes of the turn. A second copy here could only contradict it.
"""

from typing import Any, Iterable, Optional, Text

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker


class StatelessTrackerStore(TrackerStore):
    """Starts every turn from an empty tracker."""

    def __init__(
        self,
        domain: Optional[Domain] = None,
        event_broker: Optional[EventBroker] = None,
        host: Optional[Text] = None,  # noqa: ARG002 - Rasa passes it to every store
        **kwargs: Any,  # noqa: ARG002
    ) -> None:
        """Create the store; it connects to no host and has no settings."""
        super().__init__(domain, event_broker)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Publish the events to the broker, if there is one, and drop them."""
        await self.stream_events(tracker)

    async def retrieve(self, sender_id: Text) -> Optional[DialogueStateTracker]:  # noqa: ARG002
        """Return None: no conversation is stored."""
        return None

    async def keys(self) -> Iterable[Text]:
        """Return an empty list: no conversation is stored."""
        return []
