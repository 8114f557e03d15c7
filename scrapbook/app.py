"""The one place where everything is composed: store, assistant, Twilio, inbox and outbox, the web."""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial

import structlog
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from scrapbook import __version__, failover, watching
from scrapbook.assistant import Assistant
from scrapbook.disk import disk_problem
from scrapbook.engine import LINKS_QUEUE, MEDIA_QUEUE, TRANSCRIPTION_QUEUE, WorkQueue
from scrapbook.housekeeping import keep_tidy
from scrapbook.links.fetching import PageFetcher
from scrapbook.media import MediaStore
from scrapbook.message_path import Limits, MessagePath, Outside
from scrapbook.numbers import both_channels
from scrapbook.settings import Settings
from scrapbook.store import EngineQueues, PresenceHere, Store
from scrapbook.twilio.account import Account
from scrapbook.twilio.media import MediaFetcher
from scrapbook.twilio.probe import installation_key
from scrapbook.twilio.sending import Sender
from scrapbook.twilio.webhook import routes as twilio_routes
from scrapbook.voice.client import VoiceClient
from scrapbook.web.application import application
from scrapbook.web.health import Part, health_routes, there
from scrapbook.web.media import MediaLinks, media_routes
from scrapbook.web.phone import phone_routes

log = structlog.get_logger(__name__)

QUEUES = (
    WorkQueue(MEDIA_QUEUE, 8, polling=0.25),
    # More at a time would only take the processor from one another.
    WorkQueue(TRANSCRIPTION_QUEUE, os.cpu_count() or 1, polling=0.25),
    WorkQueue(LINKS_QUEUE, 4, polling=1.0),
)


def create_app() -> Starlette:
    """The web application of the settings in the environment, for an ASGI server."""
    settings = Settings.load()
    store = Store.open(settings.database_url)
    queues = EngineQueues.open(settings.journey_database_url)
    collector = watching.HouseCollector(store, queues, settings.data_dir)
    presence = (
        PresenceHere(settings.data_dir, settings.executor_id)
        if settings.is_sqlite
        else store.presence(settings.executor_id)
    )
    assistant = Assistant(settings.rasa_urls, settings.actions_url)
    voice = VoiceClient(settings.voice_url)
    files = MediaStore(settings.media_url)
    account = Account.of(settings)
    links = MediaLinks(account.auth_token, settings.public_url)
    outside = Outside(
        assistant,
        Sender(account.sid, account.auth_token, account.api_url),
        links,
        files,
        MediaFetcher(account.sid, account.auth_token, account.api_url),
        PageFetcher(),
        voice,
    )
    path = MessagePath(settings, store, queues, QUEUES, outside, Limits.of(settings))

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        welcome_allowed_numbers(store, settings.allowed_numbers)
        await asyncio.to_thread(failover.appear, presence, settings.executor_id)
        await path.start()
        log.info("app_started", version=__version__, mode=settings.mode.value)
        background = [
            asyncio.create_task(keep_tidy(settings, store, files)),
            asyncio.create_task(failover.watch(path.engine, store, queues, presence, settings.executor_id)),
            asyncio.create_task(path.keeper.watch()),
        ]
        with watching.serving(settings.internal_host, settings.metrics_port, collector):
            yield
        for task in background:
            task.cancel()
        await path.stop()
        voice.close()
        queues.close()
        presence.leave()
        store.close()

    parts = {
        "database": Part(there(store.schema_is_current, "its tables are of another release")),
        "journey": Part(partial(_engine_problem, queues)),
        "executor": Part(
            there(presence.keep, "another app process has the same SCRAPBOOK_EXECUTOR_ID"), is_needed=False
        ),
        "assistant": Part(there(assistant.is_ready, "Rasa is out of reach or still starting")),
        "actions": Part(there(assistant.actions_are_ready, "the action server is out of reach")),
        "voice": Part(there(voice.is_ready, "speech recognition is out of reach"), is_needed=False),
        "media": Part(partial(_media_problem, files), is_needed=False),
        "disk": Part(partial(disk_problem, settings.data_dir), is_needed=False),
    }
    routes: list[BaseRoute] = [
        *twilio_routes(
            settings.public_url, account.auth_token, path.intake, installation_key(settings.data_dir)
        ),
        *media_routes(links, files, voice.compact),
        *health_routes(parts),
    ]
    if settings.local_twilio:
        routes += phone_routes(settings.phone_url, settings.allowed_numbers[0], settings.allowed_numbers)
    return application(routes, lifespan)


def _engine_problem(queues: EngineQueues) -> str:
    queues.figures()
    return ""


def _media_problem(files: MediaStore) -> str:
    files.check()
    return ""


def welcome_allowed_numbers(store: Store, numbers: tuple[str, ...]) -> None:
    """Make one person of each allowed number that nobody has yet, with its SMS and its WhatsApp address."""
    for number in numbers:
        addresses = both_channels(number)
        with store.transaction() as tx:
            if not any(tx.people.by_address(address) for address in addresses):
                tx.people.add(number, addresses)
                log.info("person_added")
