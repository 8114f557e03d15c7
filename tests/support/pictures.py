"""Pictures that phones and attackers send, made with the libraries that cameras' files are made with."""

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pillow_heif
from PIL import Image, ImageCms, ImageDraw

RED, GREEN, BLUE = (200, 30, 30), (30, 160, 60), (40, 60, 200)

GPS = {1: "N", 2: (51.0, 30.0, 26.0), 3: "W", 4: (0.0, 7.0, 39.0)}


def drawn(width: int, height: int) -> Image.Image:
    """Red, with a green corner at the left above, and a blue one at the right below."""
    picture = Image.new("RGB", (width, height), RED)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, width // 3, height // 3), fill=GREEN)
    draw.rectangle((width - width // 3, height - height // 3, width, height), fill=BLUE)
    return picture


def encoded(picture: Image.Image, format_: str, **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, format=format_, **options)
    return file.getvalue()


def exif(orientation: int = 1) -> bytes:
    """What a phone writes: how it was held, where, and by whom."""
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags[0x013B] = "Ada Lovelace"
    tags.get_ifd(0x8825).update(GPS)
    return tags.tobytes()


def photograph(width: int = 1200, height: int = 800, orientation: int = 1) -> bytes:
    """A JPEG that is as ``drawn`` when it is held as it says: its pixels lie on their side from 5 on."""
    undo = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    picture = drawn(width, height)
    stored = picture if undo is None else picture.transpose(undo)
    return encoded(stored, "JPEG", quality=90, exif=exif(orientation), comment=b"Ada's phone")


def heic(width: int = 1200, height: int = 800, **options: Any) -> bytes:
    file = io.BytesIO()
    pillow_heif.from_pillow(drawn(width, height)).save(file, quality=80, exif=exif(), **options)
    return file.getvalue()


def profile_of_other_colours() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()


def sixteen_bits(width: int = 300, height: int = 200) -> bytes:
    """A grey PNG of 16 bits, half as bright as white."""
    return encoded(Image.new("I;16", (width, height), 0x8000), "PNG")


def animation(format_: str = "GIF") -> bytes:
    """Two frames, the first of which is as ``drawn``."""
    frames = [drawn(600, 400), Image.new("RGB", (600, 400), BLUE)]
    return encoded(frames[0], format_, save_all=True, append_images=frames[1:], duration=100)


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def png(width: int, height: int, packed: bytes, bits: int = 8, colours: int = 2) -> bytes:
    """A PNG of rows that are packed already."""
    head = struct.pack(">IIBBBBB", width, height, bits, colours, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(*each) for each in ((b"IHDR", head), (b"IDAT", packed), (b"IEND", b""))
    )


def zeros(size: int) -> bytes:
    """So many zeros, packed."""
    packer = zlib.compressobj(9)
    block = bytes(1_000_000)
    return b"".join([*(packer.compress(block) for _ in range(size // len(block))), packer.flush()])


def svg(script: str = "alert(1)") -> bytes:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10">'
        f'<script>{script}</script><rect width="10" height="10" onclick="{script}"/></svg>'
    ).encode()


def gif_that_is_a_script(script: str = "window.ran = true") -> bytes:
    """A GIF that a browser would also run, if it took it for a script: its width is a comment's beginning."""
    picture = encoded(drawn(60, 40), "GIF")
    return b"GIF89a/*" + picture[8:] + b"*/=1;" + script.encode()


def jpeg_that_is_a_page() -> bytes:
    """A JPEG with a comment that is HTML."""
    page = b"<html><script>window.ran = true</script></html>"
    return encoded(drawn(60, 40), "JPEG", comment=page) + page


def progressive_without_end(scans: int = 4_000) -> bytes:
    """A progressive JPEG of many pixels whose last scan comes again and again."""
    whole = encoded(Image.new("RGB", (7000, 7000)), "JPEG", progressive=True, quality=1)
    last = whole.rindex(b"\xff\xda")
    return whole[:-2] + whole[last:-2] * scans + b"\xff\xd9"


HOSTILE: dict[str, Callable[[], tuple[bytes, str]]] = {
    "a PNG of ten billion pixels": lambda: (png(100_000, 100_000, zeros(30_000_000)), "image/png"),
    "a PNG of just too many pixels": lambda: (png(10_001, 5_000, zeros(150_000_000)), "image/png"),
    "a GIF of a giant screen": lambda: (
        b"GIF89a" + struct.pack("<HH", 65535, 65535) + encoded(drawn(60, 40), "GIF")[10:],
        "image/gif",
    ),
    "a WebP that takes too much memory": lambda: (
        encoded(Image.new("RGB", (7000, 7000)), "WEBP", method=0, quality=1),
        "image/webp",
    ),
    "nothing but a head": lambda: (photograph()[:20], "image/jpeg"),
    "a HEIC that was cut off": lambda: (heic()[:900], "image/heic"),
    "an SVG with a script": lambda: (svg(), "image/png"),
    "a PNG under the name of a JPEG": lambda: (sixteen_bits(), "image/jpeg"),
    "no byte": lambda: (b"", "image/png"),
}
"""Content and type of pictures that cannot be shown."""
