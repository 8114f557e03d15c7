"""The local Twilio, put together."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from sqlite3 import Connection

import httpx
from starlette.applications import Starlette
from starlette.types import ExceptionHandler

from scrapbook.twilio.form import MalformedWebhook
from scrapbook.twilio.local import phones, problems
from scrapbook.twilio.local.access import Access
from scrapbook.twilio.local.calls import Calls
from scrapbook.twilio.local.config import LocalTwilio
from scrapbook.twilio.local.creation import Creation
from scrapbook.twilio.local.database import opened
from scrapbook.twilio.local.faults import Faults
from scrapbook.twilio.local.inbound import Inbound
from scrapbook.twilio.local.ledger import Ledger
from scrapbook.twilio.local.links import MediaLinks
from scrapbook.twilio.local.messaging_api import MessagingApi
from scrapbook.twilio.local.numbers_api import NumbersApi
from scrapbook.twilio.local.outbound import Outbound
from scrapbook.twilio.local.phones import Phones
from scrapbook.twilio.local.recordings import Recordings
from scrapbook.twilio.local.recordings_api import RecordingsApi
from scrapbook.twilio.local.registry import Registry
from scrapbook.twilio.local.rest import RestApi
from scrapbook.twilio.local.tasks import Tasks
from scrapbook.twilio.local.webhooks import Webhooks
from scrapbook.web.application import application

KEPT = timedelta(days=30)
"""For as long the phone shows what was texted."""


def create_app(config: LocalTwilio) -> Starlette:
    """An ASGI app with a life span: its file is open, and its deliveries go on, while it is served."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        database, tasks = opened(config.database), Tasks()
        async with httpx.AsyncClient(timeout=config.webhook_timeout, trust_env=False) as client:
            _compose(app, config, database, tasks, client)
            yield
            await tasks.stop()
        database.close()

    handlers: dict[type[Exception], ExceptionHandler] = {
        problems.Problem: problems.answer,
        MalformedWebhook: phones.answer,
        ValueError: phones.answer,
    }
    return application(lifespan=lifespan, handlers=handlers)


def _compose(
    app: Starlette, config: LocalTwilio, database: Connection, tasks: Tasks, client: httpx.AsyncClient
) -> None:
    ledger, recordings = Ledger(database), Recordings(database)
    registry, faults, access = Registry(config, database), Faults(), Access(config)
    webhooks = Webhooks(config, registry, client)
    inbound = Inbound(config, ledger, webhooks, faults, tasks)
    outbound = Outbound(config, ledger, webhooks, client, faults, tasks)
    calls = Calls(config, registry, recordings, webhooks, tasks)
    creation, links = Creation(config, ledger, outbound, faults), MediaLinks(config, ledger)
    app.router.routes.extend(
        [
            Phones(config.number, ledger, inbound, calls, faults).mount(),
            *links.routes(),
            *NumbersApi(config, registry, access).routes(),
            *MessagingApi(config, registry, access).routes(),
            *RecordingsApi(config, recordings, faults, access).routes(),
            *RestApi(config, ledger, creation, links, faults, access).routes(),
        ]
    )
    ledger.forget(datetime.now(UTC) - KEPT)
    inbound.resume()
    outbound.resume()
    calls.resume()
