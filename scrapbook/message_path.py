"""The path of a message, put together: intake, inbox, outbox, and the engine for what takes long."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog

from scrapbook import old_queue
from scrapbook.assistant import Assistant
from scrapbook.collecting import Collector
from scrapbook.engine import Engine, WorkQueue
from scrapbook.errors import ScrapbookError
from scrapbook.inbox import Inbox
from scrapbook.intake import Intake
from scrapbook.leases import LeaseKeeper, LeaseTerm
from scrapbook.links.fetching import PageFetcher
from scrapbook.links.previewing import Previewer
from scrapbook.media import MediaStore
from scrapbook.memos import Memos
from scrapbook.outbox import LinkMaker, MessageSender, Outbox
from scrapbook.pace import Pace
from scrapbook.patience import Patience
from scrapbook.settings import Settings
from scrapbook.spending import Allowance
from scrapbook.store import EngineQueues, GroupWriter, Store
from scrapbook.twilio.media import MediaFetcher
from scrapbook.voice.client import VoiceClient

if TYPE_CHECKING:
    from scrapbook.journey import Journey

log = structlog.get_logger(__name__)

STOPPING_TIMEOUT = 2.0
"""Seconds that what is on its way to Twilio has to arrive when the app is stopped."""


@dataclass(frozen=True, slots=True)
class Outside:
    """The services that the path calls."""

    assistant: Assistant
    sender: MessageSender
    links: LinkMaker
    files: MediaStore
    fetcher: MediaFetcher
    pages: PageFetcher
    voice: VoiceClient


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may be sent and worked on, and how fast.

    Attributes:
        send_rate: segments per second and sending number; 0 for no limit.
        allowance: segments per day.
        pace: messages of one person that are worked on in a minute; 0 for no limit.
    """

    send_rate: float = 0.0
    allowance: Allowance = field(default_factory=Allowance)
    pace: int = 0

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        return cls(settings.segments_per_second, Allowance(*settings.segments_per_day), settings.pace)


class MessagePath:
    """The path of one app's messages. Start and stop it in the event loop that it is used in."""

    def __init__(  # noqa: PLR0913, PLR0917 - what is put together
        self,
        settings: Settings,
        store: Store,
        engine_queues: EngineQueues,
        queues: tuple[WorkQueue, ...],
        outside: Outside,
        limits: Limits,
    ) -> None:
        self._settings = settings
        self._store = store
        self._outside = outside
        self._patience = Patience()
        self._writer = GroupWriter(store)
        worker, shares = settings.executor_id, not settings.is_sqlite
        term = LeaseTerm(expires=shares)
        memos = Memos(store, outside.files, outside.voice, self._patience)
        self._outbox = Outbox(
            store,
            self._writer,
            outside.sender,
            outside.links,
            term,
            worker,
            settings.public_url,
            limits.send_rate,
            limits.allowance,
        )
        self.engine = Engine(settings, engine_queues, queues, lambda: self._journey(memos))
        self.inbox = Inbox(
            store,
            self._writer,
            outside.assistant,
            self._outbox,
            memos,
            self.engine,
            self._patience,
            worker,
            Pace(limits.pace),
        )
        self.intake = Intake(store, self._writer, self.inbox, worker)
        self.keeper = LeaseKeeper(store, self._writer, self.inbox, term, worker, shares=shares)

    async def start(self) -> None:
        """Take up what was left: by this release, or by an older one in the engine's queues."""
        worker = self._settings.executor_id
        await asyncio.to_thread(old_queue.take_over, self._settings, self._store, worker)
        await asyncio.to_thread(self._release_held)
        self.inbox.start()
        await self.keeper.start()

    async def stop(self) -> None:
        """Leave everything so that it is taken up after the next start, or by another app at once."""
        self._patience.stop()
        await self.inbox.stop()
        await self._outbox.stop(STOPPING_TIMEOUT)
        try:
            await self.keeper.retire()
        except ScrapbookError as error:
            log.warning("not_retired", reason=str(error))
        await asyncio.to_thread(self.engine.close)
        await asyncio.to_thread(self._writer.stop)
        await self._outside.assistant.close()
        await self._outside.sender.close()

    def _release_held(self) -> None:
        """There may be more room than there was when they were held."""
        with self._store.transaction() as tx:
            tx.spending.release(datetime.now(UTC))

    def _journey(self, memos: Memos) -> "Journey":
        from scrapbook.journey import Journey

        outside = self._outside
        return Journey(
            self.inbox,
            Collector(
                self._store,
                outside.files,
                outside.fetcher,
                self._patience,
                delete=self._settings.delete_media,
            ),
            memos,
            Previewer(self._store, outside.pages, self._patience),
        )
