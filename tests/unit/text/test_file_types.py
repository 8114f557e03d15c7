"""What a file is, told by its bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapbook.text.file_types import UNKNOWN, extension, identify, is_audio


def iso(brand: bytes, *tracks: bytes) -> bytes:
    """The beginning of a file of the MP4 family, and the kinds of its tracks."""
    boxes = b"".join(b"\0\0\0\x20hdlr" + bytes(8) + track + bytes(12) for track in tracks)
    return b"\0\0\0\x18ftyp" + brand + bytes(4) + b"isom" + brand + boxes


def ebml(codec: bytes, kind: bytes = b"\x84webm") -> bytes:
    return b"\x1a\x45\xdf\xa3\x9f\x42\x82" + kind + bytes(20) + codec


@pytest.mark.parametrize(
    ("content", "content_type", "suffix"),
    [
        (b"OggS\x00\x02" + bytes(22) + b"OpusHead", "audio/ogg", ".ogg"),
        (b"#!AMR\n" + bytes(32), "audio/amr", ".amr"),
        (b"#!AMR-WB\n" + bytes(32), "audio/amr-wb", ".awb"),
        (iso(b"M4A ", b"soun"), "audio/mp4", ".m4a"),
        (iso(b"mp42", b"soun"), "audio/mp4", ".m4a"),
        (iso(b"dash", b"soun"), "audio/mp4", ".m4a"),
        (iso(b"isom", b"vide", b"soun"), "video/mp4", ".mp4"),
        (iso(b"3gp4", b"soun"), "audio/3gpp", ".3gp"),
        (iso(b"3gp6", b"soun", b"vide"), "video/3gpp", ".3gp"),
        (iso(b"3g2a", b"soun"), "audio/3gpp2", ".3g2"),
        (b"ID3\x04" + bytes(32), "audio/mpeg", ".mp3"),
        (b"\xff\xfb\x90\x64" + bytes(32), "audio/mpeg", ".mp3"),
        (b"\xff\xf3\x40\xc0" + bytes(32), "audio/mpeg", ".mp3"),
        (b"\xff\xe3\x18\xc4" + bytes(32), "audio/mpeg", ".mp3"),  # 8 kHz
        (b"\xff\xf1\x60\x40" + bytes(32), "audio/aac", ".aac"),
        (b"RIFF\x24\0\0\0WAVEfmt " + bytes(32), "audio/wav", ".wav"),
        (b"caff\x00\x01\x00\x00desc", "audio/x-caf", ".caf"),
        (b"fLaC\x00\x00\x00\x22", "audio/flac", ".flac"),
        (ebml(b"A_OPUS"), "audio/webm", ".webm"),
        (ebml(b"V_VP9 A_OPUS"), "video/webm", ".webm"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", "image/jpeg", ".jpg"),
        (b"\xff\xd8\xff\xdb\x00\x43", "image/jpeg", ".jpg"),
        (b"\x89PNG\r\n\x1a\n" + bytes(32), "image/png", ".png"),
        (b"GIF89a" + bytes(32), "image/gif", ".gif"),
        (b"RIFF\x24\0\0\0WEBPVP8 " + bytes(32), "image/webp", ".webp"),
        (iso(b"heic"), "image/heic", ".heic"),
        (b"%PDF-1.4\n", "application/pdf", ".pdf"),
        (iso(b"qt  ", b"vide", b"soun"), "video/quicktime", ".mov"),
        (iso(b"qt  ", b"soun"), "audio/quicktime", ".mov"),
        (iso(b"M4V ", b"vide"), "video/mp4", ".mp4"),
        (ebml(b"V_MPEG4/ISO/AVC A_AAC", b"\x88matroska"), "video/x-matroska", ".mkv"),
        (ebml(b"A_AAC", b"\x88matroska"), "audio/x-matroska", ".mka"),
        (b"BEGIN:VCARD\r\nVERSION:3.0\r\n", "text/vcard", ".vcf"),
        (b"\xef\xbb\xbf\r\nbegin:vcard\r\nVERSION:2.1\r\n", "text/vcard", ".vcf"),
        ("BEGIN:VCARD\nFN:Zoë\n".encode("utf-16"), "text/vcard", ".vcf"),
        (b"BEGIN:VCALENDAR\nVERSION:2.0\n", "text/calendar", ".ics"),
        (b"{\\rtf1\\ansi hello}", "text/rtf", ".rtf"),
        (b"<!DOCTYPE html><p>hello", "text/html", ".html"),
        (b"<?xml version='1.0'?><svg/>", "text/xml", ".xml"),
        (b"a thought", "text/plain", ".txt"),
        (b"\tone line\r\nand another\f", "text/plain", ".txt"),
        ("naïve café, 10 €".encode(), "text/plain", ".txt"),
        ("naïve café".encode("latin-1"), "text/plain", ".txt"),
        ("こんにちは".encode("shift_jis"), "text/plain", ".txt"),
        ("こんにちは".encode("iso2022_jp"), "text/plain", ".txt"),
        ("Привет".encode("koi8-r"), "text/plain", ".txt"),
        ("naïve café".encode("utf-16"), "text/plain", ".txt"),
    ],
)
def test_it_knows_what_phones_send(content: bytes, content_type: str, suffix: str):
    assert identify(content) == content_type
    assert extension(content_type) == suffix


@pytest.mark.parametrize(
    "content", [b"", bytes(64), b"RIFF\0", b"\0\0\0\x18ftyq", b"a\0b", b"\x01\x02", b"\x7fELF\x02\x01"]
)
def test_what_nobody_knows_is_unknown(content: bytes):
    assert identify(content) == UNKNOWN


def test_an_unknown_type_has_a_plain_extension():
    assert extension("application/x-nobody-knows") == ".bin"
    assert extension("") == ".bin"


@pytest.mark.parametrize("content_type", ["audio/ogg", "audio/mp4"])
def test_a_memo_is_a_sound_and_a_film_is_none(content_type: str):
    assert is_audio(content_type)
    assert not is_audio(content_type.replace("audio", "video"))


SIGNATURES = (
    b"",
    b"OggS",
    b"\0\0\0\x18ftyp",
    b"\xff\xff\xff\xffftyp",
    b"RIFF",
    b"\x1a\x45\xdf\xa3",
    b"PK\x03\x04",
)


@given(st.sampled_from(SIGNATURES), st.binary(max_size=300))
def test_no_file_is_too_strange_for_an_answer(signature: bytes, rest: bytes):
    assert "/" in identify(signature + rest)
