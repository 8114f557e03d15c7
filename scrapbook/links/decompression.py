"""Decompress a response body, up to a size limit."""

import zlib
from typing import Protocol

_EITHER_HEADER = zlib.MAX_WBITS | 32
"""Accept a header of gzip or of zlib: https://docs.python.org/3/library/zlib.html#zlib.decompress"""


class Decompressor(Protocol):
    def __call__(self, part: bytes, limit: int) -> bytes:
        """Return at most ``limit`` decompressed bytes of the next part of a body. Raises ValueError."""
        ...


def decompressor(encoding: str) -> Decompressor:
    """Return the decompressor for a content encoding. Raises ValueError for one that was not accepted."""
    match encoding.strip().lower():
        case "" | "identity":
            return _identity
        case "gzip" | "x-gzip":
            return _Inflater()
        case _:
            raise ValueError("unknown content encoding")


def _identity(part: bytes, limit: int) -> bytes:
    return part[:limit]


class _Inflater:
    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(_EITHER_HEADER)

    def __call__(self, part: bytes, limit: int) -> bytes:
        try:
            return self._inflate.decompress(part, limit)
        except zlib.error as error:
            raise ValueError("damaged") from error
