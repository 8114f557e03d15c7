import pytest

from scrapbook.core.written_receipts import without_how_to_text
from tests.integration.actions.conversation import TEXTS

HOW_TO_TEXT = ("Text its number.", "Text 1 for yes", "Reply 1")
ASKING = {name: text for name, text in TEXTS.items() if any(words in text for words in HOW_TO_TEXT)}


@pytest.mark.parametrize("name", ASKING)
def test_where_there_are_buttons_no_number_is_to_be_texted(name: str) -> None:
    shown = without_how_to_text(ASKING[name])
    assert not any(words in shown for words in HOW_TO_TEXT)
    assert shown[:10] == ASKING[name][:10]


def test_what_a_person_wrote_stays_as_it_is() -> None:
    reply = 'Delete 4 "Reply 1. Text its number. Or not"? Text 1 for yes, 2 for no.'
    assert without_how_to_text(reply) == 'Delete 4 "Reply 1. Text its number. Or not"?'
