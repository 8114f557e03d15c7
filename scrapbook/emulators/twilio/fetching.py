"""Fetch the attachments of outbound messages from the URLs that they name.

https://www.twilio.com/docs/messaging/guides/accepted-mime-types
"""

from collections.abc import Sequence

import httpx

from scrapbook.emulators.handset import Attachment
from scrapbook.text.file_types import UNKNOWN, identify

_MEGABYTE = 1024 * 1024
_LIMITS = {"mms": 5 * _MEGABYTE, "whatsapp": 16 * _MEGABYTE}
"""Bytes, of all attachments of a message together."""

UNREACHABLE = 11200
UNREACHABLE_FOR_WHATSAPP = 63019
WRONG_TYPE = 12300
TOO_LARGE = 11751

_EVERYWHERE = frozenset(
    {
        "image/jpeg", "image/jpg", "image/png", "audio/mp4", "audio/mpeg", "audio/ogg", "audio/3gpp",
        "audio/amr", "audio/aac", "video/mp4", "video/3gpp", "application/pdf", "text/vcard", "text/x-vcard",
    }
)  # fmt: skip
_ACCEPTED = {
    "mms": _EVERYWHERE
    | {
        "image/gif", "image/heic", "image/heif", "image/bmp", "image/tiff", "audio/basic", "audio/l24",
        "audio/vnd.rn-realaudio", "audio/vnd.wave", "audio/3gpp2", "audio/ac3", "audio/webm", "audio/amr-nb",
        "video/mpeg", "video/quicktime", "video/webm", "video/3gpp2", "text/csv", "text/rtf", "text/calendar",
    },
    "whatsapp": _EVERYWHERE | {"image/webp"},
}  # fmt: skip

_SAME = {"image/jpg": "image/jpeg", "audio/vnd.wave": "audio/wav", "audio/amr-nb": "audio/amr"}


class FetchFailed(Exception):
    """An attachment cannot be fetched or is not accepted; ``code`` becomes the error of the message."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


async def fetch_all(client: httpx.AsyncClient, urls: Sequence[str], whatsapp: bool) -> list[Attachment]:
    """Return the attachments at these URLs. Raises FetchFailed."""
    channel = "whatsapp" if whatsapp else "mms"
    remaining, parts = _LIMITS[channel], list[Attachment]()
    for url in urls:
        part = await _fetch(client, url, channel, remaining)
        remaining -= len(part.content)
        parts.append(part)
    return parts


async def _fetch(client: httpx.AsyncClient, url: str, channel: str, limit: int) -> Attachment:
    try:
        async with client.stream("GET", url) as answer:
            answer.raise_for_status()
            content_type = answer.headers.get("content-type", "")
            content = await _read(answer, limit)
    except (httpx.HTTPError, httpx.InvalidURL):
        raise FetchFailed(UNREACHABLE_FOR_WHATSAPP if channel == "whatsapp" else UNREACHABLE) from None
    _check_type(content_type, content, channel)
    return Attachment(content_type, content)


async def _read(answer: httpx.Response, limit: int) -> bytes:
    content = bytearray()
    async for part in answer.aiter_bytes():
        content += part
        if len(content) > limit:
            raise FetchFailed(TOO_LARGE)
    return bytes(content)


def _check_type(declared: str, content: bytes, channel: str) -> None:
    """Raise FetchFailed unless the channel accepts the declared type and the bytes have it."""
    named = declared.partition(";")[0].strip().lower()
    found = identify(content)
    if named not in _ACCEPTED[channel] or found not in {UNKNOWN, _SAME.get(named, named)}:
        raise FetchFailed(WRONG_TYPE)
