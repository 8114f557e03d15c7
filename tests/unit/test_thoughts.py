import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapbook.thoughts import Thought


@pytest.mark.parametrize(
    ("message", "text", "topic"),
    [
        ("python: decorators are functions", "decorators are functions", "python"),
        ("machine learning: nets", "nets", "machine learning"),
        ("C++: templates", "templates", "C++"),
        ("shopping:\nmilk\neggs", "milk\neggs", "shopping"),
        ("mum: call at 10:30", "call at 10:30", "mum"),
        ("save this under gpu work: fewer kernels", "fewer kernels", "gpu work"),
        ("#books the mill again", "the mill again", "books"),
        ("the mill again #books", "the mill again", "books"),
        ("the mill again #books #fiction", "the mill again #fiction", "books"),
        ("reading #books in bed", "reading #books in bed", "books"),
        ("#machine_learning nets", "nets", "machine learning"),
        ("python: see #books", "see #books", "python"),
        ("#books", "#books", "books"),
    ],
)
def test_it_files_where_the_text_says(message: str, text: str, topic: str) -> None:
    assert Thought.of(message) == Thought(text, topic)


@pytest.mark.parametrize(
    "message",
    [
        "10:30 dentist",
        "dinner at 7: bring wine",
        "https://example.org/a:b is worth a read",
        "http://example.org/#part",
        "Note to self: breathe",
        "PS: thanks",
        "She said: come tomorrow",
        "the best thing about this town is clear: the river",
        "what I learnt: nothing",
        "issue #42 is back",
        "shopping:",
        "python:decorators",
        ": nothing before it",
        "ratio 3:1 wins",
    ],
)
def test_other_colons_and_hashes_file_nothing(message: str) -> None:
    assert Thought.of(message) == Thought(message, None)


@given(st.text(max_size=200))
def test_without_a_topic_the_words_are_kept_to_the_letter(message: str) -> None:
    thought = Thought.of(message)
    if thought.topic is None:
        assert thought.text == message


@given(st.text(st.sampled_from("ab #:\n_1"), max_size=60))
def test_nothing_but_the_marker_is_taken_away(message: str) -> None:
    thought = Thought.of(message)
    letters = iter(message)
    assert all(letter in letters for letter in thought.text)
    assert bool(thought.text.strip()) == bool(message.strip())


@given(st.sampled_from(["python", "machine learning", "R2"]), st.text(min_size=1).filter(lambda t: t.strip()))
def test_what_follows_the_topic_is_kept_to_the_letter(topic: str, text: str) -> None:
    assert Thought.of(f"{topic}: {text}") == Thought(text.lstrip(), topic)
