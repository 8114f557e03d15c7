"""Error reports and traces of the Rasa process, with the old SDK that Rasa's dependencies allow.

The settings are those of the SDK: ``SENTRY_DSN`` (or a file that ``SENTRY_DSN_FILE`` names),
``SENTRY_ENVIRONMENT``, ``SENTRY_RELEASE`` and ``SENTRY_TRACES_SAMPLE_RATE``. Without a DSN, nothing is sent.
A failed turn is not reported here but returned to the client (``rest_channel.py``), which may try again and
reports a failure once.

An event is rebuilt from the fields that are listed here. A trace has the ids that the app computes for it
(``scrapbook/observability/sentry_traces.py``).
"""

import hashlib
import os
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Dict, Iterator, List, Text

import sentry_sdk
from sentry_sdk.integrations.atexit import AtexitIntegration
from sentry_sdk.integrations.excepthook import ExcepthookIntegration
from sentry_sdk.tracing import Transaction
from sentry_sdk.utils import event_from_exception

COMPONENT = "rasa"
EVENT_FIELDS = (
    *("event_id", "type", "timestamp", "start_timestamp", "platform", "level", "release", "environment"),
    *("transaction", "transaction_info", "sdk"),
)
TAGS = ("component", "message_id", "step")
TRACE_FIELDS = ("trace_id", "span_id", "parent_span_id", "op", "status")
FRAME_FIELDS = ("filename", "function", "module", "lineno", "in_app", "context_line")

_SAMPLING_STEPS = 1_000_000


def _dsn() -> Text:
    path = os.environ.get("SENTRY_DSN_FILE")
    return os.environ.get("SENTRY_DSN") or (Path(path).read_text(encoding="utf-8").strip() if path else "")


def _sample_rate() -> float:
    return float(os.environ.get("SENTRY_TRACES_SAMPLE_RATE") or 0)


def install() -> None:
    """Start the SDK in this process if a DSN is set. Idempotent."""
    if not _dsn() or sentry_sdk.Hub.current.client is not None:
        return
    sentry_sdk.init(
        dsn=_dsn(),
        traces_sample_rate=_sample_rate(),
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[AtexitIntegration(callback=lambda _pending, _timeout: None), ExcepthookIntegration()],
        auto_session_tracking=False,
        with_locals=False,
        request_bodies="never",
        max_breadcrumbs=0,
        before_breadcrumb=lambda _crumb, _hint: None,
        before_send=lambda event, _hint: scrub(event),
        before_send_transaction=lambda event, _hint: scrub(event),
    )
    sentry_sdk.set_tag("component", COMPONENT)


@contextmanager
def bind_context(message_id: Text) -> Iterator[None]:
    """Run a turn as a span of the trace of its message."""
    if sentry_sdk.Hub.current.client is None:
        yield
        return
    with sentry_sdk.Hub(sentry_sdk.Hub.main) as hub:
        with hub.configure_scope() as scope:
            scope.set_tag("message_id", message_id)
            scope.set_tag("step", "turn")
        trace = Transaction.continue_from_headers(
            {"sentry-trace": trace_header(message_id, _sample_rate())}, op="message.turn", name="turn"
        )
        with hub.start_transaction(trace):
            yield


def trace_header(message_id: Text, sample_rate: float) -> Text:
    """Return the ``sentry-trace`` header of a message, the same as ``scrapbook.sentry.traces.trace_header``.

    Args:
        message_id: of Twilio; the ids of the trace are a hash of it.
        sample_rate: the share of traces that are sent, 0 to 1.
    """
    digest = hashlib.sha256(message_id.encode()).digest()
    drawn = int.from_bytes(digest[-8:], "big") % _SAMPLING_STEPS
    return f"{digest[:16].hex()}-{digest[16:24].hex()}-{int(drawn < sample_rate * _SAMPLING_STEPS)}"


def describe_error(error: BaseException) -> List[Dict[Text, Any]]:
    """Return the error and its causes, oldest first, without messages and values.

    Each is a dict of Sentry's exception interface: ``type``, ``module``, ``value`` (empty), ``stacktrace``.
    """
    event, _ = event_from_exception(error, client_options={"with_locals": False})
    return scrub(event)["exception"]["values"]


def scrub(event: Dict[Text, Any]) -> Dict[Text, Any]:
    """Return the event without any field that could quote a person."""
    clean = _only(event, EVENT_FIELDS)
    clean["tags"] = _only(dict(event.get("tags") or {}), TAGS)
    clean["contexts"] = {"trace": _only(event.get("contexts", {}).get("trace", {}), TRACE_FIELDS)}
    errors = event.get("exception", {}).get("values", [])
    if errors:
        clean["exception"] = {"values": [_error(error) for error in errors]}
    return clean


def _error(error: Dict[Text, Any]) -> Dict[Text, Any]:
    frames = (error.get("stacktrace") or {}).get("frames", [])
    clean = _only(error, ("type", "module"))
    return {**clean, "value": "", "stacktrace": {"frames": [_only(frame, FRAME_FIELDS) for frame in frames]}}


def _only(values: Dict[Text, Any], names: Any) -> Dict[Text, Any]:
    return {name: value for name, value in values.items() if name in names}
