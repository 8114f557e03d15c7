"""Small media files."""

import io
import math
import struct
import wave

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
OGG = b"OggS\x00\x02" + bytes(22) + b"OpusHead"


def wav(seconds: float = 0.5, loudness: int = 8000, rate: int = 8000) -> bytes:
    """Return a WAV file with a tone; with a loudness of 0, silence."""
    samples = (round(loudness * math.sin(index / 3)) for index in range(int(seconds * rate)))
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 2, rate, 0, "NONE", ""))
        sound.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return file.getvalue()
