"""Tell which picture and which video are one Live Photo: Apple writes the same identifier into both."""

import re
from itertools import islice

_UUID = rb"[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}"

_KEY = b"com.apple.quicktime.content.identifier"
_VALUE = re.compile(rb"data\x00\x00\x00\x01.{4}(" + _UUID + rb")", re.DOTALL)
_MAX_DISTANCE = 16 * 1024
"""The key of QuickTime metadata, a value that is a UUID in UTF-8, and how many bytes may be between them: the
other keys and values (QuickTime File Format, "Metadata")."""

_MAKER_NOTE = b"Apple iOS\0"
"""Begins Apple's part of the Exif data of a picture. A version and the letters MM follow, then a directory of
TIFF in big-endian order."""

_CONTENT_IDENTIFIER = 0x11
_ASCII = 2
_MAX_ENTRIES = 200


def live_photo_id(content: bytes, content_type: str) -> str | None:
    """Return the identifier that both files of a Live Photo have. None for any other picture or video."""
    if content_type.startswith("video/"):
        return _in_metadata(content)
    return _in_maker_note(content) if content_type.startswith("image/") else None


def _in_metadata(content: bytes) -> str | None:
    key = content.find(_KEY)
    found = _VALUE.search(content[key : key + _MAX_DISTANCE]) if key >= 0 else None
    return found[1].decode() if found else None


def _in_maker_note(content: bytes) -> str | None:
    start = content.find(_MAKER_NOTE)
    count = int.from_bytes(content[start + 14 : start + 16])
    if start < 0 or content[start + 12 : start + 14] != b"MM":
        return None
    entries = (content[start + at : start + at + 12] for at in range(16, 16 + 12 * count, 12))
    for entry in islice(entries, _MAX_ENTRIES):
        if int.from_bytes(entry[:2]) == _CONTENT_IDENTIFIER and int.from_bytes(entry[2:4]) == _ASCII:
            length, offset = int.from_bytes(entry[4:8]), start + int.from_bytes(entry[8:12])
            found = re.match(_UUID, content[offset : offset + min(length, 64)])
            return found[0].decode() if found else None
    return None
