"""What this process tells Sentry. Without a DSN nothing is sent, and everything here does nothing.

Events are handed to a thread with a bounded queue: a Sentry that is slow or away holds up nobody, and what
does not fit into the queue is dropped. The SDK is imported where there is a DSN, and to describe an error.
"""

import hashlib
import hmac
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from scrapbook import __version__
from scrapbook.errors import ScrapbookError
from scrapbook.sentry.scrubbing import scrubbed
from scrapbook.sentry.traces import trace_header

if TYPE_CHECKING:
    from sentry_sdk.client import BaseClient
    from sentry_sdk.types import Event, Hint

Json = dict[str, Any]

RELEASE = f"scrapbook@{__version__}"

STOPS_WITHIN = 2
"""Seconds that a process which ends waits for what is still to be sent."""


def start(dsn: str, component: str, environment: str, sample_rate: float = 0.0) -> None:
    """To be called once in a process.

    Args:
        component: the name of the process; stands in every event.
        environment: ``development`` or ``production``.
        sample_rate: share of messages whose traces are sent, 0 to 1.
    """
    import sentry_sdk  # noqa: PLC0415 - a large library
    from sentry_sdk.integrations.atexit import AtexitIntegration  # noqa: PLC0415
    from sentry_sdk.integrations.excepthook import ExcepthookIntegration  # noqa: PLC0415

    sentry_sdk.init(
        dsn=dsn,
        release=RELEASE,
        environment=environment,
        traces_sample_rate=sample_rate,
        # Everything that would be added by itself, requests and log lines among it, may hold private words.
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[AtexitIntegration(callback=_quietly), ExcepthookIntegration()],
        auto_session_tracking=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        before_breadcrumb=lambda _crumb, _hint: None,
        before_send=_scrubbed,
        before_send_transaction=_scrubbed,
        shutdown_timeout=STOPS_WITHIN,
    )
    sentry_sdk.get_global_scope().set_tag("component", component)


def flush() -> None:
    """Sends what is still to be sent, for STOPS_WITHIN seconds at most."""
    if client := _client():
        client.flush(STOPS_WITHIN)


@contextmanager
def about(sid: str, step: str, person: str = "") -> Generator[None]:
    """What is told inside belongs to that message, and to its trace.

    Args:
        step: what is being done about it.
        person: ``keyed_hash`` of whoever sent it; empty where that is not known.
    """
    client = _client()
    if not client:
        yield
        return
    import sentry_sdk  # noqa: PLC0415 - is there already

    with sentry_sdk.isolation_scope() as scope:
        scope.set_tags({"message_sid": sid, "step": step})
        if person:
            scope.set_user({"id": person})
        header = trace_header(sid, float(client.options.get("traces_sample_rate") or 0))
        trace = sentry_sdk.continue_trace({"sentry-trace": header}, op=f"message.{step}", name=step)
        with sentry_sdk.start_transaction(trace):
            yield


def capture(
    error: BaseException,
    tags: Mapping[str, str],
    origin: Sequence[Mapping[str, object]] = (),
) -> None:
    """Sends an error.

    Args:
        origin: ``described`` errors of another process, which led to this one; oldest first.
    """
    client = _client()
    if not client:
        return
    import sentry_sdk  # noqa: PLC0415 - is there already
    from sentry_sdk.utils import event_from_exception  # noqa: PLC0415

    event, hint = event_from_exception(error, client_options=client.options)
    cast("Json", event)["exception"]["values"][:0] = origin
    with sentry_sdk.new_scope() as scope:
        scope.set_tags(tags)
        scope.capture_event(event, hint=hint)


def described(error: BaseException) -> list[Json]:
    """The error and those that led to it, without what could quote a person: to be handed to another process,
    which may tell of it."""
    from sentry_sdk.consts import DEFAULT_OPTIONS  # noqa: PLC0415 - a large library
    from sentry_sdk.utils import event_from_exception  # noqa: PLC0415

    without_variables = {**DEFAULT_OPTIONS, "include_local_variables": False}
    event, _ = event_from_exception(error, client_options=without_variables)
    return scrubbed(cast("Json", event), _known_errors())["exception"]["values"]


def keyed_hash(key: str, person_id: int) -> str:
    """Tells people apart without telling who they are; nobody without the key can try out ids."""
    return hmac.new(key.encode(), f"person {person_id}".encode(), hashlib.sha256).hexdigest()[:16]


def _client() -> "BaseClient | None":
    """Return what sends, None where nothing was started: then the SDK need not even be there."""
    if "sentry_sdk" not in sys.modules:
        return None
    import sentry_sdk  # noqa: PLC0415 - is there already

    client = sentry_sdk.get_client()
    return client if client.is_active() else None


def _scrubbed(event: "Event", _hint: "Hint") -> "Event":
    return cast("Event", scrubbed(cast("Json", event), _known_errors()))


def _known_errors() -> set[str]:
    return {kind.__name__ for kind in _family(ScrapbookError)}


def _family(kind: type[BaseException]) -> list[type[BaseException]]:
    return [kind, *(one for child in kind.__subclasses__() for one in _family(child))]


def _quietly(_pending: int, _timeout: float) -> None:
    """The SDK would print that it is waiting."""
