"""Pictures in the sizes in which they are shown, made by the process with limits."""

import io
import sys
import time
from collections.abc import Iterator, Sequence

import pytest
from PIL import Image, ImageCms

from scrapbook.errors import PictureUnreadable
from scrapbook.media import picture_process
from scrapbook.media.picture_resizer import PictureResizer
from scrapbook.media.picture_sizes import ResizedPicture, nearest_width, size_at, widths_of
from scrapbook.text.file_types import identify
from tests.support import pictures
from tests.support.pictures import BLUE, GREEN, RED, drawn, encoded


@pytest.fixture(scope="module")
def resizer() -> Iterator[PictureResizer]:
    resizer = PictureResizer()
    yield resizer
    resizer.close()


def opened(resized: ResizedPicture, nominal: int) -> Image.Image:
    return Image.open(io.BytesIO(resized.variants[nominal]))


def is_like(picture: Image.Image, x: float, y: float, colour: tuple[int, ...], by: int = 14) -> bool:
    """Whether the picture has about that colour there; the place is in parts of its width and height."""
    found = picture.convert("RGB").getpixel((int(x * picture.width), int(y * picture.height)))
    assert isinstance(found, tuple)
    return all(abs(one - other) <= by for one, other in zip(found, colour, strict=True))


def is_as_drawn(picture: Image.Image) -> bool:
    places = ((0.1, 0.1, GREEN), (0.9, 0.9, BLUE), (0.9, 0.1, RED), (0.1, 0.9, RED), (0.5, 0.5, RED))
    return all(is_like(picture, *place) for place in places)


def test_a_photograph_is_made_in_each_width(resizer: PictureResizer) -> None:
    resized = resizer.resize(pictures.photograph(4032, 3024), "image/jpeg")
    assert (resized.width, resized.height) == (4032, 3024)
    sizes = {nominal: opened(resized, nominal).size for nominal in resized.variants}
    assert sizes == {1920: (1920, 1440), 960: (960, 720), 480: (480, 360)}
    assert all(is_as_drawn(opened(resized, nominal)) for nominal in sizes)


def test_no_picture_is_enlarged(resizer: PictureResizer) -> None:
    resized = resizer.resize(pictures.photograph(700, 500), "image/jpeg")
    assert {nominal: opened(resized, nominal).size for nominal in resized.variants} == {
        480: (480, 343),
        960: (700, 500),
    }
    assert list(resizer.resize(encoded(drawn(40, 30), "PNG"), "image/png").variants) == [480]


def test_widths_are_those_that_are_needed() -> None:
    assert widths_of(300) == widths_of(480) == (480,)
    assert widths_of(481) == (480, 960)
    assert widths_of(5000) == (480, 960, 1920)
    assert [nearest_width(700, wanted) for wanted in (480, 960, 1920)] == [480, 960, 960]
    assert size_at(3000, 60_000, 1920) == (819, 16_383)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_as_it_was_held(resizer: PictureResizer, orientation: int) -> None:
    resized = resizer.resize(pictures.photograph(orientation=orientation), "image/jpeg")
    assert (resized.width, resized.height) == (1200, 800)
    assert opened(resized, 480).size == (480, 320)
    assert is_as_drawn(opened(resized, 480))


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (pictures.photograph(), "image/jpeg"),
        (pictures.heic(), "image/heic"),
        (encoded(drawn(600, 400), "AVIF", exif=pictures.exif()), "image/avif"),
        (encoded(drawn(600, 400), "PNG", exif=pictures.exif()), "image/png"),
        (encoded(drawn(600, 400), "WEBP", exif=pictures.exif(), xmp=b"<x:xmpmeta/>"), "image/webp"),
    ],
    ids=["JPEG", "HEIC", "AVIF", "PNG", "WebP"],
)
def test_nothing_of_where_and_by_whom_it_was_taken_stays(
    resizer: PictureResizer, content: bytes, content_type: str
) -> None:
    assert b"Ada" in content or b"xmpmeta" in content
    for variant in resizer.resize(content, content_type).variants.values():
        image = Image.open(io.BytesIO(variant))
        assert (dict(image.getexif()), image.info.get("icc_profile"), image.info.get("xmp")) == (
            {},
            None,
            None,
        )
        assert not any(word in variant for word in (b"Ada", b"EXIF", b"XMP ", b"ICCP", b"xmpmeta"))


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (pictures.heic(), "image/heic"),
        (encoded(drawn(600, 400), "AVIF"), "image/avif"),
        (encoded(drawn(600, 400), "BMP"), "image/bmp"),
        (encoded(drawn(600, 400).convert("P", palette=Image.Palette.ADAPTIVE), "PNG"), "image/png"),
        (pictures.animation("GIF"), "image/gif"),
        (pictures.animation("WEBP"), "image/webp"),
        (encoded(drawn(600, 400).convert("CMYK"), "JPEG"), "image/jpeg"),
    ],
    ids=["HEIC", "AVIF", "BMP", "palette", "first of a GIF", "first of a WebP", "CMYK"],
)
def test_every_kind_of_picture_is_shown(resizer: PictureResizer, content: bytes, content_type: str) -> None:
    shown = opened(resizer.resize(content, content_type), 480)
    assert shown.format == "WEBP"
    assert not getattr(shown, "is_animated", False)
    assert is_as_drawn(shown)


