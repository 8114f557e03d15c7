"""The picture and the video of a Live Photo have the same identifier."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapbook.text.live_photos import live_photo_id
from tests.support.files import LIVE_PICTURE, LIVE_VIDEO, VIDEO
from tests.support.sounds import PNG

ID = "6C1F2A34-9B7D-4E52-8A10-3F5E6D7C8B9A"


def test_both_files_name_it() -> None:
    assert live_photo_id(LIVE_PICTURE, "image/jpeg") == ID
    assert live_photo_id(LIVE_VIDEO, "video/quicktime") == ID


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (VIDEO, "video/mp4"),
        (PNG, "image/png"),
        (LIVE_VIDEO, "audio/ogg"),
        (LIVE_PICTURE.replace(b"\0\x11\0\x02", b"\0\x12\0\x02"), "image/jpeg"),
        (LIVE_VIDEO.replace(ID.encode(), b"x" * len(ID)), "video/quicktime"),
        (b"com.apple.quicktime.content.identifier" * 100_000, "video/quicktime"),
        (b"Apple iOS\0\0\1MM\xff\xff" + bytes(12), "image/jpeg"),
    ],
)
def test_other_files_name_none(content: bytes, content_type: str) -> None:
    assert live_photo_id(content, content_type) is None


@given(st.binary(max_size=200), st.sampled_from(["image/jpeg", "video/quicktime"]))
def test_no_file_is_too_strange_for_an_answer(rest: bytes, content_type: str) -> None:
    for beginning in (b"Apple iOS\0", b"com.apple.quicktime.content.identifier"):
        assert live_photo_id(beginning + rest, content_type) is None
