"""A process that works on untrusted bytes: asked through pipes, without settings, killed if it takes long.

The process limits itself with ``sandbox/limits.py`` before it reads anything.
"""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import IO, cast

INHERITED = (
    *("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR"),
    *("PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "RES_OPTIONS", "LOCALDOMAIN", "HOSTALIASES"),
)
"""Variables that a process needs to run, to check certificates and to resolve names. None has a secret."""

_CHUNK = 64 * 1024


class TooSlow(Exception):
    """The process has not answered in time."""


class TooCostly(Exception):
    """The process has ended: it took more processor time or memory than it may, or it crashed."""


class LimitedProcess:
    """A process that is started with the first request, and again after it has ended.

    Use it in one thread, and call ``end`` at last.

    Args:
        command: starts the process.
        max_answer: bytes of an answer, its newline included.
    """

    def __init__(self, command: Sequence[str], max_answer: int) -> None:
        self._command = command
        self._max_answer = max_answer
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, request: bytes, seconds: float) -> bytes:
        """Return the line that the process answers.

        Args:
            seconds: for all of it, the start of the process included.

        Raises:
            TooSlow: it takes longer. The process is killed.
            TooCostly: the process has ended without an answer.
        """
        until = time.monotonic() + seconds
        try:
            process = self._running()
            _write(cast(IO[bytes], process.stdin).fileno(), request, until)
            return _line(cast(IO[bytes], process.stdout).fileno(), until, self._max_answer)
        except TimeoutError:
            self.end()
            raise TooSlow from None
        except (OSError, EOFError):
            if self.end() == -signal.SIGALRM:
                raise TooSlow from None
            raise TooCostly from None

    def end(self) -> int | None:
        """Kill the process, if there is one. Returns its exit status."""
        process, self._process = self._process, None
        if process is None:
            return None
        process.kill()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                cast(IO[bytes], pipe).close()
        return process.wait()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.end()
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # a traceback may quote what was read
                bufsize=0,
                env={name: os.environ[name] for name in INHERITED if name in os.environ},
                process_group=0,  # so that Ctrl-C in a terminal is for the app alone
            )
            os.set_blocking(cast(IO[bytes], self._process.stdin).fileno(), False)
        return self._process


def _write(pipe: int, content: bytes, until: float) -> None:
    """Write to a pipe that does not block. Raises TimeoutError, or OSError if nobody reads it."""
    left = memoryview(content)
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_WRITE)
        while left:
            _wait(selector, until)
            left = left[os.write(pipe, left[:_CHUNK]) :]


def _line(pipe: int, until: float, max_length: int) -> bytes:
    """Return the line that comes through a pipe. Raises TimeoutError, or EOFError if none comes."""
    line = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while not line.endswith(b"\n"):
            _wait(selector, until)
            part = os.read(pipe, _CHUNK)
            line += part
            if not part or len(line) > max_length:
                raise EOFError
    return bytes(line)


def _wait(selector: selectors.BaseSelector, until: float) -> None:
    if not selector.select(max(until - time.monotonic(), 0)):
        raise TimeoutError
