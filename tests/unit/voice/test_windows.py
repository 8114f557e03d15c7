"""What is passed on to the model: speech, all of it, in its order, in windows that are not too long."""

from collections.abc import Iterator

import numpy as np

from scrapbook.voice.decoding import BLOCK_SIZE, SAMPLE_RATE, Samples, decode
from scrapbook.voice.windows import Window, windows
from tests.support.voice_sounds import SOUNDS, samples

LONGEST = 10.0
SENTENCE = samples("whatsapp.ogg")


def seconds_of_silence(seconds: float) -> Samples:
    return np.zeros(int(seconds * SAMPLE_RATE), np.float32)


def in_blocks(sound: Samples) -> Iterator[Samples]:
    for start in range(0, sound.size, BLOCK_SIZE):
        yield sound[start : start + BLOCK_SIZE]


def found(*parts: Samples) -> list[Window]:
    return list(windows(in_blocks(np.concatenate(parts)), LONGEST))


def starts(found: list[Window]) -> list[float]:
    return [phrase.start / SAMPLE_RATE for window in found for phrase in window.phrases]


def test_silence_has_no_windows() -> None:
    assert found(seconds_of_silence(90)) == []


def test_noise_has_no_windows() -> None:
    assert list(windows(decode(SOUNDS / "noise.ogg"), LONGEST)) == []


def test_an_empty_sound_has_no_windows() -> None:
    assert list(windows([], LONGEST)) == []


def test_speech_is_found_where_it_is() -> None:
    (window,) = found(seconds_of_silence(20), SENTENCE, seconds_of_silence(20))
    (phrase,) = window.phrases
    assert 19.5 <= phrase.start / SAMPLE_RATE <= 20.5
    assert window.seconds >= 2


def test_its_samples_are_those_of_the_sound() -> None:
    (window,) = found(seconds_of_silence(3), SENTENCE)
    whole = np.concatenate((seconds_of_silence(3), SENTENCE))
    (phrase,) = window.phrases
    assert np.array_equal(phrase.samples, whole[phrase.start : phrase.end])


def test_speech_across_two_blocks_is_found_once() -> None:
    at = BLOCK_SIZE / SAMPLE_RATE - 1
    assert len(starts(found(seconds_of_silence(at), SENTENCE, seconds_of_silence(30)))) == 1


def test_no_sentence_of_a_long_memo_is_left_out() -> None:
    pause = seconds_of_silence(7.3)
    memo = [part for _ in range(25) for part in (SENTENCE, pause)]
    length = (SENTENCE.size + pause.size) / SAMPLE_RATE
    expected = [number * length for number in range(25)]
    assert np.allclose(starts(found(*memo)), expected, atol=0.5)


def test_windows_are_not_longer_than_the_model_hears() -> None:
    long = np.concatenate([SENTENCE] * 30)
    cut = found(long)
    assert all(window.seconds <= LONGEST for window in cut)
    assert sum(window.seconds for window in cut) > 0.9 * long.size / SAMPLE_RATE


def test_short_phrases_share_a_window() -> None:
    pause = seconds_of_silence(5)
    (window,) = found(SENTENCE, pause, SENTENCE)
    assert len(window.phrases) == 2
