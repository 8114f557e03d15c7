import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapbook.text.message_splitter import MessageParts, is_takeaway
from scrapbook.text.parsed_text import ParsedText


@pytest.mark.parametrize(
    ("text", "before", "entries"),
    [
        ('"a b" - Ann\n"c d"\n- Ben', [], ['"a b" - Ann', '"c d"\n- Ben']),
        ("https://a.org why\nhttps://b.org", [], ["https://a.org why", "https://b.org"]),
        ("Great one: https://a.org\n\nAnother https://b.org", [], None),
        (
            '"a b" - Ann\ntakeaway: x\nMy takeaway: y\n\nhttps://b.org nice\nand a note',
            [],
            ['"a b" - Ann\ntakeaway: x\nMy takeaway: y', "https://b.org nice\nand a note"],
        ),
        ('- "a b" - Ann\n- https://a.org (nice)', [], ['- "a b" - Ann', "- https://a.org (nice)"]),
        (
            '"a b" - Ann\nhttps://a.org\n"c d" - Ben\n\nhttps://b.org',
            [],
            ['"a b" - Ann\nhttps://a.org', '"c d" - Ben', "https://b.org"],
        ),
        ("takeaway: x", ["takeaway: x"], []),
        ("takeaways:\n- x\n- y", ["takeaways:\n- x\n- y"], []),
        ("key takeaway - x\nhttps://a.org", ["key takeaway - x"], ["https://a.org"]),
    ],
)
def test_a_message_of_several_parts_is_taken_apart(text: str, before: list[str], entries: list[str] | None):
    if entries is None:
        entries = text.split("\n\n")
    assert MessageParts.of(ParsedText(text)) == MessageParts(tuple(before), tuple(entries))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a thought",
        "a thought\n\nand another",
        '"a b" - Ann',
        '"a b" - Ann\ntakeaway: x',
        "https://a.org\nwhat I think of it",
        'two quotes\n"a b" - Ann\n"c d" - Ben',
        '"a b" - Ann\n\nbuy milk',
        "Compare https://a.org\nwith https://b.org",
        "links\nhttps://a.org\nhttps://b.org",
        "we talked about it\ntakeaway: x",
        "takeaway:",
        "takeaway - pizza",
    ],
)
def test_anything_else_is_one_entry(text: str):
    assert MessageParts.of(ParsedText(text)) is None


@pytest.mark.parametrize(
    "text", ["takeaway: x", "Takeaways: x", "my takeaway: x", "The key take-away – x", "- takeaway: x"]
)
def test_a_takeaway_says_that_it_is_one(text: str):
    assert is_takeaway(text)


@pytest.mark.parametrize(
    "text", ["takeaway", "takeaway:  ", "takeaway pizza", "the takeaway on the corner: x"]
)
def test_what_does_not_is_none(text: str):
    assert not is_takeaway(text)


LINES = st.lists(
    st.sampled_from(
        [
            '"a b" - Ann',
            "“c”",
            "- Ben",
            "https://a.org note",
            "see https://b.org",
            "takeaway: x",
            "",
            "plain",
            "  ",
            "«",
        ]
    )
    | st.text()
).map("\n".join)


@given(LINES)
def test_no_letter_of_a_message_is_lost(text: str):
    parts = MessageParts.of(ParsedText(text))
    if parts:
        assert "".join("".join((*parts.takeaways, *parts.entries)).split()) == "".join(text.split())
