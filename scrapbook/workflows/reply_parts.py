"""Divide a reply into the messages in which it is sent, each with one file at most."""

from collections.abc import Sequence
from dataclasses import dataclass

from scrapbook.core.attachments import describe_file
from scrapbook.core.wording import sentence
from scrapbook.messaging.channel import FileLimits
from scrapbook.store import Media
from scrapbook.text.file_types import PICTURE_TYPES, VIDEO_TYPES
from scrapbook.text.segments import split


@dataclass(frozen=True, slots=True)
class ReplyPart:
    """One message of a reply. ``media_key`` names its file in the media store."""

    body: str
    media_key: str | None = None


def reply_parts(text: str, files: Sequence[Media], limits: FileLimits) -> list[ReplyPart]:
    """Return the messages of a reply. Its text ends with what files the channel does not accept.

    WhatsApp takes one file a message, and drops the text beside one that is no picture, video or sound. So
    the first file goes with the text only if it is one of these.
    """
    accepted = [file for file in files if limits.accept(file.content_type, file.size or 0)]
    refused = [describe_file(file) for file in files if file not in accepted]
    if refused:
        not_sent = sentence("utter_files_not_sent", files=", ".join(refused))
        text = f"{text}\n{not_sent}"
    first, *others = [ReplyPart(body) for body in split(text)]
    if accepted and _takes_a_caption(accepted[0]):
        first = ReplyPart(first.body, accepted.pop(0).key)
    return [first, *others, *(ReplyPart("", file.key) for file in accepted)]


def _takes_a_caption(file: Media) -> bool:
    return file.is_audio or file.content_type.startswith((*PICTURE_TYPES, *VIDEO_TYPES))
