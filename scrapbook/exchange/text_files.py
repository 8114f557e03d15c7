"""Read texts in whatever encoding they are, whole or line by line."""

import codecs
import io
from collections.abc import Iterator
from typing import BinaryIO, cast

from typing_extensions import Buffer, override

from scrapbook.documents.plain_text import decode, guess_encoding
from scrapbook.exchange.sources import READ_ERRORS, ExportUnreadable, Member
from scrapbook.text.file_types import encoding_by_mark

_PART = 2**20
_SAMPLE = 64 * 1024
_MAX_LINE = 16 * 2**20
"""Characters of a line; a longer one is no text."""


def read_text(member: Member) -> str:
    """Return the text of a file, with ``\\n`` at the ends of lines, and without byte order marks."""
    return _plain(decode(member.read()))


def lines(member: Member) -> Iterator[str]:
    """Yield the lines of a file without their ends. Raises ExportUnreadable if it is damaged."""
    with open_text(member) as text:
        try:
            while line := text.readline(_MAX_LINE):
                yield line.rstrip("\n").replace("\ufeff", "")
        except READ_ERRORS as error:
            raise ExportUnreadable(f"{member.path} is damaged: {error}.") from error


def open_text(member: Member, newline: str | None = None) -> io.TextIOWrapper:
    """Open a file as text, without a byte order mark at its start.

    Args:
        newline: as for ``open``.
    """
    return io.TextIOWrapper(
        cast("io.BufferedReader", member.open()), encoding_of(member), "replace", newline=newline
    )


def encoding_of(member: Member) -> str:
    """Return the encoding of a file: by its mark, UTF-8 if it is that throughout, else the likeliest."""
    sample = member.head(_SAMPLE)
    if marked := encoding_by_mark(sample):
        return marked
    if wide := _unmarked_utf16(sample):
        return wide
    return "utf-8" if _is_utf8(member) else guess_encoding(sample)


def open_utf8(member: Member) -> BinaryIO:
    """Open a file as bytes in UTF-8, whatever its encoding is, without a byte order mark at its start."""
    encoding = encoding_of(member)
    if encoding == "utf-8":
        return member.open()
    return cast(BinaryIO, _Transcoded(member.open(), encoding))


class _Transcoded(io.RawIOBase):
    """Bytes in UTF-8 out of a file in another encoding."""

    def __init__(self, content: BinaryIO, encoding: str) -> None:
        super().__init__()
        self._content = content
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._rest = b""

    @override
    def readable(self) -> bool:
        return True

    @override
    def read(self, size: int = -1) -> bytes:
        size = _PART if size < 0 else size
        while not self._rest:
            part = self._content.read(_PART)
            self._rest = self._decoder.decode(part, final=not part).encode("utf-8", "replace")
            if not part:
                break
        found, self._rest = self._rest[:size], self._rest[size:]
        return found

    def readinto(self, buffer: Buffer, /) -> int:
        view = memoryview(buffer).cast("B")
        found = self.read(len(view))
        view[: len(found)] = found
        return len(found)

    @override
    def close(self) -> None:
        self._content.close()
        super().close()


def _is_utf8(member: Member) -> bool:
    """Return whether a file is UTF-8. One that ends within a letter was cut, and counts."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    with member.open() as content:
        try:
            while part := content.read(_PART):
                decoder.decode(part)
        except UnicodeDecodeError:
            return False
        except READ_ERRORS as error:
            raise ExportUnreadable(f"{member.path} is damaged: {error}.") from error
    return True


def _unmarked_utf16(sample: bytes) -> str | None:
    """Return the encoding of a text in UTF-16 without a mark: every other byte of it is zero."""
    half = len(sample) // 2
    if half < 2 or b"\0" not in sample:
        return None
    if sample[1::2].count(0) > half * 0.4 and sample[0::2].count(0) < half * 0.05:
        return "utf-16-le"
    if sample[0::2].count(0) > half * 0.4 and sample[1::2].count(0) < half * 0.05:
        return "utf-16-be"
    return None


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "")
