"""Sounds made small enough for a phone, and into what every phone plays."""

import pytest

from scrapbook.errors import AudioUnreadable
from scrapbook.paths import ROOT
from scrapbook.text.file_types import identify
from scrapbook.voice.decoding import probe
from scrapbook.voice.encoding import compact

SOUNDS = ROOT / "tests" / "sounds"


@pytest.mark.parametrize("file", ["wav_8_khz.wav", "wav_16_khz.wav", "amr_with_silence.amr", "aac.m4a"])
def test_a_compact_sound_is_as_long_as_the_sound(file: str) -> None:
    sound = (SOUNDS / file).read_bytes()
    small = compact(sound)
    assert identify(small) == "audio/ogg"
    assert probe(small) == pytest.approx(probe(sound), abs=0.05)


def test_a_recorded_call_takes_a_fifth_of_the_room() -> None:
    sound = (SOUNDS / "wav_8_khz.wav").read_bytes()
    assert len(compact(sound)) < len(sound) / 5


def test_what_is_no_sound_is_not_made_one() -> None:
    with pytest.raises(AudioUnreadable):
        compact(b"\x89PNG\r\n\x1a\n")
