"""Reactions in the words of phones, and texts that only look like them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapbook.text.reactions import Reaction

SAID = "Saved 1 under errands."


def is_reaction_to(text: str, message: str) -> bool:
    reaction = Reaction.parse(text)
    return reaction is not None and reaction.is_to(message)


@pytest.mark.parametrize(
    "text",
    [
        # iPhone
        f"Liked “{SAID}”",
        f"Loved “{SAID}”",
        f"Disliked “{SAID}”",
        f"Laughed at “{SAID}”",
        f"Emphasized “{SAID}”",
        f"Emphasised “{SAID}”",
        f"Questioned “{SAID}”",
        f"Reacted 🎉 to “{SAID}”",
        f"Reacted 👨\u200d👩\u200d👧 to “{SAID}”",
        f"Reacted with a sticker to “{SAID}”",
        f"Removed a like from “{SAID}”",
        f"Removed an exclamation from “{SAID}”",
        f"Removed a question mark from “{SAID}”",
        f"Removed 🎉 from “{SAID}”",
        f'Liked "{SAID}"',
        "Liked “Saved 1 un…”",
        "Liked “Saved 1 under...”",
        f"  loved “{SAID}” ",
        # Google Messages
        f"\u200a\u200b👍\u200b to “\u200a{SAID}\u200a”\u200a",
        f"\u200aRemoved \u200c👍\u200c from “\u200a{SAID}\u200a”\u200a",
        f"❤️ to “{SAID}”",
        f"👍🏽 à « {SAID} »",
        f"👍 zu „{SAID}“",
        f"👍 a “{SAID}”",
        f"👍 para “{SAID}”",
        # French
        f"A aimé « {SAID} »",
        f"A aimé «\u00a0{SAID}\u00a0»",
        f"N’a pas aimé « {SAID} »",
        f"A ri de « {SAID} »",
        f"A réagi avec 😮 à « {SAID} »",
        f"a attribué la mention « Adore » à « {SAID} »",
        f"A retiré un cœur de « {SAID} »",
        # Spanish
        f"Le gustó “{SAID}”",
        f"No le gustó “{SAID}”",
        f"Le encantó “{SAID}”",
        f"Le dio risa “{SAID}”",
        f"Exclamó por “{SAID}”",
        f"Reaccionó con 😮 a “{SAID}”",
        f"Quitó un corazón de “{SAID}”",
        # German
        f"Gefällt „{SAID}“",
        f"Gefällt „{SAID}”",
        f"Hat mit 😮 auf „{SAID}“ reagiert",
        f"Hat ein Herz von „{SAID}“ entfernt",
        f"Entfernte 😮 aus „{SAID}”",
        f"Lacht über „{SAID}“",
        f"Gefällt „{SAID}“ nicht",
        # Portuguese
        f"Gostei “{SAID}”",
        f"Gostou de “{SAID}”",
        f"Não gostou de “{SAID}”",
        f"Amei “{SAID}”",
        f"Riu de “{SAID}”",
        f"Reagiu com 😮 a “{SAID}”",
        f"Removeu um coração de “{SAID}”",
    ],
)
def test_a_reaction_is_to_the_message_that_it_quotes(text: str) -> None:
    assert is_reaction_to(text, SAID)
    assert not is_reaction_to(text, "Saved 2 under errands.")


@pytest.mark.parametrize(
    "message",
    [
        'Delete 5 "bread"? Text 1 for yes.',
        "“Less is more” - Mies",
        "it's in Ann's 'good' drawer",
        "two lines\nof text",
        "👍",
        "Loved “Saved 1.”",
        "«Sur la route»",
    ],
)
def test_the_quoted_message_may_have_marks_and_lines_of_its_own(message: str) -> None:
    assert is_reaction_to(f"Liked “{message}”", message)
    assert is_reaction_to(f"😂 to “{message.replace(chr(10), ' ')}”", message)


@pytest.mark.parametrize(
    "text",
    [
        "Loved an image",
        "Laughed at a photo",
        "Emphasized a movie",
        "Questioned an audio message",
        "Reacted 😮 to an image",
        "Removed a heart from an image",
        "👍 to an image",
        "A aimé une image",
        "Le gustó una imagen",
        "Gefällt ein Bild",
        "Gostou de uma imagem",
    ],
)
def test_a_reaction_may_be_to_an_attachment(text: str) -> None:
    reaction = Reaction.parse(text)
    assert reaction is not None
    assert reaction.is_to_attachment


@pytest.mark.parametrize(
    "text",
    [
        f"She said “{SAID}”",
        f"Why does it say “{SAID}”",
        f"“{SAID}”",
        SAID,
        f"Liked “{SAID}” and went on",
        f"I liked “{SAID}”",
        "Liked it a lot",
        "Loved an image of the sea by Turner",
        "Loved the look of a photo",
        "Removed a stain from a photo",
        "- a photo",
        f"- “{SAID}”",
        f"> “{SAID}”",
        f"* “{SAID}”",
        "removed the old paint",
        "👍",
        "😂😂",
        "👍 to that",
        "",
        "“”",
    ],
)
def test_other_texts_are_none(text: str) -> None:
    assert not is_reaction_to(text, SAID)
    reaction = Reaction.parse(text)
    assert reaction is None or not reaction.is_to_attachment


def test_a_text_about_a_title_is_a_reaction_only_if_the_title_was_a_message() -> None:
    assert not is_reaction_to("Loved “Middlemarch”", SAID)
    assert not is_reaction_to("Liked “Sav…”", SAID)  # too little to tell


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    is_reaction_to(text, text)
