"""What is shown of a text: all that people write, and nothing that is not seen or turns what is around it."""

import unicodedata

import pytest
from hypothesis import given

from scrapbook.text.display import MAX_MARKS, displayable, one_line
from scrapbook.text.segments import segment_count
from tests.support.texts import TEXTS


@pytest.mark.parametrize(
    "text",
    [
        "plain, with a tab\tand\nlines",
        "café, naïve, Ångström, e\u0301, o\u0302\u0323",  # composed and decomposed
        "مَرْحَبًا بِالعَالَم ٤٢",
        "می\u200cخواهم",  # Persian: the non-joiner is spelling
        "שָׁלוֹם, בְּרֵאשִׁ֖ית בָּרָ֣א",
        "नमस्ते, क्षत्रिय, क्\u200dष, र्\u200d",  # Hindi: joiners after a virama
        "ශ්\u200dරී ලංකාව",  # Sinhala
        "ഇന്ത്യന്\u200d",  # Malayalam, a chillu as older phones write it
        "ยินดีต้อนรับ",
        "བཀྲ་ཤིས་བདེ་ལེགས། རྒྱུད",
        "မြန်မာဘာသာ ကြွှေ့",
        "ខ្មែរ",
        "ᠮᠣᠩᠭᠣᠯ ᠬᠠᠷ\u180eᠠ",
        "東京 葛\U000e0100城 ｶﾞ",  # with the selector of a variant
        "한국어 \u1112\u1161\u11ab",
        "👩\u200d👩\u200d👧 ❤\ufe0f\u200d🔥 🏳\ufe0f\u200d🌈 🤦🏽\u200d♀\ufe0f 🙂\u200d↔\ufe0f",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f 🇩🇪 1\ufe0f\u20e3 #\ufe0f\u20e3",
        "🫨 \U0001fae9 \U0001face",  # newer than the Unicode of Python 3.11
        "\u0600١٢",  # an Arabic number sign, which has a glyph
        "\uf8ff",  # Apple's logo, as phones of Apple write it
        "{x} \\n %s ½ ﬀ €",
    ],
)
def test_what_people_write_is_shown_as_it_is(text: str) -> None:
    assert displayable(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("evil\u202egnp.exe", "evilgnp.exe"),
        ("a\u2066b\u2069c\u2067d\u2068e", "abcde"),
        ("a\u061cb\u200ec\u200fd\u202ae\u202cf", "abcdef"),
        ("a\u206ab\u206bc\u206cd\u206de\u206ef\u206fg", "abcdefg"),
        ("a\ufff9b\ufffac\ufffbd", "abcd"),
        ("a\U000e0001\U000e0068\U000e0069b\U000e007f", "ab"),
        ("🏴\U000e0067\U000e0062", "🏴"),  # no flag: its end is missing
        ("😀\U000e0067\U000e007f", "😀"),
        ("a\u200bb\u2060c\ufeffd\u00ade", "abcde"),
        ("\x1b[31mred\x1b]0;title\x07", "[31mred]0;title"),
        ("a\x9b31mb\x00c\x08d\x7fe\x85f", "a31mbcde\nf"),
        ("a\r\nb\rc\x0bd\x0ce\u2028f\u2029g", "a\nb\nc\nd\ne\nf\ng"),
        ("no\u200djoin a\u200cb \u200d \u200c.", "nojoin ab  ."),
        ("😀\ufe0f\ufe0f\U000e0100\U000e01ef", "😀\ufe0f"),
        ("\ufe0fa \ufe0fb", "a b"),
        ("a\ud800b\udc00", "a\ufffdb\ufffd"),
        ("a\uffffb\ufdd0c\U0010ffffd\ufff0e\U000e0fff", "abcde"),
        ("Z" + "\u0310\u0320" * 200 + "algo", "Z" + "\u0310\u0320" * (MAX_MARKS // 2) + "algo"),
        ("क" + "ि\u0310" * 50 + "क", "क" + "ि\u0310" * MAX_MARKS + "ि" + "क"),
    ],
    ids=lambda text: ascii(text)[1:30],
)
def test_what_is_not_seen_or_turns_the_text_around_it_is_not_shown(text: str, shown: str) -> None:
    assert displayable(text) == shown


def test_a_line_is_one_line() -> None:
    assert one_line(" a\r\n\u202e b\u2028\x1bc ") == "a b c"


@given(TEXTS)
def test_any_text_can_be_shown_and_is_then_left_alone(text: str) -> None:
    shown = displayable(text)
    assert displayable(shown) == shown
    assert len(shown) <= len(text)
    assert segment_count(shown) <= max(segment_count(text), segment_count(shown[:1]))
    shown.encode()
    assert not {sign for sign in shown if unicodedata.category(sign) == "Cc"} - set("\n\t")
    assert "\n" not in one_line(text)


@pytest.mark.parametrize(
    "between", ["\u202e", "\u200b", "\u2060", "\x1b", "\x00", "\ufdd0", "\U000e0041", "\u200d"]
)
def test_what_is_not_seen_does_not_make_room_for_more_marks(between: str) -> None:
    shown = displayable("é" + ("\u0300" * MAX_MARKS + between) * 50)
    assert sum(unicodedata.category(sign) == "Mn" for sign in shown) == MAX_MARKS


@pytest.mark.parametrize("filler", ["\u3164", "\uffa0", "\u17b4"])
def test_letters_that_are_not_seen_are_not_shown(filler: str) -> None:
    assert displayable(f"a{filler}b") == "ab"
