"""A tracker store that forgets, so that every turn costs the same however long a conversation has been going on.

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
        host: Optional[Text] = None,
        **kwargs: Any,
    ) -> None:
        """``host`` is part of how Rasa makes a store and is not used."""
        super().__init__(domain, event_broker)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Hands the events to the broker, if there is one, and forgets them."""
        await self.stream_events(tracker)

    async def retrieve(self, sender_id: Text) -> Optional[DialogueStateTracker]:
        """Nothing is known about anybody."""
        return None

    async def keys(self) -> Iterable[Text]:
        """No conversation is known."""
        return []
