"""The account's resources that have webhooks: numbers, Messaging Services, a WhatsApp sender."""

import hashlib
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from scrapbook.emulators.twilio.addresses import is_whatsapp, without_channel
from scrapbook.emulators.twilio.config import LocalService, LocalTwilio


@dataclass(frozen=True, slots=True)
class WebhookTarget:
    """The URL and the method of a webhook; an empty URL for none."""

    url: str
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Resource:
    """A number, a service or a sender; ``fields`` are its webhooks, by Twilio's names."""

    sid: str
    name: str
    fields: Mapping[str, str]

    def target(self, url: str, method: str) -> WebhookTarget:
        """Return the webhook in these two fields."""
        return WebhookTarget(self.fields[url], self.fields[method])


class Resources:
    """Reads and stores the resources. Sids depend on names only, so they stay the same after a restart."""

    def __init__(self, config: LocalTwilio, connection: sqlite3.Connection) -> None:
        self._config = config
        self._connection = connection

    def numbers(self) -> list[Resource]:
        """Return the account's numbers."""
        everyone = (self._config.number, *self._config.account.further_numbers)
        return [self._resource("PN", number, self._as_bought(number)) for number in everyone]

    def services(self) -> list[tuple[Resource, LocalService]]:
        """Return the account's Messaging Services, each with its configuration."""
        return [
            (self._resource("MG", service.name, _of_service(service)), service)
            for service in self._config.account.services
        ]

    def senders(self) -> list[Resource]:
        """Return the account's WhatsApp senders."""
        if not self._config.account.has_whatsapp_sender:
            return []
        return [self._resource("XE", f"whatsapp:{self._config.number}", self._of_sender())]

    def update(self, sid: str, fields: Mapping[str, str]) -> None:
        """Store these fields of a resource; the others keep their values."""
        self._connection.executemany(
            "INSERT INTO webhooks VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
            [(sid, name, value) for name, value in fields.items()],
        )

    def for_messages(self, address: str) -> tuple[WebhookTarget, WebhookTarget]:
        """Return the webhook for a message to that address, and its fallback."""
        if is_whatsapp(address):
            resource = next(iter(self.senders()), None)
            return _targets(resource, "callback_url", "callback_method", "fallback_url", "fallback_method")
        for resource, service in self.services():
            if address in service.numbers and resource.fields["use_inbound_webhook_on_number"] != "true":
                return _targets(
                    resource, "inbound_request_url", "inbound_method", "fallback_url", "fallback_method"
                )
        resource = self._number(address)
        return _targets(resource, "sms_url", "sms_method", "sms_fallback_url", "sms_fallback_method")

    def for_calls(self, address: str) -> tuple[WebhookTarget, WebhookTarget, WebhookTarget]:
        """Return the webhook for a call to that address, its fallback, and the status callback."""
        resource = self._number(address)
        if resource is None:
            return WebhookTarget(""), WebhookTarget(""), WebhookTarget("")
        return (
            *_targets(resource, "voice_url", "voice_method", "voice_fallback_url", "voice_fallback_method"),
            resource.target("status_callback", "status_callback_method"),
        )

    def _number(self, address: str) -> Resource | None:
        return next((number for number in self.numbers() if number.name == without_channel(address)), None)

    def _resource(self, prefix: str, name: str, fields: Mapping[str, str]) -> Resource:
        sid = prefix + hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
        rows = self._connection.execute("SELECT field, value FROM webhooks WHERE sid = ?", (sid,))
        return Resource(sid, name, {**fields, **{row["field"]: row["value"] for row in rows}})

    def _as_bought(self, number: str) -> dict[str, str]:
        fields = {
            "sms_url": self._config.webhook_url,
            "sms_method": "POST",
            "sms_fallback_url": "",
            "sms_fallback_method": "POST",
            "sms_application_sid": "",
            "voice_url": self._config.voice_url,
            "voice_method": "POST",
            "voice_fallback_url": "",
            "voice_fallback_method": "POST",
            "voice_application_sid": "",
            "trunk_sid": "",
            "status_callback": "",
            "status_callback_method": "POST",
        }
        return fields | dict(self._config.account.webhooks if number == self._config.number else {})

    def _of_sender(self) -> dict[str, str]:
        return {
            "callback_url": self._config.webhook_url,
            "callback_method": "POST",
            "fallback_url": "",
            "fallback_method": "POST",
            "status_callback_url": "",
            "status_callback_method": "POST",
        }


def _of_service(service: LocalService) -> dict[str, str]:
    return {
        "inbound_request_url": service.inbound_request_url,
        "inbound_method": "POST",
        "fallback_url": "",
        "fallback_method": "POST",
        "use_inbound_webhook_on_number": "true" if service.use_inbound_webhook_on_number else "false",
    }


def _targets(
    resource: Resource | None, url: str, method: str, fallback: str, fallback_method: str
) -> tuple[WebhookTarget, WebhookTarget]:
    if resource is None:
        return WebhookTarget(""), WebhookTarget("")
    return resource.target(url, method), resource.target(fallback, fallback_method)
