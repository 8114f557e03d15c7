"""Whatever a request says of the entries is a filter, and no word of it is passed over."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapbook.text.entry_facts import EntryKind
from scrapbook.text.entry_requests import EntryRequest, parse_request

NOW = datetime(2026, 11, 28, 14, tzinfo=UTC)


def read(text: str) -> EntryRequest:
    return parse_request(text, NOW, ZoneInfo("UTC"))


@pytest.mark.parametrize(
    "text",
    [
        "how many entries do I have?",
        "list all my notes",
        "what have I got in total",
        "my last 3 notes",
        "show me everything",
        "what was the last thing I saved",
    ],
)
def test_a_request_for_all_has_no_filter(text: str) -> None:
    assert not read(text).narrows


@pytest.mark.parametrize(
    ("text", "kind", "when", "words"),
    [
        ("how many pictures do I have", EntryKind.PICTURE, "", ""),
        ("how many notes in music", None, "", "music"),
        ("how many music notes do I have", None, "", "music"),
        ("how many things are on my shopping list", None, "", "shopping"),
        ("how many did I save this month", None, "from this month", ""),
        ("what did I save on friday", None, "from Friday 27 November", ""),
        ("notes from 2025", None, "from 2025", ""),
        ("show notes mentioning stamps", None, "", "stamps"),
        (
            "how many links have I sent you since january about rust",
            EntryKind.LINK,
            "since January 2026",
            "rust",
        ),
        ("pictures from italy", EntryKind.PICTURE, "", "italy"),
        ("show me my pictures from last week", EntryKind.PICTURE, "from last week", ""),
        ("everything from last week about saving money", None, "from last week", "saving money"),
        ("show me my grumpiest note", None, "", "grumpiest"),
    ],
)
def test_each_filter_is_read(text: str, kind: EntryKind | None, when: str, words: str) -> None:
    found = read(text)
    assert (found.kind, found.period.when if found.period else "", found.words) == (kind, when, words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("how many things have I told you", ""),
        ("how many notes did we ever send to you", ""),
        ("notes from 99999", "99999"),
        ("what did I save on 31 february", "31 february"),
        ("last 5 notes", ""),
    ],
)
def test_a_number_narrows_where_it_is_no_count(text: str, words: str) -> None:
    assert read(text).words == words


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("show me the last picture", True),
        ("my latest voice memo", True),
        ("show me the last pictures", False),
        ("last 5", False),
    ],
)
def test_one_is_told_from_several(text: str, is_one: bool) -> None:
    assert read(text).is_one is is_one


# No word of a request's frame, no kind and no period starts like this.
@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=6, max_size=18).map("qz".__add__))
def test_no_other_word_is_passed_over(word: str) -> None:
    for text in (f"show me my {word} notes", f"how many notes about {word}", f"notes with {word} from 2025"):
        assert word in read(text).words
