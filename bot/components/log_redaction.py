"""Keeps people's texts out of all that Rasa's process logs or prints.

At its default level Rasa 3.6 logs the text of a message if its client disconnects or its turn fails, and
forced intents, requests and events that it cannot parse. With each error that is logged through structlog it
logs the local variables of every frame, trackers and messages among them. An error message may quote a text,
too (``jsonschema`` quotes the value that does not fit).

So only what is written in the code is kept: a message where it is a constant of the code that logs it, the
place, and of an error its type and places. ``scrapbook/observability/redaction.py`` does the same in the
other processes. Log lines are written through structlog, the standard ``logging`` and ``warnings``, and
printed; all of these are covered.
"""

import datetime
import errno
import io
import json
import logging
import sys
import threading
import warnings
from pathlib import Path
from types import CodeType, FrameType, TracebackType
from typing import Any, Dict, Iterator, List, Optional, Text

import structlog

COMPONENT = "rasa"
PRIVATE = "(private)"
# Fields with values of Rasa's own; any other field may hold a person's words.
SAFE_FIELDS = {"event", "event_info", "event_key", "action_name", "filename", "url", "stack_info"}
# In place of a message that is no constant.
WITHHELD = "(withheld)"

stock_record = logging.getLogRecordFactory()


class RedactedText(str):
    """A line that structlog has rendered after ``redact_event``."""


def format_error(error: Optional[BaseException]) -> Text:
    """Return the places and the types of the error and of its causes, the first cause first."""
    return "\n".join(_lines(error, set()))


def _lines(error: Optional[BaseException], seen: "set[int]") -> Iterator[Text]:
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    yield from _lines(error.__cause__ or error.__context__, seen)
    yield from _places(error.__traceback__)
    code = errno.errorcode.get(error.errno or 0, "") if isinstance(error, OSError) else ""
    yield f"{type(error).__name__}({code})" if code else type(error).__name__


def _places(trace: Optional[TracebackType]) -> Iterator[Text]:
    while trace is not None:
        code = trace.tb_frame.f_code
        yield f"{_place(code.co_filename, trace.tb_lineno)} in {code.co_name}"
        trace = trace.tb_next


def _place(path: Text, line: int) -> Text:
    return f"{'/'.join(Path(path).parts[-3:])}:{line}"


def _error(exc_info: Any) -> Optional[BaseException]:
    """Return the error that ``exc_info`` denotes in any form that structlog or ``logging`` accepts."""
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple):
        return exc_info[1]
    return sys.exc_info()[1] if exc_info else None


def redact_event(_logger: Any, method: str, event: Dict[Text, Any]) -> Dict[Text, Any]:
    """Redact an event: a structlog processor that must come before all others."""
    error = _error(event.pop("exc_info", method == "exception"))
    redacted = {key: value if key in SAFE_FIELDS else PRIVATE for key, value in event.items()}
    for key in ("event", "event_info"):
        if key in redacted and not _is_constant(redacted[key]):
            redacted[key] = WITHHELD
    # With False, the later processors do not look up the error themselves.
    return {**redacted, "exc_info": False, "exception": format_error(error)} if error else redacted


def _mark(_logger: Any, _method: str, line: Any) -> Any:
    """Mark what structlog has rendered: its last processor."""
    return RedactedText(line) if isinstance(line, str) else line


def _is_constant(message: Any) -> bool:
    """Return whether the text is a constant of code that is running now."""
    return isinstance(message, str) and any(message in code.co_consts for code in _running())


def _running() -> Iterator[CodeType]:
    frame: Optional[FrameType] = sys._getframe()
    while frame is not None:
        yield frame.f_code
        frame = frame.f_back


