"""What came with entries: what it is called, and which files stand for others."""

from collections.abc import Iterable, Sequence

from scrapbook.store import Media
from scrapbook.text.file_types import CONTACT_CARD, PDF, PICTURE_TYPES, PLAIN_TEXT, VIDEO_TYPES

_FILES = {CONTACT_CARD: "contact", PDF: "PDF", PLAIN_TEXT: "text file"}


def describe(media: Sequence[Media]) -> list[str]:
    """Return what came with an entry, each thing in a word or two. A Live Photo is one thing."""
    live = _live_photos(media)
    return [
        "live photo" if part.live_photo_id in live and _is_picture(part) else _describe_one(part)
        for part in without_live_videos(media)
    ]


def describe_file(file: Media) -> str:
    """Return what a file is, in a word or two."""
    if file.is_audio:
        return "sound"
    if _is_picture(file):
        return "picture"
    return "video" if file.content_type.startswith(VIDEO_TYPES) else _FILES.get(file.content_type, "file")


def without_live_videos(media: Sequence[Media]) -> list[Media]:
    """Return the media of an entry without the videos of Live Photos: their pictures stand for them."""
    live = _live_photos(media)
    return [part for part in media if _is_picture(part) or part.live_photo_id not in live]


def _describe_one(part: Media) -> str:
    return f"{describe_file(part)} missing" if part.state == "missing" else describe_file(part)


def _live_photos(media: Iterable[Media]) -> set[str]:
    """Return the identifiers of the Live Photos of which the picture and the video are there."""
    named = [(part.live_photo_id, _is_picture(part)) for part in media if part.live_photo_id]
    return {name for name, is_picture in named if is_picture and (name, False) in named}


def _is_picture(file: Media) -> bool:
    return file.content_type.startswith(PICTURE_TYPES)
