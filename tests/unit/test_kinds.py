import pytest

from scrapbook.kinds import Kind, is_a


@pytest.mark.parametrize(
    "text",
    [
        '"Came for the language" - Ann Example',
        "“Came for the language” — Ann Example",
        "«Je pense» – R. D.",
        "„Ich denke“ -- R. D.",
        'noted: "less is more" by Mies',
    ],
)
def test_a_quotation_with_an_author_is_a_quote(text: str):
    assert is_a(Kind.QUOTE, text, ())


@pytest.mark.parametrize("text", ["well-known", 'the "best" one', "don't - it isn't", "5'10 - 6'2"])
def test_what_has_no_author_is_none(text: str):
    assert not is_a(Kind.QUOTE, text, ())


def test_a_link_is_an_address_of_the_web():
    assert is_a(Kind.LINK, "see HTTPS://example.org/a", ())
    assert is_a(Kind.LINK, "www.example.org", ())
    assert not is_a(Kind.LINK, "http is a protocol", ())


def test_pictures_and_memos_are_told_by_what_came_with_them():
    assert is_a(Kind.PICTURE, "", ["text/vcard", "image/heic"])
    assert is_a(Kind.MEMO, "", ["AUDIO/ogg"])
    assert not is_a(Kind.MEMO, "memo", ["image/png"])