def test_sixteen_bits_of_grey_become_eight(resizer: PictureResizer) -> None:
    shown = opened(resizer.resize(pictures.sixteen_bits(), "image/png"), 480)
    assert is_like(shown, 0.5, 0.5, (128, 128, 128), by=2)


def test_what_is_transparent_stays_so(resizer: PictureResizer) -> None:
    sticker = drawn(600, 400).convert("RGBA")
    sticker.paste((0, 0, 0, 0), (400, 0, 600, 100))
    shown = opened(resizer.resize(encoded(sticker, "PNG"), "image/png"), 480)
    assert shown.mode == "RGBA"
    alpha = shown.getchannel("A")
    assert (alpha.getpixel((460, 10)), alpha.getpixel((10, 10))) == (0, 255)
    opaque = encoded(drawn(600, 400).convert("RGBA"), "PNG")
    assert opened(resizer.resize(opaque, "image/png"), 480).mode == "RGB"


def test_a_tall_picture_keeps_its_width(resizer: PictureResizer) -> None:
    resized = resizer.resize(encoded(drawn(100, 4_000), "PNG"), "image/png")
    assert [opened(resized, nominal).size for nominal in resized.variants] == [(100, 4_000)]
    resized = resizer.resize(encoded(drawn(500, 40_000), "PNG"), "image/png")
    assert opened(resized, 960).size == (205, 16_383)


def test_colours_are_those_of_the_profile(resizer: PictureResizer) -> None:
    # In this profile red and blue have changed places, so it shows whether it was used.
    swapped = profile_with_red_and_blue_swapped()
    content = encoded(Image.new("RGB", (60, 40), (220, 20, 20)), "PNG", icc_profile=swapped)
    red, _, blue = opened(resizer.resize(content, "image/png"), 480).convert("RGB").getpixel((30, 20))  # type: ignore[misc]
    assert blue > 180 > 60 > red


