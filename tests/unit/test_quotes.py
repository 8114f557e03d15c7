import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapbook.quotes import LOOKED_THROUGH, Quote, find_quotes, read_quote


@pytest.mark.parametrize(
    ("text", "author"),
    [
        ('"Came for the language" - Brett Cannon', "Brett Cannon"),
        ("“Came for the language” — Ann Example", "Ann Example"),
        ('“Came for the language" – Ann Example', "Ann Example"),
        ("”Came for the language” ― Ann Example", "Ann Example"),
        ("„Ich denke“ -- R. D.", "R. D."),
        ("«Je pense» – R. D.", "R. D."),
        ("« Je pense » – R. D.", "R. D."),
        ("»Ich denke« – R. D.", "R. D."),
        ("‹Je pense› ‒ Descartes", "Descartes"),
        ("“Less is more” ⸺ Mies", "Mies"),
        ("“Less is more” ⸻ Mies", "Mies"),
        ("“Less is more” ➖ Mies", "Mies"),
        ("“Less is more” ﹘ Mies", "Mies"),
        ("“Less is more”－Mies", "Mies"),
        ("‚Ich denke‘ ‐ Descartes", "Descartes"),
        ("‘Less is more’ ~ Mies", "Mies"),
        ("'It isn't over' - Yogi Berra", "Yogi Berra"),
        ("''Less is more'' --- Mies", "Mies"),
        ("「少ないほど豊か」— 村上春樹", "村上春樹"),
        ('"Less is more"-Mies', "Mies"),
        ('"less is more"~mies', "mies"),
        ('"Less is more" by Mies', "Mies"),
        ('"Less is more" – by Mies', "Mies"),
        ('"Less is more" (Mies van der Rohe)', "Mies van der Rohe"),
        ('"Less is more"\n- Mies van der Rohe', "Mies van der Rohe"),
        ('"Less is more"\n\n— Mies', "Mies"),
        ('"Less is more"\r\n- Mies', "Mies"),
        ('"Less is more"\nMies van der Rohe', "Mies van der Rohe"),
        ('"Less is more".\n- Mies\n\nheard on the radio', "Mies"),
        ('"Who are you?" — George Orwell, 1984', "George Orwell"),
        ('"Less is more" - Mies in Domus Magazine', "Mies"),
        ('"I have a dream" - Martin Luther King, Jr.', "Martin Luther King, Jr."),
        ('"eat your greens" - my grandmother', "my grandmother"),
        ('"be kind" - the Dalai Lama', "the Dalai Lama"),
        ('"Play long games" - @naval', "@naval"),
        ('"He said "no" and left" - Jane', "Jane"),
        ('"One line\nand another" - Jane Roe\ntakeaway: x', "Jane Roe"),
        ('in the news: "Less is more" - Mies', "Mies"),
        ('1. "Less is more" - Mies #houses', "Mies"),
    ],
)
def test_a_quotation_with_its_author_is_a_quote(text: str, author: str):
    quote = read_quote(text)
    assert quote is not None
    assert quote.author == author


@pytest.mark.parametrize(
    "text",
    [
        "",
        '"',
        'He said "no" - and left',
        '"No" - and he left',
        '"No", he said, "never" - and he left',
        'the "best" one - Anna',
        "well-known",
        "5'10 - 6'2",
        "don't - it isn't",
        '"Best pizza" - the new place',
        '"Great" - Anna, who came by',
        '"done" - thanks',
        '"done" - Thanks',
        '"Buy milk" - tomorrow at 5',
        '"Buy milk" - Friday',
        '"Great" - 5 stars',
        '"Dune" by Frank Herbert',
        '"Crime and Punishment" by Dostoevsky',
        '"Yesterday" by the Beatles',
        '"Some book or other" (1984)',
        '"Less is more" (sic)',
        '"Less is more" (Mies',
        '"The red one here"\nBuy milk\nand eggs',
        '"Less is more"\n\nMies',
        '"..." - Anna',
    ],
)
def test_what_is_not_clearly_one_is_none(text: str):
    assert read_quote(text) is None


def test_a_text_that_is_all_quotation_needs_no_author():
    assert read_quote(" “The unexamined life is not worth living” ") is not None
    assert read_quote('"not so fast"') is None
    assert read_quote('"this one here" or "that one there"') is None


def test_several_quotes_are_found_where_they_stand():
    text = 'two:\n"Less is more" - Mies\n\n“Form follows function”\n— Louis Sullivan\nboth are old'
    found = find_quotes(text)
    assert [(quote.author, text[quote.start : quote.end]) for quote in found] == [
        ("Mies", '"Less is more" - Mies'),
        ("Louis Sullivan", "“Form follows function”\n— Louis Sullivan"),
    ]


MARKS = st.text(st.sampled_from("\"“”„«»'‘’-—~()., \n\taAbyBY#1:"))


@given(st.text() | MARKS)
def test_any_text_is_read_and_quotes_lie_in_it_in_order(text: str):
    place = 0
    for quote in find_quotes(text):
        assert place <= quote.start < quote.end <= len(text)
        assert quote.author
        assert " ".join(text[quote.start : quote.end].split()).find(quote.author) > 0
        place = quote.end


@pytest.mark.parametrize("piece", ['"', '"a\n', '"a" - ', "'a ", '"a" - A a ', "«\n", '"a"\n\n- ', "1. a: "])
def test_a_long_text_is_read_in_no_time(piece: str):
    """Seconds of processor time: what is not linear would take minutes. No promise of speed."""
    started = time.process_time()
    read_quote(piece * (200_000 // len(piece)))
    assert time.process_time() - started < 2


def test_a_quote_far_down_a_long_text_is_not_looked_for():
    assert read_quote("a\n" * LOOKED_THROUGH + '"Less is more" - Mies') is None
    assert read_quote('"Less is more" - Mies\n' + "a\n" * LOOKED_THROUGH) == Quote("Mies", 0, 21)
