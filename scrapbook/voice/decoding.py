"""Decode audio in any format that phones send.

The bytes are not trusted, so every cost is bounded: only audio containers are opened (a playlist could name
other files), the decoded length is limited, and samples are yielded a minute at a time, so that an hour takes
no more memory than a minute.
"""

import io
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TypeAlias, cast

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.fifo import AudioFifo
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.codec.codec import codecs_available
from av.codec.context import CodecContext
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from numpy.typing import NDArray

from scrapbook.errors import AudioUnreadable

Samples = NDArray[np.float32]
AudioPacket: TypeAlias = "Packet[AudioStream]"

# Hertz: the rate that the Whisper models were trained on.
SAMPLE_RATE = 16_000
MAX_SECONDS = 4 * 3600
# Samples: one minute.
BLOCK_SIZE = 60 * SAMPLE_RATE

# FFmpeg's names; "mov" stands for MP4, M4A and 3GPP.
CONTAINERS = "aac,aiff,amr,asf,au,avi,caf,flac,matroska,mov,mp3,mpegts,ogg,w64,wav"
# FFmpeg's own AMR decoders reject the silence frames that phones send between words; these decode them.
PREFERRED_DECODERS = {"amrnb": "libopencore_amrnb", "amrwb": "libopencore_amrwb"}
# Hertz. At a lower rate, resampling would stretch a small frame into hours.
MIN_SAMPLE_RATE = 4_000
# Decoded values of all channels: the longest recording in stereo at 48 kHz.
MAX_VALUES = MAX_SECONDS * 48_000 * 2

EMPTY = "The audio is empty."
NOT_AUDIO = "The file is not audio that can be decoded."
NO_AUDIO_STREAM = "The file contains no audio."
UNKNOWN_CODEC = "The audio is in an unknown format."
DAMAGED = "The audio is damaged: nothing of it can be decoded."
TOO_LONG = f"The audio is longer than {MAX_SECONDS // 3600} hours."


def probe(audio: bytes | Path) -> float:
    """Return the duration in seconds, found by decoding the audio: its header can be wrong.

    Raises:
        AudioUnreadable: as in ``decode``.
    """
    return duration_of(decode(audio))


def duration_of(blocks: Iterable[Samples]) -> float:
    """Return the duration of all blocks, in seconds."""
    return sum(block.size for block in blocks) / SAMPLE_RATE


def decode(audio: bytes | Path) -> Iterator[Samples]:
    """Yield samples: mono, 16 kHz, -1 to 1, in blocks of a minute, the last one shorter.

    Damaged packets are skipped, and truncated audio ends early. Besides the audio itself, memory holds one
    block and one frame: about 10 MB for any duration.

    Raises:
        AudioUnreadable: it is empty, not audio, of an unknown codec, entirely damaged, or too long.
    """
    with _open(audio) as container:
        stream = _stream(container)
        has_audio = False
        for block in _blocks(_resample_all(_join_frames(_frames(container, stream)))):
            has_audio = True
            yield block
    if not has_audio:
        raise AudioUnreadable(DAMAGED)


@contextmanager
def _open(audio: bytes | Path) -> Generator[InputContainer]:
    with _file(audio) as file:
        if not file.read(1):
            raise AudioUnreadable(EMPTY)
        file.seek(0)
        try:
            # FFmpeg would read a path as a URL, and act on some URLs, so it gets the open file.
            container = av.open(
                file, mode="r", options={"format_whitelist": CONTAINERS}, metadata_errors="ignore"
            )
        except FFmpegError as error:
            raise AudioUnreadable(NOT_AUDIO) from error
        with container:
            yield container


def _file(audio: bytes | Path) -> BinaryIO:
    return io.BytesIO(audio) if isinstance(audio, bytes) else audio.open("rb")


