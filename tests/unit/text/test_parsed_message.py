import pytest

from scrapbook.text.message_splitter import MessageParts
from scrapbook.text.parsed_message import ParsedMessage
from scrapbook.text.parsed_text import ParsedText


def test_a_text_without_a_marker_is_the_thought_itself() -> None:
    message = ParsedMessage.of("a thought")
    assert message.thought.text is message.body
    assert message.thought.topic is None


def test_the_marker_of_a_topic_is_no_part_of_the_thought() -> None:
    thought = ParsedMessage.of("gpu: fewer kernels").thought
    assert (thought.text, thought.topic) == (ParsedText("fewer kernels"), "gpu")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a thought", MessageParts()),
        (
            '#books "a b" - Ann\n"c d" - Ben',
            MessageParts(entries=('"a b" - Ann', '"c d" - Ben'), topic="books"),
        ),
        ("takeaway: x", MessageParts(takeaways=("takeaway: x",))),
        ("#books takeaway: x", MessageParts()),
    ],
)
def test_the_parts_of_a_message_are_under_the_topic_that_it_names(text: str, parts: MessageParts) -> None:
    assert ParsedMessage.of(text).parts == parts


def test_nothing_is_read_before_it_is_asked_for() -> None:
    message = ParsedMessage.of('"Less is more" - Mies https://example.org')
    assert set(vars(message)) == {"body", "exists"}
    assert set(vars(message.body)) == {"text"}
