"""Composes the path of a message: intake, inbox, outbox, leases, and DBOS for work that takes long."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from scrapbook.assistant.client import Assistant
from scrapbook.core.saying_recurring import Sources
from scrapbook.core.unasked import OwnSender
from scrapbook.documents.reader import FileReader
from scrapbook.errors import ScrapbookError
from scrapbook.feeds.reader import FeedReader
from scrapbook.links.reader import PageReader
from scrapbook.media.storage import MediaStore
from scrapbook.messaging.channel import Channels
from scrapbook.net.rate_limiter import RateLimiter
from scrapbook.observability.reporting import report_error
from scrapbook.paths import PROMPTS
from scrapbook.settings import Settings
from scrapbook.store import DbosQueues, GroupWriter, Store
from scrapbook.voice.client import VoiceClient
from scrapbook.workflows.clock_watch import correct_at_start, utc_now
from scrapbook.workflows.engine import Engine, WorkQueue
from scrapbook.workflows.erasing import Eraser
from scrapbook.workflows.feed_polling import FOLLOWING, FeedPoller
from scrapbook.workflows.file_reading import FileReadingSteps
from scrapbook.workflows.imported_files import ImportedFiles
from scrapbook.workflows.importing import IMPORTING, ImportRunner
from scrapbook.workflows.inbox import Inbox
from scrapbook.workflows.intake import MessageIntake
from scrapbook.workflows.leases import LeaseManager, LeaseTerm
from scrapbook.workflows.link_previews import LinkPreviewer
from scrapbook.workflows.media_download import MediaDownloader
from scrapbook.workflows.memos import MemoSteps
from scrapbook.workflows.outbox import LinkMaker, Outbox
from scrapbook.workflows.picture_sizes import PictureSizes
from scrapbook.workflows.quota import SegmentQuota
from scrapbook.workflows.retry import Retrier
from scrapbook.workflows.sent_exports import SentExports
from scrapbook.workflows.unasked_scheduler import UnaskedScheduler

if TYPE_CHECKING:
    from scrapbook.workflows.workflows import MessageWorkflows

log = structlog.get_logger(__name__)

STOPPING_TIMEOUT = 2.0
"""Seconds that requests to a provider may still take when the app is stopped."""


@dataclass(frozen=True, slots=True)
class ExternalServices:
    """The services that the path calls."""

    assistant: Assistant
    channels: Channels
    links: LinkMaker
    files: MediaStore
    pages: Callable[[], PageReader]
    documents: Callable[[], FileReader]
    voice: VoiceClient
    pictures: PictureSizes
    feeds: Callable[[], FeedReader] = FeedReader


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on sending and answering.

    Attributes:
        send_rate: segments per second and sending number; 0 for no limit.
        quota: segments per day.
        messages_per_minute: messages of one person that are answered in a minute; 0 for no limit.
    """

    send_rate: float = 0.0
    quota: SegmentQuota = field(default_factory=SegmentQuota)
    messages_per_minute: int = 0

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        """Return the limits of the settings."""
        return cls(
            settings.segments_per_second,
            SegmentQuota(*settings.segments_per_day),
            settings.messages_per_minute_limit,
        )


