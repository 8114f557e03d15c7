import pytest
import wordfreq

from scrapbook.text.word_frequency import LEAST_ZIPF, zipf_frequency


@pytest.mark.parametrize("word", ["the", "python", "kiosk", "recieve", "tax"])
def test_a_common_word_is_as_frequent_as_wordfreq_says(word: str) -> None:
    assert zipf_frequency(word) == pytest.approx(wordfreq.zipf_frequency(word, "en"))


@pytest.mark.parametrize("word", ["desiccate", "pyhton", "", "großmutter"])
def test_a_word_that_is_rarer_has_no_frequency(word: str) -> None:
    assert wordfreq.zipf_frequency(word, "en") < LEAST_ZIPF
    assert zipf_frequency(word) == 0
