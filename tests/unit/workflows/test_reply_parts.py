"""A reply with files, as each channel takes it."""

import pytest

from scrapbook.channels.twilio.channel import FILES
from scrapbook.messaging.addresses import SMS, WHATSAPP
from scrapbook.messaging.channel import FileLimits
from scrapbook.model.records import Media
from scrapbook.text.segments import BODY_LIMIT
from scrapbook.workflows.reply_parts import ReplyPart, reply_parts

MEGABYTE = 1024 * 1024


def file(content_type: str, size: int = 100) -> Media:
    return Media(f"https://files.example/{content_type}", content_type, "kept", content_type, size)


def parts(*files: Media, kind: str = SMS, text: str = "17:") -> list[tuple[str, str | None]]:
    return [(part.body, part.media_key) for part in reply_parts(text, files, FILES[kind])]


JPEG, HEIC, CARD, PDF, MP4, OGG = map(
    file, ("image/jpeg", "image/heic", "text/vcard", "application/pdf", "video/mp4", "audio/ogg")
)


@pytest.mark.parametrize("first", [JPEG, MP4, OGG])
def test_the_first_picture_video_or_sound_goes_with_the_text(first: Media) -> None:
    assert parts(first, JPEG, PDF) == [
        ("17:", first.key),
        ("", "image/jpeg"),
        ("", "application/pdf"),
    ]


@pytest.mark.parametrize("first", [CARD, PDF])
def test_any_other_file_goes_alone(first: Media) -> None:
    assert parts(first) == [("17:", None), ("", first.key)]


def test_a_long_text_has_its_file_at_the_beginning() -> None:
    text = "so " * BODY_LIMIT
    keys = [key for _, key in parts(JPEG, text=text)]
    assert keys == ["image/jpeg", *[None] * (len(keys) - 1)]
    assert "".join(body for body, _ in parts(JPEG, text=text)) == text


@pytest.mark.parametrize(
    ("kind", "refused", "named"),
    [
        (SMS, file("text/plain"), "text file"),
        (SMS, file("application/octet-stream"), "file"),
        (SMS, file("image/jpeg", 5 * MEGABYTE + 1), "picture"),
        (SMS, file("application/pdf", 5 * MEGABYTE + 1), "PDF"),
        (WHATSAPP, HEIC, "picture"),
        (WHATSAPP, file("image/jpeg", 5 * MEGABYTE + 1), "picture"),
        (WHATSAPP, file("video/mp4", 16 * MEGABYTE + 1), "video"),
    ],
)
def test_what_the_channel_does_not_take_is_named(kind: str, refused: Media, named: str) -> None:
    text = f"17:\nKept, but too large or of the wrong type to send: {named}."
    assert parts(refused, kind=kind) == [(text, None)]
    assert parts(refused, JPEG, kind=kind) == [(text, "image/jpeg")]


@pytest.mark.parametrize(
    ("kind", "taken"),
    [
        (SMS, HEIC),
        (WHATSAPP, file("application/pdf", 16 * MEGABYTE)),
        (SMS, file("audio/x-caf", 60 * MEGABYTE)),
    ],
)
def test_what_it_takes_is_sent(kind: str, taken: Media) -> None:
    assert taken.key in [key for _, key in parts(taken, kind=kind)]


def test_a_channel_that_names_no_files_takes_none() -> None:
    assert reply_parts("17:", [JPEG], FileLimits())[0].media_key is None
    assert reply_parts("17:", [], FileLimits()) == [ReplyPart("17:")]