def _stream(container: InputContainer) -> AudioStream:
    if not container.streams.audio:
        raise AudioUnreadable(NO_AUDIO_STREAM)
    stream = container.streams.audio[0]
    # PyAV's type says otherwise, but a stream of an unknown codec has no codec context.
    if cast("AudioCodecContext | None", stream.codec_context) is None:
        raise AudioUnreadable(UNKNOWN_CODEC)
    return stream


def _frames(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    decoder = _decoder(stream)
    values = 0
    for packet in _packets(container, stream):
        for frame in _frames_of(decoder, packet):
            values += frame.samples * frame.layout.nb_channels
            if values > MAX_VALUES:
                raise AudioUnreadable(TOO_LONG)
            yield frame


def _decoder(stream: AudioStream) -> AudioCodecContext:
    default = stream.codec_context
    preferred = PREFERRED_DECODERS.get(default.name)
    if preferred is None or preferred not in codecs_available:
        return default
    decoder = cast("AudioCodecContext", CodecContext.create(preferred, "r"))
    decoder.sample_rate = default.sample_rate
    decoder.layout = "mono"
    return decoder


def _packets(container: InputContainer, stream: AudioStream) -> Iterator[AudioPacket]:
    """Yield packets up to the first that cannot be read, which is where the audio is truncated."""
    try:
        yield from container.demux(stream)
    except FFmpegError:
        return


def _frames_of(decoder: AudioCodecContext, packet: AudioPacket) -> list[AudioFrame]:
    """Return the frames of a packet; an empty list if it is damaged."""
    try:
        return decoder.decode(packet)  # pyright: ignore[reportUnknownMemberType]
    except FFmpegError:
        return []


def _join_frames(frames: Iterable[AudioFrame]) -> Iterator[AudioFrame]:
    """Join frames to a second or more: resampling them one by one would take most of the time."""
    fifo = AudioFifo()
    format_ = None
    for frame in frames:
        frame.pts = None
        if _format_of(frame) != format_:
            yield from _drain(fifo)
            fifo, format_ = AudioFifo(), _format_of(frame)
        fifo.write(frame)
        if fifo.samples >= frame.sample_rate:
            yield from _drain(fifo)
    yield from _drain(fifo)


def _drain(fifo: AudioFifo) -> Iterator[AudioFrame]:
    frame = fifo.read() if fifo.samples else None
    if frame is not None:
        yield frame


def _format_of(frame: AudioFrame) -> tuple[str, str, int]:
    """Return the sample format, layout and rate, which may change within a recording."""
    return frame.format.name, frame.layout.name, frame.sample_rate


def _resample_all(frames: Iterable[AudioFrame]) -> Iterator[Samples]:
    format_ = None
    resampler = _resampler()
    for frame in frames:
        if _format_of(frame) != format_:
            yield from _resample(resampler, None)
            format_, resampler = _format_of(frame), _resampler()
        yield from _resample(resampler, frame)
    yield from _resample(resampler, None)


def _resampler() -> AudioResampler:
    return AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE)


def _resample(resampler: AudioResampler, frame: AudioFrame | None) -> Iterator[Samples]:
    if frame is not None and frame.sample_rate < MIN_SAMPLE_RATE:
        raise AudioUnreadable(UNKNOWN_CODEC)
    try:
        # PyAV's type says otherwise, but flushing an unused resampler returns [None].
        resampled = cast("list[AudioFrame | None]", resampler.resample(frame))
    except FFmpegError as error:
        raise AudioUnreadable(UNKNOWN_CODEC) from error
    for one in resampled:
        if one is not None:
            yield cast("Samples", one.to_ndarray()).reshape(-1)


def _blocks(pieces: Iterable[Samples]) -> Iterator[Samples]:
    held: list[Samples] = []
    size = total = 0
    for piece in pieces:
        held.append(piece)
        size += piece.size
        total += piece.size
        if total > MAX_SECONDS * SAMPLE_RATE:
            raise AudioUnreadable(TOO_LONG)
        if size >= BLOCK_SIZE:
            yield np.concatenate(held)
            held, size = [], 0
    if size:
        yield np.concatenate(held)