class MessagePath:
    """The path of the messages of one app. Start and stop it in the event loop in which it is used."""

    def __init__(  # noqa: PLR0913, PLR0917 - its collaborators
        self,
        settings: Settings,
        store: Store,
        dbos_queues: DbosQueues,
        queues: tuple[WorkQueue, ...],
        services: ExternalServices,
        limits: Limits,
    ) -> None:
        self._settings = settings
        self._store = store
        self._services = services
        self._retrier = Retrier()
        self._writer = GroupWriter(store)
        worker, shares = settings.executor_id, not settings.is_sqlite
        term = LeaseTerm(expires=shares)
        memos = MemoSteps(store, services.files, services.voice, self._retrier)
        self._outbox = Outbox(
            store,
            self._writer,
            services.channels,
            services.links,
            term,
            worker,
            limits.send_rate,
            limits.quota,
        )
        self.unasked = UnaskedScheduler(
            store,
            self._writer,
            self._outbox,
            worker,
            OwnSender(settings.twilio_from, bool(settings.whatsapp_template)),
            sources=Sources(
                settings.data_dir / PROMPTS.name,
                settings.public_url if settings.public_url.startswith("https:") else "",
            ),
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._imported_files = ImportedFiles(
            store,
            services.files,
            services.documents,
            memos,
            self._retrier,
            lambda: bool(dbos_queues.stats()),
        )
        self.imports = ImportRunner(
            store,
            services.files,
            settings.uploads_dir,
            worker,
            self._wake_unasked,
            self._imported_files.wake,
        )
        self.feeds = FeedPoller(store, self._writer, services.feeds, self.unasked.wake)
        self.engine = Engine(settings, dbos_queues, queues, lambda: self._make_workflows(memos))
        self.inbox = Inbox(
            store,
            self._writer,
            services.assistant,
            self._outbox,
            memos,
            self.engine,
            self._retrier,
            worker,
            RateLimiter[int](limits.messages_per_minute),
            {FOLLOWING: self.feeds.wake, IMPORTING: self.imports.wake},
        )
        self.eraser = Eraser(settings, store, services.files)
        self.inbox.on_finished(self._answered)
        self.intake = MessageIntake(store, self._writer, self.inbox, worker)
        self.lease_manager = LeaseManager(store, self._writer, self.inbox, term, worker, shares=shares)

    async def start(self) -> None:
        """Continue the work that was left when the app stopped."""
        self._loop = asyncio.get_running_loop()
        await asyncio.to_thread(self._release_held)
        self.inbox.start()
        await self.lease_manager.start()
        self.feeds.start()
        self.imports.start()
        self._imported_files.start()

    async def stop(self) -> None:
        """Stop; the remaining work is continued after the next start, or by another app at once."""
        self._retrier.stop()
        await asyncio.to_thread(self.imports.stop)
        await asyncio.to_thread(self._imported_files.stop)
        await self.feeds.stop()
        await self.inbox.stop()
        await self._outbox.stop(STOPPING_TIMEOUT)
        await self.intake.stop(STOPPING_TIMEOUT)
        try:
            await self.lease_manager.retire()
        except ScrapbookError as error:
            log.warning("not_retired", reason=str(error))
        await asyncio.to_thread(self.engine.close)
        await asyncio.to_thread(self._writer.stop)
        await self._services.assistant.close()
        await self._services.channels.close()

    def preview_change(self, person_id: int, change_id: int) -> None:
        """Have the pages behind the links that a form of the book brought be previewed. It blocks.

        An error is reported: the change stands, without cards.
        """
        try:
            self.engine.preview_change(person_id, change_id)
        except Exception as error:  # noqa: BLE001 - previews are an extra
            report_error(error, step="follow_up")

    def _answered(self) -> None:
        self.unasked.wake()
        self.eraser.wake()

    def _wake_unasked(self) -> None:
        """Have what was left to be said in a thread be said."""
        if self._loop:
            self._loop.call_soon_threadsafe(self.unasked.wake)

    def _release_held(self) -> None:
        with self._store.transaction() as tx:
            correct_at_start(tx, utc_now())

    def _make_workflows(self, memos: MemoSteps) -> "MessageWorkflows":
        """Return the workflows; DBOS is imported only now, because that is slow."""
        from scrapbook.workflows.workflows import MessageWorkflows

        services = self._services
        return MessageWorkflows(
            self.inbox,
            MediaDownloader(
                self._store,
                services.files,
                services.channels,
                self._retrier,
                delete=self._settings.delete_media,
            ),
            memos,
            FileReadingSteps(self._store, services.files, services.documents, self._retrier),
            services.pictures,
            LinkPreviewer(self._store, services.pages, self._retrier),
            SentExports(
                self._store,
                services.files,
                self._settings.uploads_dir,
                self._settings.executor_id,
                self.imports.wake,
                self._retrier,
            ),
        )
