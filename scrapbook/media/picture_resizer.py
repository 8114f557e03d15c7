"""Have pictures resized in processes of their own, so that none can take too much of the machine."""

import json
import sys
import threading
from base64 import b64decode
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any

from scrapbook.errors import PictureUnreadable
from scrapbook.media.picture_sizes import ResizedPicture, widths_of
from scrapbook.sandbox.limited_process import LimitedProcess, TooCostly, TooSlow

TIME_LIMIT = 30.0
"""Seconds for one picture: a busy machine needs several times its processor time."""

AT_ONCE = 2
"""Pictures that are decoded at once by an app. The texts of all people are answered beside them."""

IDLE_SECONDS = 10.0
"""For as long a process without work waits for the next picture of a page. It holds 24 MB."""

COMMAND = (sys.executable, "-m", "scrapbook.media.picture_process")

_MAX_ANSWER = 32 * 1024 * 1024
"""Bytes: twenty times those of a photograph in all sizes. Only a picture of pure noise takes more."""

_TOO_SLOW = "Reading the picture takes too long."
_TOO_COSTLY = "The picture takes too much time or memory to read."


class PictureResizer:
    """Resizes pictures, at most ``AT_ONCE`` at a time, in processes that end when there are no more.

    Threads may share it; its calls block. Call ``close`` at last.

    Args:
        command: starts a process.
    """

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        self._command = command
        self._free = threading.Semaphore(AT_ONCE)
        self._lock = threading.Lock()
        self._idle: list[LimitedProcess] = []
        self._ending: threading.Timer | None = None

    def close(self) -> None:
        """End the processes that have no work."""
        with self._lock:
            idle, self._idle = self._idle, []
            if self._ending is not None:
                self._ending.cancel()
        for process in idle:
            process.end()

    def resize(self, content: bytes, content_type: str, seconds: float = TIME_LIMIT) -> ResizedPicture:
        """Return a picture in the sizes in which it is shown.

        Args:
            content_type: one of ``PICTURE_FORMATS``.

        Raises:
            PictureUnreadable: it is damaged, or takes too much. The message does not quote it.
        """
        header = {"content_type": content_type, "size": len(content), "seconds": seconds}
        request = json.dumps(header).encode() + b"\n" + content
        with self._process() as process:
            try:
                answer = process.ask(request, seconds)
            except TooSlow:
                raise PictureUnreadable(_TOO_SLOW, permanent=False) from None
            except TooCostly:
                raise PictureUnreadable(_TOO_COSTLY) from None
        return _resized(answer)

    @contextmanager
    def _process(self) -> Generator[LimitedProcess]:
        with self._free:
            with self._lock:
                process = self._idle.pop() if self._idle else LimitedProcess(self._command, _MAX_ANSWER)
            try:
                yield process
            finally:
                self._put_aside(process)

    def _put_aside(self, process: LimitedProcess) -> None:
        with self._lock:
            self._idle.append(process)
            if self._ending is not None:
                self._ending.cancel()
            self._ending = threading.Timer(IDLE_SECONDS, self.close)
            self._ending.daemon = True
            self._ending.start()


def _resized(answer: bytes) -> ResizedPicture:
    """Return the picture of an answer. It is not trusted: the process has read what anybody may send."""
    try:
        values: dict[str, Any] = json.loads(answer)
        if "failure" in values:
            raise PictureUnreadable(str(values["failure"])[:200])
        variants = {int(width): b64decode(file) for width, file in values["variants"].items()}
        width, height = int(values["width"]), int(values["height"])
    except (AttributeError, KeyError, TypeError, ValueError):
        raise PictureUnreadable(_TOO_COSTLY) from None
    is_webp = all(file[:4] == b"RIFF" and file[8:12] == b"WEBP" for file in variants.values())
    if not (is_webp and width > 0 and height > 0 and variants.keys() == set(widths_of(width))):
        raise PictureUnreadable(_TOO_COSTLY)
    return ResizedPicture(width, height, variants)