def profile_with_red_and_blue_swapped() -> bytes:
    """The profile of sRGB, with the tags of its red and its blue primary renamed."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"____").replace(b"bXYZ", b"rXYZ").replace(b"____", b"bXYZ")


@pytest.mark.parametrize(
    "profile", [b"nonsense", pictures.profile_of_other_colours()], ids=["damaged", "of other colours"]
)
def test_a_profile_that_cannot_be_used_is_passed_over(resizer: PictureResizer, profile: bytes) -> None:
    content = encoded(drawn(600, 400), "PNG", icc_profile=profile)
    assert is_as_drawn(opened(resizer.resize(content, "image/png"), 480))


def test_a_photograph_that_was_cut_off_is_shown_as_far_as_it_goes(resizer: PictureResizer) -> None:
    content = encoded(drawn(1200, 800), "JPEG", quality=90)
    shown = opened(resizer.resize(content[: len(content) * 2 // 3], "image/jpeg"), 480)
    assert is_like(shown, 0.1, 0.1, GREEN)
    assert not is_like(shown, 0.9, 0.95, BLUE)


@pytest.mark.parametrize("kind", pictures.HOSTILE)
def test_a_hostile_picture_is_refused_and_the_next_is_made(resizer: PictureResizer, kind: str) -> None:
    content, content_type = pictures.HOSTILE[kind]()
    began = time.monotonic()
    with pytest.raises(PictureUnreadable) as caught:
        resizer.resize(content, content_type)
    assert caught.value.permanent
    assert time.monotonic() - began < 60
    assert is_as_drawn(opened(resizer.resize(pictures.photograph(), "image/jpeg"), 480))


def test_what_follows_the_last_pixel_is_not_unpacked(resizer: PictureResizer) -> None:
    content = pictures.png(100, 100, pictures.zeros(300_000_000))
    assert is_like(opened(resizer.resize(content, "image/png"), 480), 0.5, 0.5, (0, 0, 0))


@pytest.mark.parametrize("content", [pictures.gif_that_is_a_script(), pictures.jpeg_that_is_a_page()])
def test_of_a_picture_that_is_something_else_too_the_picture_alone_is_left(
    resizer: PictureResizer, content: bytes
) -> None:
    for variant in resizer.resize(content, identify(content)).variants.values():
        assert variant.startswith(b"RIFF")
        assert not any(word in variant for word in (b"script", b"window", b"/*"))


def test_a_picture_that_takes_too_long_may_be_tried_again(resizer: PictureResizer) -> None:
    content = pictures.progressive_without_end()
    with pytest.raises(PictureUnreadable) as caught:
        resizer.resize(content, "image/jpeg", seconds=0.5)
    assert not caught.value.permanent


def program(code: str) -> Sequence[str]:
    return sys.executable, "-c", code


@pytest.mark.parametrize(
    "answer",
    [
        "no JSON",
        "[]",
        '{"width": 10}',
        '{"width": 10, "height": 10, "variants": {}}',
        '{"width": 0, "height": 0, "variants": {"480": "UklGRgAAAABXRUJQ"}}',
        '{"width": 9, "height": 9, "variants": {"480": "PGh0bWw+PC9odG1sPg=="}}',
        '{"width": 9, "height": 9, "variants": {"../../x": "UklGRgAAAABXRUJQ"}}',
        '{"width": 9, "height": 9, "variants": {"960": "UklGRgAAAABXRUJQ"}}',
    ],
)
def test_a_process_that_does_not_answer_as_it_should_is_not_believed(answer: str) -> None:
    resizer = PictureResizer(program(f"import sys; sys.stdin.readline(); print({answer!r})"))
    with pytest.raises(PictureUnreadable):
        resizer.resize(b"", "image/png", seconds=10)
    resizer.close()


def test_the_system_limits_the_memory_and_the_processor_of_the_process() -> None:
    code = f"""
import json, resource, sys
from {picture_process.__name__} import MAX_MEMORY, limit_process, time_limit
limit_process(MAX_MEMORY)
sys.stdin.readline()
try:
    bytearray(2 * MAX_MEMORY)
    memory = "as much as it wants"
except MemoryError:
    memory = "limited"
print(json.dumps({{"failure": memory}}), flush=True)
sys.stdin.readline()
with time_limit(60, 1):
    while True: pass
"""
    resizer = PictureResizer(program(code))
    with pytest.raises(PictureUnreadable, match="limited" if sys.platform == "linux" else ""):
        resizer.resize(b"", "image/png", seconds=60)
    began = time.monotonic()
    with pytest.raises(PictureUnreadable, match="too much") as caught:
        resizer.resize(b"", "image/png", seconds=60)
    assert caught.value.permanent
    assert time.monotonic() - began < 50
    resizer.close()
