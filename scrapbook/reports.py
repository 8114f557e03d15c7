"""What the house tells about its own work, to the log and to Sentry: never a private text or a number.

An error that the house knows by name has a message that was written for the log. That of any other may quote
what it stumbled over, so only its type and the way to it are told.
"""

import logging
import sys
import traceback
from types import TracebackType

import sentry_sdk
import structlog
from sentry_sdk.integrations.logging import LoggingIntegration
from sentry_sdk.types import Event, Hint
from structlog.typing import EventDict, Processor, WrappedLogger

from scrapbook.errors import ScrapbookError
from scrapbook.settings import Settings

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]

# Libraries that log a line for each request or each poll.
CHATTY = ("httpx", "httpcore", "twilio.http_client", "alembic", "dbos", "uvicorn.access", "sanic.access")


def configure(settings: Settings, component: str) -> None:
    """Set up the log and Sentry for one process.

    Args:
        component: ``app``, ``actions`` or ``phone``; stands in every line and event.
    """
    _configure_log(settings.log_level, component)
    dsn = settings.sentry_dsn.get_secret_value()
    if dsn:
        sentry_sdk.init(
            dsn=dsn,
            environment=settings.mode.value,
            send_default_pii=False,
            include_local_variables=False,
            max_request_body_size="never",
            max_breadcrumbs=0,
            # What is logged is not reported as well: report() does both.
            integrations=[LoggingIntegration(level=None, event_level=None)],
            before_send=_without_private_parts,
        )
        sentry_sdk.set_tag("component", component)


def report(error: BaseException, **context: str | int) -> None:
    """Send an error with its ids to Sentry and to the log."""
    structlog.get_logger("scrapbook.reports").error("error", exc_info=error, **context)
    with sentry_sdk.new_scope() as scope:
        scope.set_tags({name: str(value) for name, value in context.items()})
        sentry_sdk.capture_exception(error, scope=scope)


def _configure_log(level: str, component: str) -> None:
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(_told),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _named(component),
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))


def _named(component: str) -> Processor:
    def add(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {"component": component, **event}

    return add


def _told(exc_info: ExcInfo) -> str:
    """The error and the way to it, without the message of one that the house does not know."""
    _, error, way = exc_info
    name = type(error).__name__
    what = f"{name}: {error}" if isinstance(error, ScrapbookError) else name
    return "".join(traceback.format_tb(way)) + what


def _without_private_parts(event: Event, _hint: Hint) -> Event:
    """Drop what could quote a person: the request, the log's extras, the messages of unforeseen errors."""
    for part in ("request", "extra", "breadcrumbs", "user", "logentry"):
        event.pop(part, None)
    known = {kind.__name__ for kind in _family(ScrapbookError)}
    for error in event.get("exception", {}).get("values", []):
        if error.get("type") not in known:
            error["value"] = ""
    return event


def _family(kind: type[BaseException]) -> list[type[BaseException]]:
    return [kind, *(one for child in kind.__subclasses__() for one in _family(child))]
