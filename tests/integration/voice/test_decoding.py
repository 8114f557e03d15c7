"""Sounds as phones make them, decoded for real."""

import io
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import av
import numpy as np
import pytest

from scrapbook.errors import AudioUnreadable
from scrapbook.voice.decoding import BLOCK_SIZE, SAMPLE_RATE, decode, probe
from tests.integration.voice import bad_sounds
from tests.support.voice_sounds import SOUNDS, samples

SPOKEN = [
    *["whatsapp.ogg", "amr.amr", "amr_with_silence.amr", "amr_in_3gpp.3gp", "aac_in_3gpp.3gp", "aac.m4a"],
    *["mp3.mp3", "wav_8_khz.wav", "wav_16_khz.wav"],
]


def packed(name: str, codec: str, container: str, rate: int, layout: str = "mono") -> bytes:
    """One of the sounds in another format."""
    target = io.BytesIO()
    frame = av.AudioFrame.from_ndarray(samples(name).reshape(1, -1), format="flt", layout="mono")
    frame.sample_rate = SAMPLE_RATE
    with av.open(target, "w", format=container) as opened:
        stream = opened.add_stream(codec, rate=rate, layout=layout)
        stream.codec_context.open()
        size = stream.codec_context.frame_size or 1024
        resampler = av.AudioResampler(stream.format.name, layout, rate, frame_size=size)
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            part.pts = None
            opened.mux(stream.encode(part))
        opened.mux(stream.encode(None))
    return target.getvalue()


@pytest.mark.parametrize("name", SPOKEN)
def test_every_format_of_phones_comes_out_as_samples(name: str) -> None:
    (block,) = decode(SOUNDS / name)
    assert block.dtype == np.float32
    assert block.ndim == 1
    assert 0.05 < np.abs(block).max() <= 1.5
    assert probe(SOUNDS / name) == pytest.approx(block.size / SAMPLE_RATE)


@pytest.mark.parametrize(
    ("codec", "container", "rate", "layout"),
    [
        ("pcm_s16be", "caf", 44_100, "stereo"),
        ("alac", "ipod", 44_100, "stereo"),
        ("aac", "adts", 44_100, "mono"),
        ("flac", "flac", 48_000, "stereo"),
        ("libopus", "webm", 48_000, "stereo"),
        ("pcm_mulaw", "wav", 8_000, "mono"),
        ("pcm_s16be", "aiff", 22_050, "mono"),
    ],
)
def test_other_formats_are_read_as_well(codec: str, container: str, rate: int, layout: str) -> None:
    sound = packed("wav_16_khz.wav", codec, container, rate, layout)
    assert probe(sound) == pytest.approx(probe(SOUNDS / "wav_16_khz.wav"), abs=0.2)


def test_the_silence_frames_of_amr_last_as_long_as_the_silence() -> None:
    assert probe(SOUNDS / "amr_with_silence.amr") == pytest.approx(6.7, abs=0.1)


def test_bytes_and_files_come_out_alike() -> None:
    path = SOUNDS / "whatsapp.ogg"
    assert np.array_equal(np.concatenate(list(decode(path))), np.concatenate(list(decode(path.read_bytes()))))


def test_a_long_sound_comes_in_blocks_of_a_minute() -> None:
    sizes = [block.size for block in decode(bad_sounds.wav(seconds=150))]
    assert sum(sizes) == 150 * SAMPLE_RATE
    assert all(BLOCK_SIZE <= size < BLOCK_SIZE + 2 * SAMPLE_RATE for size in sizes[:-1])


def test_of_a_truncated_sound_the_beginning_is_decoded() -> None:
    sound = (SOUNDS / "long_memo.ogg").read_bytes()
    whole = probe(sound)
    assert whole / 3 < probe(sound[: len(sound) // 2]) < whole * 2 / 3


def test_damage_in_the_middle_costs_no_more_than_the_middle() -> None:
    sound = bytearray((SOUNDS / "mp3.mp3").read_bytes())
    whole = probe(bytes(sound))
    sound[5000:5400] = bytes(400)
    assert probe(bytes(sound)) > whole - 1


NOT_AUDIO = "The file is not audio that can be decoded."
UNKNOWN = "The audio is in an unknown format."
BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (bytes, "The audio is empty."),
    "noise": (bad_sounds.noise, NOT_AUDIO),
    "a picture": (bad_sounds.picture, NOT_AUDIO),
    "a film without sound": (bad_sounds.film_without_sound, "The file contains no audio."),
    "an unknown codec": (partial(bad_sounds.wav, kind=0x7ABC), UNKNOWN),
    "too many channels": (partial(bad_sounds.wav, channels=64), UNKNOWN),
    "one sample a second": (partial(bad_sounds.wav, rate=1, seconds=9000), UNKNOWN),
    "a header alone": (
        partial(bad_sounds.wav, seconds=0),
        "The audio is damaged: nothing of it can be decoded.",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused_in_a_plain_sentence(name: str) -> None:
    make, sentence = BAD[name]
    with pytest.raises(AudioUnreadable) as refused:
        probe(make())
    assert str(refused.value) == sentence
    assert refused.value.permanent


def test_a_playlist_cannot_make_it_read_another_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.wav"
    secret.write_bytes(bad_sounds.wav())
    for sound in (bad_sounds.playlist(str(secret)), f"ffconcat version 1.0\nfile '{secret}'\n".encode()):
        with pytest.raises(AudioUnreadable):
            probe(sound)


@pytest.mark.parametrize("name", SPOKEN)
def test_no_damage_whatever_is_more_than_unreadable(name: str) -> None:
    dice = np.random.default_rng(1)
    sound = np.frombuffer((SOUNDS / name).read_bytes(), np.uint8)
    for _ in range(20):
        damaged = sound.copy()
        damaged[dice.integers(0, min(sound.size, 2000), 30)] = dice.integers(0, 256, 30)
        with suppress(AudioUnreadable):
            assert probe(damaged.tobytes()) > 0
