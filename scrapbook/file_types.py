"""What a file is, told by its bytes alone: a name or a declared type is only what somebody says of it."""

import mimetypes
import re
from typing import cast

import filetype  # pyright: ignore[reportMissingTypeStubs]
from filetype.types.base import Type  # pyright: ignore[reportMissingTypeStubs]

UNKNOWN = "application/octet-stream"
COMPACT_SOUND = "audio/ogg; codecs=opus"
"""What a sound that is too large, or of a type that is not taken everywhere, is made into when it is sent."""

SOUNDS = ("audio/", "application/ogg")
"""How the content type of a sound begins."""

_VIDEO_TRACK = re.compile(rb"hdlr.{8}vide|V_(?:VP8|VP9|AV1|MPEG4)", re.DOTALL)
"""A track header of a film: ISO/IEC 14496-12, 8.4.3 for MP4 and 3GPP; a codec's name in Matroska, WebM."""

_ISO_BRANDS = {b"3gp": "3gpp", b"3g2": "3gpp2"}
"""3GPP TS 26.244, 5.4: the first letters of the brand, behind ``ftyp``. All others are MP4."""

_USUAL_NAMES = {"audio/x-wav": "audio/wav", "audio/x-flac": "audio/flac"}

_EXTENSIONS = {
    "audio/3gpp": ".3gp",
    "audio/3gpp2": ".3g2",
    "audio/aac": ".aac",
    "audio/amr": ".amr",
    "audio/amr-wb": ".awb",
    "audio/flac": ".flac",
    "audio/mp4": ".m4a",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "audio/wav": ".wav",
    "audio/webm": ".webm",
    "audio/x-caf": ".caf",
    "image/heic": ".heic",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "video/3gpp": ".3gp",
    "video/3gpp2": ".3g2",
}
"""Where ``mimetypes`` knows none, or one that differs between systems."""


class _AmrWideband(Type):
    """RFC 4867, section 5."""

    def __init__(self) -> None:
        super().__init__("audio/amr-wb", "awb")

    def match(self, buf: bytes) -> bool:
        return buf[:9] == b"#!AMR-WB\n"


class _CoreAudio(Type):
    """Apple Core Audio Format Specification 1.0: file type, then version 1."""

    def __init__(self) -> None:
        super().__init__("audio/x-caf", "caf")

    def match(self, buf: bytes) -> bool:
        return buf[:6] == b"caff\x00\x01"


class _BareMp3(Type):
    """ISO/IEC 11172-3, 2.4.2.3, and MPEG 2.5 for rates below 16 kHz: a layer III frame, no tag before."""

    def __init__(self) -> None:
        super().__init__("audio/mpeg", "mp3")

    def match(self, buf: bytes) -> bool:
        return buf[:1] == b"\xff" and buf[1:2] in {b"\xe2", b"\xe3", b"\xfa"}


class _IsoMedia(Type):
    """ISO/IEC 14496-12, 4.3: whatever its brands are, a file that starts with them."""

    def __init__(self) -> None:
        super().__init__("video/mp4", "mp4")

    def match(self, buf: bytes) -> bool:
        return buf[4:8] == b"ftyp"


_TYPES = cast("list[Type]", [*filetype.types, _AmrWideband(), _CoreAudio(), _BareMp3(), _IsoMedia()])


def identify(content: bytes) -> str:
    """The MIME type, ``UNKNOWN`` where nothing tells it.

    A container that may hold films is a sound where there is no film in it: a voice memo in MP4 is
    ``audio/mp4``.
    """
    mime = _signature(content)
    if mime in {"video/mp4", "audio/mp4"}:
        return f"{_medium(content)}/{_ISO_BRANDS.get(content[8:11], 'mp4')}"
    if mime == "video/webm":
        return f"{_medium(content)}/webm"
    return _USUAL_NAMES.get(mime, mime)


def extension(content_type: str) -> str:
    """With its dot; ``.bin`` where the type has none."""
    return _EXTENSIONS.get(content_type) or mimetypes.guess_extension(content_type) or ".bin"


def is_sound(content_type: str) -> bool:
    """Whether it is to be listened to."""
    return content_type.lower().startswith(SOUNDS)


def _signature(content: bytes) -> str:
    if not content:
        return UNKNOWN
    matching = (kind for kind in _TYPES if cast("bool", kind.match(content)))  # pyright: ignore[reportUnknownMemberType]
    found = next(matching, None)
    return cast("str", found.mime) if found else UNKNOWN


def _medium(content: bytes) -> str:
    return "video" if _VIDEO_TRACK.search(content) else "audio"
