"""Encode audio as small files that every phone plays."""

import io

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer

from scrapbook.voice.decoding import SAMPLE_RATE, decode

# Bits per second. RFC 7587, section 3.1.1, recommends 16 to 20 kbit/s for wideband speech.
BIT_RATE = 24_000


def compact(audio: bytes) -> bytes:
    """Return the audio as mono Opus in Ogg, 180 KB a minute: the content type ``COMPACT_AUDIO``.

    Raises:
        AudioUnreadable: as in ``decode``.
    """
    encoded = io.BytesIO()
    with av.open(encoded, mode="w", format="ogg") as container:
        stream = container.add_stream(  # pyright: ignore[reportUnknownMemberType]
            "libopus", rate=SAMPLE_RATE, layout="mono"
        )
        stream.bit_rate = BIT_RATE
        for block in decode(audio):
            frame = AudioFrame.from_ndarray(block.reshape(1, -1), format="flt", layout="mono")
            frame.sample_rate = SAMPLE_RATE
            _write(container, stream, frame)
        _write(container, stream, None)
    return encoded.getvalue()


def _write(container: OutputContainer, stream: AudioStream, frame: AudioFrame | None) -> None:
    """Encode a frame and write it; None flushes the encoder."""
    container.mux(stream.encode(frame))  # pyright: ignore[reportUnknownMemberType]
