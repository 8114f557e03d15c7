"""What a text says is read from it once, however many steps of a turn need to know it."""

import sys
import threading
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest

import scrapbook.text
from tests.integration.actions.conversation import Conversation

PARSERS = frozenset(
    {
        "FiledText.parse",
        "MessageParts.of",
        "find_links",
        "find_quotes",
        "whole_quote",
        "Location.of",
    }
)
"""The functions of ``scrapbook.text`` that go through a whole text."""

TEXTS = [
    "a thought",
    "python: decorators are just functions",
    "read this #books https://example.org/a",
    '"Less is more" - Mies',
    "Eiffel Tower\nLocation: 48.8584, 2.2945",
]


@pytest.fixture
def parses() -> Iterator[Counter[tuple[str, str]]]:
    """How often each parser has gone through each text, in threads begun from here on."""
    counts: Counter[tuple[str, str]] = Counter()
    with _profiled(counts):
        yield counts


@pytest.mark.parametrize("text", TEXTS)
def test_a_saved_text_is_parsed_once(parses: Counter[tuple[str, str]], ann: Conversation, text: str):
    ann.text("action_save", text)
    assert any(parsed == text for _, parsed in parses)
    assert not {parse: count for parse, count in parses.items() if count > 1}


@pytest.mark.parametrize("text", TEXTS)
def test_the_new_text_of_an_entry_is_parsed_once(
    parses: Counter[tuple[str, str]], ann: Conversation, text: str
):
    ann.text("action_save", "first words")
    parses.clear()
    ann.text("action_edit", f"edit 1 {text}", entry="1", words=text)
    assert any(parsed == text for _, parsed in parses)
    assert not {parse: count for parse, count in parses.items() if count > 1}


def test_a_turn_that_saves_nothing_parses_nothing(parses: Counter[tuple[str, str]], ann: Conversation):
    ann.text("action_status", "status")
    assert not parses


@contextmanager
def _profiled(counts: Counter[tuple[str, str]]) -> Generator[None]:
    def count(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code.co_qualname in PARSERS and _is_of_text_room(frame):
            counts[frame.f_code.co_qualname, _text_of(frame)] += 1

    sys.setprofile(count)
    threading.setprofile(count)
    try:
        yield
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def _is_of_text_room(frame: FrameType) -> bool:
    return Path(frame.f_code.co_filename).parent == Path(scrapbook.text.__path__[0])


def _text_of(frame: FrameType) -> str:
    """The argument, which is a text or has one."""
    given = (getattr(value, "text", value) for value in frame.f_locals.values())
    return next(text for text in given if isinstance(text, str))