def redacted_record(*fields: Any, **more: Any) -> logging.LogRecord:
    """Create a redacted record of the standard ``logging``, whose arguments it takes."""
    name, level, path, line, message, _args, exc_info, *rest = fields
    error = message if isinstance(message, BaseException) else _error(exc_info)
    kept = message if isinstance(message, RedactedText) or _is_constant(message) else WITHHELD
    record = stock_record(name, level, path, line, kept, (), None, *rest, **more)
    record.stack_info = None
    if error:
        record.exc_text = format_error(error)
    return record


def install() -> None:
    """Redact all log lines of this process. Idempotent."""
    # Change the list in place: loggers that are in use hold a reference to it.
    processors: List[Any] = structlog.get_config()["processors"]
    if redact_event not in processors:
        processors.insert(0, redact_event)
        processors.append(_mark)
    logging.setLogRecordFactory(redacted_record)
    # Else an error of a handler would be printed together with the message and its arguments.
    logging.raiseExceptions = False


class JsonFormatter(logging.Formatter):
    """Formats a record as a line of JSON, as the scrapbook's other processes do."""

    def format(self, record: logging.LogRecord) -> Text:
        """Return the line."""
        moment = datetime.datetime.fromtimestamp(record.created, datetime.timezone.utc)
        fields = {
            "component": COMPONENT,
            "level": record.levelname.lower(),
            "logger": record.name,
            "timestamp": moment.isoformat(),
            "place": _place(record.pathname, record.lineno),
        }
        if record.exc_text:
            fields["exception"] = record.exc_text
        return json.dumps({**fields, **_event(record.msg)})


def _event(message: Any) -> Dict[Text, Any]:
    if isinstance(message, RedactedText):
        try:
            return dict(json.loads(message))
        except ValueError:  # rendered for a terminal
            return {"event": message}
    return {"event": str(message)}


def log_warnings() -> None:
    """Log warnings as lines of JSON, by their category and place: from the first import on."""
    log = _own_logger()

    def warned(_message: Any, category: Any, filename: Text, lineno: int, *_: Any) -> None:
        fields = {"event": "warning", "category": category.__name__, "place": _place(filename, lineno)}
        log.warning(RedactedText(json.dumps(fields)))

    warnings.showwarning = warned


def take_over() -> None:
    """Redact all that this process logs and prints, as lines of JSON: for a process that serves."""
    install()
    log_warnings()
    log = _own_logger()
    logging.getLogger().handlers[:] = log.handlers
    # Writes what loggers without a handler log, such as Sanic's.
    logging.lastResort = log.handlers[0]

    def uncaught(_kind: Any, error: BaseException, trace: Optional[TracebackType]) -> None:
        log.error("error_uncaught", exc_info=error.with_traceback(trace))

    def raised(failed: Any) -> None:
        log.error("error_uncaught", exc_info=failed.exc_value)

    sys.excepthook, sys.unraisablehook, threading.excepthook = uncaught, raised, raised
    sys.stdout, sys.stderr = _CountedStream("stdout", log), _CountedStream("stderr", log)


def _own_logger() -> logging.Logger:
    """Return the logger of this module, with a handler of its own: Rasa changes the root logger's."""
    log = logging.getLogger(__name__)
    if not log.handlers:
        handler = logging.StreamHandler(sys.__stdout__)
        handler.setFormatter(JsonFormatter())
        log.addHandler(handler)
        log.propagate = False
    return log


class _CountedStream(io.TextIOBase):
    """Takes the place of a standard stream. Logs how many characters were written, once for each line."""

    def __init__(self, name: Text, log: logging.Logger) -> None:
        self._name = name
        self._log = log
        self._written = 0

    def write(self, text: Text) -> int:
        """Count the text."""
        self._written += len(text)
        if "\n" in text:
            self.flush()
        return len(text)

    def flush(self) -> None:
        """Log how much was written since the last line."""
        written, self._written = self._written, 0
        if written:
            fields = {"event": "printed", "stream": self._name, "characters": written}
            self._log.warning(RedactedText(json.dumps(fields)))

    def writable(self) -> bool:
        """Return True."""
        return True

    def isatty(self) -> bool:
        """Return False."""
        return False
