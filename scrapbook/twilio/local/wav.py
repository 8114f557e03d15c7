"""Sound as a call records it."""

import io
import wave


def cut(content: bytes, longest: int) -> tuple[bytes, float]:
    """A WAV file, cut to ``longest`` seconds, and how many it has then. ValueError where it is none."""
    try:
        with wave.open(io.BytesIO(content)) as sound:
            parameters = sound.getparams()
            frames = sound.readframes(longest * parameters.framerate)
    except (wave.Error, EOFError):
        raise ValueError("a call carries sound as WAV (PCM), and this is something else") from None
    width = parameters.nchannels * parameters.sampwidth
    return _written(parameters, frames), len(frames) / width / parameters.framerate


def is_silent(content: bytes) -> bool:
    """Whether nothing moves in this WAV file."""
    with wave.open(io.BytesIO(content)) as sound:
        return len(set(sound.readframes(sound.getnframes()))) <= 1


def _written(parameters: "wave._wave_params", frames: bytes) -> bytes:  # pyright: ignore[reportPrivateUsage]
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams(parameters)
        sound.writeframes(frames)
    return file.getvalue()
