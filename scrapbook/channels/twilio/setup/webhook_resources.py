"""Read and set the webhooks of a number: its own, its Messaging Service's, its WhatsApp sender's.

https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource,
https://www.twilio.com/docs/messaging/api/service-resource and https://www.twilio.com/docs/whatsapp/api/senders
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from twilio.rest import Client  # pyright: ignore[reportMissingTypeStubs]
from twilio.rest.api.v2010.account.incoming_phone_number import (  # pyright: ignore[reportMissingTypeStubs]
    IncomingPhoneNumberInstance,
)
from twilio.rest.messaging.v1.service import ServiceInstance  # pyright: ignore[reportMissingTypeStubs]
from twilio.rest.messaging.v2.channels_sender import (  # pyright: ignore[reportMissingTypeStubs]
    ChannelsSenderInstance,
    ChannelsSenderList,
)

from scrapbook.channels.twilio.calls import VOICE_PATH
from scrapbook.channels.twilio.rest import translate_errors
from scrapbook.channels.twilio.webhook import MESSAGES_PATH, STATUS_PATH
from scrapbook.errors import ProviderError
from scrapbook.messaging.addresses import WHATSAPP, Address


class WebhookResourceKind(StrEnum):
    """The type of a resource, as ``scrapbook connect`` prints it."""

    NUMBER = "number"
    SERVICE = "Messaging Service"
    SENDER = "WhatsApp sender"


_NUMBER_FIELDS = (
    "sms_url", "sms_method", "sms_fallback_url", "sms_fallback_method", "sms_application_sid",
    "voice_url", "voice_method", "voice_fallback_url", "voice_fallback_method", "voice_application_sid",
    "trunk_sid", "status_callback", "status_callback_method",
)  # fmt: skip
_SERVICE_FIELDS = ("inbound_request_url", "inbound_method", "fallback_url", "fallback_method")
_SENDER_FIELDS = (
    "callback_url", "callback_method", "fallback_url", "fallback_method",
    "status_callback_url", "status_callback_method",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class WebhookResource:
    """A resource at Twilio that has webhooks.

    Attributes:
        fields: the webhooks, by the names of Twilio's resource; "" for none.
        is_shared: whether it has the messages of other numbers too.
    """

    kind: WebhookResourceKind
    sid: str
    name: str
    fields: Mapping[str, str]
    is_shared: bool = False

    def fields_for(self, public_url: str) -> dict[str, str]:
        """Return the fields that point this resource at the installation at ``public_url``.

        The fallback is the same URL: Twilio tries it at once when the first attempt fails. A trunk or an
        application would take precedence over the URLs, so they are removed.
        """
        messages, voice = public_url + MESSAGES_PATH, public_url + VOICE_PATH
        match self.kind:
            case WebhookResourceKind.NUMBER:
                return {
                    **_with_fallback("sms", messages),
                    "sms_application_sid": "",
                    **_with_fallback("voice", voice),
                    "voice_application_sid": "",
                    "trunk_sid": "",
                    "status_callback": public_url + STATUS_PATH,
                    "status_callback_method": "POST",
                }
            case WebhookResourceKind.SERVICE:
                return {
                    "inbound_request_url": messages,
                    "inbound_method": "POST",
                    "fallback_url": messages,
                    "fallback_method": "POST",
                }
            case WebhookResourceKind.SENDER:
                return {
                    "callback_url": messages,
                    "callback_method": "POST",
                    "fallback_url": messages,
                    "fallback_method": "POST",
                }


class WebhookResources:
    """The resources of one account. Every method blocks and raises ProviderError."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def of(self, number: str) -> list[WebhookResource]:
        """Return the resources of a number, E.164: for SMS and calls, for WhatsApp, or for both.

        A Messaging Service is among them only if it takes precedence over its numbers.
        """
        owned = self.number(number)
        service = self.service(number)
        resources = [] if owned is None else [_of_number(owned)]
        if service and not service[0].use_inbound_webhook_on_number:
            resources.append(_of_service(*service))
        return resources + [_of_sender(sender) for sender in self._senders(number)]

    def number(self, number: str) -> IncomingPhoneNumberInstance | None:
        """Return the account's number; None if the account does not have it."""
        found = translate_errors(lambda: self._client.incoming_phone_numbers.list(phone_number=number))
        return next((one for one in found if one.phone_number == number), None)

    def service(self, number: str) -> tuple[ServiceInstance, int] | None:
        """Return the Messaging Service of the number and how many numbers it has; None if there is none."""
        for service in translate_errors(self._client.messaging.v1.services.list):
            numbers = translate_errors(service.phone_numbers.list)
            if any(one.phone_number == number for one in numbers):
                return service, len(numbers)
        return None

    def set(self, resource: WebhookResource, fields: Mapping[str, str]) -> None:
        """Set these fields; the others keep their values."""
        match resource.kind:
            case WebhookResourceKind.NUMBER:
                numbers: Any = self._client.incoming_phone_numbers
                translate_errors(lambda: numbers(resource.sid).update(**fields))
            case WebhookResourceKind.SERVICE:
                services: Any = self._client.messaging.v1.services
                translate_errors(lambda: services(resource.sid).update(**fields))
            case WebhookResourceKind.SENDER:
                self._set_sender(resource, fields)

    def _set_sender(self, resource: WebhookResource, fields: Mapping[str, str]) -> None:
        # An update may remove the fields that it does not name.
        webhook = {name: value or None for name, value in {**resource.fields, **fields}.items()}
        update = ChannelsSenderList.MessagingV2ChannelsSenderRequestsUpdate({"webhook": webhook})
        senders = self._client.messaging.v2.channels_senders
        translate_errors(
            lambda: senders(resource.sid).update(messaging_v2_channels_sender_requests_update=update)
        )

    def _senders(self, number: str) -> list[ChannelsSenderInstance]:
        senders = self._client.messaging.v2.channels_senders
        try:
            found = translate_errors(lambda: senders.list(channel="whatsapp"))
        except ProviderError as refusal:
            if refusal.permanent:  # the account has no access to WhatsApp
                return []
            raise
        # The list leaves out the webhooks of each sender.
        sender_id = str(Address(WHATSAPP, number))
        ours = [str(one.sid) for one in found if one.sender_id == sender_id]
        return [translate_errors(senders(sid).fetch) for sid in ours]


def _with_fallback(prefix: str, url: str) -> dict[str, str]:
    return {
        f"{prefix}_url": url,
        f"{prefix}_method": "POST",
        f"{prefix}_fallback_url": url,
        f"{prefix}_fallback_method": "POST",
    }


def _of_number(number: IncomingPhoneNumberInstance) -> WebhookResource:
    fields = _fields(vars(number), _NUMBER_FIELDS)
    return WebhookResource(WebhookResourceKind.NUMBER, str(number.sid), str(number.phone_number), fields)


def _of_service(service: ServiceInstance, number_count: int) -> WebhookResource:
    fields = _fields(vars(service), _SERVICE_FIELDS)
    return WebhookResource(
        WebhookResourceKind.SERVICE, str(service.sid), str(service.friendly_name), fields, number_count > 1
    )


def _of_sender(sender: ChannelsSenderInstance) -> WebhookResource:
    webhook: Any = sender.webhook  # a dictionary, although it is declared as a string
    return WebhookResource(
        WebhookResourceKind.SENDER,
        str(sender.sid),
        str(sender.sender_id),
        _fields(webhook or {}, _SENDER_FIELDS),
    )


def _fields(resource: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    return {name: str(resource.get(name) or "") for name in names}
