"""What the text of an entry is made of."""

import pytest

from scrapbook.text.entry_blocks import Block, Prose, Takeaways, Title, blocks
from scrapbook.text.locations import Location
from scrapbook.text.quotes import QuoteParts

CASES: dict[str, list[Block]] = {
    "a thought": [Prose("a thought")],
    "": [],
    " \n ": [],
    "Attention, again\n\nNobody is short of time.": [
        Title("Attention, again"),
        Prose("Nobody is short of time."),
    ],
    "Not a title.\n\nIt ends like a sentence.": [Prose("Not a title.\n\nIt ends like a sentence.")],
    "https://example.org\n\nis no title": [Prose("https://example.org\n\nis no title")],
    "one line\nanother": [Prose("one line\nanother")],
    f"{'x' * 81}\n\nis too long": [Prose(f"{'x' * 81}\n\nis too long")],
    '"Less is more" - Mies van der Rohe, Letters': [
        QuoteParts("", "Less is more", "Mies van der Rohe", "Letters")
    ],
    '"Less is more"\n— Mies van der Rohe': [QuoteParts("", "Less is more", "Mies van der Rohe", "")],
    'Oscar Wilde: "Be yourself, everyone else is already taken."': [
        QuoteParts("", "Be yourself, everyone else is already taken.", "Oscar Wilde", "")
    ],
    '"To be or not to be"': [QuoteParts("", "To be or not to be", "", "")],
    'He said "well" and "no"': [Prose('He said "well" and "no"')],
    'In the talk: "Less is more" - Mies van der Rohe\nI like that': [
        Prose("In the talk:"),
        QuoteParts("", "Less is more", "Mies van der Rohe", ""),
        Prose("I like that"),
    ],
    "https://example.org\ntakeaway: fewer kernels\n- larger ones\nand more": [
        Prose("https://example.org"),
        Takeaways(("fewer kernels", "larger ones")),
        Prose("and more"),
    ],
    "Good bread\nLocation: 51.5, -0.07": [Prose("Good bread"), Location(51.5, -0.07)],
}


@pytest.mark.parametrize("text", CASES)
def test_a_text_is_taken_apart(text: str):
    found = blocks(text)
    expected = CASES[text]
    without_lead_in = [
        QuoteParts("", block.said, block.author, block.source) if isinstance(block, QuoteParts) else block
        for block in found
    ]
    assert without_lead_in == expected


def test_no_word_is_lost():
    text = 'Read: "Less is more" - Mies van der Rohe, Letters\ntakeaway: yes\nPlain\n"Open and more'
    shown = repr(blocks(text))
    assert all(word.strip('":,') in shown for word in text.split() if word not in {"-", "takeaway:"})
