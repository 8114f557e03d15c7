from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapbook.text.parsed_message import ParsedMessage
from scrapbook.text.topic_markers import FiledText, is_blank
from tests.support.texts import TEXTS


def parse_transcript(said: str, topics: Iterable[str]) -> FiledText:
    thought = ParsedMessage.of(said).spoken_thought(topics)
    return FiledText(thought.text.text, thought.topic)


@pytest.mark.parametrize(
    ("message", "text", "topic"),
    [
        ("python: decorators are functions", "decorators are functions", "python"),
        ("machine learning: nets", "nets", "machine learning"),
        ("C++: templates", "templates", "C++"),
        ("shopping:\nmilk\neggs", "milk\neggs", "shopping"),
        ("mum: call at 10:30", "call at 10:30", "mum"),
        ("save this under gpu work: fewer kernels", "fewer kernels", "gpu work"),
        ("save this under “gpu work”: fewer kernels", "fewer kernels", "gpu work"),
        ("#books the mill again", "the mill again", "books"),
        ("the mill again #books", "the mill again", "books"),
        ("the mill again #books #fiction", "the mill again #fiction", "books"),
        ("reading #books in bed", "reading #books in bed", "books"),
        ("#machine_learning nets", "nets", "machine learning"),
        ("python: see #books", "see #books", "python"),
        ("#books", "#books", "books"),
        ("#books \u200b", "#books \u200b", "books"),
    ],
)
def test_it_files_where_the_text_says(message: str, text: str, topic: str) -> None:
    assert FiledText.parse(message) == FiledText(text, topic)


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
        "shopping: \x04",
        "save this under gpu: \u200b",
        "python:decorators",
        ": nothing before it",
        "ratio 3:1 wins",
    ],
)
def test_other_colons_and_hashes_file_nothing(message: str) -> None:
    assert FiledText.parse(message) == FiledText(message, None)


NOTES = [
    line.replace("\\n", "\n").split("\t", 2)
    for line in Path(__file__).with_name("notes_with_marks.tsv").read_text(encoding="utf-8").splitlines()[1:]
]


@pytest.mark.parametrize(("topic", "note"), [(topic, note) for _, topic, note in NOTES])
def test_a_new_topic_is_filed_only_where_it_looks_like_one(topic: str, note: str) -> None:
    assert (FiledText.parse(note).topic or "-").lower() == topic.lower()


@pytest.mark.parametrize(
    ("message", "topic"),
    [
        ("WTF: the bus left", "wtf"),
        ("Monday: swim", "Monday"),
        ("green: paint the shed", "green"),
        ("good news: a flat", "Good news"),
        ("a letter to my younger self: breathe", "a letter to my younger self"),
        ("see #ff8800", "ff8800"),
        ("rang at #B12 twice", "b12"),
    ],
)
def test_a_topic_that_exists_is_always_taken(message: str, topic: str) -> None:
    assert FiledText.parse(message).topic is None
    filed = FiledText.parse(message, lambda name: name.lower() == topic.lower())
    assert (filed.topic or "").lower() == topic.lower()


@given(st.text(max_size=200))
def test_without_a_topic_the_words_are_kept_to_the_letter(message: str) -> None:
    thought = FiledText.parse(message)
    if thought.topic is None:
        assert thought.text == message


@given(st.text(st.sampled_from("ab #:\n_1"), max_size=60))
def test_nothing_but_the_marker_is_taken_away(message: str) -> None:
    thought = FiledText.parse(message)
    letters = iter(message)
    assert all(letter in letters for letter in thought.text)
    assert bool(thought.text.strip()) == bool(message.strip())


@given(
    st.sampled_from(["python", "machine learning", "R2"]),
    st.text(min_size=1).filter(lambda t: not is_blank(t)),
)
def test_what_follows_the_topic_is_kept_to_the_letter(topic: str, text: str) -> None:
    assert FiledText.parse(f"{topic}: {text}") == FiledText(text.lstrip(), topic)


TOPICS = ["gpu", "machine learning", "Books"]


