import pytest

from scrapbook.kinds import Told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a thought", Told()),
        ('"Less is more" - Mies', Told(is_quote=True, author="Mies")),
        ('"Better a witty fool than a foolish wit"', Told(is_quote=True)),
        ("see HTTPS://example.org/a", Told(has_link=True)),
        ("www.example.org", Told(has_link=True)),
        ("http is a protocol", Told()),
        ("Eiffel Tower\nLocation: 48.8584, 2.2945", Told(is_location=True)),
        ("Location: the attic, 2", Told()),
        (
            '"Less is more" - Mies\nhttps://example.org/mies',
            Told(is_quote=True, has_link=True, author="Mies"),
        ),
    ],
)
def test_a_text_tells_what_it_is(text: str, told: Told):
    assert Told.by(text) == told
