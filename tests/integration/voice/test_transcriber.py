"""Memos written down by the test model: what is heard, in which language, and when to stop."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from scrapbook.errors import AudioUnreadable, ModelUnavailable, VoiceFailed
from scrapbook.voice.decoding import SAMPLE_RATE
from scrapbook.voice.transcriber import Transcriber
from tests.support.voice_sounds import MODEL, SOUNDS, said, samples

MEMO = SOUNDS / "whatsapp.ogg"
LONG_MEMO = SOUNDS / "long_memo.ogg"


@pytest.fixture(scope="module")
def transcriber() -> Iterator[Transcriber]:
    transcriber = Transcriber(MODEL)
    yield transcriber
    transcriber.close()


def test_it_writes_down_what_is_said(transcriber: Transcriber) -> None:
    transcript = transcriber.transcribe(MEMO)
    assert transcript.text == said("whatsapp.ogg")
    assert transcript.duration == pytest.approx(2.77, abs=0.1)
    assert 1.5 <= transcript.speech_duration <= transcript.duration
    assert transcript.model == "test-whisper"


def test_it_keeps_the_language_and_how_sure_it_is(transcriber: Transcriber) -> None:
    transcript = transcriber.transcribe(MEMO)
    assert transcript.language == "en"
    assert 0.5 < transcript.language_probability <= 1
    assert -1 < transcript.avg_logprob < 0


def test_segments_lie_in_order_within_the_sound(transcriber: Transcriber) -> None:
    transcript = transcriber.transcribe(LONG_MEMO)
    times = [time for segment in transcript.segments for time in (segment.start, segment.end)]
    assert len(transcript.segments) > 3
    assert times == sorted(times)
    assert times[0] >= 0
    assert times[-1] <= transcript.duration
    assert " ".join(segment.text for segment in transcript.segments) == transcript.text


def test_each_word_has_its_times_and_how_sure_it_is(transcriber: Transcriber) -> None:
    transcript = transcriber.transcribe(LONG_MEMO)
    words = [word for segment in transcript.segments for word in segment.words]
    assert [word.text.strip() for word in words] == transcript.text.split()
    for segment in transcript.segments:
        assert "".join(word.text for word in segment.words).strip() == segment.text
        assert (segment.words[0].start, segment.words[-1].end) == (segment.start, segment.end)
    times = [time for word in words for time in (word.start, word.end)]
    assert times == sorted(times)
    assert 0 <= times[0] < times[-1] <= transcript.duration
    assert all(0 <= word.probability <= 1 for word in words)


def test_a_word_is_where_there_is_sound(transcriber: Transcriber) -> None:
    [segment, *_] = transcriber.transcribe(MEMO).segments
    sound = np.abs(samples("whatsapp.ogg"))
    for word in segment.words:
        heard = sound[int(word.start * SAMPLE_RATE) : int(word.end * SAMPLE_RATE)]
        assert heard.max() > 0.05 * sound.max(), word


@pytest.mark.parametrize("name", ["silence.ogg", "noise.ogg"])
def test_where_nothing_is_said_nothing_is_invented(transcriber: Transcriber, name: str) -> None:
    transcript = transcriber.transcribe(SOUNDS / name)
    assert (transcript.text, transcript.segments, transcript.language) == ("", (), "")
    assert transcript.duration == pytest.approx(5, abs=0.1)


def test_it_tells_how_far_it_is(transcriber: Transcriber) -> None:
    told: list[float] = []
    transcriber.transcribe(LONG_MEMO, told.append)
    assert len(told) > 2
    assert told == sorted(told)
    assert 0 < told[0] < told[-1] <= 1


def test_memos_side_by_side_come_out_as_one_by_one(transcriber: Transcriber) -> None:
    names = ["whatsapp.ogg", "find_python.ogg", "amr.amr", "quote.ogg"] * 2
    alone = {name: transcriber.transcribe(SOUNDS / name).text for name in set(names)}
    with ThreadPoolExecutor(len(names)) as pool:
        together = list(pool.map(lambda name: transcriber.transcribe(SOUNDS / name).text, names))
    assert together == [alone[name] for name in names]


def test_a_memo_that_is_cancelled_is_given_up(transcriber: Transcriber) -> None:
    stop = threading.Event()
    told: list[float] = []

    def tell(progress: float) -> None:
        told.append(progress)
        stop.set()

    with pytest.raises(VoiceFailed):
        transcriber.transcribe(LONG_MEMO, tell, stop.is_set)
    assert len(told) == 1


def test_after_a_cancelled_memo_the_next_one_is_written_down(transcriber: Transcriber) -> None:
    with pytest.raises(VoiceFailed):
        transcriber.transcribe(LONG_MEMO, cancelled=lambda: True)
    assert transcriber.transcribe(MEMO).text


def test_of_a_truncated_memo_the_beginning_is_written_down(transcriber: Transcriber) -> None:
    sound = LONG_MEMO.read_bytes()
    transcript = transcriber.transcribe(sound[: len(sound) // 3])
    assert transcript.text
    assert said("long_memo.ogg").startswith(transcript.text.split()[0])


def test_what_is_no_sound_needs_no_model() -> None:
    transcriber = Transcriber("no such model")
    with pytest.raises(AudioUnreadable):
        transcriber.transcribe(b"no sound")
    transcriber.close()


def test_without_a_model_it_says_what_to_do() -> None:
    transcriber = Transcriber("no such model")
    with pytest.raises(ModelUnavailable, match="WHISPER_MODEL"):
        transcriber.transcribe(MEMO)
    transcriber.close()
