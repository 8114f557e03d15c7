"""Turn what was written on a page into a message, with its files in the media store."""

import asyncio
import hashlib
import json
import string
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import BinaryIO

from scrapbook.channels.book.address import SCRAPBOOK, address_of
from scrapbook.errors import NotFound, OptOutWord
from scrapbook.media.storage import MediaStore
from scrapbook.messaging.inbound import InboundMedia, InboundMessage, StoredMedia
from scrapbook.messaging.ports import MessageReceiver
from scrapbook.messaging.written import WrittenMessage
from scrapbook.text.file_types import identify
from scrapbook.text.live_photos import live_photo_id

OPT_OUT_WORDS = frozenset({"stop", "stopall", "unsubscribe", "revoke", "optout", "start", "unstop"})
"""Words by which a phone opts out of texts, or in again. "Cancel", "end", "quit", "yes", "help" and "info"
are words of a conversation here, as on WhatsApp."""


class BookInbound:
    """Takes what is written on pages; implements ``messaging.written.WrittenMessages``."""

    def __init__(self, receiver: MessageReceiver, files: MediaStore) -> None:
        self._receiver = receiver
        self._files = files

    async def take(self, written: WrittenMessage) -> str:
        """Store the files, then record the message. Returns its id.

        Files that a message was not recorded for are removed with those that nothing uses
        (``workflows/retention.py``). Raises as ``WrittenMessages`` says.
        """
        if not written.files and written.text.strip(string.whitespace).lower() in OPT_OUT_WORDS:
            raise OptOutWord
        stored = [await asyncio.to_thread(self._stored, file) for file in written.files]
        incoming = inbound_message(written, stored, datetime.now(UTC))
        if await self._receiver.accept(incoming) is None:
            raise NotFound("This person was removed.")
        return incoming.message_id

    def _stored(self, file: BinaryIO) -> tuple[str, StoredMedia]:
        """Store a file. Returns the type of its bytes, and where it is."""
        content = file.read()
        content_type = identify(content)
        key = self._files.save(content, content_type)
        return content_type, StoredMedia(key, len(content), live_photo_id(content, content_type))


def inbound_message(
    written: WrittenMessage, stored: Sequence[tuple[str, StoredMedia]], received_at: datetime
) -> InboundMessage:
    """Return the message. The same form with the same content has the same id.

    The content counts too, so that a form which was changed and sent again, by the browser's "back", is
    another message.
    """
    content = [written.person_id, written.key, written.text, [media.key for _, media in stored]]
    digest = hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32]
    message_id = f"book-{digest}"
    return InboundMessage(
        message_id=message_id,
        from_=address_of(written.person_id),
        to=SCRAPBOOK,
        body=written.text,
        received_at=received_at,
        media=tuple(
            InboundMedia(f"book:{digest}/{number}", content_type, media)
            for number, (content_type, media) in enumerate(stored)
        ),
        answers=written.answers,
        person_id=written.person_id,
    )
