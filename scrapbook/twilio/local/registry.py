"""What the account owns that has webhooks of its own: numbers, Messaging Services, a WhatsApp sender."""

import hashlib
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from scrapbook.twilio.local.addresses import bare, is_whatsapp
from scrapbook.twilio.local.config import LocalService, LocalTwilio


@dataclass(frozen=True, slots=True)
class Hook:
    """Where Twilio calls; nowhere with an empty ``url``."""

    url: str
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Owned:
    """A number, a service or a sender. ``fields`` are its webhooks, under the names of its resource."""

    sid: str
    name: str
    fields: Mapping[str, str]

    def hook(self, url: str, method: str) -> Hook:
        """The one that these two fields make."""
        return Hook(self.fields[url], self.fields[method])


class Registry:
    """Everything has the same sid after every start. What was set through the REST API is kept."""

    def __init__(self, config: LocalTwilio, connection: sqlite3.Connection) -> None:
        self._config = config
        self._connection = connection

    def numbers(self) -> list[Owned]:
        """The account's numbers."""
        everyone = (self._config.number, *self._config.account.further_numbers)
        return [self._owned("PN", number, self._as_bought(number)) for number in everyone]

    def services(self) -> list[tuple[Owned, LocalService]]:
        """The account's Messaging Services, with what never changes."""
        return [
            (self._owned("MG", service.name, _of_service(service)), service)
            for service in self._config.account.services
        ]

    def senders(self) -> list[Owned]:
        """The account's WhatsApp senders."""
        if not self._config.account.has_whatsapp_sender:
            return []
        return [self._owned("XE", f"whatsapp:{self._config.number}", self._of_sender())]

    def update(self, sid: str, fields: Mapping[str, str]) -> None:
        """Keeps the fields that are named."""
        self._connection.executemany(
            "INSERT INTO webhooks VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
            [(sid, name, value) for name, value in fields.items()],
        )

    def for_messages(self, address: str) -> tuple[Hook, Hook]:
        """Who is told of a message to that address, and who is when that fails."""
        if is_whatsapp(address):
            owner = next(iter(self.senders()), None)
            return _hooks(owner, "callback_url", "callback_method", "fallback_url", "fallback_method")
        for owner, service in self.services():
            if address in service.numbers and owner.fields["use_inbound_webhook_on_number"] != "true":
                return _hooks(
                    owner, "inbound_request_url", "inbound_method", "fallback_url", "fallback_method"
                )
        owner = self._number(address)
        return _hooks(owner, "sms_url", "sms_method", "sms_fallback_url", "sms_fallback_method")

    def for_calls(self, address: str) -> tuple[Hook, Hook, Hook]:
        """Who is asked what to do with a call, who is when that fails, and who hears how it ended."""
        owner = self._number(address)
        if owner is None:
            return Hook(""), Hook(""), Hook("")
        return (
            *_hooks(owner, "voice_url", "voice_method", "voice_fallback_url", "voice_fallback_method"),
            owner.hook("status_callback", "status_callback_method"),
        )

    def _number(self, address: str) -> Owned | None:
        return next((number for number in self.numbers() if number.name == bare(address)), None)

    def _owned(self, prefix: str, name: str, fields: Mapping[str, str]) -> Owned:
        sid = prefix + hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
        rows = self._connection.execute("SELECT field, value FROM webhooks WHERE sid = ?", (sid,))
        return Owned(sid, name, {**fields, **{row["field"]: row["value"] for row in rows}})

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


def _hooks(owner: Owned | None, url: str, method: str, fallback: str, its_method: str) -> tuple[Hook, Hook]:
    if owner is None:
        return Hook(""), Hook("")
    return owner.hook(url, method), owner.hook(fallback, its_method)
