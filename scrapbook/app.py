"""Compose the app: store, assistant, channels, inbox and outbox, web."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial

import structlog
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from scrapbook import __version__
from scrapbook.assistant.client import Assistant
from scrapbook.channels.book.channel import book
from scrapbook.channels.book.inbound import BookInbound
from scrapbook.channels.twilio.channel import twilio
from scrapbook.core.people import ensure_people
from scrapbook.documents.reader import FileReader
from scrapbook.emulators.phone_page import phone_routes
from scrapbook.links.reader import PageReader
from scrapbook.media.picture_resizer import PictureResizer
from scrapbook.media.storage import MediaStore
from scrapbook.messaging.channel import Channels
from scrapbook.net.secret_file import installation_key
from scrapbook.observability.disk import disk_problem
from scrapbook.settings import Settings
from scrapbook.store import DbosQueues, FileExecutorLock, Store
from scrapbook.voice.client import VoiceClient
from scrapbook.web import metrics
from scrapbook.web.application import application
from scrapbook.web.book.access import Access
from scrapbook.web.book.exporting import Exports
from scrapbook.web.book.importing import Uploads
from scrapbook.web.book.meaning import LoadedWhenNeeded
from scrapbook.web.book.routes import BookServices, book_routes, page_routes
from scrapbook.web.health import HealthCheck, check_that, health_routes
from scrapbook.web.media_links import MediaLinks, media_routes
from scrapbook.workflows import failover
from scrapbook.workflows.engine import QUEUES
from scrapbook.workflows.indexing import index_periodically
from scrapbook.workflows.message_path import ExternalServices, Limits, MessagePath
from scrapbook.workflows.picture_sizes import PictureSizes
from scrapbook.workflows.polling import poll_forever
from scrapbook.workflows.retention import run_periodically

MEDIA_FRESH = 60.0
"""Seconds: the check writes a file, perhaps to a service that is paid by the request."""

log = structlog.get_logger(__name__)


def create_app() -> Starlette:
    """Return the ASGI app, with the settings from the environment."""
    settings = Settings.load()
    store = Store.open(settings.database_url)
    queues = DbosQueues.open(settings.dbos_database_url)
    collector = metrics.ScrapbookCollector(store, queues, settings.data_dir)
    lock = (
        FileExecutorLock(settings.data_dir, settings.executor_id)
        if settings.is_sqlite
        else store.executor_lock(settings.executor_id)
    )
    auth = settings.internal_auth
    assistant = Assistant(settings.rasa_urls, settings.actions_url, auth)
    voice = VoiceClient(settings.voice_url, settings.voice_auth)
    files = MediaStore(settings.media_url)
    channels = Channels([twilio(settings), book()])
    links = MediaLinks(installation_key(settings.data_dir), settings.public_url)
    resizer = PictureResizer()
    pictures = PictureSizes(store, files, resizer)
    services = ExternalServices(assistant, channels, links, files, PageReader, FileReader, voice, pictures)
    access = Access(store, settings.public_url)
    path = MessagePath(settings, store, queues, QUEUES, services, Limits.of(settings))

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        ensure_people(store, settings.allowed_numbers)
        await asyncio.to_thread(failover.claim_executor_id, lock, settings.executor_id)
        await path.start()
        log.info("app_started", version=__version__, mode=settings.mode.value)
        background = [
            asyncio.create_task(run_periodically(settings, store, files)),
            asyncio.create_task(index_periodically(store)),
            asyncio.create_task(failover.monitor(path.engine, store, queues, lock, settings.executor_id)),
            asyncio.create_task(path.lease_manager.run()),
            asyncio.create_task(path.unasked.run()),
            asyncio.create_task(path.eraser.run()),
            *_mirroring(settings, store, files),
            *(asyncio.create_task(poll_forever(channel, path.intake)) for channel in channels.all),
        ]
        with metrics.serve_metrics(settings.internal_host, settings.metrics_port, collector, auth):
            yield
        for task in background:
            task.cancel()
        await path.stop()
        resizer.close()
        voice.close()
        queues.close()
        lock.release()
        store.close()

    checks = {
        "database": HealthCheck(
            check_that(store.schema_is_current, "its tables are those of another release")
        ),
        "journey": HealthCheck(partial(_dbos_problem, queues)),
        "executor": HealthCheck(
            check_that(lock.acquire, "another app process has the same SCRAPBOOK_EXECUTOR_ID"),
            is_needed=False,
        ),
        "assistant": HealthCheck(
            check_that(assistant.is_ready, "Rasa cannot be reached or is still starting")
        ),
        "actions": HealthCheck(
            check_that(assistant.actions_are_ready, "the action server cannot be reached")
        ),
        "voice": HealthCheck(
            check_that(voice.is_ready, "the voice process cannot be reached"), is_needed=False
        ),
        "media": HealthCheck(partial(_media_problem, files), is_needed=False, fresh=MEDIA_FRESH),
        "disk": HealthCheck(partial(disk_problem, settings.data_dir), is_needed=False),
    }
    book_services = BookServices(
        BookInbound(path.intake, files),
        files,
        pictures,
        Exports(store, files, access),
        voice.compact,
        settings.twilio_from,
        settings.public_url,
        Uploads(settings.uploads_dir, settings.executor_id, settings.max_import_bytes, path.imports.wake),
        LoadedWhenNeeded(settings.semantic_model) if settings.semantic_model else None,
        path.feeds.wake,
        path.preview_change,
    )
    pages = page_routes(store, access, book_services)
    routes: list[BaseRoute] = [
        *(route for channel in channels.all for route in channel.webhooks(path.intake)),
        *media_routes(links, files, voice.compact),
        *health_routes(checks, auth),
        *book_routes(store, access, pages, book_services),
    ]
    if settings.local_twilio:
        routes += phone_routes(settings.phone_url, settings.allowed_numbers[0], settings.allowed_numbers)
    return application(routes, lifespan)


def _mirroring(settings: Settings, store: Store, files: MediaStore) -> list[asyncio.Task[None]]:
    """Return the task that keeps the mirror, if there is to be one."""
    if settings.mirror_dir is None:
        return []
    from scrapbook.exchange.mirror import Mirror  # noqa: PLC0415 - loads what exports need, which takes memory
    from scrapbook.workflows.mirroring import MirrorKeeper  # noqa: PLC0415

    keeper = MirrorKeeper(store, Mirror(store, files, settings.mirror_dir))
    return [asyncio.create_task(keeper.run())]


def _dbos_problem(queues: DbosQueues) -> str:
    queues.stats()
    return ""


def _media_problem(files: MediaStore) -> str:
    files.check()
    return ""