@pytest.mark.parametrize(
    ("said", "text", "topic"),
    [
        ("For the GPU topic, fewer larger kernels.", "fewer larger kernels.", "GPU"),
        ("for the garden topic the roses need water", "the roses need water", "garden"),
        ("For my machine learning topic: nets. More nets.", "nets. More nets.", "machine learning"),
        ("For the topic garden, the roses need water.", "the roses need water.", "garden"),
        ("For the topic gpu fewer kernels", "fewer kernels", "gpu"),
        ("Fewer, larger kernels, for the GPU topic.", "Fewer, larger kernels", "GPU"),
        ("Fewer kernels. For the gpu topic.", "Fewer kernels.", "gpu"),
        ("the roses need water for the topic garden", "the roses need water", "garden"),
        ("Under gpu, fewer kernels.", "fewer kernels.", "gpu"),
        ("Save this under machine learning nets are fine", "nets are fine", "machine learning"),
        ("note for books read it again", "read it again", "Books"),
        ("New idea for Books. Read it again.", "Read it again.", "Books"),
        ("python: still a colon", "still a colon", "python"),
    ],
)
def test_a_memo_is_filed_where_it_says(said: str, text: str, topic: str) -> None:
    assert parse_transcript(said, TOPICS) == FiledText(text, topic)


@pytest.mark.parametrize(
    "said",
    [
        "Under the bridge I saw a heron.",
        "Note for mother, call back.",
        "I need slides for the main topic.",
        "For the next topic we need a room.",
        "For the gpu topic.",
        "Under gpu.",
        "For the first time, it works.",
        "That is a topic for the book club.",
        "for the topic garden roses need water",
        "The gpu topic is fine.",
    ],
)
def test_what_only_sounds_like_a_topic_files_no_memo(said: str) -> None:
    assert parse_transcript(said, TOPICS) == FiledText(said, None)


def test_a_topic_that_is_only_mentioned_files_no_text() -> None:
    text = "fewer kernels for the gpu topic"
    assert FiledText.parse(text) == FiledText(text, None)


@given(
    st.sampled_from(["gpu", "machine learning", "rose garden"]),
    st.text("abc ,.!", min_size=1, max_size=30).filter(lambda said: said.strip(" ,.!")),
)
def test_the_words_of_a_memo_are_kept_wherever_its_topic_is(topic: str, said: str) -> None:
    for whole in (f"For the {topic} topic, {said}", f"{said} for the {topic} topic."):
        thought = parse_transcript(whole, [])
        assert thought.topic == topic
        assert thought.text.strip(" ,.!") == said.strip(" ,.!")


@given(st.text(max_size=200))
def test_a_memo_without_a_topic_is_kept_to_the_letter(said: str) -> None:
    thought = parse_transcript(said, TOPICS)
    assert thought.topic is not None or thought.text == said


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n\u00a0\u3000", "\u200b\u200d\ufeff", "\u2800", "\u3164", "\u00ad", "\x1b", "\U000e0100"],
)
def test_what_cannot_be_seen_is_blank(text: str):
    assert is_blank(text)


@pytest.mark.parametrize(
    "text", ["a", ".", "\u200b.", "👩\u200d🚀", "❤\ufe0f", "\u0301", "\U0001fae9", "\uf8ff"]
)
def test_what_can_be_seen_is_not_blank(text: str):
    assert not is_blank(text)


@given(
    st.sampled_from(
        ["", "python: ", "save this under gpu: ", "#books ", "for the gpu topic, ", "under gpu, "]
    ),
    st.one_of(TEXTS, st.text("\x04 \u200b\ufeff\u3164\n,.;:-#", max_size=4)),
    st.sampled_from(["", " #books", " for the gpu topic."]),
)
def test_something_is_left_of_a_message_whatever_names_its_topic(lead: str, text: str, end: str) -> None:
    message = lead + text + end
    assert is_blank(FiledText.parse(message).text) == is_blank(message)
    assert is_blank(parse_transcript(message, ["gpu"]).text) == is_blank(message)
