"""Persistent connections to servers that get many requests."""

import aiohttp

KEEP_ALIVE_SECONDS = 4.0
"""Seconds that an idle connection stays open: less than the five after which some servers close theirs, maybe
during a request."""


class PersistentSession:
    """Creates an aiohttp session at the first call, in the event loop that uses it.

    Args:
        timeout: of a request that has no timeout of its own.
        traces: are told of its requests and connections.
    """

    def __init__(self, timeout: aiohttp.ClientTimeout, *traces: aiohttp.TraceConfig) -> None:
        self._timeout = timeout
        self._traces = list(traces)
        self._session: aiohttp.ClientSession | None = None

    def __call__(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=self._timeout,
                trace_configs=self._traces,
            )
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
