"""A transaction, and the modules of the store within it."""

from contextlib import AbstractContextManager
from functools import cached_property

from scrapbook.store.book_sessions import BookSessions
from scrapbook.store.calls import Calls
from scrapbook.store.changes import Changes
from scrapbook.store.conversations import Conversations
from scrapbook.store.entries import Entries
from scrapbook.store.entry_vectors import EntryVectors
from scrapbook.store.erasures import Erasures
from scrapbook.store.export_links import ExportLinks
from scrapbook.store.feeds import Feeds
from scrapbook.store.file_texts import FileTexts
from scrapbook.store.fulltext import index_of
from scrapbook.store.imports import Imports
from scrapbook.store.inbound_messages import Messages
from scrapbook.store.inbox import Inbox
from scrapbook.store.leases import Leases
from scrapbook.store.media import Files
from scrapbook.store.message_texts import MessageTexts
from scrapbook.store.outbound_messages import OutboundMessages
from scrapbook.store.outbox import Outbox
from scrapbook.store.page_versions import PageVersions
from scrapbook.store.people import People
from scrapbook.store.previews import Previews
from scrapbook.store.quiet_hours import QuietHoursOfPeople
from scrapbook.store.recurring_messages import RecurringMessages
from scrapbook.store.reminders import Reminders
from scrapbook.store.segment_usage import SegmentUsage
from scrapbook.store.send_slots import SendSlots
from scrapbook.store.shares import Shares
from scrapbook.store.sign_in_links import SignInLinks
from scrapbook.store.spelling_index import Words
from scrapbook.store.subscriptions import Subscriptions
from scrapbook.store.suggestions import Suggestions
from scrapbook.store.topic_members import JoinedTopics, TopicMembers
from scrapbook.store.topics import Topics
from scrapbook.store.transcripts import Transcripts
from scrapbook.store.turn_results import TurnResults
from scrapbook.store.unasked_messages import UnaskedMessages
from scrapbook.store.unit_of_work import UnitOfWork
from scrapbook.store.uploaded_exports import UploadedExports
from scrapbook.text.query import Index


class Transaction:
    """The modules of the store, all within the same transaction. Used by one thread.

    Each is created at its first use, because a turn uses few of them.
    """

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    @cached_property
    def words(self) -> Words:
        return Words(self._work, self._index)

    @cached_property
    def changes(self) -> Changes:
        return Changes(self._work, self.words)

    @cached_property
    def people(self) -> People:
        return People(self._work, self._index)

    @cached_property
    def erasures(self) -> Erasures:
        return Erasures(self._work, self._index, self.people)

    @cached_property
    def messages(self) -> Messages:
        return Messages(self._work)

    @cached_property
    def outbound_messages(self) -> OutboundMessages:
        return OutboundMessages(self._work)

    @cached_property
    def leases(self) -> Leases:
        return Leases(self._work)

    @cached_property
    def inbox(self) -> Inbox:
        return Inbox(self._work)

    @cached_property
    def outbox(self) -> Outbox:
        return Outbox(self._work)

    @cached_property
    def message_texts(self) -> MessageTexts:
        return MessageTexts(self._work)

    @cached_property
    def entries(self) -> Entries:
        return Entries(self._work, self.changes, self._index, self.words, self._joined)

    @cached_property
    def vectors(self) -> EntryVectors:
        return EntryVectors(self._work)

    @cached_property
    def topics(self) -> Topics:
        return Topics(self._work, self.changes, self.words, self._joined)

    @cached_property
    def suggestions(self) -> Suggestions:
        return Suggestions(self._work)

    @cached_property
    def conversations(self) -> Conversations:
        return Conversations(self._work)

    @cached_property
    def turn_results(self) -> TurnResults:
        return TurnResults(self._work)

    @cached_property
    def send_slots(self) -> SendSlots:
        return SendSlots(self._work)

    @cached_property
    def segment_usage(self) -> SegmentUsage:
        return SegmentUsage(self._work)

    @cached_property
    def files(self) -> Files:
        return Files(self._work)

    @cached_property
    def file_texts(self) -> FileTexts:
        return FileTexts(self._work, self.words)

    @cached_property
    def transcripts(self) -> Transcripts:
        return Transcripts(self._work)

    @cached_property
    def page_versions(self) -> PageVersions:
        return PageVersions(self._work, self._joined)

    @cached_property
    def calls(self) -> Calls:
        return Calls(self._work)

    @cached_property
    def previews(self) -> Previews:
        return Previews(self._work, self.words)

    @cached_property
    def sign_in_links(self) -> SignInLinks:
        return SignInLinks(self._work)

    @cached_property
    def export_links(self) -> ExportLinks:
        return ExportLinks(self._work)

    @cached_property
    def book_sessions(self) -> BookSessions:
        return BookSessions(self._work)

    @cached_property
    def shares(self) -> Shares:
        return Shares(self._work, self.changes)

    @cached_property
    def feeds(self) -> Feeds:
        return Feeds(self._work)

    @cached_property
    def subscriptions(self) -> Subscriptions:
        return Subscriptions(self._work, self.changes)

    @cached_property
    def topic_members(self) -> TopicMembers:
        return TopicMembers(self._work, self.changes, self._joined)

    @cached_property
    def _joined(self) -> JoinedTopics:
        return JoinedTopics(self._work)

    @cached_property
    def reminders(self) -> Reminders:
        return Reminders(self._work, self.changes)

    @cached_property
    def recurring(self) -> RecurringMessages:
        return RecurringMessages(self._work, self.changes)

    @cached_property
    def unasked(self) -> UnaskedMessages:
        return UnaskedMessages(self._work)

    @cached_property
    def quiet_hours(self) -> QuietHoursOfPeople:
        return QuietHoursOfPeople(self._work, self.changes)

    @cached_property
    def imports(self) -> Imports:
        return Imports(self._work, self.changes, self.words)

    @cached_property
    def uploaded_exports(self) -> UploadedExports:
        return UploadedExports(self._work)

    @cached_property
    def _index(self) -> Index:
        return index_of(self._work)

    @property
    def is_rolled_back(self) -> bool:
        """Return whether the database has rolled the transaction back already."""
        return self._work.is_rolled_back

    def savepoint(self) -> AbstractContextManager[None]:
        """Return a context; an exception in it rolls its writes back, and is raised."""
        return self._work.savepoint()

    def dry_run(self) -> AbstractContextManager[None]:
        """Return a context whose writes are always rolled back at its end."""
        return self._work.dry_run()

    def forget(self) -> None:
        """Drop cached reads; call it between the turns of different people."""
        self._work.begin_epoch()
