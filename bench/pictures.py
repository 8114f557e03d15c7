"""What the sizes of pictures cost in each format: ``python -m bench.pictures FOLDER``, one of photographs.

Each is encoded in each width; bytes and processor time are the mean of all. Without a folder, pictures are
made up of noise at each scale.
"""

import io
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import mean

import numpy as np
from PIL import Image

from scrapbook.media.picture_sizes import WIDTHS, size_at
from scrapbook.media.resizing import METHOD, QUALITY, resize

FORMATS = {
    "JPEG, progressive, quality 80": {"format": "JPEG", "quality": 80, "progressive": True, "optimize": True},
    **{
        f"WebP, quality {QUALITY}, method {method}": {"format": "WEBP", "quality": QUALITY, "method": method}
        for method in (0, METHOD, 4)
    },
    "AVIF, quality 60, speed 8": {"format": "AVIF", "quality": 60, "speed": 8, "max_threads": 1},
}


def main(folder: Path | None) -> None:
    photographs = [path.read_bytes() for path in sorted(folder.glob("*.jp*g"))] if folder else list(made_up())
    large = [content for content in photographs if min(Image.open(io.BytesIO(content)).size) >= 1000]
    print(f"{len(large)} photographs of {mean(map(len, large)) / 1000:,.0f} kB on average")
    took = mean(seconds(lambda content=content: resize(content, "image/jpeg")) for content in large)
    print(f"all sizes of one: {1000 * took:.0f} ms of the processor")
    print(f"{'':32}" + "".join(f"{width:>8} {'ms':>6}" for width in WIDTHS))
    for name, options in FORMATS.items():
        print(f"{name:32}" + "".join(cell(large, width, options) for width in WIDTHS))


def cell(photographs: list[bytes], width: int, options: dict[str, object]) -> str:
    """Kilobytes and milliseconds of one encoding, the mean of all photographs."""
    sizes, took = list[int](), list[float]()
    for content in photographs:
        whole = Image.open(io.BytesIO(content))
        picture = whole.resize(size_at(*whole.size, width), Image.Resampling.LANCZOS, reducing_gap=2.0)
        file = io.BytesIO()
        took.append(seconds(lambda picture=picture, file=file: picture.save(file, **options)))
        sizes.append(len(file.getvalue()))
    return f"{mean(sizes) / 1000:5.0f} kB {1000 * mean(took):6.0f}"


def seconds(work: Callable[[], object]) -> float:
    """Of the processor."""
    began = time.process_time()
    work()
    return time.process_time() - began


def made_up(count: int = 4, width: int = 4032, height: int = 3024) -> Iterator[bytes]:
    dice = np.random.default_rng(1)
    for _ in range(count):
        picture = np.full((height, width, 3), 128.0)
        for scale in (4, 16, 64, 256, 1024):
            shape = (height // scale + 2, width // scale + 2, 3)
            coarse = Image.fromarray(dice.integers(0, 256, shape, dtype=np.uint8))
            fine = coarse.resize((width, height), Image.Resampling.BICUBIC)
            picture += (np.asarray(fine, dtype=np.float32) - 128) * min(scale / 256, 1) * 0.4
        file = io.BytesIO()
        Image.fromarray(picture.clip(0, 255).astype(np.uint8)).save(file, format="JPEG", quality=90)
        yield file.getvalue()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
