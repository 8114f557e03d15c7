"""What is shown of a text, in pieces, within the room that there is."""

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapbook.text.display import displayable
from scrapbook.web.book.prose import Piece, Room, linked, marked, shortened

TEXTS = st.text() | st.lists(
    st.sampled_from(["<b>", "&", "https://example.org/a?b=c", " ", "\n", "word", "😀", "http://"])
).map("".join)


@given(TEXTS)
def test_with_room_for_it_a_text_is_whole(text: str):
    room = Room(1_000_000)
    pieces = linked(text, room)
    shown = "".join(piece.url if piece.url.startswith("http") else piece.text for piece in pieces)
    assert not room.is_cut
    assert shown.replace("http://www.", "www.") == displayable(text).replace("http://www.", "www.")


@given(TEXTS, st.integers(0, 200))
def test_no_more_is_shown_than_there_is_room_for(text: str, size: int):
    room = Room(size)
    pieces = linked(text, room)
    assert sum(len(escape(piece.text).encode()) for piece in pieces) <= size
    assert room.left >= 0


def test_a_text_is_cut_between_words():
    # As many letters as there are bytes of room, each of more than one byte.
    assert linked("цапля на канале", Room(16)) == (Piece("цапля на"),)
    assert linked("a<b<c", Room(9)) == (Piece("a<b"),)
    room = Room(20)
    assert linked("some words and other words", room) == (Piece("some words and"),)
    assert room.is_cut


@given(TEXTS)
def test_marked_pieces_are_the_text_again(text: str):
    pieces = marked(text, ["word"], 10_000)
    assert "".join(piece.text for piece in pieces) == " ".join(displayable(text).split())


def test_words_are_marked_with_what_follows_them():
    assert marked("a kernel, Kernels", ["kernel"], 100) == (
        Piece("a "),
        Piece("kernel", is_marked=True),
        Piece(", "),
        Piece("Kernels", is_marked=True),
    )


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://www.example.org/", "example.org"),
        ("http://example.org/a", "example.org/a"),
        ("https://example.org/" + "a" * 100, "example.org/" + "a" * 18 + "…" + "a" * 29),
    ],
)
def test_addresses_are_shortened_in_the_middle(address: str, shown: str):
    assert shortened(address) == shown
