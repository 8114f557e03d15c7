"""Rasa's client of the action server: signs its calls, and believes only answers of our own action server.

Before a new connection is opened, the process at its address has to prove in a health check that it knows the
secret. So a program that listens there while the action server is down is sent no text.
"""

import json
from types import SimpleNamespace
from typing import Any, Dict, List, Optional, Text

import aiohttp
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from components.internal_auth import PROOF, InternalAuth

HEALTH = "/health"
PROBE_TIMEOUT = aiohttp.ClientTimeout(total=2.0)
FIRST_ERROR = 400


class CalleeNotOurs(aiohttp.ClientConnectionError):
    """Who answered does not know the secret: another program, or a process that was given another secret."""

    def __init__(self, url: Text) -> None:
        super().__init__(
            f"What answers at {url} does not know this scrapbook's secret. Is it another program? "
            "Processes on several machines need the same SCRAPBOOK_INTERNAL_SECRET."
        )


class _Installed:
    auth: Optional[InternalAuth] = None


def install(auth: InternalAuth) -> None:
    """Have Rasa sign what it posts to its one endpoint, the action server. Idempotent."""
    _Installed.auth = auth
    EndpointConfig.request = request


async def request(  # noqa: PLR0913, PLR0917 - the parameters of Rasa's own
    endpoint: EndpointConfig,
    method: Text = "post",
    subpath: Optional[Text] = None,
    content_type: Optional[Text] = "application/json",
    compress: bool = False,
    json: Any = None,
    **options: Any,
) -> Any:
    """Return the JSON of the answer, as ``EndpointConfig.request`` does for Rasa's actions.

    Raises:
        CalleeNotOurs: the other side did not prove that it knows the secret.
        ClientResponseError: the status is an error's.
    """
    del (
        subpath,
        content_type,
        compress,
        options,
    )  # Rasa's calls of actions give none but a timeout, which the session has
    auth = _Installed.auth
    assert auth is not None
    body = _encoded(json)
    call = auth.sign(method.upper(), endpoint.url, body)
    headers = {**endpoint.headers, **call.headers, "Content-Type": "application/json"}
    async with (
        endpoint.session() as session,
        session.request(method, endpoint.url, data=body, headers=headers, allow_redirects=False) as response,
    ):
        if not call.is_proven(response.status, response.headers.get(PROOF)):
            raise CalleeNotOurs(endpoint.url)
        if response.status >= FIRST_ERROR:
            raise ClientResponseError(response.status, response.reason, await response.text())
        return await response.json()


def proving(endpoint: EndpointConfig) -> List[aiohttp.TraceConfig]:
    """Return what has a session prove the action server before it opens a connection."""
    auth = _Installed.auth
    if auth is None:
        return []
    trace = aiohttp.TraceConfig()
    url = (endpoint.url or "").rpartition("/")[0] + HEALTH

    async def prove(_session: aiohttp.ClientSession, _context: SimpleNamespace, _params: Any) -> None:
        call = auth.sign("GET", url)
        async with (
            aiohttp.ClientSession(timeout=PROBE_TIMEOUT) as session,
            session.get(url, headers=call.headers, allow_redirects=False) as response,
        ):
            if not call.is_proven(response.status, response.headers.get(PROOF)):
                raise CalleeNotOurs(url)

    trace.on_connection_create_start.append(prove)
    return [trace]


def _encoded(body: Dict[Text, Any]) -> bytes:
    return json.dumps(body).encode()
