"""Questions about the scrapbook and what it does not do, and the thoughts that look like them."""

import pytest
from phrasings_itself import ASKED, THOUGHTS


@pytest.mark.parametrize(
    ("intent", "text"), [(intent, text) for intent, texts in ASKED.items() for text in texts]
)
def test_it_understands_what_is_asked_of_itself(understood, intent, text):
    assert understood(text)["intent"] == intent


@pytest.mark.parametrize("text", THOUGHTS)
def test_it_keeps_a_thought_that_looks_like_it(understood, text):
    assert understood(text)["effect"] == "save"
