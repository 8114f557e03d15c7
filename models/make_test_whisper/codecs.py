"""Sound as phones and carriers pack it, to bytes and back, by the FFmpeg that comes with PyAV."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field

import av
import numpy as np

from .espeak import RATE


@dataclass(frozen=True)
class Format:
    """A container and what is in it; `rate` in Hz, `bit_rate` in bits per second (0: the codec has none)."""

    container: str
    codec: str
    rate: int
    bit_rate: int = 0
    suffix: str = ""
    content_type: str = ""
    options: dict[str, str] = field(default_factory=dict)


_AMR = "libopencore_amrnb"
FORMATS = {
    "wav-16k": Format("wav", "pcm_s16le", 16000, 0, ".wav", "audio/wav"),
    "wav-8k": Format("wav", "pcm_s16le", 8000, 0, ".wav", "audio/wav"),
    "ogg-opus": Format("ogg", "libopus", 16000, 16000, ".ogg", "audio/ogg"),
    "amr": Format("amr", _AMR, 8000, 12200, ".amr", "audio/amr"),
    "amr-dtx": Format("amr", _AMR, 8000, 12200, ".amr", "audio/amr", {"dtx": "1"}),
    "mp3": Format("mp3", "libmp3lame", 16000, 32000, ".mp3", "audio/mpeg"),
    "mp4-aac": Format("ipod", "aac", 16000, 32000, ".m4a", "audio/mp4"),
    "3gp-aac": Format("3gp", "aac", 16000, 24000, ".3gp", "audio/3gpp"),
    "3gp-amr": Format("3gp", _AMR, 8000, 12200, ".3gp", "audio/3gpp"),
}


def encode(samples: np.ndarray, form: Format) -> bytes:
    """int16 [n] at 16 kHz as a file of that format."""
    target = io.BytesIO()
    with av.open(target, "w", format=form.container) as container:
        stream = container.add_stream(form.codec, rate=form.rate, layout="mono", options=form.options)
        if form.bit_rate:
            stream.bit_rate = form.bit_rate
        for frame in _resampled(samples, stream.format.name, form.rate):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return target.getvalue()


def decode(data: bytes) -> np.ndarray:
    """Any of the formats as int16 [n] at 16 kHz."""
    resampler = av.AudioResampler("s16", "mono", RATE)
    with av.open(io.BytesIO(data)) as container:
        frames = [part for frame in _frames(container) for part in resampler.resample(frame)]
    frames += resampler.resample(None)
    return np.concatenate([frame.to_ndarray()[0] for frame in frames])


def _frames(container: av.container.InputContainer) -> Iterator[av.AudioFrame]:
    stream = container.streams.audio[0]
    if stream.codec_context.name != "amrnb":
        yield from container.decode(stream)
        return
    # FFmpeg's own decoder has no SID frames (the silence of AMR with DTX); the one of opencore-amr has.
    decoder = av.CodecContext.create(_AMR, "r")
    decoder.sample_rate, decoder.layout = 8000, "mono"
    for packet in container.demux(stream):
        if packet.size:
            yield from decoder.decode(av.Packet(bytes(packet)))


def _resampled(samples: np.ndarray, sample_format: str, rate: int) -> list[av.AudioFrame]:
    frame = av.AudioFrame.from_ndarray(samples[None, :], "s16", "mono")
    frame.sample_rate = RATE
    resampler = av.AudioResampler(sample_format, "mono", rate)
    return [*resampler.resample(frame), *resampler.resample(None)]
