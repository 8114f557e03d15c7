"""Sentences that the app says without a turn of the assistant."""

import pytest

from scrapbook.core.wording import sentence
from scrapbook.workflows.memos import MEMO_SENTENCES, MemoResult


def test_a_sentence_is_read_from_the_wording_files_and_filled_in():
    said = sentence("utter_memo_received", memo="3-minute memo")
    assert said == "Got your 3-minute memo, writing it down."


def test_a_sentence_or_an_argument_that_is_missing_is_an_error():
    with pytest.raises(KeyError):
        sentence("utter_nothing_of_the_kind")
    with pytest.raises(KeyError):
        sentence("utter_memo_received")


@pytest.mark.parametrize("result", list(MEMO_SENTENCES))
def test_every_memo_without_words_has_a_sentence_that_names_it(result: MemoResult):
    assert "42" in sentence(MEMO_SENTENCES[result], number="42")


def test_no_other_memo_is_answered_so():
    assert set(MEMO_SENTENCES) == set(MemoResult) - {MemoResult.COMMAND, MemoResult.SPEECH}
