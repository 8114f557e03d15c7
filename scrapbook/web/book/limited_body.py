"""The body of a request, which is parsed up to a limit, and read to its end."""

from collections.abc import AsyncGenerator
from contextlib import suppress

from starlette.requests import Request


class BodyTooLarge(Exception):
    """A body has more bytes than its form may have."""


class LimitedBody:
    """A body that is read to its end even if it is refused: a browser that is still sending shows no answer.

    Args:
        limit: bytes.
    """

    def __init__(self, request: Request, limit: int) -> None:
        self._stream = request.stream()
        self._limit = limit
        self._size = 0

    async def within_limit(self) -> AsyncGenerator[bytes]:
        """Yield the parts. Raises BodyTooLarge beyond the limit; the rest can be discarded then."""
        async for part in self._stream:
            self._size += len(part)
            if self._size > self._limit:
                raise BodyTooLarge
            yield part

    async def discard(self) -> None:
        """Read the rest."""
        with suppress(RuntimeError):  # all of it was read
            async for _ in self._stream:
                pass
