"""Sounds of any kind that a phone sends, decoded to samples.

Sounds come from outside, so every cost is bounded: only containers of sound are opened (never a playlist,
which could name other files), the decoded length is limited, and samples are handed on a minute at a time, so
that an hour takes no more memory than a minute.
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

from scrapbook.errors import SoundUnreadable

Samples = NDArray[np.float32]
SoundPacket: TypeAlias = "Packet[AudioStream]"

# What the Whisper models were trained on.
SAMPLE_RATE = 16_000
LONGEST = 4 * 3600
BLOCK = 60 * SAMPLE_RATE

# FFmpeg's names; "mov" stands for MP4, M4A and 3GPP.
CONTAINERS = "aac,aiff,amr,asf,au,avi,caf,flac,matroska,mov,mp3,mpegts,ogg,w64,wav"
# FFmpeg's own AMR decoders refuse the silence frames that phones send between words; these know them.
BETTER_DECODERS = {"amrnb": "libopencore_amrnb", "amrwb": "libopencore_amrwb"}
# Below that, a small frame would be stretched into hours.
LOWEST_RATE = 4_000
# Decoded values, all channels together: as many as the longest sound has in stereo at 48 kHz.
MOST_VALUES = LONGEST * 48_000 * 2

EMPTY = "The sound is empty."
NOT_A_SOUND = "That file is not a sound that can be read."
NO_SOUND_IN_IT = "There is no sound in that file."
UNKNOWN_CODEC = "The sound is in a format that is not known here."
DAMAGED = "The sound is damaged: nothing of it can be decoded."
TOO_LONG = f"The sound is longer than {LONGEST // 3600} hours."


def probe(sound: bytes | Path) -> float:
    """How long a sound plays, in seconds, found by decoding it: a header can lie.

    Raises:
        SoundUnreadable: as ``decoded`` does.
    """
    return seconds(decoded(sound))


def seconds(blocks: Iterable[Samples]) -> float:
    """How long all of these play."""
    return sum(block.size for block in blocks) / SAMPLE_RATE


def decoded(sound: bytes | Path) -> Iterator[Samples]:
    """The samples of a sound: mono, 16 kHz, -1 to 1, in blocks of a minute, the last one shorter.

    Of a damaged or truncated sound, what can be decoded. Besides the sound itself it holds one block and one
    frame: some 10 MB, however long the sound is.

    Raises:
        SoundUnreadable: it is empty, not a sound, of an unknown codec, damaged throughout, or too long.
    """
    with _opened(sound) as container:
        stream = _stream(container)
        has_sound = False
        for block in _blocks(_resampled(_grouped(_frames(container, stream)))):
            has_sound = True
            yield block
    if not has_sound:
        raise SoundUnreadable(DAMAGED)


@contextmanager
def _opened(sound: bytes | Path) -> Generator[InputContainer]:
    with _file(sound) as file:
        if not file.read(1):
            raise SoundUnreadable(EMPTY)
        file.seek(0)
        try:
            # A path would be taken for a URL, and some URLs for instructions: FFmpeg gets the open file.
            container = av.open(
                file, mode="r", options={"format_whitelist": CONTAINERS}, metadata_errors="ignore"
            )
        except FFmpegError as error:
            raise SoundUnreadable(NOT_A_SOUND) from error
        with container:
            yield container


def _file(sound: bytes | Path) -> BinaryIO:
    return io.BytesIO(sound) if isinstance(sound, bytes) else sound.open("rb")


def _stream(container: InputContainer) -> AudioStream:
    if not container.streams.audio:
        raise SoundUnreadable(NO_SOUND_IN_IT)
    stream = container.streams.audio[0]
    # A stream of an unknown codec has none, whatever its type says.
    if cast("AudioCodecContext | None", stream.codec_context) is None:
        raise SoundUnreadable(UNKNOWN_CODEC)
    return stream


def _frames(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    decoder = _decoder(stream)
    values = 0
    for packet in _packets(container, stream):
        for frame in _frames_of(decoder, packet):
            values += frame.samples * frame.layout.nb_channels
            if values > MOST_VALUES:
                raise SoundUnreadable(TOO_LONG)
            yield frame


def _decoder(stream: AudioStream) -> AudioCodecContext:
    own = stream.codec_context
    better = BETTER_DECODERS.get(own.name)
    if better is None or better not in codecs_available:
        return own
    decoder = cast("AudioCodecContext", CodecContext.create(better, "r"))
    decoder.sample_rate = own.sample_rate
    decoder.layout = "mono"
    return decoder


def _packets(container: InputContainer, stream: AudioStream) -> Iterator[SoundPacket]:
    """Those before the first that cannot be read, where a sound was cut off."""
    try:
        yield from container.demux(stream)
    except FFmpegError:
        return


def _frames_of(decoder: AudioCodecContext, packet: SoundPacket) -> list[AudioFrame]:
    """None of a damaged packet."""
    try:
        return decoder.decode(packet)  # pyright: ignore[reportUnknownMemberType]
    except FFmpegError:
        return []


def _grouped(frames: Iterable[AudioFrame]) -> Iterator[AudioFrame]:
    """Frames of a second and more: one by one, resampling them would take most of the time."""
    fifo = AudioFifo()
    kind = None
    for frame in frames:
        frame.pts = None
        if _kind(frame) != kind:
            yield from _rest(fifo)
            fifo, kind = AudioFifo(), _kind(frame)
        fifo.write(frame)
        if fifo.samples >= frame.sample_rate:
            yield from _rest(fifo)
    yield from _rest(fifo)


def _rest(fifo: AudioFifo) -> Iterator[AudioFrame]:
    frame = fifo.read() if fifo.samples else None
    if frame is not None:
        yield frame


def _kind(frame: AudioFrame) -> tuple[str, str, int]:
    """A sound may change its rate or its channels on the way."""
    return frame.format.name, frame.layout.name, frame.sample_rate


def _resampled(frames: Iterable[AudioFrame]) -> Iterator[Samples]:
    kind = None
    resampler = _resampler()
    for frame in frames:
        if _kind(frame) != kind:
            yield from _resample(resampler, None)
            kind, resampler = _kind(frame), _resampler()
        yield from _resample(resampler, frame)
    yield from _resample(resampler, None)


def _resampler() -> AudioResampler:
    return AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE)


def _resample(resampler: AudioResampler, frame: AudioFrame | None) -> Iterator[Samples]:
    if frame is not None and frame.sample_rate < LOWEST_RATE:
        raise SoundUnreadable(UNKNOWN_CODEC)
    try:
        # When there is nothing to resample, the end comes out as it went in.
        resampled = cast("list[AudioFrame | None]", resampler.resample(frame))
    except FFmpegError as error:
        raise SoundUnreadable(UNKNOWN_CODEC) from error
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
        if total > LONGEST * SAMPLE_RATE:
            raise SoundUnreadable(TOO_LONG)
        if size >= BLOCK:
            yield np.concatenate(held)
            held, size = [], 0
    if size:
        yield np.concatenate(held)
