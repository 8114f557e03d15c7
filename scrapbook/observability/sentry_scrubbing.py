"""Remove everything from an event that is not on these lists, so that new fields of the SDK are not sent.

An event of the SDK may contain a person's text, a phone number or a token: in local variables, in the message
of an error, in the URL of a request, in earlier log lines.
"""

from collections.abc import Collection, Mapping
from typing import Any, cast

EVENT_FIELDS = frozenset(
    {
        "event_id",
        "type",
        "timestamp",
        "start_timestamp",
        "platform",
        "level",
        "release",
        "environment",
        "transaction",
        "transaction_info",
        "sdk",
    }
)
TAGS = frozenset({"component", "message_id", "reply_id", "step", "attempt", "twilio_code"})
TRACE_FIELDS = frozenset({"trace_id", "span_id", "parent_span_id", "op", "status", "origin"})
SPAN_FIELDS = TRACE_FIELDS | {"start_timestamp", "timestamp", "same_process_as_parent"}
ERROR_FIELDS = frozenset({"type", "module"})
FRAME_FIELDS = frozenset(
    {"filename", "function", "module", "lineno", "in_app", "pre_context", "context_line", "post_context"}
)

Json = dict[str, Any]


def scrub(event: Mapping[str, Any], known_errors: Collection[str]) -> Json:
    """Return the event without anything that could quote a person.

    Args:
        known_errors: the names of error types whose messages are written for the log.
    """
    allowed = _only(event, EVENT_FIELDS)
    allowed["tags"] = _only(_mapping(event.get("tags")), TAGS)
    if user := _only(_mapping(event.get("user")), {"id"}):
        allowed["user"] = user
    contexts = _mapping(event.get("contexts"))
    allowed["contexts"] = {
        "trace": _only(_mapping(contexts.get("trace")), TRACE_FIELDS),
        "runtime": _only(_mapping(contexts.get("runtime")), {"name", "version"}),
    }
    if spans := event.get("spans"):
        allowed["spans"] = [_only(_mapping(span), SPAN_FIELDS) for span in spans]
    if errors := _mapping(event.get("exception")).get("values"):
        allowed["exception"] = {"values": [_error(_mapping(error), known_errors) for error in errors]}
    return allowed


def _error(error: Mapping[str, Any], known_errors: Collection[str]) -> Json:
    allowed = _only(error, ERROR_FIELDS)
    allowed["value"] = error.get("value", "") if error.get("type") in known_errors else ""
    frames = _mapping(error.get("stacktrace")).get("frames")
    if frames:
        allowed["stacktrace"] = {"frames": [_only(_mapping(frame), FRAME_FIELDS) for frame in frames]}
    return allowed


def _only(values: Mapping[str, Any], names: Collection[str]) -> Json:
    return {name: value for name, value in values.items() if name in names}


def _mapping(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}
