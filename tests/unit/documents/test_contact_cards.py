"""Contact cards of each version, as phones write them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapbook.documents.contact_cards import MAX_CARDS, read_cards
from scrapbook.errors import FileUnreadable
from scrapbook.text.query import fold
from tests.support.files import ANDROID, IPHONE, VERSION_4, WHATSAPP, folded, photo


def card(*lines: str, version: str = "3.0") -> str:
    return "\r\n".join(("BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""))


CARDS = {
    "an iPhone": (
        IPHONE,
        "Dr. Ada Lovelace, Analytical Engines, Ltd. Programming\n+44 20 7946 0018 (mobile)\n"
        "020 7946 0019 (school)\nada@engines.example",
    ),
    "an Android phone": (
        ANDROID,
        "Jörgen Åström\n+46701234567 (mobile)\n08-123 456 (home)\njorgen@post.example",
    ),
    "version 4": (VERSION_4, "Grace Hopper\n+1-212-555-0100 ext. 5 (home)\ngrace@navy.example"),
    "WhatsApp": (WHATSAPP, "Bob\n+1 212-555-0101 (mobile)"),
    "no full name": (card("N:Gump;Forrest;;Mr.;", "TEL;WORK;FAX:1"), "Mr. Forrest Gump\n1 (work, fax)"),
    "a company": (card("ORG:The Bakery", "TEL:1"), "The Bakery\n1"),
    "two cards": (card("FN:Ada", "TEL:1") + card("FN:Bob", "TEL:2"), "Ada\n1\n\nBob\n2"),
    "a line of no property": (card("FN:Ada", "what is this", "TEL:1"), "Ada\n1"),
    "no end": (card("FN:Ada", "TEL:1").removesuffix("END:VCARD\r\n"), "Ada\n1"),
    "two beginnings": (card("FN:Ada", "BEGIN:VCARD", "FN:Bob"), "Ada\n\nBob"),
    "a small encoding": (card("fn;charset=utf-8;encoding=quoted-printable:Zo=C3=AB", version="2.1"), "Zoë"),
    "an unknown charset": (card("FN;CHARSET=nobody-knows;ENCODING=QUOTED-PRINTABLE:Zo=C3=AB", "TEL:1"), "1"),
    "escapes": (card("FN:Semi\\;colon\\, and \\\\ more; so"), "Semi;colon, and \\ more; so"),
    "Unix lines": (card("FN:Ada").replace("\r\n", "\n"), "Ada"),
}
"""A card, and what is shown of it."""


@pytest.mark.parametrize(("text", "shown"), CARDS.values(), ids=CARDS)
def test_a_card_shows_name_numbers_and_addresses(text: str, shown: str) -> None:
    assert read_cards(text, "").shown == shown


@pytest.mark.parametrize(
    "typed", ["+44 20 7946 0018", "+442079460018", "020 7946 0018", "02079460018", "442079460018"]
)
@pytest.mark.parametrize("written", ["+44 20 7946 0018", "020 7946 0018", "(020) 7946-0018", "+442079460018"])
def test_a_number_is_found_however_it_is_written(written: str, typed: str) -> None:
    read = read_cards(card("FN:Ada", f"TEL:{written}"), "GB")
    words = fold(f"{read.shown} {read.searched}").replace("+", " ").replace("-", " ").split()
    assert set(typed.lstrip("+").split()) <= set(words)


def test_the_rest_of_a_card_is_searched_and_not_shown() -> None:
    assert "Bernoulli" in read_cards(IPHONE, "").searched
    assert "sails; plays the nyckelharpa" in read_cards(ANDROID, "").searched


@pytest.mark.parametrize("text", ["", "BEGIN:VCARD", card(), card("FN:", "TEL:"), card(f"PHOTO:{photo()}")])
def test_a_card_without_name_and_number_is_empty(text: str) -> None:
    with pytest.raises(FileUnreadable):
        read_cards(text, "")


def test_a_large_photo_takes_no_time() -> None:
    began = time.process_time()
    text = card("FN:Ada", folded(f"PHOTO;ENCODING=b;TYPE=JPEG:{photo(6_000_000)}"), "TEL:1")
    assert read_cards(text, "").shown == "Ada\n1"
    assert time.process_time() - began < 3


def test_of_a_whole_address_book_the_first_cards_are_read() -> None:
    shown = read_cards("".join(card(f"FN:Person {number}") for number in range(500)), "").shown
    assert shown.count("Person") == MAX_CARDS


@given(st.lists(st.text(max_size=60), max_size=20))
def test_no_card_is_too_strange_for_an_answer(lines: list[str]) -> None:
    assert read_cards(card("FN:Ada", *lines, "TEL:1"), "US").shown
