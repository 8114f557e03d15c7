"""Transcribe a recording."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from faster_whisper import WhisperModel

from scrapbook.errors import VoiceFailed
from scrapbook.model.transcript import Transcript
from scrapbook.voice.decoding import Samples, decode, duration_of
from scrapbook.voice.model import OnDownload, SpeechModel, cores, workers_and_threads
from scrapbook.voice.recogniser import MemoLanguage, WindowTranscript, transcribe_window
from scrapbook.voice.windows import Window, windows

OnProgress = Callable[[float], None]
Cancelled = Callable[[], bool]

# Seconds between two checks for cancellation while a window is being transcribed.
POLL_SECONDS = 0.2


class Transcriber:
    """Transcribes recordings. Threads may share it, with its model and its workers.

    Args:
        model, compute_type, on_download: as in ``SpeechModel``; the model is loaded at first use.
    """

    def __init__(self, model: str, compute_type: str = "auto", on_download: OnDownload | None = None) -> None:
        self._model = SpeechModel(model, compute_type, on_download)
        self._workers, _ = workers_and_threads(cores())
        self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="transcribing")

    def close(self) -> None:
        """Wait for the windows that are being transcribed; the others are dropped."""
        self._pool.shutdown(cancel_futures=True)

    def transcribe(
        self,
        audio: bytes | Path,
        on_progress: OnProgress | None = None,
        cancelled: Cancelled | None = None,
    ) -> Transcript:
        """Return the transcript of a recording in any format that phones send.

        Args:
            on_progress: is called after each window with the fraction that is transcribed, 0 to 1.
            cancelled: is called several times a second, and returns whether to stop. Windows that have begun
                are finished.

        Raises:
            AudioUnreadable: as in ``decode``.
            ModelUnavailable: the model cannot be loaded.
            VoiceFailed: the transcription was cancelled, or the model failed.
        """
        stop = cancelled or _never
        duration = duration_of(_stoppable(stop, decode(audio)))
        model = self._model.get()
        found = windows(_stoppable(stop, decode(audio)), model.feature_extractor.chunk_length)
        transcripts: list[WindowTranscript] = []
        for window, one in self._transcribe_windows(model, found, stop):
            transcripts.append(one)
            if on_progress:
                on_progress(min(window.end / duration, 1.0))
        return _transcript(transcripts, duration, self._model.name)

    def _transcribe_windows(
        self, model: WhisperModel, found: Iterable[Window], stop: Cancelled
    ) -> Iterator[tuple[Window, WindowTranscript]]:
        """Yield results in order. Windows run in parallel, only a few ahead, so that memos take turns."""
        language = MemoLanguage()
        ahead: deque[tuple[Window, Future[WindowTranscript]]] = deque()
        try:
            for index, window in enumerate(found):
                future = self._pool.submit(transcribe_window, model, window, language, is_first=index == 0)
                ahead.append((window, future))
                if len(ahead) > self._workers:
                    yield _next(ahead, stop)
            while ahead:
                yield _next(ahead, stop)
        finally:
            language.cancel()
            for _, future in ahead:
                future.cancel()


def _next(
    ahead: deque[tuple[Window, Future[WindowTranscript]]], stop: Cancelled
) -> tuple[Window, WindowTranscript]:
    window, future = ahead[0]
    while True:
        _check(stop)
        try:
            transcript = future.result(timeout=POLL_SECONDS)
        except TimeoutError:
            continue
        except RuntimeError as error:  # CTranslate2's
            raise VoiceFailed("The speech model failed") from error
        ahead.popleft()
        return window, transcript


def _stoppable(stop: Cancelled, blocks: Iterable[Samples]) -> Iterator[Samples]:
    _check(stop)
    for block in blocks:
        yield block
        _check(stop)


def _check(stop: Cancelled) -> None:
    if stop():
        raise VoiceFailed("Cancelled")


def _never() -> bool:
    return False


def _transcript(transcripts: list[WindowTranscript], duration: float, model: str) -> Transcript:
    language = _main_language(transcripts)
    return Transcript(
        text=" ".join(segment.text for one in transcripts for segment in one.segments),
        language=language,
        language_probability=_mean(
            [(one.language_probability, one.seconds) for one in transcripts if one.language == language]
        ),
        duration=duration,
        speech_duration=sum(one.seconds for one in transcripts),
        avg_logprob=_mean(
            [
                (segment.avg_logprob, tokens)
                for one in transcripts
                for segment, tokens in zip(one.segments, one.tokens, strict=True)
            ]
        ),
        segments=tuple(segment for one in transcripts for segment in one.segments),
        model=model,
    )


def _main_language(transcripts: list[WindowTranscript]) -> str:
    """Return the language that is spoken longest; "" if no words were recognised."""
    seconds: dict[str, float] = {}
    for one in transcripts:
        if one.segments:
            seconds[one.language] = seconds.get(one.language, 0.0) + one.seconds
    return max(seconds, key=lambda language: seconds[language], default="")


def _mean(weighted: list[tuple[float, float]]) -> float:
    """Return the mean of (value, weight) pairs; 0.0 if there are none."""
    whole = sum(weight for _, weight in weighted)
    return sum(value * weight for value, weight in weighted) / whole if whole else 0.0
