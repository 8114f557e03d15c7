"""What a server sends packed, unpacked as far as it may go."""

import zlib
from typing import Protocol

_EITHER_HEADER = zlib.MAX_WBITS | 32
"""Of gzip or of zlib: https://docs.python.org/3/library/zlib.html#zlib.decompress"""


class Unpacker(Protocol):
    def __call__(self, part: bytes, limit: int) -> bytes:
        """What comes out of the next part of a body: not more than ``limit`` bytes. ValueError."""
        ...


def unpacker(encoding: str) -> Unpacker:
    """For that content encoding; ValueError when it is none of those that were asked for."""
    match encoding.strip().lower():
        case "" | "identity":
            return _as_it_is
        case "gzip" | "x-gzip":
            return _Inflater()
        case _:
            raise ValueError("unknown content encoding")


def _as_it_is(part: bytes, limit: int) -> bytes:
    return part[:limit]


class _Inflater:
    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(_EITHER_HEADER)

    def __call__(self, part: bytes, limit: int) -> bytes:
        try:
            return self._inflate.decompress(part, limit)
        except zlib.error as error:
            raise ValueError("damaged") from error
