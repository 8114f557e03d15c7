"""Counting and listing by kind, period, topic and words: a filter that is said is never dropped."""

from datetime import UTC, datetime, timedelta

import pytest

from scrapbook.store import Media
from tests.integration.actions.conversation import Conversation

PICTURE = Media(url="https://api.example/1", content_type="image/jpeg", key="1.jpg")


def count(who: Conversation, text: str) -> str:
    return who.text("action_count", text)


def browse(who: Conversation, text: str, **slots: object) -> str:
    return who.text("action_browse", text, **slots)


@pytest.fixture
def collection(ann: Conversation) -> Conversation:
    """Four entries of different days of March 2025; the 12th is a Wednesday."""
    for day, text in (
        (3, "music: Kind of Blue"),
        (7, "the heron came back"),
        (11, "buy two stamps"),
        (12, "music: Blue Train"),
    ):
        ann.now = datetime(2025, 3, day, 9, tzinfo=UTC)
        ann.save(text)
    return ann


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("how many entries do I have", "Entries: 4."),
        ("how many topics do I have?", "Topics: 1."),
        ("how many in music", "Entries under music: 2."),
        ("how many notes do I have about stamps", 'Entries with "stamps": 1.'),
        ("how many did I save this month", "Entries from this month: 4."),
        ("how many music notes since monday", "Entries under music since Monday 10 March: 1."),
        ("how many did I write on friday", "Entries from Friday 7 March: 1."),
    ],
)
def test_the_entries_that_are_asked_about_are_counted(
    collection: Conversation, asked: str, answer: str
) -> None:
    assert count(collection, asked) == answer


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("how many pictures do I have", "No pictures yet."),
        ("how many notes from 2024", "Nothing from 2024."),
        (
            "how many notes about snow",
            'No entries with "snow". To keep your message as a thought, text save',
        ),
    ],
)
def test_there_is_no_other_number_where_there_is_none(
    collection: Conversation, asked: str, answer: str
) -> None:
    assert count(collection, asked) == answer


def test_what_is_in_the_trash_and_what_others_saved_does_not_count(
    collection: Conversation, ben: Conversation
) -> None:
    ben.save("music: only mine")
    collection.text("action_delete", "delete 1", entry=["1"])
    assert count(collection, "how many entries do I have") == "Entries: 3."
    assert count(ben, "how many in music") == "Entries under music: 1."


def test_nobody_has_anything_at_first(ann: Conversation) -> None:
    for ask in (count, browse):
        assert ask(ann, "how many notes do I have").startswith("Nothing is saved yet.")


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("what did I save on friday", "Friday 7 March:\n2 the heron came back"),
        ("what did I write last tuesday", "Tuesday 11 March:\n3 buy two stamps"),
        ("what did I save since monday", "since Monday 10 March:\n4 Blue Train\n3 buy two stamps"),
        ("what did I save on 3 march", "Monday 3 March:\n1 Kind of Blue"),
        ("what did I save in music this week", "music from this week:\n4 Blue Train"),
        ("notes from 2024", "Nothing from 2024."),
        ("what did I save last month", "Nothing from last month."),
        ("show me the last picture", "No pictures yet."),
        (
            "my pictures from last week",
            "No pictures from last week. To keep your message as a thought, text save",
        ),
        ("show notes mentioning stamps", 'entries with "stamps":\n3 buy two stamps'),
        ("show me my oldest note", 'No entries with "oldest". To keep your message as a thought, text save'),
    ],
)
def test_a_list_has_what_was_asked_for_and_nothing_else(
    collection: Conversation, asked: str, answer: str
) -> None:
    assert browse(collection, asked) == answer


def test_the_number_in_a_period_is_not_the_number_of_entries(collection: Conversation) -> None:
    assert browse(collection, "what did I save the last 2 days", count="2") == (
        "the last 2 days:\n4 Blue Train\n3 buy two stamps"
    )


def test_the_last_picture_is_one(ann: Conversation) -> None:
    for caption in ("the lake", "the boat"):
        ann.text("action_save", caption, [PICTURE])
    assert browse(ann, "show me the last picture") == "last 1 pictures:\n2 the boat (picture)"


def test_a_misspelled_period_is_read_as_rasa_reads_it(collection: Conversation) -> None:
    tracker = collection.tracker(collection.receive("show me yesterdya"), (), {"period": "yesterday"})
    tracker.latest_message["text"] = "show me yesterdya"
    tracker.latest_message["entities"] = [{"entity": "period", "value": "yesterday", "start": 8, "end": 17}]
    assert collection.answered("action_browse", tracker) == "yesterday:\n3 buy two stamps"


def test_it_says_when_something_was_saved(collection: Conversation) -> None:
    assert collection.text("action_when_saved", "when did I save the note about the heron?") == (
        "Saved:\n2 the heron came back (Friday 7 March at 9:01)"
    )
    assert collection.text("action_when_saved", "when did I start") == (
        "Your first entry is from Monday 3 March at 9:01."
    )
    assert collection.text("action_when_saved", "when did I write about rome").startswith(
        'No entries with "rome".'
    )


def test_days_are_those_of_the_persons_time_zone(ann: Conversation) -> None:
    ann.text("action_set_timezone", "timezone Asia/Tokyo", timezone="Asia/Tokyo")
    ann.now = datetime(2025, 3, 7, 16, tzinfo=UTC)  # Saturday in Tokyo
    ann.save("night train")
    ann.now += timedelta(days=4)
    assert browse(ann, "what did I save on friday") == "Nothing from Friday 7 March."
    assert browse(ann, "what did I save on saturday") == "Saturday 8 March:\n1 night train"


def test_what_found_nothing_can_be_kept(collection: Conversation) -> None:
    count(collection, "how many otters are there in the zoo")
    assert collection.text("action_keep_question", "save").startswith("Saved 5")


def test_how_many_of_what_an_entry_says_is_answered_by_it(ann: Conversation) -> None:
    ann.save("planted six rows of beans")
    assert ann.text("action_count", "how many rows of beans did we plant in spring?").startswith(
        "1 planted six rows"
    )
    assert ann.text("action_count", "how many zebras did we see?").startswith("No entries")
