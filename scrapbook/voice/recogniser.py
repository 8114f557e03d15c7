"""What a model hears in one window."""

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass

import ctranslate2
import faster_whisper.transcribe
from faster_whisper import WhisperModel
from faster_whisper.audio import pad_or_trim
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import TranscriptionOptions, get_suppressed_tokens
from faster_whisper.vad import SpeechTimestampsMap

from scrapbook.voice.decoding import SAMPLE_RATE
from scrapbook.voice.transcript import Segment
from scrapbook.voice.windows import Window

BEAM_SIZE = 5
# Tried one after the other when a window comes out as a loop or as improbable (limits as in Whisper itself).
# Whisper has six; each costs as much as the first, and on noise all are used up.
TEMPERATURES = (0.0, 0.4, 0.8)
REPETITIVE = 2.4
IMPROBABLE = -1.0
SILENT = 0.6
# A language that differs from that of the first window is believed from that probability on.
CERTAIN = 0.8


@dataclass(frozen=True)
class Heard:
    """What was heard in one window; ``tokens`` has the number of tokens of each segment."""

    language: str
    language_probability: float
    seconds: float
    segments: tuple[Segment, ...]
    tokens: tuple[int, ...]


class MemoLanguage:
    """The language of a memo: a window whose own is in doubt takes that of the first window."""

    def __init__(self) -> None:
        self._first: Future[str] = Future()

    def of_window(self, is_first: bool, guess: str, probability: float) -> str:
        """Waits for the first window if need be."""
        if is_first:
            self._first.set_result(guess)
            return guess
        return guess if probability >= CERTAIN else self._first.result()

    def give_up(self) -> None:
        """Let nobody wait any longer: the first window will not be heard."""
        self._first.cancel()


def recognise(model: WhisperModel, window: Window, language: MemoLanguage, *, is_first: bool) -> Heard:
    """Listen to a window: its language is detected and kept, and never translated."""
    features = model.feature_extractor(window.samples)
    encoded = model.encode(pad_or_trim(features[..., : _frames(model, features.shape[-1])]))
    guess, probability = _language(model, encoded)
    chosen = language.of_window(is_first, guess, probability)
    tokenizer = Tokenizer(model.hf_tokenizer, model.model.is_multilingual, task="transcribe", language=chosen)
    found = list(model.generate_segments(features, tokenizer, _options(tokenizer), False, encoded))
    return Heard(
        language=chosen,
        language_probability=probability if chosen == guess else 0.0,
        seconds=window.seconds,
        segments=tuple(_in_the_sound(window, found)),
        tokens=tuple(len(segment.tokens) for segment in found),
    )


def _frames(model: WhisperModel, frames: int) -> int:
    """Those that ``generate_segments`` would encode first."""
    return min(model.feature_extractor.nb_max_frames, frames - 1)


def _language(model: WhisperModel, encoded: ctranslate2.StorageView) -> tuple[str, float]:
    if not model.model.is_multilingual:
        return "en", 1.0
    token, probability = model.model.detect_language(encoded)[0][0]
    return token[2:-2], probability


def _in_the_sound(window: Window, found: list[faster_whisper.transcribe.Segment]) -> Iterator[Segment]:
    """Segments with times of the whole sound instead of the window's."""
    times = SpeechTimestampsMap(
        [{"start": phrase.start, "end": phrase.end} for phrase in window.phrases], SAMPLE_RATE
    )
    for segment in found:
        yield Segment(
            start=times.get_original_time(segment.start),
            # The model may claim more than it was given.
            end=min(times.get_original_time(segment.end, is_end=True), round(window.end, 2)),
            text=segment.text.strip(),
            avg_logprob=segment.avg_logprob,
            no_speech_prob=segment.no_speech_prob,
        )


def _options(tokenizer: Tokenizer) -> TranscriptionOptions:
    """New ones for each window: listening changes them."""
    return TranscriptionOptions(
        beam_size=BEAM_SIZE,
        best_of=BEAM_SIZE,
        patience=1,
        length_penalty=1,
        repetition_penalty=1,
        no_repeat_ngram_size=0,
        log_prob_threshold=IMPROBABLE,
        no_speech_threshold=SILENT,
        compression_ratio_threshold=REPETITIVE,
        # A mistake in one window would be carried into all the later ones.
        condition_on_previous_text=False,
        prompt_reset_on_temperature=0.5,
        temperatures=list(TEMPERATURES),
        initial_prompt=None,
        prefix=None,
        suppress_blank=True,
        suppress_tokens=get_suppressed_tokens(tokenizer, [-1]),
        without_timestamps=False,
        max_initial_timestamp=1.0,
        word_timestamps=False,
        prepend_punctuations="",
        append_punctuations="",
        multilingual=False,
        max_new_tokens=None,
        clip_timestamps="0",
        hallucination_silence_threshold=None,
        hotwords=None,
    )
