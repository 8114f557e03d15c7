"""The attachments of messages that the house sends: it names a URL, and Twilio fetches it."""

from collections.abc import Sequence

import httpx

from scrapbook.twilio.handset import Attachment
from scrapbook.twilio.local.problems import Problem

_MAX_PARTS = 10


async def fetch_all(client: httpx.AsyncClient, urls: Sequence[str]) -> list[Attachment]:
    """Raises Twilio's Problem where that cannot be done."""
    if len(urls) > _MAX_PARTS:
        raise Problem(400, 21623, "Number of media files exceeds allowed limit.")
    return [await _fetch(client, url) for url in urls]


async def _fetch(client: httpx.AsyncClient, url: str) -> Attachment:
    try:
        response = (await client.get(url)).raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL):
        raise Problem(400, 21620, "Invalid media URL(s).") from None
    return Attachment(response.headers.get("content-type", "application/octet-stream"), response.content)
