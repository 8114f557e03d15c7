"""WAV files, as calls record them."""

import io
import wave


def trim(content: bytes, max_seconds: int) -> tuple[bytes, float]:
    """Return a WAV file that is cut after ``max_seconds``, and its length in seconds.

    Raises ValueError if ``content`` is no WAV file.
    """
    try:
        with wave.open(io.BytesIO(content)) as audio:
            parameters = audio.getparams()
            frames = audio.readframes(max_seconds * parameters.framerate)
    except (wave.Error, EOFError):
        raise ValueError("the audio of a call must be a WAV file (PCM)") from None
    width = parameters.nchannels * parameters.sampwidth
    return _write(parameters, frames), len(frames) / width / parameters.framerate


def is_silent(content: bytes) -> bool:
    """Return whether all bytes of the audio are equal."""
    with wave.open(io.BytesIO(content)) as audio:
        return len(set(audio.readframes(audio.getnframes()))) <= 1


def _write(parameters: "wave._wave_params", frames: bytes) -> bytes:  # pyright: ignore[reportPrivateUsage]
    file = io.BytesIO()
    with wave.open(file, "wb") as audio:
        audio.setparams(parameters)
        audio.writeframes(frames)
    return file.getvalue()
