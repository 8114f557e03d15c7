"""Make the sizes of a picture: turned as it is to be held, in sRGB, without any metadata.

Only the process with limits imports this: it decodes what strangers sent.
"""

import io
from collections.abc import Iterator
from contextlib import suppress
from typing import cast

from PIL import Image, ImageCms

from scrapbook.errors import PictureUnreadable
from scrapbook.media.picture_sizes import PICTURE_FORMATS, ResizedPicture, size_at, widths_of

MAX_PIXELS = 50_000_000
"""The finest camera of a phone makes 48 megapixels in its ordinary formats (iPhone, 2022 and later)."""

QUALITY, METHOD = 78, 2
"""Of WebP. Method 4, its default, takes 2.6 times the processor for 3 % fewer bytes (docs/benchmarks.md)."""

_SRGB = cast(
    "ImageCms.ImageCmsProfile",
    ImageCms.createProfile("sRGB"),  # pyright: ignore[reportUnknownMemberType]
)

_ORIENTATION = 0x0112
"""The tag of Exif 2.32, section 4.6.4, by which a camera says how it was held."""

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def resize(content: bytes, content_type: str) -> ResizedPicture:
    """Return a picture in all its sizes; of an animation the first frame.

    Args:
        content_type: one of ``PICTURE_FORMATS``. Its decoder alone is tried.

    Raises:
        PictureUnreadable: it is not such a picture, or has more than ``MAX_PIXELS``.
    """
    with _opened(content, content_type) as image:
        if image.width * image.height > MAX_PIXELS:
            raise PictureUnreadable(f"The picture has more than {MAX_PIXELS // 10**6} million pixels.")
        orientation = _orientation(image)
        is_on_its_side = orientation >= 5
        width, height = (image.height, image.width) if is_on_its_side else image.size
        shown_width, shown_height = size_at(width, height, widths_of(width)[-1])
        size = (shown_height, shown_width) if is_on_its_side else (shown_width, shown_height)
        profile = image.info.get("icc_profile")
        plain = _plain(_decoded(image, size))
        shown = _turned(_in_srgb(plain, profile), orientation)
    return ResizedPicture(width, height, dict(_variants(shown, width, height)))


def _opened(content: bytes, content_type: str) -> Image.Image:
    try:
        return Image.open(io.BytesIO(content), formats=PICTURE_FORMATS[content_type])
    except MemoryError:
        raise
    except Exception as error:  # decoders raise errors of many types  # noqa: BLE001
        raise PictureUnreadable(f"The picture is damaged: {type(error).__name__}") from None


def _orientation(image: Image.Image) -> int:
    with suppress(Exception):  # metadata of any shape
        found = image.getexif().get(_ORIENTATION)
        if found in _TURNS:
            return int(found)
    return 1


def _decoded(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return the picture at that size. A JPEG is decoded at the next larger of its own scales."""
    image.draft(None, size)  # pyright: ignore[reportArgumentType] # None is "as it is"
    image.load()
    decoded = _eight_bits(image)
    if decoded.size == size:
        return decoded
    return decoded.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return the picture in a mode that can be resized, with transparency where it has any."""
    if image.mode.startswith("I"):  # a grey PNG of 16 bits
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if "transparency" in image.info or image.mode in {"LA", "PA"}:
        return image.convert("RGBA")
    return image.convert("RGB") if image.mode in {"P", "1"} else image


def _plain(image: Image.Image) -> Image.Image:
    """Return the picture without the alpha channel of one that has nothing transparent."""
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        return image.convert("RGB")
    return image


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    colours = image.convert("RGB") if alpha else image
    if profile:
        # A profile that is damaged, or of another kind of picture, is as good as none.
        with suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
            found = ImageCms.profileToProfile(colours, io.BytesIO(profile), _SRGB, outputMode="RGB")
            colours = found or colours
    if colours.mode != "RGB":
        colours = colours.convert("RGB")
    if alpha:
        colours.putalpha(alpha)
    return colours


def _turned(image: Image.Image, orientation: int) -> Image.Image:
    return image.transpose(_TURNS[orientation]) if orientation in _TURNS else image


def _variants(image: Image.Image, width: int, height: int) -> Iterator[tuple[int, bytes]]:
    """Yield the file of each nominal width, the largest first: each is made of the one before."""
    image.info.clear()  # the encoder would write the profile, Exif and XMP that it finds here
    for nominal in reversed(widths_of(width)):
        size = size_at(width, height, nominal)
        if image.size != size:
            image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
        file = io.BytesIO()
        image.save(file, format="WEBP", quality=QUALITY, method=METHOD)
        yield nominal, file.getvalue()
