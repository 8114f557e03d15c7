"""What the house tells about its own work, to the log and to Sentry: never a private text or a number.

An error that the house knows by name has a message that was written for the log. That of any other may quote
what it stumbled over, so only its type and the way to it are told.
"""

import logging
import sys
import traceback
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from scrapbook import metrics
from scrapbook.errors import ScrapbookError
from scrapbook.sentry import client as sentry
from scrapbook.settings import Settings
from scrapbook.twilio.account import Account

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]

# Libraries that log a line for each request or each poll.
CHATTY = ("httpx", "httpcore", "twilio.http_client", "alembic", "dbos", "uvicorn.access")


def configure(settings: Settings, component: str) -> None:
    """Set up the log and Sentry for one process.

    Args:
        component: ``app``, ``actions`` or ``phone``; stands in every line and event.
    """
    _configure_log(settings.log_level, component)
    dsn = settings.sentry_dsn.get_secret_value()
    if dsn:
        _people.key = Account.of(settings).auth_token
        sentry.start(dsn, component, settings.mode.value, settings.sentry_traces_sample_rate)


@contextmanager
def about(sid: str, step: str, person_id: int | None = None) -> Generator[None]:
    """What is logged and reported inside belongs to that message.

    Args:
        person_id: whose message it is; told as a keyed hash.
    """
    person = "" if person_id is None else sentry.keyed_hash(_people.key, person_id)
    with structlog.contextvars.bound_contextvars(message_sid=sid), sentry.about(sid, step, person):
        yield


def report(error: BaseException, **context: str | int) -> None:
    """Tell of a failure, once it is one: what is tried again is only logged.

    Args:
        context: the ids that belong to it, and the step.
    """
    structlog.get_logger("scrapbook.reports").error("error", exc_info=error, **context)
    metrics.errors.labels(context.get("step", "")).inc()
    tags = {name: str(value) for name, value in context.items()}
    origin: Sequence[Mapping[str, object]] = ()
    if isinstance(error, ScrapbookError):
        tags["attempt"], origin = str(error.attempts), error.origin
    sentry.capture(error, tags, origin)


def flush() -> None:
    """To be called before a process is ended the hard way."""
    sentry.flush()
    logging.shutdown()


class _People:
    """How people are told apart in reports."""

    key = ""


_people = _People()


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
