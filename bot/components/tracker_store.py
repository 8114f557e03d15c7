"""A tracker store that forgets, so that a turn costs the same however long the conversation is.

What has to be remembered between turns (an open question, a listing to go on with) is in the scrapbook's own
database and committed with what was done; a second, growing memory here could only contradict it.
"""

from typing import Any, Iterable, Optional, Text

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker


class ForgetfulTrackerStore(TrackerStore):
    """Every turn starts from an empty tracker; nothing is ever stored."""

    def __init__(
        self,
        domain: Optional[Domain] = None,
        event_broker: Optional[EventBroker] = None,
        host: Optional[Text] = None,  # noqa: ARG002 - part of how Rasa makes a store
        **kwargs: Any,  # noqa: ARG002
    ) -> None:
        """There is no host to connect to and nothing to be set."""
        super().__init__(domain, event_broker)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Hands the events to the broker, if there is one, and forgets them."""
        await self.stream_events(tracker)

    async def retrieve(self, sender_id: Text) -> Optional[DialogueStateTracker]:  # noqa: ARG002
        """Nothing is known about anybody."""
        return None

    async def keys(self) -> Iterable[Text]:
        """No conversation is known."""
        return []
