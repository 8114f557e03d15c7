"""The part of Twilio's Messaging API that says where messages go and whether they may be sent.

https://www.twilio.com/docs/messaging/api/service-resource, .../usapptoperson-resource,
.../brand-registration-resource, .../tollfree-verification-resource and
https://www.twilio.com/docs/whatsapp/api/senders
"""

from typing import Any

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from scrapbook.twilio.form import parse_form
from scrapbook.twilio.local import problems
from scrapbook.twilio.local.access import Access
from scrapbook.twilio.local.config import LocalService, LocalTwilio
from scrapbook.twilio.local.numbers_api import check_method, check_url
from scrapbook.twilio.local.problems import Problem
from scrapbook.twilio.local.registry import Owned, Registry
from scrapbook.twilio.local.shapes import (
    campaign_json,
    meta_page_json,
    sender_json,
    service_json,
    service_number_json,
)

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
    """Answers as Twilio does. Registrations are what the configuration says: they take weeks and people."""

    def __init__(self, config: LocalTwilio, registry: Registry, access: Access) -> None:
        self._config = config
        self._registry = registry
        self._access = access

    def routes(self) -> list[Route]:
        """All of them want the account's sid and auth token."""
        service, only = "/v1/Services/{sid}", self._access.only
        return [
            Route("/v1/Services", only(self._list_services), methods=["GET"]),
            Route(service, only(self._get_service), methods=["GET"]),
            Route(service, only(self._update_service), methods=["POST"]),
            Route(f"{service}/PhoneNumbers", only(self._list_numbers), methods=["GET"]),
            Route(f"{service}/Compliance/Usa2p", only(self._list_campaigns), methods=["GET"]),
            Route("/v1/a2p/BrandRegistrations", only(self._list_brands), methods=["GET"]),
            Route("/v1/Tollfree/Verifications", only(self._list_tollfree), methods=["GET"]),
            Route("/v2/Channels/Senders", only(self._list_senders), methods=["GET"]),
            Route("/v2/Channels/Senders/{sid}", only(self._get_sender), methods=["GET"]),
            Route("/v2/Channels/Senders/{sid}", only(self._update_sender), methods=["POST"]),
        ]

    async def _list_services(self, request: Request) -> Response:
        return self._page(
            request, "services", [self._service_json(*one) for one in self._registry.services()]
        )

    async def _get_service(self, request: Request) -> Response:
        return JSONResponse(self._service_json(*self._service(request)))

    async def _update_service(self, request: Request) -> Response:
        owner, _ = self._service(request)
        form = parse_form(await request.body())
        changes = {_SERVICE_FIELDS[name]: value for name, value in form.items() if name in _SERVICE_FIELDS}
        _check(changes)
        self._registry.update(owner.sid, changes)
        return JSONResponse(self._service_json(*self._service(request)))

    async def _list_numbers(self, request: Request) -> Response:
        owner, service = self._service(request)
        items = [
            service_number_json(self._config, owner.sid, number)
            for number in self._registry.numbers()
            if number.name in service.numbers
        ]
        return self._page(request, "phone_numbers", items)

    async def _list_campaigns(self, request: Request) -> Response:
        owner, service = self._service(request)
        items = [campaign_json(self._config, owner.sid, service.campaign_status)]
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
            raise Problem(400, 20001, "Channel is required: whatsapp or rcs")
        wanted = self._registry.senders() if request.query_params["Channel"] == "whatsapp" else []
        return self._page(request, "senders", [self._sender_json(sender) for sender in wanted])

    async def _get_sender(self, request: Request) -> Response:
        return JSONResponse(self._sender_json(self._sender(request)))

    async def _update_sender(self, request: Request) -> Response:
        sender = self._sender(request)
        if request.headers.get("content-type") != "application/json":
            raise Problem(415, 20415, "Unsupported media type: send application/json")
        asked = _SenderUpdate.model_validate_json(await request.body()).webhook
        if asked:  # what it is not given, it has no longer
            webhook = {name: asked.get(name) or "" for name in sender.fields}
            _check({name: value for name, value in webhook.items() if value})
            self._registry.update(sender.sid, webhook)
        return JSONResponse(self._sender_json(self._sender(request)), status_code=202)

    def _service(self, request: Request) -> tuple[Owned, LocalService]:
        for owner, service in self._registry.services():
            if owner.sid == request.path_params["sid"]:
                return owner, service
        raise problems.not_found(request.url.path)

    def _sender(self, request: Request) -> Owned:
        for sender in self._registry.senders():
            if sender.sid == request.path_params["sid"]:
                return sender
        raise problems.not_found(request.url.path)

    def _service_json(self, owner: Owned, service: LocalService) -> dict[str, Any]:
        return service_json(self._config, owner, service)

    def _sender_json(self, sender: Owned) -> dict[str, Any]:
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
