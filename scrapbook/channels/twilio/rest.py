"""Clients of Twilio's REST API, and the translation of their errors to ProviderError."""

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

from scrapbook.channels.twilio.hosts import TwilioHosts
from scrapbook.errors import ProviderError
from scrapbook.net.http_session import PersistentSession

TOO_MANY_REQUESTS = 20429
TEMPORARY = frozenset({401, 403, 429})
"""HTTP statuses after which the same request may succeed later."""

_T = TypeVar("_T")


def rest_client(account_sid: str, auth_token: str, api_url: str = "", timeout: float = 10.0) -> Client:
    """Return a blocking client of one account.

    Args:
        api_url: base URL of the REST API, if it is not Twilio's usual one. An emulator there stands for
            all of Twilio's hosts.
        timeout: seconds for the connection, and then for the response.
    """
    return _with_url(Client(account_sid, auth_token, http_client=_http_client(api_url, timeout)), api_url)


def async_client(account_sid: str, auth_token: str, api_url: str = "", timeout: float = 10.0) -> Client:
    """Return a client as ``rest_client`` does, for the library's ``..._async`` methods and one event loop.

    ``timeout`` is in seconds, for the whole request. The caller closes its HTTP client.
    """
    return _with_url(Client(account_sid, auth_token, http_client=PersistentHttpClient(timeout)), api_url)


def _with_url(client: Client, api_url: str) -> Client:
    if api_url:
        client.api.base_url = api_url
        if TwilioHosts(api_url).emulator_origin:
            client.messaging.base_url = api_url
    return client


class PersistentHttpClient(AsyncHttpClient):
    """An asynchronous client that reuses its connections.

    The library's own client creates its session outside of the event loop, and waits five minutes for a
    response.

    Args:
        timeout: seconds for a whole request.
    """

    def __init__(self, timeout: float) -> None:
        super().__init__(logging.Logger("twilio", logging.WARNING), True, timeout)  # pyright: ignore[reportUnknownMemberType]
        self._session = PersistentSession(aiohttp.ClientTimeout(total=timeout))

    async def close(self) -> None:
        """Close the connections."""
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


def translate_errors(request: Callable[[], _T], error: type[ProviderError] = ProviderError) -> _T:
    """Return what ``request`` returns. Raises as ``translating_errors``."""
    with translating_errors(error):
        return request()


@contextmanager
def translating_errors(error: type[ProviderError] = ProviderError) -> Generator[None]:
    """Raise the libraries' errors as ``error``.

    It is permanent if Twilio refuses this request, and not permanent if Twilio is unreachable, overloaded or
    failing.
    """
    # The messages of Twilio's errors quote numbers, so none of them is chained.
    try:
        yield
        return
    except (TwilioRestException, TwilioServiceException) as problem:
        status, code = problem.status, problem.code
    except (RequestException, aiohttp.ClientError, TimeoutError) as problem:
        raise error(f"Twilio is out of reach: {type(problem).__name__}", permanent=False) from None
    except (TwilioException, ValueError, LookupError, TypeError, AttributeError) as problem:
        status, code = _of_refused_list(problem)
        if status == 200:
            name = type(problem).__name__
            raise error(f"Twilio's answer could not be read: {name}", permanent=False) from None
    permanent = 400 <= status < 500 and status not in TEMPORARY and code != TOO_MANY_REQUESTS
    hint = "; check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN" if status == 401 else ""
    raise error(f"Twilio answered {status}, error {code}{hint}", permanent=permanent, code=code) from None


def _of_refused_list(problem: Exception) -> tuple[int, int | None]:
    """Return status and error code of a refused list, which the library reports as a general error.

    The status is 200 if the error has no response.
    """
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
