"""Read an export that a stranger's program has written, in a process that the system limits.

What the process answers is not trusted either: it has read what anybody may write.
"""

import base64
import json
import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, tzinfo
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, cast
from zoneinfo import ZoneInfo

from scrapbook.exchange.format import Format
from scrapbook.exchange.packing import ENTRY, SCRAPBOOK, TRANSCRIPT, unpacked
from scrapbook.exchange.reading import Found
from scrapbook.exchange.registry import all_formats
from scrapbook.exchange.sources import ExportUnreadable
from scrapbook.model.imported import ImportedEntry, ImportedFile, ImportedKind, ScrapbookState, Skipped
from scrapbook.sandbox.limited_process import LimitedProcess, TooCostly, TooSlow

COMMAND = (sys.executable, "-m", "scrapbook.exchange.export_process")

TIME_LIMIT = 240.0
"""Seconds for one answer: a busy machine needs several times its processor time."""

_MAX_ANSWER = 200 * 2**20
"""Bytes: a file of 64 MB in base64, or a page of entries that ends with the longest one."""

_TOO_SLOW = "Reading it takes too long."
_TOO_COSTLY = "It takes too much time or memory to be read."


class SandboxedExport:
    """An export whose format is known; see ``reading.Export``. Use it in one thread."""

    def __init__(self, process: LimitedProcess, path: Path, name: str, seconds: float) -> None:
        self._process = process
        self._path = path
        self._seconds = seconds
        self.name = name
        self._zone = "UTC"
        self._state: ScrapbookState | None = None
        self.format = self._open()

    def read(self, zone: tzinfo) -> Iterator[Found]:
        """Yield the entries, each once, and what was left out. One that takes too much ends it.

        Args:
            zone: of times without a zone; one of ``zoneinfo``.
        """
        self._open_in(zone)
        is_last = False
        while not is_last:
            try:
                answer = self._ask("next")
                found, is_last = [self._found(one) for one in answer["found"]], bool(answer["is_last"])
            except ExportUnreadable as error:
                yield Skipped(self.name, str(error))
                return
            except (KeyError, TypeError, ValueError, IndexError):
                yield Skipped(self.name, _TOO_COSTLY)
                return
            yield from found

    def state(self, zone: tzinfo) -> ScrapbookState | None:
        """Return what is beside the entries; None where the format tells nothing of it."""
        self._open_in(zone)
        return self._state

    def _open_in(self, zone: tzinfo) -> None:
        if isinstance(zone, ZoneInfo) and zone.key != self._zone:
            self._process.end()
            self._zone = zone.key
            self._open()

    def _open(self) -> Format:
        answer = self._ask("open", path=str(self._path), zone=self._zone)
        found = next((one for one in all_formats() if one.name == answer.get("format")), None)
        if found is None:
            raise ExportUnreadable(_TOO_COSTLY)
        try:
            self._state = unpacked(SCRAPBOOK, answer.get("state"))
        except ValueError:
            raise ExportUnreadable(_TOO_COSTLY) from None
        return found

    def _found(self, one: dict[str, Any]) -> Found:
        if "skipped" in one:
            where, why = one["skipped"]
            return Skipped(str(where), str(why))
        written = one["created_at"]
        return ImportedEntry(
            key=str(one["key"]),
            text=str(one["text"]),
            created_at=datetime.fromisoformat(written) if written else None,
            topics=tuple(map(str, one["topics"])),
            kind=ImportedKind(one["kind"]),
            author=one["author"],
            source=one["source"],
            files=tuple(map(self._imported_file, one["files"])),
            is_pinned=bool(one["is_pinned"]),
            state=unpacked(ENTRY, one["state"]),
        )

    def _imported_file(self, one: dict[str, Any]) -> ImportedFile:
        return ImportedFile(
            name=str(one["name"]),
            size=int(one["size"]),
            open=partial(self._file, int(one["number"])),
            content_type=str(one["content_type"]),
            live_photo_id=one["live_photo_id"],
            transcript=unpacked(TRANSCRIPT, one["transcript"]),
            words=str(one["words"]),
        )

    def _file(self, number: int) -> BinaryIO:
        return BytesIO(base64.b64decode(self._ask("file", number=number)["content"]))

    def _ask(self, what: str, **arguments: object) -> dict[str, Any]:
        request = {"what": what, "seconds": self._seconds, **arguments}
        try:
            line = self._process.ask(json.dumps(request).encode() + b"\n", self._seconds)
            answer: object = json.loads(line)
        except TooSlow:
            raise ExportUnreadable(_TOO_SLOW) from None
        except (TooCostly, ValueError):
            raise ExportUnreadable(_TOO_COSTLY) from None
        if not isinstance(answer, dict):
            raise ExportUnreadable(_TOO_COSTLY)
        told = cast("dict[str, Any]", answer)
        if "failure" in told:
            raise ExportUnreadable(str(told["failure"])[:300].replace(self._path.name, self.name))
        return told


@contextmanager
def open_sandboxed(
    path: Path, name: str, seconds: float = TIME_LIMIT, command: Sequence[str] = COMMAND
) -> Generator[SandboxedExport]:
    """Open a file in a process of its own, and tell its format.

    Args:
        name: what the person calls it.
        command: starts the process.

    Raises:
        ExportUnreadable: it is of no known format, cannot be read, or takes too much.
    """
    process = LimitedProcess(command, _MAX_ANSWER)
    try:
        yield SandboxedExport(process, path, name, seconds)
    finally:
        process.end()
