"""Calls of other processes of the installation, over persistent connections."""

import json
from types import SimpleNamespace
from typing import Any

import aiohttp

from scrapbook.net.http_session import PersistentSession
from scrapbook.net.internal_auth import PROOF, InternalAuth

PROBE_TIMEOUT = aiohttp.ClientTimeout(total=2.0)


class CalleeNotOurs(aiohttp.ClientConnectionError):
    """Who answered does not know the secret: another program, or a process that was given another secret."""

    def __init__(self, url: str) -> None:
        super().__init__(
            f"What answers at {url} does not know this scrapbook's secret. Is it another program? "
            "Processes on several machines need the same SCRAPBOOK_INTERNAL_SECRET."
        )


class InternalSession:
    """Signs what it sends, and believes only responses of processes that know the secret. For one event loop.

    Before a new connection is opened, the process at its address has to prove in a health check that it knows
    the secret. So a program that listens there while ours is down is sent no text.

    Args:
        timeout: of a request that has no timeout of its own.
        health_path: what is asked for that proof, at every server.
    """

    def __init__(self, auth: InternalAuth, timeout: aiohttp.ClientTimeout, health_path: str) -> None:
        self._auth = auth
        self._health_path = health_path
        trace = aiohttp.TraceConfig()
        trace.on_connection_create_start.append(self._prove)
        self._calls = PersistentSession(timeout, trace)
        self._probes = PersistentSession(PROBE_TIMEOUT)

    async def close(self) -> None:
        await self._calls.close()
        await self._probes.close()

    async def get(self, base: str, path: str, timeout: aiohttp.ClientTimeout) -> tuple[int, bytes]:
        """Return status and content. Raises the same errors as ``post``."""
        return await self._ask(self._calls(), "GET", base, path, timeout=timeout)

    async def post(self, base: str, path: str, body: object) -> tuple[int, bytes]:
        """Post a body as JSON; return status and content.

        Args:
            base: URL of the server, without a trailing slash.

        Raises:
            CalleeNotOurs: the other side did not prove that it knows the secret.
            aiohttp.ClientError, TimeoutError: as any request.
        """
        return await self._ask(self._calls(), "POST", base, path, json.dumps(body).encode())

    async def _ask(  # noqa: PLR0913, PLR0917 - the parts of a request
        self,
        session: aiohttp.ClientSession,
        method: str,
        base: str,
        path: str,
        body: bytes = b"",
        timeout: aiohttp.ClientTimeout | None = None,
    ) -> tuple[int, bytes]:
        call = self._auth.sign(method, base + path, body)
        headers = {**call.headers, "Content-Type": "application/json"} if body else call.headers
        options: dict[str, Any] = {"timeout": timeout} if timeout else {}
        async with session.request(
            method,
            base + path,
            data=body or None,
            headers=headers,
            allow_redirects=False,
            trace_request_ctx=base,
            **options,
        ) as response:
            if not call.is_proven(response.status, response.headers.get(PROOF)):
                raise CalleeNotOurs(base)
            return response.status, await response.read()

    async def _prove(
        self,
        _session: aiohttp.ClientSession,
        context: SimpleNamespace,
        _params: aiohttp.TraceConnectionCreateStartParams,
    ) -> None:
        await self._ask(self._probes(), "GET", context.trace_request_ctx, self._health_path)
