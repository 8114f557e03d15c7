"""One unit of work."""

from contextlib import AbstractContextManager
from functools import cached_property

from scrapbook.search import Index
from scrapbook.store.calls import Calls
from scrapbook.store.changes import Changes
from scrapbook.store.conversations import Conversations
from scrapbook.store.entries import Entries
from scrapbook.store.fulltext import index_of
from scrapbook.store.inbox import Inbox
from scrapbook.store.leases import Leases
from scrapbook.store.media import Files
from scrapbook.store.messages import Messages
from scrapbook.store.outbox import Outbox
from scrapbook.store.outcomes import Outcomes
from scrapbook.store.people import People
from scrapbook.store.previews import Previews
from scrapbook.store.replies import Replies
from scrapbook.store.senders import Senders
from scrapbook.store.spending import Spending
from scrapbook.store.suggestions import Suggestions
from scrapbook.store.texts import Texts
from scrapbook.store.topics import Topics
from scrapbook.store.transcripts import Transcripts
from scrapbook.store.unit_of_work import UnitOfWork
from scrapbook.store.words import Words


class Transaction:
    """The subjects of the store, all of them within the same transaction. For one thread.

    Each is made when it is first asked for: a turn needs few of them.
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
    def messages(self) -> Messages:
        return Messages(self._work)

    @cached_property
    def replies(self) -> Replies:
        return Replies(self._work)

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
    def texts(self) -> Texts:
        return Texts(self._work)

    @cached_property
    def entries(self) -> Entries:
        return Entries(self._work, self.changes, self._index, self.words)

    @cached_property
    def topics(self) -> Topics:
        return Topics(self._work, self.changes, self.words)

    @cached_property
    def suggestions(self) -> Suggestions:
        return Suggestions(self._work)

    @cached_property
    def conversations(self) -> Conversations:
        return Conversations(self._work)

    @cached_property
    def outcomes(self) -> Outcomes:
        return Outcomes(self._work)

    @cached_property
    def senders(self) -> Senders:
        return Senders(self._work)

    @cached_property
    def spending(self) -> Spending:
        return Spending(self._work)

    @cached_property
    def files(self) -> Files:
        return Files(self._work)

    @cached_property
    def transcripts(self) -> Transcripts:
        return Transcripts(self._work)

    @cached_property
    def calls(self) -> Calls:
        return Calls(self._work)

    @cached_property
    def previews(self) -> Previews:
        return Previews(self._work, self.words)

    @cached_property
    def _index(self) -> Index:
        return index_of(self._work)

    @property
    def is_lost(self) -> bool:
        """Whether everything was taken back already, so that nothing of it will be committed."""
        return self._work.is_lost

    def savepoint(self) -> AbstractContextManager[None]:
        """An exception takes back what was written inside, and goes on."""
        return self._work.savepoint()

    def rehearsal(self) -> AbstractContextManager[None]:
        """What is written inside is taken back at the end, whatever happens."""
        return self._work.rehearsal()

    def forget(self) -> None:
        """Drops what was remembered of what was read: to be called between the turns of several people."""
        self._work.begin_epoch()
