"""What Rasa's own process tells Sentry, with the old SDK that its environment allows.

The settings are those of the SDK itself: ``SENTRY_DSN`` (or a file that ``SENTRY_DSN_FILE`` names),
``SENTRY_ENVIRONMENT``, ``SENTRY_RELEASE`` and ``SENTRY_TRACES_SAMPLE_RATE``; without the first, nothing is
sent. A turn that fails is not reported here but handed to whoever asked for it (``rest_channel.py``), who may
try again: a failure is reported once.

An event is built anew from what is named here; a trace has the ids that the house gives it
(``scrapbook/sentry/traces.py``).
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
KEPT = ("event_id", "type", "timestamp", "start_timestamp", "platform", "level", "release", "environment")
ALSO_KEPT = ("transaction", "transaction_info", "sdk")
TAGS = ("component", "message_sid", "step")
OF_A_TRACE = ("trace_id", "span_id", "parent_span_id", "op", "status")
OF_A_FRAME = ("filename", "function", "module", "lineno", "in_app", "context_line")

_PARTS_OF_A_WHOLE = 1_000_000


def _dsn() -> Text:
    path = os.environ.get("SENTRY_DSN_FILE")
    return os.environ.get("SENTRY_DSN") or (Path(path).read_text(encoding="utf-8").strip() if path else "")


def _sample_rate() -> float:
    return float(os.environ.get("SENTRY_TRACES_SAMPLE_RATE") or 0)


def install() -> None:
    """Starts the SDK in this process. Harmless when repeated."""
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
        before_send=lambda event, _hint: scrubbed(event),
        before_send_transaction=lambda event, _hint: scrubbed(event),
    )
    sentry_sdk.set_tag("component", COMPONENT)


@contextmanager
def about(sid: Text) -> Iterator[None]:
    """A turn, as a part of that message's trace."""
    if sentry_sdk.Hub.current.client is None:
        yield
        return
    with sentry_sdk.Hub(sentry_sdk.Hub.main) as hub:
        with hub.configure_scope() as scope:
            scope.set_tag("message_sid", sid)
            scope.set_tag("step", "turn")
        trace = Transaction.continue_from_headers(
            {"sentry-trace": trace_header(sid, _sample_rate())}, op="message.turn", name="turn"
        )
        with hub.start_transaction(trace):
            yield


def trace_header(sid: Text, sample_rate: float) -> Text:
    """As ``scrapbook.sentry.traces.trace_header`` makes it."""
    digest = hashlib.sha256(sid.encode()).digest()
    drawn = int.from_bytes(digest[-8:], "big") % _PARTS_OF_A_WHOLE
    return f"{digest[:16].hex()}-{digest[16:24].hex()}-{int(drawn < sample_rate * _PARTS_OF_A_WHOLE)}"


def described(error: BaseException) -> List[Dict[Text, Any]]:
    """The error and those that led to it, oldest first, without what they say or hold."""
    event, _ = event_from_exception(error, client_options={"with_locals": False})
    return scrubbed(event)["exception"]["values"]


def scrubbed(event: Dict[Text, Any]) -> Dict[Text, Any]:
    """The event without anything that could quote a person."""
    clean = _only(event, KEPT + ALSO_KEPT)
    clean["tags"] = _only(dict(event.get("tags") or {}), TAGS)
    clean["contexts"] = {"trace": _only(event.get("contexts", {}).get("trace", {}), OF_A_TRACE)}
    errors = event.get("exception", {}).get("values", [])
    if errors:
        clean["exception"] = {"values": [_error(error) for error in errors]}
    return clean


def _error(error: Dict[Text, Any]) -> Dict[Text, Any]:
    frames = (error.get("stacktrace") or {}).get("frames", [])
    clean = _only(error, ("type", "module"))
    return {**clean, "value": "", "stacktrace": {"frames": [_only(frame, OF_A_FRAME) for frame in frames]}}


def _only(values: Dict[Text, Any], names: Any) -> Dict[Text, Any]:
    return {name: value for name, value in values.items() if name in names}
