"""Write the log, and report errors to Sentry: never a person's text or phone number.

The message of a ScrapbookError is written for the log. The message of any other error may quote a text, so
only its type and its places are logged and reported. ``redaction.py`` holds all loggers to that.
"""

import logging
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from scrapbook.errors import ScrapbookError
from scrapbook.net.secret_file import installation_key
from scrapbook.observability import metrics, redaction
from scrapbook.observability import sentry_client as sentry
from scrapbook.settings import Settings

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]

# Libraries that log each request or each poll, and from which level on they are heard. Uvicorn warns of each
# request that it refuses, so any stranger could fill the log.
NOISY_LOGGERS = {
    **dict.fromkeys(("httpx", "httpcore", "twilio.http_client", "alembic", "dbos"), logging.WARNING),
    "uvicorn": logging.ERROR,
}


def start(settings: Settings, component: str) -> None:
    """Set up the log and Sentry for a process that serves; whatever it prints from now on is withheld.

    Args:
        component: as for ``configure``.
    """
    redaction.redact_uncaught_errors(_log_error)  # first: Sentry's hook calls the one that it finds
    configure(settings, component)
    redaction.redact_streams(structlog.get_logger(__name__).warning)


def configure(settings: Settings, component: str) -> None:
    """Set up the log and Sentry.

    Args:
        component: the name of the process, such as ``app``; it is in every line and event.
    """
    _configure_log(settings.log_level, component)
    dsn = settings.sentry_dsn.get_secret_value()
    if dsn:
        _person_key.key = installation_key(settings.data_dir)
        sentry.start(dsn, component, settings.mode.value, settings.sentry_traces_sample_rate)


@contextmanager
def bind_context(message_id: str | None, step: str, person_id: int | None = None) -> Generator[None]:
    """Add a message to everything that is logged and reported inside the block.

    Args:
        message_id: of the inbound message; None for an outbound one that answers none.
        person_id: whose message it is; reported as a keyed hash.
    """
    person = "" if person_id is None else sentry.keyed_hash(_person_key.key, person_id)
    with (
        structlog.contextvars.bound_contextvars(message_id=message_id or ""),
        sentry.bind_context(message_id or "", step, person),
    ):
        yield


def report_error(error: BaseException, **context: str | int) -> None:
    """Log an error and report it to Sentry. An error after which the step is tried again must only be logged.

    Args:
        context: ids, and the step that failed.
    """
    structlog.get_logger("scrapbook.observability.reporting").error("error", exc_info=error, **context)
    metrics.errors.labels(context.get("step", "")).inc()
    tags = {name: str(value) for name, value in context.items()}
    origin: Sequence[Mapping[str, object]] = ()
    if isinstance(error, ScrapbookError):
        tags["attempt"], origin = str(error.attempts), error.origin
    sentry.capture(error, tags, origin)


def flush() -> None:
    """Send what is queued for Sentry and flush the log; for a process that ends with ``os._exit``."""
    sentry.flush()
    logging.shutdown()


class _PersonKey:
    """The key with which person ids are hashed in reports."""

    key = ""


_person_key = _PersonKey()


def _configure_log(level: str, component: str) -> None:
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(_format_exception),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, _add_place],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _add_component(component),
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    redaction.redact_records()
    logging.basicConfig(handlers=[handler], level=level, force=True)
    # Without a handler, DBOS would add one of its own, which writes no JSON.
    dbos = logging.getLogger("dbos")
    if not dbos.handlers:
        dbos.addHandler(logging.NullHandler())
    for name, lowest in NOISY_LOGGERS.items():
        logging.getLogger(name).setLevel(max(lowest, logging.getLevelNamesMapping()[level]))


def _log_error(event: str, **fields: object) -> None:
    """Log with the configuration of that moment; a logger would keep the one of its first use."""
    structlog.get_logger(__name__).error(event, **fields)


def _add_component(component: str) -> Processor:
    def add(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {"component": component, **event}

    return add


def _add_place(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Add what a redacted record of another package has beside its message."""
    record: logging.LogRecord = event["_record"]
    event["place"] = redaction.place(record.pathname, record.lineno)
    if record.exc_text:
        event["exception"] = record.exc_text
    return event


def _format_exception(exc_info: ExcInfo) -> str:
    return redaction.format_error(exc_info[1])
