"""Keeps what people write out of Rasa's log.

At its default level Rasa 3.6 logs the text of a message whose sender hangs up or whose turn fails, forced
intents that it cannot read, requests and events of which it makes nothing; and with each error that goes
through structlog the local variables of every frame, trackers and messages among them. What an error says
may quote a text too (``jsonschema`` quotes what does not fit), so of errors only types and places stay.

Three doors lead out: structlog, the standard ``logging``, and ``warnings``.
"""

import logging
import re
import sys
import traceback
import warnings
from typing import Any, Dict, Iterator, Text

import structlog

PRIVATE = "(private)"
# What Rasa's own values are; anything else that an event carries may be somebody's words.
HARMLESS = {"event", "event_info", "event_key", "action_name", "filename", "url", "stack_info"}
# Behind these words Rasa puts the request, the event or the error itself into the sentence.
_QUOTING = re.compile(r"(?P<lead>\b(?:Error|Request JSON|Parameters):\s).+", re.DOTALL)
_QUOTING_WARNING = r"Failed to parse arguments in line|Parsed an (?:intent|entity) "

stock_record = logging.getLogRecordFactory()


def _chain(error: "BaseException | None") -> "Iterator[BaseException]":
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def places(error: "BaseException | None") -> str:
    """A traceback of the error and of those that led to it, latest first, without what they say."""
    return "".join(
        "".join(traceback.format_tb(one.__traceback__)) + f"{type(one).__qualname__}\n"
        for one in _chain(error)
    )


def _error(given: Any) -> "BaseException | None":
    """The error that ``exc_info`` stands for in any of the forms that the two kinds of loggers take."""
    if isinstance(given, BaseException):
        return given
    if isinstance(given, tuple):
        return given[1]
    return sys.exc_info()[1] if given else None


def scrub_event(_logger: Any, method: str, event: Dict[Text, Any]) -> Dict[Text, Any]:
    """A structlog processor; stands in front of all others."""
    error = _error(event.pop("exc_info", method == "exception"))
    scrubbed = {key: value if key in HARMLESS else PRIVATE for key, value in event.items()}
    # With False, the processors behind do not go and look for the error themselves.
    return {**scrubbed, "exc_info": False, "exception": places(error)} if error else scrubbed


def scrubbed_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    """Makes the records of the standard ``logging``."""
    record = stock_record(*args, **kwargs)
    if record.exc_info:
        record.exc_text, record.exc_info = places(_error(record.exc_info)), None
    if record.name.startswith("rasa.") and not record.args:
        record.msg = _QUOTING.sub(rf"\g<lead>{PRIVATE}", str(record.msg))
    return record


def install() -> None:
    """Closes the three doors in this process. Harmless when repeated."""
    # The very list: loggers that are in use already hold on to it.
    processors = structlog.get_config()["processors"]
    if scrub_event not in processors:
        processors.insert(0, scrub_event)
    logging.setLogRecordFactory(scrubbed_record)
    warnings.filterwarnings("ignore", message=_QUOTING_WARNING)
