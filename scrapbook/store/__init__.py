"""The database: tables, migrations, and one module for each subject. No other room knows SQL.

The subjects are attributes of a transaction::

store = Store.open("sqlite:////var/lib/scrapbook/scrapbook.db")
store.migrate()
with store.transaction() as tx:
    person = tx.people.add("Ann", ["+15550100"])
    tx.entries.add(person.id, ParsedText("decorators are just functions"), None, None, datetime.now(UTC))
"""

from scrapbook.model.records import (
    BookSession,
    Change,
    Entry,
    EntryChange,
    EntryFilter,
    JsonValue,
    Media,
    Message,
    OutboundMessage,
    PageMetadata,
    PendingList,
    PendingQuestion,
    Person,
    PersonAddress,
    Preview,
    QuietHours,
    RecurringKind,
    Reminder,
    Share,
    Shown,
    Topic,
    TopicMember,
    TurnResult,
)
from scrapbook.store.changes import JournaledTable
from scrapbook.store.copy_database import CopyResult
from scrapbook.store.erasures import Erasure, Holdings
from scrapbook.store.executor_lock import EXECUTOR_TIMEOUT, ExecutorLock, FileExecutorLock
from scrapbook.store.group_writer import GroupWriter
from scrapbook.store.inbound_messages import Arrival
from scrapbook.store.inbox import MessageStatus, WaitingMessage
from scrapbook.store.leases import LEASE_SECONDS, UNASSIGNED
from scrapbook.store.outbound_messages import Origin
from scrapbook.store.outbox import Outgoing
from scrapbook.store.purge import TRASH_RETENTION, UNDO_RETENTION
from scrapbook.store.queue_stats import DbosQueues, QueueStats
from scrapbook.store.recurring_messages import RecurringMessage
from scrapbook.store.reminders import DueReminder
from scrapbook.store.stats import Stats
from scrapbook.store.store import Store
from scrapbook.store.suggestions import TopicStats
from scrapbook.store.transaction import Transaction
from scrapbook.store.uploaded_exports import UNDER_WAY, UploadedExport

__all__ = [
    "EXECUTOR_TIMEOUT",
    "LEASE_SECONDS",
    "TRASH_RETENTION",
    "UNASSIGNED",
    "UNDER_WAY",
    "UNDO_RETENTION",
    "Arrival",
    "BookSession",
    "Change",
    "CopyResult",
    "DbosQueues",
    "DueReminder",
    "Entry",
    "EntryChange",
    "EntryFilter",
    "Erasure",
    "ExecutorLock",
    "FileExecutorLock",
    "GroupWriter",
    "Holdings",
    "JournaledTable",
    "JsonValue",
    "Media",
    "Message",
    "MessageStatus",
    "Origin",
    "OutboundMessage",
    "Outgoing",
    "PageMetadata",
    "PendingList",
    "PendingQuestion",
    "Person",
    "PersonAddress",
    "Preview",
    "QueueStats",
    "QuietHours",
    "RecurringKind",
    "RecurringMessage",
    "Reminder",
    "Share",
    "Shown",
    "Stats",
    "Store",
    "Topic",
    "TopicMember",
    "TopicStats",
    "Transaction",
    "TurnResult",
    "UploadedExport",
    "WaitingMessage",
]
