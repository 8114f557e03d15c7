"""Files that are not what they claim to be, or not what they should be."""

import io
import random
import struct

import av
import numpy as np

MEGABYTE = 1024 * 1024


def noise() -> bytes:
    return random.Random(1).randbytes(16 * MEGABYTE)


def picture() -> bytes:
    """A PNG."""
    target = io.BytesIO()
    with av.open(target, "w", format="image2pipe") as container:
        stream = container.add_stream("png")
        stream.width = stream.height = 64
        stream.pix_fmt = "rgb24"
        image = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
        container.mux([*stream.encode(image), *stream.encode(None)])
    return target.getvalue()


def film_without_sound() -> bytes:
    target = io.BytesIO()
    with av.open(target, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width = stream.height = 64
        image = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
        container.mux([*stream.encode(image.reformat(format="yuv420p")), *stream.encode(None)])
    return target.getvalue()


def wav(kind: int = 1, channels: int = 1, rate: int = 16_000, seconds: float = 1.0) -> bytes:
    """A WAV file of silence whose header says whatever it is told to.

    Args:
        kind: 1 is PCM.
    """
    data = bytes(int(2 * channels * rate * seconds))
    form = struct.pack("<HHIIHH", kind, channels, rate, 2 * channels * rate, 2 * channels, 16)
    chunks = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks


def playlist(path: str) -> bytes:
    """What would have FFmpeg open another file."""
    lines = ["#EXTM3U", "#EXT-X-TARGETDURATION:10", "#EXTINF:10,", f"file://{path}", "#EXT-X-ENDLIST"]
    return "\n".join(lines).encode()


def silence(hours: float) -> bytes:
    """AMR that says nothing: 20 ms in each byte."""
    return b"#!AMR\n" + b"\x7c" * int(hours * 3600 * 50)
