import pytest

from scrapbook.text.entry_facts import EntryFacts
from scrapbook.text.parsed_text import ParsedText


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("a thought", EntryFacts()),
        ('"Less is more" - Mies', EntryFacts(is_quote=True, author="Mies")),
        ('"Better a witty fool than a foolish wit"', EntryFacts(is_quote=True)),
        ("see HTTPS://example.org/a", EntryFacts(has_link=True)),
        ("www.example.org", EntryFacts(has_link=True)),
        ("http is a protocol", EntryFacts()),
        ("Eiffel Tower\nLocation: 48.8584, 2.2945", EntryFacts(is_location=True)),
        ("Location: the attic, 2", EntryFacts()),
        (
            '"Less is more" - Mies\nhttps://example.org/mies',
            EntryFacts(is_quote=True, has_link=True, author="Mies"),
        ),
    ],
)
def test_the_facts_of_a_text(text: str, facts: EntryFacts):
    assert ParsedText(text).facts == facts
