from dataclasses import dataclass
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

class SpeechTimestamp(TypedDict):
    """Positions of samples."""

    start: int
    end: int

@dataclass
class VadOptions:
    threshold: float = ...
    min_speech_duration_ms: int = ...
    max_speech_duration_s: float = ...
    min_silence_duration_ms: int = ...
    speech_pad_ms: int = ...

def get_speech_timestamps(
    audio: NDArray[np.float32], vad_options: VadOptions | None = None
) -> list[SpeechTimestamp]: ...

class SpeechTimestampsMap:
    def __init__(self, chunks: list[SpeechTimestamp], sampling_rate: int) -> None: ...
    def get_original_time(
        self, time: float, chunk_index: int | None = None, is_end: bool = False
    ) -> float: ...
    def get_chunk_index(self, time: float, is_end: bool = False) -> int: ...
