"""The sizes in which pictures are shown: a few fixed widths, so that each is made once and cached."""

from collections.abc import Mapping
from dataclasses import dataclass

WIDTHS = (480, 960, 1920)
"""Pixels: half a text column on a phone, the column on a phone or a plain screen, the column on a fine one.

The text column of the book is 34em, about 680 CSS pixels; screens have one to three pixels for each.
"""

MAX_HEIGHT = 16_383
"""Pixels: WebP's own limit. Only screenshots of whole pages come near it."""

CONTENT_TYPE = "image/webp"

PICTURE_FORMATS: Mapping[str, tuple[str, ...]] = {
    "image/jpeg": ("JPEG", "MPO"),
    "image/png": ("PNG",),
    "image/gif": ("GIF",),
    "image/webp": ("WEBP",),
    "image/bmp": ("BMP",),
    "image/heic": ("HEIF",),
    "image/heif": ("HEIF",),
    "image/avif": ("AVIF",),
}
"""The content types of pictures that are shown, with Pillow's names of their decoders: those that phones and
browsers send. SVG is a document with scripts, not a picture; the decoder of TIFF has had the most faults."""


@dataclass(frozen=True, slots=True)
class ResizedPicture:
    """A picture in the sizes in which it is shown.

    Attributes:
        width, height: of the original in pixels, as it is to be held.
        variants: the files by their nominal widths, as ``widths_of`` names them.
    """

    width: int
    height: int
    variants: Mapping[int, bytes]


def is_picture(content_type: str) -> bool:
    """Return whether a file of that type is shown as a picture."""
    return content_type in PICTURE_FORMATS


def widths_of(width: int) -> tuple[int, ...]:
    """Return the nominal widths of a picture of that width: the largest is the first that holds all of it."""
    below = tuple(each for each in WIDTHS if each < width)
    return (*below, *WIDTHS[len(below) : len(below) + 1])


def nearest_width(width: int, wanted: int) -> int:
    """Return the nominal width that stands for ``wanted``, one of ``WIDTHS``: no picture is enlarged."""
    return min(wanted, widths_of(width)[-1])


def size_at(width: int, height: int, nominal: int) -> tuple[int, int]:
    """Return the size of a picture at a nominal width, in pixels: never more than its own."""
    scale = min(1.0, nominal / width, MAX_HEIGHT / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def variant_name(nominal: int) -> str:
    """Return the name under which the media store caches a size."""
    return f"{nominal}.webp"
