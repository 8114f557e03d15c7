"""Transcribe one window."""

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

from scrapbook.model.transcript import Segment, Word
from scrapbook.voice.decoding import SAMPLE_RATE
from scrapbook.voice.windows import Window

BEAM_SIZE = 5
# Each is tried in turn while the result is repetitive or improbable; the three limits are Whisper's own.
# Whisper has six temperatures. Each attempt costs as much as the first, and noise takes all of them.
TEMPERATURES = (0.0, 0.4, 0.8)
MAX_COMPRESSION_RATIO = 2.4
MIN_LOG_PROB = -1.0
MAX_NO_SPEECH_PROB = 0.6
# Below, a language that differs from that of the first window is not accepted.
MIN_LANGUAGE_PROB = 0.8


@dataclass(frozen=True)
class WindowTranscript:
    """The transcript of one window; ``tokens`` is the number of tokens of each segment."""

    language: str
    language_probability: float
    seconds: float
    segments: tuple[Segment, ...]
    tokens: tuple[int, ...]


class MemoLanguage:
    """The language of a memo. A window whose own language is uncertain is given that of the first window."""

    def __init__(self) -> None:
        self._first: Future[str] = Future()

    def of_window(self, is_first: bool, guess: str, probability: float) -> str:
        """Return the language of a window; blocks until that of the first one is known, if it is needed."""
        if is_first:
            self._first.set_result(guess)
            return guess
        return guess if probability >= MIN_LANGUAGE_PROB else self._first.result()

    def cancel(self) -> None:
        """Release the windows that wait for the language: the first window will not be transcribed."""
        self._first.cancel()


def transcribe_window(
    model: WhisperModel, window: Window, language: MemoLanguage, *, is_first: bool
) -> WindowTranscript:
    """Detect the language of a window, and transcribe it in that language without translating."""
    features = model.feature_extractor(window.samples)
    encoded = model.encode(pad_or_trim(features[..., : _frames(model, features.shape[-1])]))
    guess, probability = _language(model, encoded)
    chosen = language.of_window(is_first, guess, probability)
    tokenizer = Tokenizer(model.hf_tokenizer, model.model.is_multilingual, task="transcribe", language=chosen)
    found = list(model.generate_segments(features, tokenizer, _options(tokenizer), False, encoded))
    return WindowTranscript(
        language=chosen,
        language_probability=probability if chosen == guess else 0.0,
        seconds=window.seconds,
        segments=tuple(_in_recording(window, found)),
        tokens=tuple(len(segment.tokens) for segment in found),
    )


def _frames(model: WhisperModel, frames: int) -> int:
    """Return how many frames ``generate_segments`` would encode first."""
    return min(model.feature_extractor.nb_max_frames, frames - 1)


def _language(model: WhisperModel, encoded: ctranslate2.StorageView) -> tuple[str, float]:
    if not model.model.is_multilingual:
        return "en", 1.0
    token, probability = model.model.detect_language(encoded)[0][0]
    return token[2:-2], probability


def _in_recording(window: Window, found: list[faster_whisper.transcribe.Segment]) -> Iterator[Segment]:
    """Yield segments with times of the whole recording instead of the window's."""
    times = SpeechTimestampsMap(
        [{"start": phrase.start, "end": phrase.end} for phrase in window.phrases], SAMPLE_RATE
    )
    last = round(window.end, 2)
    for segment in found:
        words = tuple(_word_in_recording(times, word, last) for word in segment.words or ())
        yield Segment(
            start=words[0].start if words else times.get_original_time(segment.start),
            # The model may return an end after that of the window.
            end=words[-1].end if words else min(times.get_original_time(segment.end, is_end=True), last),
            text=segment.text.strip(),
            avg_logprob=segment.avg_logprob,
            no_speech_prob=segment.no_speech_prob,
            words=words,
        )


def _word_in_recording(times: SpeechTimestampsMap, word: faster_whisper.transcribe.Word, last: float) -> Word:
    """Return a word with times of the recording. A word is said within one phrase, that of its middle."""
    phrase = times.get_chunk_index((word.start + word.end) / 2)
    start, end = (min(times.get_original_time(time, phrase), last) for time in (word.start, word.end))
    return Word(word.word, start, end, round(float(word.probability), 3))


def _options(tokenizer: Tokenizer) -> TranscriptionOptions:
    """Return new options: ``generate_segments`` changes them."""
    return TranscriptionOptions(
        beam_size=BEAM_SIZE,
        best_of=BEAM_SIZE,
        patience=1,
        length_penalty=1,
        repetition_penalty=1,
        no_repeat_ngram_size=0,
        log_prob_threshold=MIN_LOG_PROB,
        no_speech_threshold=MAX_NO_SPEECH_PROB,
        compression_ratio_threshold=MAX_COMPRESSION_RATIO,
        # Otherwise a mistake in one window would influence all later ones.
        condition_on_previous_text=False,
        prompt_reset_on_temperature=0.5,
        temperatures=list(TEMPERATURES),
        initial_prompt=None,
        prefix=None,
        suppress_blank=True,
        suppress_tokens=get_suppressed_tokens(tokenizer, [-1]),
        without_timestamps=False,
        max_initial_timestamp=1.0,
        word_timestamps=True,
        # Marks that belong to the word behind them, and to the word before: those of faster-whisper.
        prepend_punctuations="\"'“¿([{-",
        append_punctuations="\"'.。,，!！?？:：”)]}、",
        multilingual=False,
        max_new_tokens=None,
        clip_timestamps="0",
        hallucination_silence_threshold=None,
        hotwords=None,
    )
