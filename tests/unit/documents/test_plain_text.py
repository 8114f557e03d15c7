"""Text files, in the encodings of phones and computers of all ages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapbook.documents.plain_text import read_text
from scrapbook.documents.reader import MAX_SEARCHED, MAX_SHOWN

GERMAN = "Die Äpfel für Großmutter liegen im Keller.\nUnd die Öfen müssen geprüft werden."
RUSSIAN = "Яблоки для бабушки лежат в погребе.\nПечи нужно проверить до зимы."


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "utf-8"),
        (GERMAN, "utf-8-sig"),
        (GERMAN, "utf-16"),
        (GERMAN, "latin-1"),
        (RUSSIAN, "utf-8"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        ("Grüße\naus Köln", "latin-1"),
        ("café", "latin-1"),
        ("Los niños están aquí", "latin-1"),
        ("Smörgåsbord på lördag", "latin-1"),
        ("It’s “fine” – and €5", "cp1252"),
        ("Příliš žluťoučký kůň úpěl ďábelské ódy", "cp1250"),
        ("こんにちは世界。ばらの花が庭に咲きました。", "shift_jis"),
        ("こんにちは世界。ばらの花が庭に咲きました。", "iso2022_jp"),
        ("안녕하세요. 장미가 정원에 피었습니다.", "euc_kr"),
    ],
)
def test_the_words_of_a_text_are_shown_to_the_letter(text: str, encoding: str) -> None:
    assert read_text(text.encode(encoding)).shown == text
    assert read_text(text.replace("\n", "\r\n").encode(encoding)).shown == text


def test_of_a_long_text_the_rest_is_searched() -> None:
    text = "\n".join(f"line {number} of the long list" for number in range(3_000))
    read = read_text(text.encode())
    assert MAX_SHOWN // 2 < len(read.shown) <= MAX_SHOWN
    assert read.shown + read.searched == text[: len(read.shown) + MAX_SEARCHED]
    assert read.searched[0].isspace()


@given(st.binary(max_size=400))
def test_no_bytes_are_too_strange_for_an_answer(content: bytes) -> None:
    assert "\0" not in read_text(content.replace(b"\0", b"")).shown
