"""The process that reads uploaded exports: the system limits its time, its memory and what it writes.

``exchange/sandboxed.py`` starts it for one export, and asks it with lines of JSON on standard input: to open
the export, for the next entries, for the bytes of a file. It answers each with a line on standard output.
"""

import base64
import json
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from scrapbook.exchange.packing import ENTRY, SCRAPBOOK, TRANSCRIPT, packed
from scrapbook.exchange.reading import Found, open_export
from scrapbook.exchange.sources import READ_ERRORS, ExportUnreadable
from scrapbook.model.imported import ImportedEntry, ImportedFile, Skipped
from scrapbook.sandbox.limits import limit_process, time_limit

MAX_MEMORY = 768 * 2**20
"""Bytes: a file of 64 MB that is read at once, as text and as what it says."""

MAX_UNPACKED = 2**30
"""Bytes of the temporary file into which a compressed archive is unpacked; the system refuses more."""

MAX_PROCESSOR_SECONDS = 120
"""Of one request: a page of entries, or all of a file that is read at once before the first."""

MAX_FILE = 64 * 2**20
"""Bytes of a file that comes with an entry."""

PAGE, PAGE_CHARACTERS = 200, 2**20
"""Entries of one answer, at most, and characters after which no further one is added."""


def main() -> None:
    """Answer requests until standard input is closed."""
    limit_process(MAX_MEMORY, MAX_UNPACKED)
    with ExitStack() as stack:
        answering = _Answering(stack)
        while line := sys.stdin.buffer.readline():
            answer, is_done = _answer(answering, **json.loads(line))
            sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
            sys.stdout.buffer.flush()
            if is_done:
                os._exit(0)


def _answer(
    answering: "_Answering",
    what: str,
    seconds: float,
    **arguments: Any,  # noqa: ANN401 - JSON
) -> tuple[dict[str, Any], bool]:
    """Return the answer, or why there is none; and whether the process must answer no more."""
    with time_limit(seconds, MAX_PROCESSOR_SECONDS):
        try:
            return answering.to(what, **arguments), False
        except ExportUnreadable as error:
            return {"failure": str(error)}, False
        except MemoryError:
            return {"failure": "It takes too much memory to be read."}, True
        except Exception as error:  # noqa: BLE001 - an export must not be able to cost more than itself
            return {"failure": f"It cannot be read: {type(error).__name__}."}, True


class _Answering:
    """An export that is read."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._found: Iterator[Found] = iter(())
        self._files: list[ImportedFile] = []

    def to(self, what: str, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        if what == "open":
            return self._open(**arguments)
        return self._next() if what == "next" else self._file(**arguments)

    def _open(self, path: str, zone: str) -> dict[str, Any]:
        export = self._stack.enter_context(open_export(Path(path)))
        self._found = export.read(ZoneInfo(zone))
        return {"format": export.format.name, "state": packed(SCRAPBOOK, export.state(ZoneInfo(zone)))}

    def _next(self) -> dict[str, Any]:
        """Return the next entries, with the numbers of their files."""
        found: list[dict[str, Any]] = []
        characters = 0
        for one in self._found:
            written = {"skipped": [one.where, one.why]} if isinstance(one, Skipped) else self._written(one)
            found.append(written)
            characters += len(one.why) if isinstance(one, Skipped) else len(one.text)
            if len(found) == PAGE or characters > PAGE_CHARACTERS:
                return {"found": found, "is_last": False}
        return {"found": found, "is_last": True}

    def _written(self, entry: ImportedEntry) -> dict[str, Any]:
        first = len(self._files)
        self._files.extend(entry.files)
        return {
            "key": entry.key,
            "text": entry.text,
            "created_at": entry.created_at.isoformat() if entry.created_at else None,
            "topics": entry.topics,
            "kind": entry.kind.value,
            "author": entry.author,
            "source": entry.source,
            "is_pinned": entry.is_pinned,
            "files": [
                {
                    "number": first + place,
                    "name": file.name,
                    "size": file.size,
                    "content_type": file.content_type,
                    "live_photo_id": file.live_photo_id,
                    "transcript": packed(TRANSCRIPT, file.transcript),
                    "words": file.words,
                }
                for place, file in enumerate(entry.files)
            ],
            "state": packed(ENTRY, entry.state),
        }

    def _file(self, number: int) -> dict[str, Any]:
        file = self._files[number]
        try:
            with file.open() as opened:
                content = opened.read(MAX_FILE + 1)
        except READ_ERRORS:
            raise ExportUnreadable("It is damaged.") from None
        if len(content) > MAX_FILE:
            raise ExportUnreadable(f"It is larger than {MAX_FILE // 2**20} MB.")
        return {"content": base64.b64encode(content).decode()}


if __name__ == "__main__":
    main()
