"""Report errors and traces to Sentry. Without a DSN, nothing is sent and these functions do nothing.

Events go through a thread with a bounded queue: a slow or unreachable Sentry delays nothing, and events that
do not fit into the queue are dropped. The SDK is imported if there is a DSN, and to describe an error.
"""

import hashlib
import hmac
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from scrapbook import __version__
from scrapbook.errors import ScrapbookError
from scrapbook.observability.sentry_scrubbing import scrub
from scrapbook.observability.sentry_traces import trace_header

if TYPE_CHECKING:
    from sentry_sdk.client import BaseClient
    from sentry_sdk.types import Event, Hint

Json = dict[str, Any]

RELEASE = f"scrapbook@{__version__}"

SHUTDOWN_TIMEOUT = 2
"""Seconds that a process waits at its end for events that are not sent yet."""


def start(dsn: str, component: str, environment: str, sample_rate: float = 0.0) -> None:
    """Start the SDK. Call it once in a process.

    Args:
        component: the name of the process; it is in every event.
        environment: ``development`` or ``production``.
        sample_rate: the fraction of messages whose traces are sent, 0 to 1.
    """
    import sentry_sdk  # noqa: PLC0415 - a large library
    from sentry_sdk.integrations.atexit import AtexitIntegration  # noqa: PLC0415
    from sentry_sdk.integrations.excepthook import ExcepthookIntegration  # noqa: PLC0415

    sentry_sdk.init(
        dsn=dsn,
        release=RELEASE,
        environment=environment,
        traces_sample_rate=sample_rate,
        # The default integrations add requests and log lines, which may contain a person's text.
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[AtexitIntegration(callback=_print_nothing), ExcepthookIntegration()],
        auto_session_tracking=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        before_breadcrumb=lambda _crumb, _hint: None,
        before_send=_before_send,
        before_send_transaction=_before_send,
        shutdown_timeout=SHUTDOWN_TIMEOUT,
    )
    sentry_sdk.get_global_scope().set_tag("component", component)


def flush() -> None:
    """Send the events that are queued; wait at most SHUTDOWN_TIMEOUT seconds."""
    if client := _client():
        client.flush(SHUTDOWN_TIMEOUT)


@contextmanager
def bind_context(message_id: str, step: str, person: str = "") -> Generator[None]:
    """Add a message, and its trace, to everything that is reported inside the block.

    Args:
        step: of the work on the message.
        person: ``keyed_hash`` of the sender; empty if it is not known.
    """
    client = _client()
    if not client:
        yield
        return
    import sentry_sdk  # noqa: PLC0415 - is there already

    with sentry_sdk.isolation_scope() as scope:
        scope.set_tags({"message_id": message_id, "step": step})
        if person:
            scope.set_user({"id": person})
        header = trace_header(message_id, float(client.options.get("traces_sample_rate") or 0))
        trace = sentry_sdk.continue_trace({"sentry-trace": header}, op=f"message.{step}", name=step)
        with sentry_sdk.start_transaction(trace):
            yield


def capture(
    error: BaseException,
    tags: Mapping[str, str],
    origin: Sequence[Mapping[str, object]] = (),
) -> None:
    """Send an error.

    Args:
        origin: errors of another process that caused this one, as ``describe_error`` returns them.
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


def describe_error(error: BaseException) -> list[Json]:
    """Return the error and its causes, oldest first, for a report by another process.

    What could quote a person is removed.
    """
    from sentry_sdk.consts import DEFAULT_OPTIONS  # noqa: PLC0415 - a large library
    from sentry_sdk.utils import event_from_exception  # noqa: PLC0415

    without_variables = {**DEFAULT_OPTIONS, "include_local_variables": False}
    event, _ = event_from_exception(error, client_options=without_variables)
    return scrub(cast("Json", event), _known_errors())["exception"]["values"]


def keyed_hash(key: str, person_id: int) -> str:
    """Return a pseudonym of the person. Without the key, it cannot be found by trying out ids."""
    return hmac.new(key.encode(), f"person {person_id}".encode(), hashlib.sha256).hexdigest()[:16]


def _client() -> "BaseClient | None":
    """Return the active client; None if there is none, without importing the SDK."""
    if "sentry_sdk" not in sys.modules:
        return None
    import sentry_sdk  # noqa: PLC0415 - is there already

    client = sentry_sdk.get_client()
    return client if client.is_active() else None


def _before_send(event: "Event", _hint: "Hint") -> "Event":
    return cast("Event", scrub(cast("Json", event), _known_errors()))


def _known_errors() -> set[str]:
    return {kind.__name__ for kind in _with_subclasses(ScrapbookError)}


def _with_subclasses(kind: type[BaseException]) -> list[type[BaseException]]:
    return [kind, *(one for child in kind.__subclasses__() for one in _with_subclasses(child))]


def _print_nothing(_pending: int, _timeout: float) -> None:
    """Print nothing, where the SDK would print that it waits."""
