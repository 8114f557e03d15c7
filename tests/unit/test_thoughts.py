import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapbook.thoughts import Thought, is_blank


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
    assert Thought.spoken(said, TOPICS) == Thought(text, topic)


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
    assert Thought.spoken(said, TOPICS) == Thought(said, None)


def test_a_topic_that_is_only_mentioned_files_no_text() -> None:
    text = "fewer kernels for the gpu topic"
    assert Thought.of(text) == Thought(text, None)


@given(
    st.sampled_from(["gpu", "machine learning", "rose garden"]),
    st.text("abc ,.!", min_size=1, max_size=30).filter(lambda said: said.strip(" ,.!")),
)
def test_the_words_of_a_memo_are_kept_wherever_its_topic_is(topic: str, said: str) -> None:
    for whole in (f"For the {topic} topic, {said}", f"{said} for the {topic} topic."):
        thought = Thought.spoken(whole, [])
        assert thought.topic == topic
        assert thought.text.strip(" ,.!") == said.strip(" ,.!")


@given(st.text(max_size=200))
def test_a_memo_without_a_topic_is_kept_to_the_letter(said: str) -> None:
    thought = Thought.spoken(said, TOPICS)
    assert thought.topic is not None or thought.text == said


@pytest.mark.parametrize(
    "text", ["", " ", "\n\u00a0\u3000", "\u200b\u200d\ufeff", "\u2800", "\u3164", "\u00ad"]
)
def test_what_cannot_be_seen_is_blank(text: str):
    assert is_blank(text)


@pytest.mark.parametrize("text", ["a", ".", "\u200b.", "👩\u200d🚀", "❤\ufe0f", "\u0301"])
def test_what_can_be_seen_is_not_blank(text: str):
    assert not is_blank(text)
