"""The places at Twilio that say where the messages and calls of a number go.

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

from scrapbook.errors import TwilioError
from scrapbook.numbers import WHATSAPP
from scrapbook.twilio.rest import calling
from scrapbook.twilio.voice import VOICE_PATH
from scrapbook.twilio.webhook import MESSAGES_PATH, STATUS_PATH


class Kind(StrEnum):
    """What sort of place it is."""

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
class Place:
    """``fields`` are its webhooks, under the names of its resource; "" stands for none.

    ``is_shared``: other numbers' messages go where this place says, too.
    """

    kind: Kind
    sid: str
    name: str
    fields: Mapping[str, str]
    is_shared: bool = False

    def pointing_at(self, public_url: str) -> dict[str, str]:
        """The fields with which it brings what comes in to the house at ``public_url``.

        A fallback is the same address: Twilio tries it at once when the first attempt fails. A trunk or an
        application would go before the addresses, so there is none.
        """
        messages, voice = public_url + MESSAGES_PATH, public_url + VOICE_PATH
        match self.kind:
            case Kind.NUMBER:
                return {
                    **_pair("sms", messages),
                    "sms_application_sid": "",
                    **_pair("voice", voice),
                    "voice_application_sid": "",
                    "trunk_sid": "",
                    "status_callback": public_url + STATUS_PATH,
                    "status_callback_method": "POST",
                }
            case Kind.SERVICE:
                return {
                    "inbound_request_url": messages,
                    "inbound_method": "POST",
                    "fallback_url": messages,
                    "fallback_method": "POST",
                }
            case Kind.SENDER:
                return {
                    "callback_url": messages,
                    "callback_method": "POST",
                    "fallback_url": messages,
                    "fallback_method": "POST",
                }


class Places:
    """One account's. Every call blocks and raises TwilioError."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def of(self, number: str) -> list[Place]:
        """The places that matter to a number, E.164: it may be for SMS and calls, for WhatsApp, or for both.

        A Messaging Service is among them only when it goes before its numbers.
        """
        owned = self.number(number)
        service = self.service(number)
        places = [] if owned is None else [_of_number(owned)]
        if service and not service[0].use_inbound_webhook_on_number:
            places.append(_of_service(*service))
        return places + [_of_sender(sender) for sender in self._senders(number)]

    def number(self, number: str) -> IncomingPhoneNumberInstance | None:
        """The account's number, None if it is not one of them."""
        found = calling(lambda: self._client.incoming_phone_numbers.list(phone_number=number))
        return next((one for one in found if one.phone_number == number), None)

    def service(self, number: str) -> tuple[ServiceInstance, int] | None:
        """The Messaging Service that has the number, and how many numbers it has."""
        for service in calling(self._client.messaging.v1.services.list):
            numbers = calling(service.phone_numbers.list)
            if any(one.phone_number == number for one in numbers):
                return service, len(numbers)
        return None

    def set(self, place: Place, fields: Mapping[str, str]) -> None:
        """Changes these fields, and no other."""
        match place.kind:
            case Kind.NUMBER:
                numbers: Any = self._client.incoming_phone_numbers
                calling(lambda: numbers(place.sid).update(**fields))
            case Kind.SERVICE:
                services: Any = self._client.messaging.v1.services
                calling(lambda: services(place.sid).update(**fields))
            case Kind.SENDER:
                self._set_sender(place, fields)

    def _set_sender(self, place: Place, fields: Mapping[str, str]) -> None:
        # What the resource is not given, it may have no longer.
        webhook = {name: value or None for name, value in {**place.fields, **fields}.items()}
        update = ChannelsSenderList.MessagingV2ChannelsSenderRequestsUpdate({"webhook": webhook})
        senders = self._client.messaging.v2.channels_senders
        calling(lambda: senders(place.sid).update(messaging_v2_channels_sender_requests_update=update))

    def _senders(self, number: str) -> list[ChannelsSenderInstance]:
        senders = self._client.messaging.v2.channels_senders
        try:
            found = calling(lambda: senders.list(channel="whatsapp"))
        except TwilioError as refusal:
            if refusal.permanent:  # an account that has nothing to do with WhatsApp
                return []
            raise
        # A list tells less of each than asking for it does.
        ours = [str(one.sid) for one in found if one.sender_id == WHATSAPP + number]
        return [calling(senders(sid).fetch) for sid in ours]


def _pair(prefix: str, url: str) -> dict[str, str]:
    """An address and the one to fall back on."""
    return {
        f"{prefix}_url": url,
        f"{prefix}_method": "POST",
        f"{prefix}_fallback_url": url,
        f"{prefix}_fallback_method": "POST",
    }


def _of_number(number: IncomingPhoneNumberInstance) -> Place:
    fields = _fields(vars(number), _NUMBER_FIELDS)
    return Place(Kind.NUMBER, str(number.sid), str(number.phone_number), fields)


def _of_service(service: ServiceInstance, numbers: int) -> Place:
    fields = _fields(vars(service), _SERVICE_FIELDS)
    return Place(Kind.SERVICE, str(service.sid), str(service.friendly_name), fields, numbers > 1)


def _of_sender(sender: ChannelsSenderInstance) -> Place:
    webhook: Any = sender.webhook  # a dictionary, whatever it is declared as
    return Place(Kind.SENDER, str(sender.sid), str(sender.sender_id), _fields(webhook or {}, _SENDER_FIELDS))


def _fields(resource: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    return {name: str(resource.get(name) or "") for name in names}
