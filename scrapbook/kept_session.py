"""Connections to servers that are asked often, kept open from one request to the next."""

import aiohttp

KEPT_ALIVE = 4.0
"""Seconds that an idle connection is kept: less than servers do, of which some close theirs after five, which
may be while it is just used."""


class KeptSession:
    """A session that is made when it is first asked for: in the event loop, to which it belongs."""

    def __init__(self, timeout: aiohttp.ClientTimeout) -> None:
        """``timeout``: of a request that has none of its own."""
        self._timeout = timeout
        self._opened: aiohttp.ClientSession | None = None

    def __call__(self) -> aiohttp.ClientSession:
        if self._opened is None:
            self._opened = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEPT_ALIVE),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=self._timeout,
            )
        return self._opened

    async def close(self) -> None:
        if self._opened is not None:
            await self._opened.close()
