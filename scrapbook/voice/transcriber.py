"""From a sound to its transcript."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from faster_whisper import WhisperModel

from scrapbook.errors import VoiceFailed
from scrapbook.voice.decoding import Samples, decoded, seconds
from scrapbook.voice.model import OnFetched, SpeechModel, cores, sharing
from scrapbook.voice.recogniser import Heard, MemoLanguage, recognise
from scrapbook.voice.transcript import Transcript
from scrapbook.voice.windows import Window, windows

OnProgress = Callable[[float], None]
Cancelled = Callable[[], bool]

# Seconds between two questions whether to stop while a window is being listened to.
PATIENCE = 0.2


class Transcriber:
    """Writes down what is said; several threads may ask at once, and share the model and its workers.

    Args:
        model, compute_type, on_fetched: as ``SpeechModel`` takes them; the model is loaded at first use.
    """

    def __init__(self, model: str, compute_type: str = "auto", on_fetched: OnFetched | None = None) -> None:
        self._model = SpeechModel(model, compute_type, on_fetched)
        self._workers, _ = sharing(cores())
        self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="listening")

    def close(self) -> None:
        """Returns when the windows that are being listened to are done; the others are dropped."""
        self._pool.shutdown(cancel_futures=True)

    def transcribe(
        self,
        sound: bytes | Path,
        on_progress: OnProgress | None = None,
        cancelled: Cancelled | None = None,
    ) -> Transcript:
        """The transcript of a sound in any format that phones send.

        Args:
            on_progress: told the share of the sound that is written down, 0 to 1, after each window.
            cancelled: asked several times a second whether to stop; windows under way are finished.

        Raises:
            SoundUnreadable: it is not a sound, or none that can be decoded.
            ModelUnavailable: the model is not there.
            VoiceFailed: it was cancelled, or the model gave up.
        """
        stop = cancelled or _never
        duration = seconds(_until(stop, decoded(sound)))
        model = self._model.get()
        found = windows(_until(stop, decoded(sound)), model.feature_extractor.chunk_length)
        heard: list[Heard] = []
        for window, one in self._listen(model, found, stop):
            heard.append(one)
            if on_progress:
                on_progress(min(window.end / duration, 1.0))
        return _transcript(heard, duration, self._model.name)

    def _listen(
        self, model: WhisperModel, found: Iterable[Window], stop: Cancelled
    ) -> Iterator[tuple[Window, Heard]]:
        """The windows side by side, their results in order; only a few ahead, so that memos take turns."""
        language = MemoLanguage()
        ahead: deque[tuple[Window, Future[Heard]]] = deque()
        try:
            for index, window in enumerate(found):
                future = self._pool.submit(recognise, model, window, language, is_first=index == 0)
                ahead.append((window, future))
                if len(ahead) > self._workers:
                    yield _next(ahead, stop)
            while ahead:
                yield _next(ahead, stop)
        finally:
            language.give_up()
            for _, future in ahead:
                future.cancel()


def _next(ahead: deque[tuple[Window, Future[Heard]]], stop: Cancelled) -> tuple[Window, Heard]:
    window, future = ahead[0]
    while True:
        _check(stop)
        try:
            heard = future.result(timeout=PATIENCE)
        except TimeoutError:
            continue
        except RuntimeError as error:  # CTranslate2's
            raise VoiceFailed("The speech model gave up") from error
        ahead.popleft()
        return window, heard


def _until(stop: Cancelled, blocks: Iterable[Samples]) -> Iterator[Samples]:
    _check(stop)
    for block in blocks:
        yield block
        _check(stop)


def _check(stop: Cancelled) -> None:
    if stop():
        raise VoiceFailed("Cancelled")


def _never() -> bool:
    return False


def _transcript(heard: list[Heard], duration: float, model: str) -> Transcript:
    language = _longest_spoken(heard)
    return Transcript(
        text=" ".join(segment.text for one in heard for segment in one.segments),
        language=language,
        language_probability=_mean(
            [(one.language_probability, one.seconds) for one in heard if one.language == language]
        ),
        duration=duration,
        speech_duration=sum(one.seconds for one in heard),
        avg_logprob=_mean(
            [
                (segment.avg_logprob, tokens)
                for one in heard
                for segment, tokens in zip(one.segments, one.tokens, strict=True)
            ]
        ),
        segments=tuple(segment for one in heard for segment in one.segments),
        model=model,
    )


def _longest_spoken(heard: list[Heard]) -> str:
    """The language; "" when no words were heard."""
    seconds: dict[str, float] = {}
    for one in heard:
        if one.segments:
            seconds[one.language] = seconds.get(one.language, 0.0) + one.seconds
    return max(seconds, key=lambda language: seconds[language], default="")


def _mean(weighted: list[tuple[float, float]]) -> float:
    """Of (value, weight); 0.0 of none."""
    whole = sum(weight for _, weight in weighted)
    return sum(value * weight for value, weight in weighted) / whole if whole else 0.0
