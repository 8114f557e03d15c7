"""Keep what people wrote out of all that a process logs or prints, whoever logs it.

The scrapbook's own log lines hold ids. What others log may quote a text, a number or a parameter of a
statement: in an argument, in the message of an error, in the representation of a task. So of their lines only
what is written in their code is kept: the message where it is a constant of the code that logs it, the place,
and of an error its type and places. What they print is counted.

``bot/components/log_redaction.py`` does the same in Rasa's process.
"""

import errno
import io
import logging
import sqlite3
import sys
import threading
import warnings
from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from types import CodeType, TracebackType
from typing import Any, TextIO, cast

from typing_extensions import override

from scrapbook.errors import ScrapbookError

OWN_PACKAGES = ("scrapbook", "actions")
"""Packages whose log lines are kept as they are."""

RENDERED = ("level", "logger", "timestamp", "exception")
"""Fields of a line that are rendered before it gets here, and are safe."""

WITHHELD = "(withheld)"
"""In place of a message that is no constant."""

stock_record = logging.getLogRecordFactory()


def format_error(error: BaseException) -> str:
    """Return the places and the types of the error and of its causes, the first cause first.

    Only the message of a ScrapbookError is included, which is written for the log.
    """
    return "\n".join(_lines(error, set()))


def reason(error: BaseException | None) -> str:
    """Return the message of a ScrapbookError; of any other error its type, and its code if it has one."""
    if isinstance(error, ScrapbookError):
        return str(error)
    return _type_and_code(error) if error else ""


def place(path: str, line: int) -> str:
    """Return a place in the code, by the last parts of its path."""
    return f"{'/'.join(Path(path).parts[-3:])}:{line}"


def redact_records() -> None:
    """Redact the records of all loggers of this process when they are made, before any handler has them."""
    logging.setLogRecordFactory(_redacted_record)
    # Else an error of a handler would be printed together with the message and its arguments.
    logging.raiseExceptions = False


def redact_uncaught_errors(log: Callable[..., object]) -> None:
    """Log errors that nobody catches, and warnings, in place of printing them.

    Args:
        log: takes the name of an event, and its fields.
    """

    def uncaught(_kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log("error_uncaught", exc_info=error.with_traceback(trace))

    def in_thread(failed: threading.ExceptHookArgs) -> None:
        log("error_uncaught", exc_info=failed.exc_value)

    def unraisable(failed: "sys.UnraisableHookArgs") -> None:
        log("error_uncaught", exc_info=failed.exc_value)

    def warned(
        _message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        _file: TextIO | None = None,
        _line: str | None = None,
    ) -> None:
        log("warning", category=category.__name__, place=place(filename, lineno))

    sys.excepthook, sys.unraisablehook = uncaught, unraisable
    threading.excepthook = in_thread
    warnings.showwarning = warned


def redact_streams(log: Callable[..., object]) -> None:
    """Count what is printed from now on, and log how much it is; ``sys.__stdout__`` still prints."""
    sys.stdout, sys.stderr = _CountedStream("stdout", log), _CountedStream("stderr", log)


def _redacted_record(*fields: Any, **more: Any) -> logging.LogRecord:  # noqa: ANN401 - as logging.LogRecord
    """Create a record; one of another package keeps only what is written in its code."""
    name, level, path, line, message, _args, exc_info, *rest = fields
    if name is None or name.partition(".")[0] in OWN_PACKAGES:  # None: to be filled with another record
        return stock_record(*fields, **more)
    error = message if isinstance(message, BaseException) else _error(exc_info)
    record = stock_record(name, level, path, line, _redacted(message), (), None, *rest, **more)
    record.stack_info = None
    if error:
        record.exc_text = format_error(error)
    return record


def _redacted(message: object) -> object:
    if isinstance(message, Mapping):  # logged with structlog
        event = cast("Mapping[str, object]", message)
        kept = {field: event[field] for field in RENDERED if field in event}
        return kept | {"event": _constant(event.get("event"))}
    return _constant(message)


def _constant(message: object) -> str:
    """Return the message if it is a constant of code that is running now, else WITHHELD."""
    is_constant = isinstance(message, str) and any(message in code.co_consts for code in _running())
    return str(message) if is_constant else WITHHELD


def _running() -> Iterator[CodeType]:
    frame = sys._getframe()  # pyright: ignore[reportPrivateUsage] - a documented function
    while frame is not None:
        yield frame.f_code
        frame = frame.f_back


def _error(exc_info: object) -> BaseException | None:
    """Return the error that ``exc_info`` denotes, in any form that ``logging`` accepts."""
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple):
        return cast("tuple[object, BaseException | None, object]", exc_info)[1]
    return sys.exc_info()[1] if exc_info else None


def _lines(error: BaseException, seen: set[int]) -> Generator[str]:
    seen.add(id(error))
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and id(cause) not in seen:
        yield from _lines(cause, seen)
    if isinstance(error, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)
        for one in group.exceptions:
            if id(one) not in seen:
                yield from _lines(one, seen)
    yield from _places(error.__traceback__)
    described = _type_and_code(cast("BaseException", error))
    yield f"{described}: {error}" if isinstance(error, ScrapbookError) else described


def _places(trace: TracebackType | None) -> Iterator[str]:
    while trace is not None:
        code = trace.tb_frame.f_code
        yield f"{place(code.co_filename, trace.tb_lineno)} in {code.co_name}"
        trace = trace.tb_next


def _type_and_code(error: BaseException) -> str:
    """Return the type of the error, with the code that the system or SQLite gave it."""
    code = ""
    if isinstance(error, OSError):
        code = errno.errorcode.get(error.errno or 0, "")
    elif isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorname", "")
    return f"{type(error).__name__}({code})" if code else type(error).__name__


class _CountedStream(io.TextIOBase):
    """Takes the place of a standard stream. Logs how many characters were written, once for each line."""

    def __init__(self, name: str, log: Callable[..., object]) -> None:
        self._name = name
        self._log = log
        self._written = 0

    @override
    def write(self, text: str, /) -> int:
        self._written += len(text)
        if "\n" in text:
            self.flush()
        return len(text)

    @override
    def flush(self) -> None:
        written, self._written = self._written, 0
        if written:
            self._log("printed", stream=self._name, characters=written)

    @override
    def writable(self) -> bool:
        return True

    @override
    def isatty(self) -> bool:
        return False
