"""The addresses of the files of an entry, and how a page shows a picture."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from scrapbook.media.picture_sizes import WIDTHS, is_picture, size_at, widths_of
from scrapbook.store import Media


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """What an ``img`` element says of a picture.

    Attributes:
        src: the address of a size for browsers without ``srcset``.
        srcset: the addresses of all sizes, each with its width.
        width, height: in pixels, in the proportions of the picture; None if its sizes were never made.
        original: the address of the file as it came, which moves if it is an animation.
    """

    src: str
    srcset: str
    width: int | None
    height: int | None
    original: str


def file_address(number: int, index: int, media: Media) -> str:
    """Return the address of a file of an entry, which changes with its content.

    Args:
        number: of the entry.
        index: of the file in ``entry.media``.
    """
    return f"/book/entries/{number}/files/{index + 1}?v={version(media)}"


def shown_picture(number: int, index: int, media: Media) -> ShownPicture | None:
    """Return how a picture of an entry is shown. None for another file, and for a picture that cannot be.

    Args:
        number: of the entry.
        index: of the picture in ``entry.media``.
    """
    if not media.key or not is_picture(media.content_type) or media.picture_problem:
        return None
    original = file_address(number, index, media)
    path, _, query = original.partition("?")
    sizes = _sizes(media)
    addresses = {nominal: f"{path}/{nominal}?{query}" for nominal in sizes}
    width, height = list(sizes.values())[-1]
    return ShownPicture(
        src=list(addresses.values())[:2][-1],
        srcset=", ".join(f"{address} {sizes[nominal][0]}w" for nominal, address in addresses.items()),
        width=width if height else None,
        height=height,
        original=original,
    )


def digest(key: str) -> str:
    """Return the hash of the content by its key in the media store."""
    return PurePosixPath(key).stem


def version(media: Media) -> str:
    """Return what stands in an address for the content of a file: no other content has it."""
    return digest(media.key or "")[:12]


def _sizes(media: Media) -> dict[int, tuple[int, int | None]]:
    """Return the widths and heights of a picture by their nominal widths; no height if it is unknown."""
    width, height = media.width or 0, media.height or 0
    if width <= 0 or height <= 0:  # a restored database may have any number
        return {nominal: (nominal, None) for nominal in WIDTHS}
    return {nominal: size_at(width, height, nominal) for nominal in widths_of(width)}
