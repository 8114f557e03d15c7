"""Twilio's REST interface: how it is reached, and what its refusals become in the house."""

import json
import logging
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

from requests import RequestException
from twilio.base.exceptions import (  # pyright: ignore[reportMissingTypeStubs]
    TwilioException,
    TwilioRestException,
    TwilioServiceException,
)
from twilio.http.http_client import TwilioHttpClient  # pyright: ignore[reportMissingTypeStubs]
from twilio.http.response import Response as TwilioResponse  # pyright: ignore[reportMissingTypeStubs]
from twilio.rest import Client  # pyright: ignore[reportMissingTypeStubs]

from scrapbook.errors import TwilioError
from scrapbook.twilio.hosts import TwilioHosts

TOO_MANY_REQUESTS = 20429
PASSING = frozenset({401, 403, 429})
"""HTTP statuses that the owner of the account, or time, can put right without the request being changed."""

_T = TypeVar("_T")


def rest_client(account_sid: str, auth_token: str, api_url: str = "", timeout: float = 10.0) -> Client:
    """A client of one account; ``timeout`` is in seconds, for the connection and then for the answer.

    A server of one's own at ``api_url`` stands for all of Twilio's hosts.
    """
    client = Client(account_sid, auth_token, http_client=_http_client(api_url, timeout))
    if api_url:
        client.api.base_url = api_url
        if TwilioHosts(api_url).own_origin:
            client.messaging.base_url = api_url
    return client


def calling(request: Callable[[], _T], error: type[TwilioError] = TwilioError) -> _T:
    """What ``request`` comes to.

    Raises ``error``: permanent where Twilio refuses this very request, not permanent where it is out of
    reach, overloaded or failing.
    """
    # Twilio's own messages quote numbers, so none of them is chained.
    try:
        return request()
    except (TwilioRestException, TwilioServiceException) as problem:
        status, code = problem.status, problem.code
    except RequestException as problem:
        raise error(f"Twilio is out of reach: {type(problem).__name__}", permanent=False) from None
    except (TwilioException, ValueError, LookupError, TypeError, AttributeError) as problem:
        status, code = _of_a_list(problem)
        if status == 200:
            name = type(problem).__name__
            raise error(f"Twilio's answer made no sense: {name}", permanent=False) from None
    permanent = 400 <= status < 500 and status not in PASSING and code != TOO_MANY_REQUESTS
    hint = "; check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN" if status == 401 else ""
    raise error(f"Twilio answered {status}, error {code}{hint}", permanent=permanent, code=code)


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
