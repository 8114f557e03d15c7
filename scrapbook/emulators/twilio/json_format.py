"""The paths and the JSON of Twilio's REST API.

https://www.twilio.com/docs/messaging/api/message-resource
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from scrapbook.emulators.twilio.config import LocalService, LocalTwilio
from scrapbook.emulators.twilio.message_log import Media, Message
from scrapbook.emulators.twilio.recordings import Recording
from scrapbook.emulators.twilio.resources import Resource
from scrapbook.text.segments import segment_count

API_VERSION = "2010-04-01"
_MAX_PAGE = 1000
_BOUGHT = datetime(2025, 1, 1, tzinfo=UTC)


def account_path(account_sid: str) -> str:
    """Return the path of the account."""
    return f"/{API_VERSION}/Accounts/{account_sid}"


def messages_path(account_sid: str) -> str:
    """Return the path of the account's messages."""
    return f"{account_path(account_sid)}/Messages"


def recordings_path(account_sid: str) -> str:
    """Return the path of the account's recordings."""
    return f"{account_path(account_sid)}/Recordings"


def numbers_path(account_sid: str) -> str:
    """Return the path of the account's numbers."""
    return f"{account_path(account_sid)}/IncomingPhoneNumbers"


def message_json(account_sid: str, message: Message) -> dict[str, Any]:
    """Return one message."""
    path = f"{messages_path(account_sid)}/{message.sid}"
    return {
        "account_sid": account_sid,
        "api_version": API_VERSION,
        "body": message.body,
        "date_created": _date(message.created_at),
        "date_sent": _date(message.created_at if message.is_inbound else message.sent_at),
        "date_updated": _date(message.updated_at),
        "direction": message.direction,
        "error_code": message.error_code,
        "error_message": None,
        "from": message.from_,
        "messaging_service_sid": None,
        "num_media": str(len(message.media)),
        "num_segments": str(segment_count(message.body)),
        "price": None,
        "price_unit": "USD",
        "sid": message.sid,
        "status": "received" if message.is_inbound else message.status,
        "subresource_uris": {"media": f"{path}/Media.json"},
        "to": message.to,
        "uri": f"{path}.json",
    }


def media_json(account_sid: str, message_sid: str, media: Media) -> dict[str, Any]:
    """Return one attachment."""
    return {
        "account_sid": account_sid,
        "content_type": media.content_type,
        "date_created": _date(media.created_at),
        "date_updated": _date(media.created_at),
        "parent_sid": message_sid,
        "sid": media.sid,
        "uri": f"{messages_path(account_sid)}/{message_sid}/Media/{media.sid}.json",
    }


def recording_json(account_sid: str, recording: Recording) -> dict[str, Any]:
    """Return one recording."""
    return {
        "account_sid": account_sid,
        "api_version": API_VERSION,
        "call_sid": recording.call_sid,
        "channels": 1,
        "date_created": _date(recording.created_at),
        "date_updated": _date(recording.created_at),
        "duration": str(recording.duration),
        "sid": recording.sid,
        "source": "RecordVerb",
        "start_time": _date(recording.created_at),
        "status": recording.status,
        "uri": f"{recordings_path(account_sid)}/{recording.sid}.json",
    }


def account_json(account_sid: str, is_trial: bool) -> dict[str, Any]:
    """Return the account."""
    return {
        "date_created": _date(_BOUGHT),
        "date_updated": _date(_BOUGHT),
        "friendly_name": "Local",
        "owner_account_sid": account_sid,
        "sid": account_sid,
        "status": "active",
        "type": "Trial" if is_trial else "Full",
        "uri": f"{account_path(account_sid)}.json",
    }


def number_json(account_sid: str, number: Resource) -> dict[str, Any]:
    """Return one number."""
    return {
        **number.fields,
        "trunk_sid": number.fields["trunk_sid"] or None,
        "account_sid": account_sid,
        "address_requirements": "none",
        "address_sid": None,
        "api_version": API_VERSION,
        "beta": False,
        "bundle_sid": None,
        "capabilities": {"voice": True, "sms": True, "mms": True, "fax": False},
        "date_created": _date(_BOUGHT),
        "date_updated": _date(_BOUGHT),
        "emergency_address_sid": None,
        "emergency_address_status": "unregistered",
        "emergency_status": "Active",
        "friendly_name": number.name,
        "identity_sid": None,
        "origin": "twilio",
        "phone_number": number.name,
        "sid": number.sid,
        "status": "in-use",
        "uri": f"{numbers_path(account_sid)}/{number.sid}.json",
        "voice_caller_id_lookup": False,
        "voice_receive_mode": "voice",
    }


