"""Read the words of files in a process of its own, so that none can take too much of the machine."""

import json
import sys
from collections.abc import Sequence
from typing import Any, Self

from scrapbook.errors import FileUnreadable
from scrapbook.model.file_text import FileText
from scrapbook.sandbox.limited_process import LimitedProcess, TooCostly, TooSlow
from scrapbook.text.file_types import CONTACT_CARD, PDF, PLAIN_TEXT

READABLE = frozenset({CONTACT_CARD, PLAIN_TEXT, PDF})
"""The content types of files that are read."""

TIME_LIMIT = 30.0
"""Seconds for one file: nobody waits for it, and a busy machine needs several times its processor time."""

MAX_SHOWN = 10_000
"""Characters of a file that become words of its entry: what is shown is sent in messages of 1,600."""

MAX_SEARCHED = 100_000
"""Characters of a file by which its entry is found besides: about fifty pages."""

COMMAND = (sys.executable, "-m", "scrapbook.documents.file_process")

_MAX_ANSWER = 12 * (MAX_SHOWN + MAX_SEARCHED) + 1024
"""Bytes. A character takes twelve at most: two escapes of JSON."""

_TOO_SLOW = "Reading the file takes too long."
_TOO_COSTLY = "The file takes too much time or memory to read."


class FileReader:
    """Reads files, one after the other, in a process that is started with the first one.

    A file that takes too much ends the process, and another is started for the next file. Use it in one
    thread, as a context manager: at its end the process ends.

    Args:
        command: starts the process.
    """

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        self._process = LimitedProcess(command, _MAX_ANSWER)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.end()

    def read(
        self, content: bytes, content_type: str, region: str = "", seconds: float = TIME_LIMIT
    ) -> FileText:
        """Return the words of a file.

        Args:
            content_type: one of ``READABLE``.
            region: ISO 3166 code of the country of phone numbers without a country code; empty if unknown.

        Raises:
            FileUnreadable: it is damaged or encrypted, or takes too much. The message does not quote it.
        """
        header = {"content_type": content_type, "region": region, "size": len(content), "seconds": seconds}
        request = json.dumps(header).encode() + b"\n" + content
        try:
            answer = self._process.ask(request, seconds)
        except TooSlow:
            raise FileUnreadable(_TOO_SLOW, permanent=False) from None
        except TooCostly:
            raise FileUnreadable(_TOO_COSTLY) from None
        return _words(answer)


def _words(answer: bytes) -> FileText:
    """Return the words of an answer. It is not trusted: the process has read what anybody may write."""
    try:
        values: dict[str, Any] = json.loads(answer)
        if "failure" in values:
            raise FileUnreadable(str(values["failure"])[:200])
        return FileText(str(values["shown"])[:MAX_SHOWN], str(values["searched"])[:MAX_SEARCHED])
    except (KeyError, TypeError, ValueError):
        raise FileUnreadable(_TOO_COSTLY) from None
