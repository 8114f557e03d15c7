"""Sounds made small, and into what every phone plays."""

import io

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer

from scrapbook.voice.decoding import SAMPLE_RATE, decoded

# Bits per second. Speech in wideband is transparent to most from here on (RFC 7587, section 3.1.1: 16 to 20).
BIT_RATE = 24_000


def compact(sound: bytes) -> bytes:
    """The sound as Opus in Ogg, mono, 180 KB a minute: what ``COMPACT_SOUND`` says.

    Raises:
        SoundUnreadable: as ``decoded`` does.
    """
    small = io.BytesIO()
    with av.open(small, mode="w", format="ogg") as container:
        stream = container.add_stream(  # pyright: ignore[reportUnknownMemberType]
            "libopus", rate=SAMPLE_RATE, layout="mono"
        )
        stream.bit_rate = BIT_RATE
        for block in decoded(sound):
            frame = AudioFrame.from_ndarray(block.reshape(1, -1), format="flt", layout="mono")
            frame.sample_rate = SAMPLE_RATE
            _write(container, stream, frame)
        _write(container, stream, None)
    return small.getvalue()


def _write(container: OutputContainer, stream: AudioStream, frame: AudioFrame | None) -> None:
    """None writes what the encoder has held back."""
    container.mux(stream.encode(frame))  # pyright: ignore[reportUnknownMemberType]
