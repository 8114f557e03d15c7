"""Identify the type of a file by its bytes: its name and its declared type may be wrong."""

import codecs
import mimetypes
import re
from typing import cast

import filetype  # pyright: ignore[reportMissingTypeStubs]
from filetype.types.base import Type  # pyright: ignore[reportMissingTypeStubs]

UNKNOWN = "application/octet-stream"
COMPACT_AUDIO = "audio/ogg; codecs=opus"
"""The type into which audio is converted to be sent, if it is too large or not all phones play its type."""

AUDIO_TYPES = ("audio/", "application/ogg")
"""The beginnings of the content types of audio."""

CONTACT_CARD = "text/vcard"
PLAIN_TEXT = "text/plain"
PDF = "application/pdf"

PICTURE_TYPES = ("image/",)
VIDEO_TYPES = ("video/",)
"""The beginnings of the content types of pictures, and of videos."""

_VIDEO_TRACK = re.compile(rb"hdlr.{8}vide|V_[A-Z]", re.DOTALL)
"""The header of a video track: ISO/IEC 14496-12, 8.4.3, for MP4, 3GPP and QuickTime; in Matroska and WebM
the beginning of its codec's name."""

_ISO_BRANDS = {b"3gp": "3gpp", b"3g2": "3gpp2", b"qt ": "quicktime"}
"""The first letters of the brand, behind ``ftyp``: 3GPP TS 26.244, 5.4; QuickTime File Format, "The File Type
Compatibility Atom". All others are MP4."""

_USUAL_NAMES = {"audio/x-wav": "audio/wav", "audio/x-flac": "audio/flac", "application/rtf": "text/rtf"}

_CONTAINERS = {
    "video/mp4": "mp4",
    "audio/mp4": "mp4",
    "video/x-m4v": "mp4",
    "video/quicktime": "quicktime",
    "video/webm": "webm",
    "video/x-matroska": "x-matroska",
}
"""Signatures of containers that hold video or audio alone, with the second part of their content types."""

_TEXTS = (
    (re.compile(rb"\s*BEGIN:VCARD\b", re.IGNORECASE), CONTACT_CARD),
    (re.compile(rb"\s*BEGIN:VCALENDAR\b", re.IGNORECASE), "text/calendar"),
    (re.compile(rb"\s*<(?:!doctype html|html|head|body)\b", re.IGNORECASE), "text/html"),
    (re.compile(rb"\s*<(?:\?xml|svg)\b", re.IGNORECASE), "text/xml"),
)
"""How texts in a language of their own begin. All others are plain."""

_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}

_NOT_IN_TEXTS = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
"""Control characters, but for white space and the escape of ISO 2022: no text has them in any encoding whose
letters have one byte or several."""

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
    "video/quicktime": ".mov",
    "video/x-matroska": ".mkv",
    "audio/quicktime": ".mov",
    "audio/x-matroska": ".mka",
    CONTACT_CARD: ".vcf",
    "text/calendar": ".ics",
    "text/rtf": ".rtf",
    "text/xml": ".xml",
}
"""Extensions of types for which ``mimetypes`` has none, or one that differs between systems."""


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
    """ISO/IEC 14496-12, 4.3: any file that starts with its brands."""

    def __init__(self) -> None:
        super().__init__("video/mp4", "mp4")

    def match(self, buf: bytes) -> bool:
        return buf[4:8] == b"ftyp"


_TYPES = cast("list[Type]", [*filetype.types, _AmrWideband(), _CoreAudio(), _BareMp3(), _IsoMedia()])


def identify(content: bytes) -> str:
    """Return the MIME type of a file, or ``UNKNOWN``.

    A container for video is audio if it has no video track: a voice memo in MP4 is ``audio/mp4``. What has no
    signature is a text if it has no byte that no text has.
    """
    mime = _signature(content)
    if mime == UNKNOWN:
        return _text_type(content)
    if container := _CONTAINERS.get(mime):
        brand = _ISO_BRANDS.get(content[8:11]) if container == "mp4" else None
        return f"{_medium(content)}/{brand or container}"
    return _USUAL_NAMES.get(mime, mime)


def encoding_by_mark(content: bytes) -> str | None:
    """Return the encoding that the byte order mark of a text names. None without one."""
    return next((name for mark, name in _BYTE_ORDER_MARKS.items() if content.startswith(mark)), None)


def extension(content_type: str) -> str:
    """Return the file name extension of a MIME type, with its dot; ``.bin`` if it has none."""
    return _EXTENSIONS.get(content_type) or mimetypes.guess_extension(content_type) or ".bin"


def is_audio(content_type: str) -> bool:
    """Return whether a content type is one of audio."""
    return content_type.lower().startswith(AUDIO_TYPES)


def _text_type(content: bytes) -> str:
    encoding = encoding_by_mark(content)
    if not content or (encoding != "utf-16" and _NOT_IN_TEXTS.search(content)):
        return UNKNOWN
    start = content[:1024].decode(encoding or "latin-1", "ignore").encode("ascii", "replace")
    return next((mime for begins, mime in _TEXTS if begins.match(start)), PLAIN_TEXT)


def _signature(content: bytes) -> str:
    if not content:
        return UNKNOWN
    matching = (kind for kind in _TYPES if cast("bool", kind.match(content)))  # pyright: ignore[reportUnknownMemberType]
    found = next(matching, None)
    return cast("str", found.mime) if found else UNKNOWN


def _medium(content: bytes) -> str:
    return "video" if _VIDEO_TRACK.search(content) else "audio"
