"""The Messaging API: webhooks of Messaging Services and WhatsApp senders, registrations.

https://www.twilio.com/docs/messaging/api/service-resource, .../usapptoperson-resource,
.../brand-registration-resource, .../tollfree-verification-resource and
https://www.twilio.com/docs/whatsapp/api/senders
"""

from typing import Any

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from scrapbook.channels.twilio.form import parse_form
from scrapbook.emulators.twilio import api_errors
from scrapbook.emulators.twilio.access import Access
from scrapbook.emulators.twilio.api_errors import ApiError
from scrapbook.emulators.twilio.config import LocalService, LocalTwilio
from scrapbook.emulators.twilio.json_format import (
    campaign_json,
    meta_page_json,
    sender_json,
    service_json,
    service_number_json,
)
from scrapbook.emulators.twilio.numbers_api import check_method, check_url
from scrapbook.emulators.twilio.resources import Resource, Resources

_SERVICE_FIELDS = {
    "InboundRequestUrl": "inbound_request_url",
    "InboundMethod": "inbound_method",
    "FallbackUrl": "fallback_url",
    "FallbackMethod": "fallback_method",
    "UseInboundWebhookOnNumber": "use_inbound_webhook_on_number",
}


class _SenderUpdate(BaseModel):
    webhook: dict[str, str | None] | None = None


class MessagingApi:
    """The routes of the API. Registrations have the statuses of the configuration."""

    def __init__(self, config: LocalTwilio, resources: Resources, access: Access) -> None:
        self._config = config
        self._resources = resources
        self._access = access

    def routes(self) -> list[Route]:
        """Return the routes, which require the account's sid and auth token."""
        service, protect = "/v1/Services/{sid}", self._access.protect
        return [
            Route("/v1/Services", protect(self._list_services), methods=["GET"]),
            Route(service, protect(self._get_service), methods=["GET"]),
            Route(service, protect(self._update_service), methods=["POST"]),
            Route(f"{service}/PhoneNumbers", protect(self._list_numbers), methods=["GET"]),
            Route(f"{service}/Compliance/Usa2p", protect(self._list_campaigns), methods=["GET"]),
            Route("/v1/a2p/BrandRegistrations", protect(self._list_brands), methods=["GET"]),
            Route("/v1/Tollfree/Verifications", protect(self._list_tollfree), methods=["GET"]),
            Route("/v2/Channels/Senders", protect(self._list_senders), methods=["GET"]),
            Route("/v2/Channels/Senders/{sid}", protect(self._get_sender), methods=["GET"]),
            Route("/v2/Channels/Senders/{sid}", protect(self._update_sender), methods=["POST"]),
        ]

    async def _list_services(self, request: Request) -> Response:
        return self._page(
            request, "services", [self._service_json(*one) for one in self._resources.services()]
        )

    async def _get_service(self, request: Request) -> Response:
        return JSONResponse(self._service_json(*self._service(request)))

    async def _update_service(self, request: Request) -> Response:
        resource, _ = self._service(request)
        form = parse_form(await request.body())
        changes = {_SERVICE_FIELDS[name]: value for name, value in form.items() if name in _SERVICE_FIELDS}
        _check(changes)
        self._resources.update(resource.sid, changes)
        return JSONResponse(self._service_json(*self._service(request)))

    async def _list_numbers(self, request: Request) -> Response:
        resource, service = self._service(request)
        items = [
            service_number_json(self._config, resource.sid, number)
            for number in self._resources.numbers()
            if number.name in service.numbers
        ]
        return self._page(request, "phone_numbers", items)

    async def _list_campaigns(self, request: Request) -> Response:
        resource, service = self._service(request)
        items = [campaign_json(self._config, resource.sid, service.campaign_status)]
        return self._page(request, "compliance", items if service.campaign_status else [])

    async def _list_brands(self, request: Request) -> Response:
        status = self._config.account.brand_status
        brand = {"sid": "BN" + "0" * 32, "account_sid": self._config.account_sid, "status": status}
        return self._page(request, "data", [brand] if status else [])

    async def _list_tollfree(self, request: Request) -> Response:
        status = self._config.account.tollfree_status
        wanted = request.query_params.get("TollfreePhoneNumberSid", "")
        verification = {
            "sid": "HH" + "0" * 32,
            "account_sid": self._config.account_sid,
            "tollfree_phone_number_sid": wanted,
            "status": status,
        }
        return self._page(request, "verifications", [verification] if status else [])

    async def _list_senders(self, request: Request) -> Response:
        if request.query_params.get("Channel") not in {"whatsapp", "rcs"}:
            raise ApiError(400, 20001, "Channel is required: whatsapp or rcs")
        wanted = self._resources.senders() if request.query_params["Channel"] == "whatsapp" else []
        return self._page(request, "senders", [self._sender_json(sender) for sender in wanted])

    async def _get_sender(self, request: Request) -> Response:
        return JSONResponse(self._sender_json(self._sender(request)))

    async def _update_sender(self, request: Request) -> Response:
        sender = self._sender(request)
        if request.headers.get("content-type") != "application/json":
            raise ApiError(415, 20415, "Unsupported media type: send application/json")
        asked = _SenderUpdate.model_validate_json(await request.body()).webhook
        if asked:  # an update removes the fields that it does not name
            webhook = {name: asked.get(name) or "" for name in sender.fields}
            _check({name: value for name, value in webhook.items() if value})
            self._resources.update(sender.sid, webhook)
        return JSONResponse(self._sender_json(self._sender(request)), status_code=202)

    def _service(self, request: Request) -> tuple[Resource, LocalService]:
        for resource, service in self._resources.services():
            if resource.sid == request.path_params["sid"]:
                return resource, service
        raise api_errors.not_found(request.url.path)

    def _sender(self, request: Request) -> Resource:
        for sender in self._resources.senders():
            if sender.sid == request.path_params["sid"]:
                return sender
        raise api_errors.not_found(request.url.path)

    def _service_json(self, resource: Resource, service: LocalService) -> dict[str, Any]:
        return service_json(self._config, resource, service)

    def _sender_json(self, sender: Resource) -> dict[str, Any]:
        return sender_json(self._config, sender)

    def _page(self, request: Request, key: str, items: list[dict[str, Any]]) -> Response:
        address = self._config.url + request.url.path
        return JSONResponse(meta_page_json(key, items, address, dict(request.query_params)))


def _check(fields: dict[str, str]) -> None:
    for name, value in fields.items():
        if name.endswith("_url"):
            check_url(value)
        elif name.endswith("_method"):
            check_method(value)
