"""Create the local Twilio's ASGI app."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from sqlite3 import Connection

import httpx
from starlette.applications import Starlette
from starlette.types import ExceptionHandler

from scrapbook.channels.twilio.form import MalformedWebhook
from scrapbook.emulators.twilio import api_errors, handset_api
from scrapbook.emulators.twilio.access import Access
from scrapbook.emulators.twilio.calls import Calls
from scrapbook.emulators.twilio.config import LocalTwilio
from scrapbook.emulators.twilio.database import open_database
from scrapbook.emulators.twilio.faults import Faults
from scrapbook.emulators.twilio.handset_api import HandsetApi
from scrapbook.emulators.twilio.inbound import Inbound
from scrapbook.emulators.twilio.links import MediaLinks
from scrapbook.emulators.twilio.message_log import MessageLog
from scrapbook.emulators.twilio.messaging_api import MessagingApi
from scrapbook.emulators.twilio.numbers_api import NumbersApi
from scrapbook.emulators.twilio.outbound import Outbound
from scrapbook.emulators.twilio.recordings import Recordings
from scrapbook.emulators.twilio.recordings_api import RecordingsApi
from scrapbook.emulators.twilio.resources import Resources
from scrapbook.emulators.twilio.rest import RestApi
from scrapbook.emulators.twilio.tasks import Tasks
from scrapbook.emulators.twilio.validation import MessageCreator
from scrapbook.emulators.twilio.webhooks import Webhooks
from scrapbook.web.application import application

RETENTION = timedelta(days=30)
"""How long messages and recordings are stored. Twilio's own log goes back further."""


def create_app(config: LocalTwilio) -> Starlette:
    """Return the app. While it is served, its database is open and its deliveries are retried."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        database, tasks = open_database(config.database), Tasks()
        async with httpx.AsyncClient(timeout=config.webhook_timeout, trust_env=False) as client:
            _compose(app, config, database, tasks, client)
            yield
            await tasks.stop()
        database.close()

    handlers: dict[type[Exception], ExceptionHandler] = {
        api_errors.ApiError: api_errors.answer,
        MalformedWebhook: handset_api.answer,
        ValueError: handset_api.answer,
    }
    return application(lifespan=lifespan, handlers=handlers)


def _compose(
    app: Starlette, config: LocalTwilio, database: Connection, tasks: Tasks, client: httpx.AsyncClient
) -> None:
    message_log, recordings = MessageLog(database), Recordings(database)
    resources, faults, access = Resources(config, database), Faults(), Access(config)
    webhooks = Webhooks(config, resources, client)
    inbound = Inbound(config, message_log, webhooks, faults, tasks)
    outbound = Outbound(config, message_log, webhooks, client, faults, tasks)
    calls = Calls(config, resources, recordings, webhooks, tasks)
    creator, links = MessageCreator(config, message_log, outbound, faults), MediaLinks(config, message_log)
    app.router.routes.extend(
        [
            HandsetApi(config.number, message_log, inbound, calls, faults).mount(),
            *links.routes(),
            *NumbersApi(config, resources, access).routes(),
            *MessagingApi(config, resources, access).routes(),
            *RecordingsApi(config, recordings, faults, access).routes(),
            *RestApi(config, message_log, creator, links, faults, access).routes(),
        ]
    )
    message_log.purge(datetime.now(UTC) - RETENTION)
    inbound.resume()
    outbound.resume()
    calls.resume()
