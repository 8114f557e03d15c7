from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import tokenizers
from ctranslate2 import StorageView
from ctranslate2.models import Whisper
from numpy.typing import NDArray

from .feature_extractor import FeatureExtractor
from .tokenizer import Tokenizer

@dataclass
class Word:
    start: float
    end: float
    word: str
    probability: float

@dataclass
class Segment:
    start: float
    end: float
    text: str
    tokens: list[int]
    avg_logprob: float
    no_speech_prob: float
    words: list[Word] | None

@dataclass
class TranscriptionOptions:
    beam_size: int
    best_of: int
    patience: float
    length_penalty: float
    repetition_penalty: float
    no_repeat_ngram_size: int
    log_prob_threshold: float | None
    no_speech_threshold: float | None
    compression_ratio_threshold: float | None
    condition_on_previous_text: bool
    prompt_reset_on_temperature: float
    temperatures: list[float]
    initial_prompt: str | None
    prefix: str | None
    suppress_blank: bool
    suppress_tokens: list[int] | None
    without_timestamps: bool
    max_initial_timestamp: float
    word_timestamps: bool
    prepend_punctuations: str
    append_punctuations: str
    multilingual: bool
    max_new_tokens: int | None
    clip_timestamps: str | list[float]
    hallucination_silence_threshold: float | None
    hotwords: str | None

class WhisperModel:
    model: Whisper
    hf_tokenizer: tokenizers.Tokenizer
    feature_extractor: FeatureExtractor
    def __init__(
        self,
        model_size_or_path: str,
        device: str = "auto",
        *,
        compute_type: str = "default",
        cpu_threads: int = 0,
        num_workers: int = 1,
        local_files_only: bool = False,
    ) -> None: ...
    def encode(self, features: NDArray[np.float32]) -> StorageView: ...
    def generate_segments(
        self,
        features: NDArray[np.float32],
        tokenizer: Tokenizer,
        options: TranscriptionOptions,
        log_progress: bool,
        encoder_output: StorageView | None = None,
    ) -> Iterable[Segment]: ...

def get_suppressed_tokens(tokenizer: Tokenizer, suppress_tokens: list[int]) -> list[int] | None: ...
