"""The process that decodes pictures: the system limits its time and its memory, and it can write no file.

``media/picture_resizer.py`` starts it, and asks for the sizes of a picture with a line of JSON on standard
input, and the bytes of the picture behind it. It answers with a line on standard output.
"""

import json
import os
import sys
from base64 import b64encode
from typing import Any

import pillow_heif
from PIL import AvifImagePlugin, Image, ImageFile

from scrapbook.errors import PictureUnreadable
from scrapbook.media.resizing import resize
from scrapbook.sandbox.limits import limit_process, time_limit

MAX_MEMORY = 640 * 1024 * 1024
"""Bytes. The costliest picture that a phone makes, 48 megapixels in HEIC, takes 370 MB."""

MAX_PROCESSOR_SECONDS = 10
"""Of one picture. Those of 48 megapixels take one to two."""


def main() -> None:
    """Answer requests until standard input is closed."""
    limit_process(MAX_MEMORY)
    _prepare_decoders()
    while header := sys.stdin.buffer.readline():
        answer = _answer(**json.loads(header))
        sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
        sys.stdout.buffer.flush()


def _prepare_decoders() -> None:
    Image.MAX_IMAGE_PIXELS = None  # resizing.py has a limit that is an error and not a warning
    # Most of a picture that was cut off is better than none.
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    pillow_heif.register_heif_opener(  # pyright: ignore[reportUnknownMemberType]
        thumbnails=False, decode_threads=1
    )
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1


def _answer(content_type: str, size: int, seconds: float) -> dict[str, Any]:
    """Return the sizes of a picture, or why there are none. Ends the process if they take too much memory."""
    with time_limit(seconds, MAX_PROCESSOR_SECONDS):
        content = sys.stdin.buffer.read(size)
        try:
            resized = resize(content, content_type)
            variants = {str(width): b64encode(file).decode() for width, file in resized.variants.items()}
        except PictureUnreadable as error:
            return {"failure": str(error)}
        except MemoryError:
            os._exit(1)  # which frees it, and leaves no damaged process for the next picture
        except Exception as error:  # noqa: BLE001 - a picture must not be able to cost more than itself
            return {"failure": f"The picture cannot be read: {type(error).__name__}"}
        return {"width": resized.width, "height": resized.height, "variants": variants}


if __name__ == "__main__":
    main()
