"""The one place where everything is composed: store, assistant, Twilio, the durable journey, the web."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import NamedTuple

import structlog
from dbos import DBOS, DBOSConfig
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from scrapbook import __version__, takeover
from scrapbook.assistant import Assistant
from scrapbook.collecting import Collector
from scrapbook.delivery import Delivery
from scrapbook.errors import NotFound, RecipientOptedOut
from scrapbook.housekeeping import keep_tidy
from scrapbook.journey import (
    JOURNEY_VERSION,
    LINKS_QUEUE,
    MEDIA_QUEUE,
    MESSAGES_QUEUE,
    SENDING_QUEUE,
    TRANSCRIPTION_QUEUE,
    Journey,
)
from scrapbook.links.fetching import PageFetcher
from scrapbook.links.previewing import Previewer
from scrapbook.media import MediaStore
from scrapbook.memos import Memos
from scrapbook.numbers import both_channels
from scrapbook.patience import Patience
from scrapbook.reports import about
from scrapbook.settings import Settings
from scrapbook.store import Store
from scrapbook.turns import Turns
from scrapbook.twilio.account import Account
from scrapbook.twilio.incoming import Incoming
from scrapbook.twilio.media import MediaFetcher
from scrapbook.twilio.probe import installation_key
from scrapbook.twilio.sending import Sender
from scrapbook.twilio.webhook import routes as twilio_routes
from scrapbook.voice.client import VoiceClient
from scrapbook.web.health import health_routes
from scrapbook.web.media import MediaLinks, media_routes
from scrapbook.web.phone import phone_routes

log = structlog.get_logger(__name__)

# Threads that may wait for the assistant, or for Twilio, at the same time; each queue has its own share.
JOURNEYS_AT_ONCE = 32
SENDS_AT_ONCE = 24
FETCHES_AT_ONCE = 8
PREVIEWS_AT_ONCE = 4
SPARE_THREADS = 8
# More at a time would only take the processor from one another.
TRANSCRIPTIONS_AT_ONCE = os.cpu_count() or 1


class WorkQueue(NamedTuple):
    """One of the engine's queues.

    Attributes:
        at_once: how many may be under way in this process.
        in_order: whether those of one partition come one after the other.
        polling: seconds between two looks. Each costs some of the processor, also when nothing is there.
    """

    name: str
    at_once: int
    in_order: bool
    polling: float


QUEUES = (
    WorkQueue(MESSAGES_QUEUE, JOURNEYS_AT_ONCE, in_order=True, polling=0.05),
    WorkQueue(MEDIA_QUEUE, FETCHES_AT_ONCE, in_order=False, polling=0.25),
    WorkQueue(TRANSCRIPTION_QUEUE, TRANSCRIPTIONS_AT_ONCE, in_order=False, polling=0.25),
    WorkQueue(SENDING_QUEUE, SENDS_AT_ONCE, in_order=True, polling=0.05),
    WorkQueue(LINKS_QUEUE, PREVIEWS_AT_ONCE, in_order=False, polling=1.0),
)

# Long enough for a turn under way to end; longer ones are finished at the next start.
STOPPING_TIMEOUT = 5


class WebhookInbox:
    """What the webhook does with a verified request: the durable part of answering Twilio."""

    def __init__(self, store: Store, journey: Journey) -> None:
        self._store = store
        self._journey = journey

    def person_id_of(self, address: str) -> int | None:
        with self._store.transaction(read_only=True) as tx:
            person = tx.people.by_address(address)
        return person.id if person else None

    def set_opt_out(self, address: str, opted_out: bool, at: datetime) -> None:
        with self._store.transaction() as tx:
            tx.people.set_opt_out(address, at if opted_out else None)

    def accept(self, incoming: Incoming, person_id: int) -> None:
        with about(incoming.message_sid, "webhook", person_id):
            self._journey.start(incoming, person_id)

    def delivery(
        self, reply_id: int, twilio_sid: str, status: str, error_code: int | None, at: datetime
    ) -> None:
        try:
            with self._store.transaction() as tx:
                is_news = tx.replies.update_delivery(reply_id, twilio_sid, status, error_code, at)
                if is_news and error_code == RecipientOptedOut().code:
                    tx.people.set_opt_out(tx.replies.get(reply_id).to, at)
        except NotFound:
            log.warning("delivery_of_unknown_reply", reply_id=reply_id)

    def call(self, call_sid: str, from_: str, to: str, at: datetime) -> None:
        with self._store.transaction() as tx:
            tx.calls.record(call_sid, from_, to, at)

    def caller(self, call_sid: str) -> tuple[str, str] | None:
        with self._store.transaction(read_only=True) as tx:
            return tx.calls.parties(call_sid)


def create_app() -> Starlette:
    """The web application of the settings in the environment, for an ASGI server."""
    settings = Settings.load()
    store = Store.open(settings.database_url)
    presence = store.presence(settings.executor_id)
    patience = Patience()
    assistant = Assistant(settings.rasa_url, settings.actions_url)
    voice = VoiceClient(settings.voice_url)
    files = MediaStore(settings.media_url)
    account = Account.of(settings)
    links = MediaLinks(account.auth_token, settings.public_url)
    sender = Sender(account.sid, account.auth_token, account.api_url)
    fetcher = MediaFetcher(account.sid, account.auth_token, account.api_url)
    turns = Turns(store, assistant, patience)
    journey = Journey(
        turns,
        Collector(store, files, fetcher, patience, delete=settings.delete_media),
        Memos(store, files, voice, assistant, turns, patience),
        Delivery(store, sender, links, settings.public_url, settings.segments_per_second, patience),
        Previewer(store, PageFetcher(), patience),
        patience,
    )

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        welcome_allowed_numbers(store, settings.allowed_numbers)
        if not settings.is_sqlite:
            await asyncio.to_thread(takeover.appear, presence, settings.executor_id)
        await asyncio.to_thread(start_workers, settings)
        log.info("app_started", version=__version__, mode=settings.mode.value)
        background = [asyncio.create_task(keep_tidy(store, files))]
        if not settings.is_sqlite:
            background.append(asyncio.create_task(takeover.watch(presence, settings.executor_id)))
        yield
        for task in background:
            task.cancel()
        patience.stop()
        await asyncio.to_thread(DBOS.destroy, workflow_completion_timeout_sec=STOPPING_TIMEOUT)
        assistant.close()
        voice.close()
        presence.leave()
        store.close()

    checks: dict[str, Callable[[], bool]] = {
        "database": store.schema_is_current,
        "assistant": assistant.is_ready,
        "actions": assistant.actions_are_ready,
    }
    routes: list[BaseRoute] = [
        *twilio_routes(
            settings.public_url,
            account.auth_token,
            WebhookInbox(store, journey),
            installation_key(settings.data_dir),
        ),
        *media_routes(links, files, voice.compact),
        *health_routes(checks),
    ]
    if settings.local_twilio:
        routes += phone_routes(settings.phone_url, settings.allowed_numbers[0], settings.allowed_numbers)
    return Starlette(routes=routes, lifespan=lifespan)


def start_workers(settings: Settings) -> None:
    """Start the durable engine: unfinished journeys of this executor are taken up again."""
    config: DBOSConfig = {
        "name": "scrapbook",
        "system_database_url": settings.journey_database_url,
        "executor_id": settings.executor_id,
        "application_version": JOURNEY_VERSION,
        "max_executor_threads": sum(queue.at_once for queue in QUEUES) + SPARE_THREADS,
        "log_level": "WARNING",
        # An error of the driver would otherwise quote what it was about to write, and the engine logs it.
        "db_engine_kwargs": {"hide_parameters": True},
    }
    DBOS(config=config)
    DBOS.launch()
    for queue in QUEUES:
        DBOS.register_queue(
            queue.name,
            partition_concurrency=1 if queue.in_order else None,
            worker_concurrency=queue.at_once,
            polling_interval_sec=queue.polling,
            on_conflict="always_update",
        )


def welcome_allowed_numbers(store: Store, numbers: tuple[str, ...]) -> None:
    """Make one person of each allowed number that nobody has yet, with its SMS and its WhatsApp address."""
    for number in numbers:
        addresses = both_channels(number)
        with store.transaction() as tx:
            if not any(tx.people.by_address(address) for address in addresses):
                tx.people.add(number, addresses)
                log.info("person_added")