def service_json(config: LocalTwilio, resource: Resource, service: LocalService) -> dict[str, Any]:
    """Return one Messaging Service."""
    return {
        **{name: value or None for name, value in resource.fields.items()},
        "use_inbound_webhook_on_number": resource.fields["use_inbound_webhook_on_number"] == "true",
        "account_sid": config.account_sid,
        "area_code_geomatch": True,
        "date_created": _BOUGHT.isoformat(),
        "date_updated": _BOUGHT.isoformat(),
        "friendly_name": resource.name,
        "sid": resource.sid,
        "smart_encoding": True,
        "status_callback": None,
        "sticky_sender": True,
        "url": f"{config.url}/v1/Services/{resource.sid}",
        "us_app_to_person_registered": service.campaign_status == "VERIFIED",
        "usecase": "undeclared",
        "validity_period": 36_000,
    }


def service_number_json(config: LocalTwilio, service_sid: str, number: Resource) -> dict[str, Any]:
    """Return one number of a Messaging Service."""
    return {
        "account_sid": config.account_sid,
        "capabilities": ["Voice", "SMS", "MMS"],
        "country_code": "US",
        "date_created": _BOUGHT.isoformat(),
        "date_updated": _BOUGHT.isoformat(),
        "phone_number": number.name,
        "service_sid": service_sid,
        "sid": number.sid,
        "url": f"{config.url}/v1/Services/{service_sid}/PhoneNumbers/{number.sid}",
    }


def campaign_json(config: LocalTwilio, service_sid: str, status: str) -> dict[str, Any]:
    """Return the A2P campaign of a Messaging Service."""
    return {
        "account_sid": config.account_sid,
        "brand_registration_sid": "BN" + "0" * 32,
        "campaign_status": status,
        "date_created": _BOUGHT.isoformat(),
        "date_updated": _BOUGHT.isoformat(),
        "errors": [],
        "messaging_service_sid": service_sid,
        "sid": "QE" + "0" * 32,
        "us_app_to_person_usecase": "SOLE_PROPRIETOR",
    }


def sender_json(config: LocalTwilio, sender: Resource) -> dict[str, Any]:
    """Return one WhatsApp sender."""
    return {
        "sid": sender.sid,
        "sender_id": sender.name,
        "status": "ONLINE",
        "url": f"{config.url}/v2/Channels/Senders/{sender.sid}",
        "webhook": {name: value or None for name, value in sender.fields.items()},
    }


def meta_page_json(
    key: str, items: Sequence[dict[str, Any]], address: str, query: Mapping[str, str]
) -> dict[str, Any]:
    """Return the page that ``query`` asks for, in the format of Twilio's newer APIs."""
    page = page_json(key, items, address, query)
    return {
        key: page[key],
        "meta": {
            "first_page_url": page["first_page_uri"],
            "key": key,
            "next_page_url": page["next_page_uri"],
            "page": page["page"],
            "page_size": page["page_size"],
            "previous_page_url": page["previous_page_uri"],
            "url": page["uri"],
        },
    }


def page_json(
    key: str, items: Sequence[dict[str, Any]], path: str, query: Mapping[str, str]
) -> dict[str, Any]:
    """Return the page that ``query`` asks for (Page, from 0, and PageSize), with the URIs of the others."""
    page, size = int(query.get("Page", 0)), min(int(query.get("PageSize", 50)), _MAX_PAGE)
    start, end = page * size, min((page + 1) * size, len(items))

    def uri(number: int) -> str:
        return f"{path}?{urlencode(dict(query) | {'PageSize': size, 'Page': number})}"

    return {
        key: list(items[start:end]),
        "end": max(start, end - 1),
        "first_page_uri": uri(0),
        "next_page_uri": uri(page + 1) if end < len(items) else None,
        "page": page,
        "page_size": size,
        "previous_page_uri": uri(page - 1) if page else None,
        "start": start,
        "uri": uri(page),
    }


def _date(moment: datetime | None) -> str | None:
    return None if moment is None else format_datetime(moment)
