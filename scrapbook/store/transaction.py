"""One unit of work."""

from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from scrapbook.store.calls import Calls
from scrapbook.store.changes import Changes
from scrapbook.store.conversations import Conversations
from scrapbook.store.entries import Entries
from scrapbook.store.fulltext import index_of
from scrapbook.store.media import Files
from scrapbook.store.messages import Messages
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
from scrapbook.store.words import Words


class Transaction:
    """The subjects of the store, all of them within the same transaction. For one thread."""

    def __init__(self, session: Session) -> None:
        self._session = session
        index = index_of(session)
        self.words = Words(session, index)
        self.changes = Changes(session, self.words)
        self.people = People(session, index)
        self.messages = Messages(session)
        self.replies = Replies(session)
        self.texts = Texts(session)
        self.entries = Entries(session, self.changes, index, self.words)
        self.topics = Topics(session, self.changes, self.words)
        self.suggestions = Suggestions(session)
        self.conversations = Conversations(session)
        self.outcomes = Outcomes(session)
        self.senders = Senders(session)
        self.spending = Spending(session)
        self.files = Files(session)
        self.transcripts = Transcripts(session)
        self.calls = Calls(session)
        self.previews = Previews(session, self.words)

    @contextmanager
    def rehearsal(self) -> Generator[None]:
        """What is written inside is taken back at the end, whatever happens."""
        savepoint = self._session.begin_nested()
        try:
            yield
        finally:
            savepoint.rollback()
