"""What is kept, and the only place that knows SQL. The subjects hang on a transaction::

store = Store.open("sqlite:////var/lib/scrapbook/scrapbook.db")
store.migrate()
with store.transaction() as tx:
    person = tx.people.add("Ann", ["+15550100"])
    tx.entries.add(person.id, "decorators are just functions", None, None, datetime.now(UTC))
"""

from scrapbook.store.figures import Figures
from scrapbook.store.group_writer import GroupWriter
from scrapbook.store.inbox import MessageStatus, Waiting
from scrapbook.store.leases import LEASE_SECONDS, NOBODY
from scrapbook.store.messages import Arrival
from scrapbook.store.moving import Moved
from scrapbook.store.outbox import Outgoing
from scrapbook.store.presence import GONE_AFTER, Presence, PresenceHere
from scrapbook.store.purge import TRASH_IS_KEPT
from scrapbook.store.queues import EngineQueues, QueueFigures
from scrapbook.store.records import (
    Address,
    Change,
    Entry,
    JsonValue,
    Listing,
    Media,
    Message,
    Outcome,
    Page,
    Person,
    Preview,
    Question,
    Reply,
    Topic,
)
from scrapbook.store.store import Store
from scrapbook.store.suggestions import Shelf
from scrapbook.store.transaction import Transaction

__all__ = [
    "GONE_AFTER",
    "LEASE_SECONDS",
    "NOBODY",
    "TRASH_IS_KEPT",
    "Address",
    "Arrival",
    "Change",
    "EngineQueues",
    "Entry",
    "Figures",
    "GroupWriter",
    "JsonValue",
    "Listing",
    "Media",
    "Message",
    "MessageStatus",
    "Moved",
    "Outcome",
    "Outgoing",
    "Page",
    "Person",
    "Presence",
    "PresenceHere",
    "Preview",
    "Question",
    "QueueFigures",
    "Reply",
    "Shelf",
    "Store",
    "Topic",
    "Transaction",
    "Waiting",
]
