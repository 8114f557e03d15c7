import pytest

from scrapbook.assistant.parse import parse_result
from scrapbook.errors import AssistantFailed


def test_an_intent_without_an_effect_is_an_error_that_names_it():
    parsed = {"intent": {"name": "hum_a_tune", "confidence": 1.0}, "entities": []}
    with pytest.raises(AssistantFailed, match="hum_a_tune"):
        parse_result("hum that tune", parsed, {"find": "retrieve"})
