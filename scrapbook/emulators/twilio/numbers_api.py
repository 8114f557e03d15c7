"""The REST API of the account and its numbers.

https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from scrapbook.channels.twilio.form import Form, parse_form
from scrapbook.emulators.twilio import api_errors
from scrapbook.emulators.twilio.access import Access
from scrapbook.emulators.twilio.api_errors import ApiError
from scrapbook.emulators.twilio.config import LocalTwilio
from scrapbook.emulators.twilio.json_format import (
    account_json,
    account_path,
    number_json,
    numbers_path,
    page_json,
)
from scrapbook.emulators.twilio.resources import Resource, Resources

_FIELDS = {
    "SmsUrl": "sms_url",
    "SmsMethod": "sms_method",
    "SmsFallbackUrl": "sms_fallback_url",
    "SmsFallbackMethod": "sms_fallback_method",
    "SmsApplicationSid": "sms_application_sid",
    "VoiceUrl": "voice_url",
    "VoiceMethod": "voice_method",
    "VoiceFallbackUrl": "voice_fallback_url",
    "VoiceFallbackMethod": "voice_fallback_method",
    "VoiceApplicationSid": "voice_application_sid",
    "TrunkSid": "trunk_sid",
    "StatusCallback": "status_callback",
    "StatusCallbackMethod": "status_callback_method",
}


class NumbersApi:
    """The routes of the API. Numbers cannot be bought or released."""

    def __init__(self, config: LocalTwilio, resources: Resources, access: Access) -> None:
        self._config = config
        self._resources = resources
        self._access = access

    def routes(self) -> list[Route]:
        """Return the routes, which require the account's sid and auth token."""
        numbers, protect = numbers_path(self._config.account_sid), self._access.protect
        return [
            Route(f"{account_path(self._config.account_sid)}.json", protect(self._account), methods=["GET"]),
            Route(f"{numbers}.json", protect(self._list), methods=["GET"]),
            Route(f"{numbers}/{{sid}}.json", protect(self._get), methods=["GET"]),
            Route(f"{numbers}/{{sid}}.json", protect(self._update), methods=["POST"]),
        ]

    async def _account(self, _: Request) -> Response:
        return JSONResponse(account_json(self._config.account_sid, self._config.account.is_trial))

    async def _list(self, request: Request) -> Response:
        query = dict(request.query_params)
        wanted = query.get("PhoneNumber", "").removeprefix("+")
        items = [self._json(number) for number in self._resources.numbers() if wanted in number.name]
        return JSONResponse(page_json("incoming_phone_numbers", items, request.url.path, query))

    async def _get(self, request: Request) -> Response:
        return JSONResponse(self._json(self._number(request)))

    async def _update(self, request: Request) -> Response:
        number = self._number(request)
        changes = _changes(parse_form(await request.body()), number.fields)
        check_number({**number.fields, **changes}, frozenset(self._config.account.webhooks.values()))
        self._resources.update(number.sid, changes)
        return JSONResponse(self._json(self._number(request)))

    def _number(self, request: Request) -> Resource:
        for number in self._resources.numbers():
            if number.sid == request.path_params["sid"]:
                return number
        raise api_errors.not_found(request.url.path)

    def _json(self, number: Resource) -> dict[str, object]:
        return number_json(self._config.account_sid, number)


def _changes(form: Form, before: Mapping[str, str]) -> dict[str, str]:
    """Return the fields that the form sets. Setting a trunk removes the voice application, and vice versa."""
    changes = {_FIELDS[name]: value for name, value in form.items() if name in _FIELDS}
    for one, other in (("trunk_sid", "voice_application_sid"), ("voice_application_sid", "trunk_sid")):
        if changes.get(one, before[one]) != before[one] and changes[one]:
            changes.setdefault(other, "")
    return changes


def check_number(fields: Mapping[str, str], accessible: frozenset[str]) -> None:
    """Raise the ApiError of Twilio for a number's webhooks; ``accessible`` are the sids they may name."""
    for name, value in fields.items():
        if name.endswith("_url") or name == "status_callback":
            check_url(value)
        elif name.endswith("_method"):
            check_method(value)
        elif value and value not in accessible:
            raise ApiError(400, 21420, f"{name} {value} is not accessible")
    if fields["voice_fallback_url"] and not fields["voice_url"]:
        raise ApiError(400, 21405, "Cannot set VoiceFallbackUrl without setting Url")
    if fields["sms_fallback_url"] and not fields["sms_url"]:
        raise ApiError(400, 21406, "Cannot set SmsFallbackUrl without setting SmsUrl")


def check_url(url: str) -> None:
    """Raise the ApiError of Twilio for a URL. An empty one is fine: it removes the webhook."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ApiError(400, 21402, f"Invalid Url: {url}") from None
    if url and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise ApiError(400, 21402, f"Invalid Url: {url}")


def check_method(method: str) -> None:
    """Raise the ApiError of Twilio for a method."""
    if method not in {"GET", "POST"}:
        raise ApiError(400, 21403, f"Invalid Method: {method}")
