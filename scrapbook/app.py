"""The one place where everything is composed: store, assistant, Twilio, the durable journey, the web."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import structlog
from dbos import DBOS, DBOSConfig
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from scrapbook import __version__, remembering, takeover, waking, watching
from scrapbook.assistant import Assistant
from scrapbook.collecting import Collector
from scrapbook.delivery import Delivery
from scrapbook.disk import disk_problem
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
from scrapbook.pace import Pace
from scrapbook.patience import Patience
from scrapbook.reports import about
from scrapbook.settings import Settings
from scrapbook.spending import Allowance
from scrapbook.store import EngineQueues, Presence, PresenceHere, Store
from scrapbook.strangers import Strangers
from scrapbook.turns import Turns
from scrapbook.twilio.account import Account
from scrapbook.twilio.incoming import Incoming
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
        polling: seconds between two looks, at least, while something happens there; ``waking`` has the rest.
    """

    name: str
    at_once: int
    in_order: bool
    polling: float


QUEUES = (
    WorkQueue(MESSAGES_QUEUE, JOURNEYS_AT_ONCE, in_order=True, polling=0.01),
    WorkQueue(MEDIA_QUEUE, FETCHES_AT_ONCE, in_order=False, polling=0.25),
    WorkQueue(TRANSCRIPTION_QUEUE, TRANSCRIPTIONS_AT_ONCE, in_order=False, polling=0.25),
    WorkQueue(SENDING_QUEUE, SENDS_AT_ONCE, in_order=True, polling=0.01),
    WorkQueue(LINKS_QUEUE, PREVIEWS_AT_ONCE, in_order=False, polling=1.0),
)

# Delivery statuses after which there is at most that it was read.
FINAL = frozenset({"delivered", "undelivered", "failed", "canceled"})

# Long enough for a turn under way to end; longer ones are finished at the next start.
STOPPING_TIMEOUT = 2


class WebhookInbox:
    """What the webhook does with a verified request: the durable part of answering Twilio."""

    def __init__(self, store: Store, journey: Journey) -> None:
        self._store = store
        self._journey = journey
        self._strangers = Strangers()

    def person_id_of(self, address: str) -> int | None:
        return self._strangers.person_id(address, self._look_up)

    def _look_up(self, address: str) -> int | None:
        with self._store.transaction(read_only=True) as tx:
            return tx.people.id_of(address)

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
                if not is_news or status not in FINAL:
                    return
                reply = tx.replies.get(reply_id)
                message = tx.messages.get(reply.message_sid)
                if error_code == RecipientOptedOut().code:
                    tx.people.set_opt_out(reply.to, at)
        except NotFound:
            log.warning("delivery_of_unknown_reply", reply_id=reply_id)
        else:
            log.info(
                "reply_arrived" if status == "delivered" else "reply_not_arrived",
                message_sid=message.sid,
                person_id=message.person_id,
                reply_id=reply_id,
                status=status,
                code=error_code,
                arrived_ms=round((at - message.received_at).total_seconds() * 1000),
            )

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
    queues = EngineQueues.open(settings.journey_database_url)
    house = watching.HouseCollector(store, queues, settings.data_dir)
    presence = (
        PresenceHere(settings.data_dir, settings.executor_id)
        if settings.is_sqlite
        else store.presence(settings.executor_id)
    )
    patience = Patience()
    assistant = Assistant(settings.rasa_urls, settings.actions_url)
    voice = VoiceClient(settings.voice_url)
    files = MediaStore(settings.media_url)
    account = Account.of(settings)
    links = MediaLinks(account.auth_token, settings.public_url)
    sender = Sender(account.sid, account.auth_token, account.api_url)
    fetcher = MediaFetcher(account.sid, account.auth_token, account.api_url)
    turns = Turns(store, assistant, patience, Pace(settings.pace))
    journey = Journey(
        turns,
        Collector(store, files, fetcher, patience, delete=settings.delete_media),
        Memos(store, files, voice, assistant, turns, patience),
        Delivery(
            store,
            sender,
            links,
            settings.public_url,
            settings.segments_per_second,
            Allowance(*settings.segments_per_day),
            patience,
        ),
        Previewer(store, PageFetcher(), patience),
        patience,
    )

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        welcome_allowed_numbers(store, settings.allowed_numbers)
        await asyncio.to_thread(takeover.appear, presence, settings.executor_id)
        await asyncio.to_thread(start_workers, settings)
        await asyncio.to_thread(journey.release_held)
        log.info("app_started", version=__version__, mode=settings.mode.value)
        background = [asyncio.create_task(keep_tidy(store, files, settings.texts_are_kept))]
        if isinstance(presence, Presence):
            background.append(asyncio.create_task(takeover.watch(presence, settings.executor_id)))
        with watching.serving(settings.internal_host, settings.metrics_port, house):
            yield
        for task in background:
            task.cancel()
        patience.stop()
        await asyncio.to_thread(DBOS.destroy, workflow_completion_timeout_sec=STOPPING_TIMEOUT)
        assistant.close()
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
            settings.public_url,
            account.auth_token,
            WebhookInbox(store, journey),
            installation_key(settings.data_dir),
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


def start_workers(settings: Settings) -> None:
    """Start the durable engine: unfinished journeys of this executor are taken up again."""
    # An error of the driver would otherwise quote what it was about to write, and the engine logs it.
    connections: dict[str, Any] = {"hide_parameters": True}
    if settings.is_sqlite:
        # Nobody need ask a file whether it is still there, and more of them would only wait for one another.
        connections |= {"pool_size": 4, "pool_pre_ping": False}
        _let_readers_and_writers_be(settings.data_dir / "journey.db")
    config: DBOSConfig = {
        "name": "scrapbook",
        "system_database_url": settings.journey_database_url,
        "executor_id": settings.executor_id,
        "application_version": JOURNEY_VERSION,
        "max_executor_threads": sum(queue.at_once for queue in QUEUES) + SPARE_THREADS,
        "log_level": "WARNING",
        "db_engine_kwargs": connections,
    }
    waking.install()
    engine = DBOS(config=config)
    DBOS.launch()
    remembering.install(engine)
    for queue in QUEUES:
        DBOS.register_queue(
            queue.name,
            partition_concurrency=1 if queue.in_order else None,
            worker_concurrency=queue.at_once,
            polling_interval_sec=queue.polling,
            on_conflict="always_update",
        )
        waking.ring(queue.name)  # what waits there from before


def _let_readers_and_writers_be(database: Path) -> None:
    """The engine leaves SQLite in the mode in which its threads wait for one another, and each commit more
    than once for the disk. The other mode is as durable, and stays with the file."""
    database.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(database)) as connection, suppress(sqlite3.OperationalError):
        connection.execute("PRAGMA journal_mode = WAL")  # while somebody reads it, it stays as it is


def welcome_allowed_numbers(store: Store, numbers: tuple[str, ...]) -> None:
    """Make one person of each allowed number that nobody has yet, with its SMS and its WhatsApp address."""
    for number in numbers:
        addresses = both_channels(number)
        with store.transaction() as tx:
            if not any(tx.people.by_address(address) for address in addresses):
                tx.people.add(number, addresses)
                log.info("person_added")
