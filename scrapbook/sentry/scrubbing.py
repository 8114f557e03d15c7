"""What may leave the process: of an event only what is named here, so that what is new stays out.

An event of the SDK may hold a message's text, a number or a token in local variables, in the sentence that an
unforeseen error says, in the address of a request, in the log's lines before it.
"""

from collections.abc import Collection, Mapping
from typing import Any, cast

KEPT = frozenset(
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
TAGS = frozenset({"component", "message_sid", "reply_id", "step", "attempt", "twilio_code"})
OF_A_TRACE = frozenset({"trace_id", "span_id", "parent_span_id", "op", "status", "origin"})
OF_A_SPAN = OF_A_TRACE | {"start_timestamp", "timestamp", "same_process_as_parent"}
OF_AN_ERROR = frozenset({"type", "module"})
OF_A_FRAME = frozenset(
    {"filename", "function", "module", "lineno", "in_app", "pre_context", "context_line", "post_context"}
)

Json = dict[str, Any]


def scrubbed(event: Mapping[str, Any], known_errors: Collection[str]) -> Json:
    """The event without anything that could quote a person.

    Args:
        known_errors: names of those types of errors whose messages were written for the log.
    """
    clean = _only(event, KEPT)
    clean["tags"] = _only(_mapping(event.get("tags")), TAGS)
    if user := _only(_mapping(event.get("user")), {"id"}):
        clean["user"] = user
    contexts = _mapping(event.get("contexts"))
    clean["contexts"] = {
        "trace": _only(_mapping(contexts.get("trace")), OF_A_TRACE),
        "runtime": _only(_mapping(contexts.get("runtime")), {"name", "version"}),
    }
    if spans := event.get("spans"):
        clean["spans"] = [_only(_mapping(span), OF_A_SPAN) for span in spans]
    if errors := _mapping(event.get("exception")).get("values"):
        clean["exception"] = {"values": [_error(_mapping(error), known_errors) for error in errors]}
    return clean


def _error(error: Mapping[str, Any], known_errors: Collection[str]) -> Json:
    clean = _only(error, OF_AN_ERROR)
    clean["value"] = error.get("value", "") if error.get("type") in known_errors else ""
    frames = _mapping(error.get("stacktrace")).get("frames")
    if frames:
        clean["stacktrace"] = {"frames": [_only(_mapping(frame), OF_A_FRAME) for frame in frames]}
    return clean


def _only(values: Mapping[str, Any], names: Collection[str]) -> Json:
    return {name: value for name, value in values.items() if name in names}


def _mapping(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}
