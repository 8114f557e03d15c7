"""Messages and media in the JSON of Twilio's REST API.

https://www.twilio.com/docs/messaging/api/message-resource
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from scrapbook.segments import segment_count
from scrapbook.twilio.local.ledger import Media, Message
from scrapbook.twilio.local.recordings import Recording

API_VERSION = "2010-04-01"
_MAX_PAGE = 1000


def messages_path(account_sid: str) -> str:
    """Where the account's messages are."""
    return f"/{API_VERSION}/Accounts/{account_sid}/Messages"


def recordings_path(account_sid: str) -> str:
    """Where the account's recordings are."""
    return f"/{API_VERSION}/Accounts/{account_sid}/Recordings"


def message_json(account_sid: str, message: Message) -> dict[str, Any]:
    """One message."""
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
    """One attachment."""
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
    """One recording."""
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


def page_json(
    key: str, items: Sequence[dict[str, Any]], path: str, query: Mapping[str, str]
) -> dict[str, Any]:
    """The page of ``items`` that ``query`` asks for (Page from 0, PageSize), and the way to the others."""
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
