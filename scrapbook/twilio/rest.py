"""Twilio's REST interface: how it is reached, and what its refusals become in the house."""

import json
import logging
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import aiohttp
from requests import RequestException
from twilio.base.exceptions import (  # pyright: ignore[reportMissingTypeStubs]
    TwilioException,
    TwilioRestException,
    TwilioServiceException,
)
from twilio.http import AsyncHttpClient  # pyright: ignore[reportMissingTypeStubs]
from twilio.http.http_client import TwilioHttpClient  # pyright: ignore[reportMissingTypeStubs]
from twilio.http.response import Response as TwilioResponse  # pyright: ignore[reportMissingTypeStubs]
from twilio.rest import Client  # pyright: ignore[reportMissingTypeStubs]
from typing_extensions import override

from scrapbook.errors import TwilioError
from scrapbook.kept_session import KeptSession
from scrapbook.twilio.hosts import TwilioHosts

TOO_MANY_REQUESTS = 20429
PASSING = frozenset({401, 403, 429})
"""HTTP statuses that the owner of the account, or time, can put right without the request being changed."""

_T = TypeVar("_T")


def rest_client(account_sid: str, auth_token: str, api_url: str = "", timeout: float = 10.0) -> Client:
    """A client of one account; ``timeout`` is in seconds, for the connection and then for the answer.

    A server of one's own at ``api_url`` stands for all of Twilio's hosts.
    """
    return _pointed(Client(account_sid, auth_token, http_client=_http_client(api_url, timeout)), api_url)


def async_client(account_sid: str, auth_token: str, api_url: str = "", timeout: float = 10.0) -> Client:
    """As ``rest_client``, for the library's ``..._async`` methods and one event loop; close its client."""
    return _pointed(Client(account_sid, auth_token, http_client=KeptConnections(timeout)), api_url)


def _pointed(client: Client, api_url: str) -> Client:
    if api_url:
        client.api.base_url = api_url
        if TwilioHosts(api_url).own_origin:
            client.messaging.base_url = api_url
    return client


class KeptConnections(AsyncHttpClient):
    """Keeps connections for the next request. The library's own client for asyncio makes its session outside
    of the event loop, and waits five minutes for an answer."""

    def __init__(self, timeout: float) -> None:
        super().__init__(logging.Logger("twilio", logging.WARNING), True, timeout)  # pyright: ignore[reportUnknownMemberType]
        self._session = KeptSession(aiohttp.ClientTimeout(total=timeout))

    async def close(self) -> None:
        await self._session.close()

    @override
    async def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> TwilioResponse:
        del timeout  # the session has its own
        async with self._session().request(
            method,
            uri,
            params=_present(params),
            data=urlencode(data, doseq=True).encode() if data else None,
            headers={**(headers or {}), **_credentials(auth)},
            allow_redirects=allow_redirects,
        ) as response:
            return TwilioResponse(response.status, await response.text(), dict(response.headers))


def _credentials(auth: tuple[str, str] | None) -> dict[str, str]:
    return {"Authorization": aiohttp.encode_basic_auth(*auth)} if auth else {}


def _present(params: Mapping[str, Any] | None) -> dict[str, str]:
    return {name: str(value) for name, value in (params or {}).items() if value is not None}


def calling(request: Callable[[], _T], error: type[TwilioError] = TwilioError) -> _T:
    """What ``request`` comes to. Raises as ``translated``."""
    with translated(error):
        return request()


@contextmanager
def translated(error: type[TwilioError] = TwilioError) -> Generator[None]:
    """Turn the errors of the libraries into ``error``: permanent where Twilio refuses this very request, not
    permanent where it is out of reach, overloaded or failing."""
    # Twilio's own messages quote numbers, so none of them is chained.
    try:
        yield
        return
    except (TwilioRestException, TwilioServiceException) as problem:
        status, code = problem.status, problem.code
    except (RequestException, aiohttp.ClientError, TimeoutError) as problem:
        raise error(f"Twilio is out of reach: {type(problem).__name__}", permanent=False) from None
    except (TwilioException, ValueError, LookupError, TypeError, AttributeError) as problem:
        status, code = _of_a_list(problem)
        if status == 200:
            name = type(problem).__name__
            raise error(f"Twilio's answer made no sense: {name}", permanent=False) from None
    permanent = 400 <= status < 500 and status not in PASSING and code != TOO_MANY_REQUESTS
    hint = "; check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN" if status == 401 else ""
    raise error(f"Twilio answered {status}, error {code}{hint}", permanent=permanent, code=code) from None


def _of_a_list(problem: Exception) -> tuple[int, int | None]:
    """Status and error code of a refused list, for which the library has no error of its own."""
    answer = problem.args[1] if len(problem.args) > 1 else None
    if not isinstance(answer, TwilioResponse):
        return 200, None
    try:
        code = json.loads(answer.text).get("code")
    except (ValueError, AttributeError):
        code = None
    return int(answer.status_code), code


def _http_client(api_url: str, timeout: float) -> TwilioHttpClient:
    host = urlsplit(api_url).hostname
    return TwilioHttpClient(
        timeout=timeout,
        logger=logging.Logger("twilio", logging.WARNING),
        proxy={"no_proxy": host} if host else None,
    )
