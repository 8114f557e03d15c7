"""The words of a memo with their times, in paragraphs, and what a correction leaves of them."""

import time
from collections.abc import Iterable

from scrapbook.core.spoken_words import SpokenParagraph, paragraphs_of
from scrapbook.model.transcript import Segment, Transcript, Word


def transcript(*segments: Segment) -> Transcript:
    text = " ".join(segment.text for segment in segments)
    return Transcript(text, "en", 0.9, 60.0, 50.0, -0.2, segments, "test")


def said(text: str, start: float = 0.0, probability: float = 0.9) -> Segment:
    """A segment whose words take half a second each."""
    words = tuple(
        Word(f" {word}", start + position / 2, start + (position + 1) / 2, probability)
        for position, word in enumerate(text.split())
    )
    return Segment(start, words[-1].end, text, -0.1, 0.0, words)


def texts(paragraphs: Iterable[SpokenParagraph]) -> list[str]:
    return ["".join(word.text for word in paragraph.words) for paragraph in paragraphs]


def starts(paragraph: SpokenParagraph) -> dict[str, float | None]:
    return {word.text.strip(): word.start for word in paragraph.words}


def test_each_word_has_the_time_at_which_it_is_said() -> None:
    [paragraph] = paragraphs_of("Milk is in the fridge.", transcript(said("Milk is in the fridge.", 3.0)))
    assert [(word.text, word.start, word.end) for word in paragraph.words[:2]] == [
        ("Milk", 3.0, 3.5),
        (" is", 3.5, 4.0),
    ]
    assert paragraph.start == 3.0


def test_a_pause_begins_a_paragraph_sooner_behind_a_sentence() -> None:
    heard = transcript(
        said("It rained.", 0.0), said("We stayed in", 2.0), said("and read.", 4.5), said("Then", 9.0)
    )
    paragraphs = paragraphs_of(heard.text, heard)
    assert texts(paragraphs) == ["It rained.", "We stayed in and read.", "Then"]
    assert [paragraph.start for paragraph in paragraphs] == [0.0, 2.0, 9.0]


def test_a_line_break_of_the_text_begins_one_too() -> None:
    heard = transcript(said("flour water salt"))
    paragraphs = paragraphs_of("flour\n\nwater salt", heard)
    assert texts(paragraphs) == ["flour", "water salt"]
    assert starts(paragraphs[1]) == {"water": 0.5, "salt": 1.0}


def test_a_correction_keeps_the_times_of_the_words_around_it() -> None:
    heard = transcript(said("meet me at five by the old bridge"))
    [paragraph] = paragraphs_of("Meet me at nine, by the very old bridge", heard)
    times = starts(paragraph)
    assert (times["nine,"], times["very"]) == (None, None)
    assert (times["Meet"], times["at"], times["by"], times["bridge"]) == (0.0, 1.0, 2.0, 3.5)
    assert [word.probability for word in paragraph.words if word.text == " nine,"] == [None]


def test_a_topic_that_was_said_first_is_not_in_the_text_and_the_caption_was_not_said() -> None:
    heard = transcript(said("python decorators are functions"))
    [first, second] = paragraphs_of("for monday\ndecorators are functions", heard)
    assert first.start is None
    assert starts(second) == {"decorators": 0.5, "are": 1.0, "functions": 1.5}


def test_a_word_that_comes_again_has_its_own_time() -> None:
    heard = transcript(said("very very very good"))
    [paragraph] = paragraphs_of("very very very, very good", heard)
    times = [word.start for word in paragraph.words if word.start is not None]
    assert len(times) == 4
    assert times == sorted(times)


def test_a_word_that_may_be_wrong_is_marked() -> None:
    heard = transcript(said("the Schmidt", probability=0.3), said("house", 2.0, probability=0.95))
    [paragraph] = paragraphs_of(heard.text, heard)
    assert [word.is_unsure for word in paragraph.words] == [True, True, False]


def test_words_without_spaces_between_them_keep_their_times() -> None:
    words = (Word("牛乳", 0.0, 0.6, 0.9), Word("を", 0.6, 0.7, 0.9), Word("買う", 0.7, 1.2, 0.9))
    heard = transcript(Segment(0.0, 1.2, "牛乳を買う", -0.1, 0.0, words))
    [paragraph] = paragraphs_of("牛乳を買う", heard)
    assert [(word.text, word.start) for word in paragraph.words] == [
        ("牛乳", 0.0),
        ("を", 0.6),
        ("買う", 0.7),
    ]


def test_the_words_of_an_older_transcript_have_the_times_of_their_phrase() -> None:
    heard = transcript(
        Segment(0.5, 2.0, "milk is here", -0.1, 0.0), Segment(2.2, 3.0, "and bread", -2.0, 0.0)
    )
    [paragraph] = paragraphs_of(heard.text, heard)
    assert [(word.text, word.start, word.end) for word in paragraph.words] == [
        ("milk", 0.5, 2.0),
        (" is", 0.5, 2.0),
        (" here", 0.5, 2.0),
        (" and", 2.2, 3.0),
        (" bread", 2.2, 3.0),
    ]
    assert [word.is_unsure for word in paragraph.words] == [False, False, False, True, True]


def test_nothing_is_lost_and_nothing_is_interpreted() -> None:
    text = "<script>alert(1)</script> & **bold**\t\u202e x  y\n\n\nz"
    heard = transcript(said("alert bold x y z"))
    assert "".join("".join(texts(paragraphs_of(text, heard))).split()) == "".join(text.split())


def test_nothing_said_and_nothing_written_is_no_paragraph() -> None:
    silent = Transcript("", "", 0.0, 5.0, 0.0, 0.0, (), "test")
    assert paragraphs_of("", silent) == ()
    assert texts(paragraphs_of("typed later", silent)) == ["typed later"]


def test_a_long_memo_that_was_changed_everywhere_takes_little_time() -> None:
    heard = transcript(*(said(" ".join(f"word{n}x{m}" for m in range(20)), n * 10.0) for n in range(500)))
    changed = heard.text.replace("x1", "y").replace("x7", "")
    began = time.process_time()
    paragraphs_of(changed, heard)
    assert time.process_time() - began < 2


def test_a_text_beyond_all_measure_has_no_times_and_takes_little_time() -> None:
    heard = transcript(*(said("a b " * 50, n * 50.0) for n in range(200)))
    began = time.process_time()
    paragraphs = paragraphs_of("b a " * 50_000, heard)
    assert time.process_time() - began < 5
    assert all(paragraph.start is None for paragraph in paragraphs)
