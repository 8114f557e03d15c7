"""An untagged thought that clearly belongs to a topic says so in its receipt."""

from datetime import timedelta

import pytest

from scrapbook.store import Media
from scrapbook.text.segments import fits
from tests.integration.actions.conversation import TEXTS, Conversation

PICTURE = Media("https://api.twilio.com/media/1", "image/jpeg")
OF_BREAD = (
    "the sourdough needs a longer proof in winter",
    "a wetter dough gives the sourdough its open crumb",
    "fold the dough four times, half an hour apart",
    "bake with steam or the crust stays pale",
    "the crust sings when the dough was ready",
)
OF_WOODWORK = (
    "sharpen the chisel before every dovetail",
    "walnut splits along the grain, oak does not",
    "the plane leaves a better surface than sandpaper",
    "glue the dovetail from the inside",
    "a marking knife beats a pencil on walnut",
)
OTHERS = (
    "the neighbours have a new dog",
    "read the letter from the council again",
    "Lea wants to learn the trumpet",
    "the train to Leeds was two hours late",
    "swallows over the reservoir this evening",
    "call the dentist about the crown",
)


@pytest.fixture
def store_url(url: str) -> str:
    """On both databases."""
    return url


@pytest.fixture
def baker(ann: Conversation) -> Conversation:
    """Ann, with entries under two topics and some under none."""
    for text in OF_BREAD:
        ann.save(f"loaves: {text}")
    for text in OF_WOODWORK:
        ann.save(f"workshop: {text}")
    for text in OTHERS:
        ann.save(text)
    return ann


def choose(who: Conversation) -> str:
    return who.text("action_choose", "1", choice="1")


def test_a_thought_that_says_the_name_of_a_topic_gets_a_suggestion(ann: Conversation) -> None:
    ann.save("gpu: fewer, larger kernels")
    assert ann.save("New GPUs are too loud for the office") == "Saved 2. Under gpu? Reply 1"
    assert ann.entries()[2] == ("New GPUs are too loud for the office", None)


def test_a_thought_with_the_words_of_a_topic_gets_a_suggestion(baker: Conversation) -> None:
    receipt = baker.save("yesterday's dough had a lovely crust")
    assert receipt == "Saved 17. Under loaves? Reply 1"


def test_one_digit_files_it_and_nothing_else(baker: Conversation) -> None:
    before = baker.entries()
    baker.save("yesterday's dough had a lovely crust")
    assert choose(baker) == "Filed 17 under loaves."
    assert baker.entries() == {**before, 17: ("yesterday's dough had a lovely crust", "loaves")}
    assert choose(baker) == "Saved 18."


def test_another_number_is_a_thought(baker: Conversation) -> None:
    baker.save("yesterday's dough had a lovely crust")
    assert baker.text("action_choose", "2", choice="2") == "Saved 18."
    assert choose(baker) == "Filed 17 under loaves."


def test_undo_takes_the_filing_back_first(baker: Conversation) -> None:
    baker.save("yesterday's dough had a lovely crust")
    choose(baker)
    assert baker.undo() == "Undone: 17 filed as before."
    assert baker.entries()[17] == ("yesterday's dough had a lovely crust", None)
    baker.undo()
    assert 17 not in baker.entries()


def test_a_suggestion_is_open_for_an_hour(baker: Conversation) -> None:
    baker.save("yesterday's dough had a lovely crust")
    baker.now += timedelta(minutes=61)
    assert choose(baker) == "Saved 18."
    assert baker.entries()[17][1] is None


@pytest.mark.parametrize(
    "thought",
    [
        "the crust of the earth is thin",  # one word tells nothing
        "a pencil and some dough",  # one word each of two topics
        "the chisel fell into the dough, and the walnut into the crust",
        "the dentist has a new dog",
        "Ümit says 你好 🎉",
        "12 34 56",
    ],
)
def test_it_is_silent_when_it_is_not_clear(baker: Conversation, thought: str) -> None:
    assert baker.save(thought) == "Saved 17."


def test_it_is_silent_when_two_topics_are_named(ann: Conversation) -> None:
    ann.save("gpu: fewer, larger kernels")
    ann.save("numba: compiles loops")
    assert ann.save("is numba any good on a gpu") == "Saved 3."


def test_a_name_that_is_a_common_word_says_little_alone(ann: Conversation) -> None:
    ann.save("home: paint the fence")
    assert ann.save("on my way home from the station") == "Saved 2."


def test_a_common_name_counts_beside_a_word_of_its_topic(baker: Conversation) -> None:
    baker.text("action_rename_topic", "rename loaves to bread", topic="loaves", new_topic="bread")
    assert baker.save("this bread is dense") == "Saved 17."
    assert baker.save("this bread came from a wet dough") == "Saved 18. Under bread? Reply 1"


def test_a_name_that_is_said_under_other_topics_names_none(ann: Conversation) -> None:
    ann.save("numba: compiles loops")
    for n in range(3):
        ann.save(f"lectures: numba, part {n}")
    assert ann.save("numba again, on the train") == "Saved 5."


def test_a_list_is_never_suggested(ann: Conversation) -> None:
    for thing in ("oat milk", "candles", "rye flour", "oat flakes", "rye bread"):
        ann.save(f"groceries: {thing}")
    assert ann.save("the oat and rye fields are yellow already") == "Saved 6."
    assert ann.save("groceries were expensive") == "Saved 7."


def test_reminders_are_never_suggested(ann: Conversation) -> None:
    ann.text("action_remind", "remind me to call the plumber about the boiler")
    assert ann.save("reminders annoy me") == "Saved 2."


def test_what_has_a_topic_is_left_where_it_is(ann: Conversation) -> None:
    ann.save("gpu: fewer, larger kernels")
    assert ann.save("shopping: a gpu") == "Saved 2 under shopping."


def test_only_the_persons_own_entries_count(baker: Conversation, ben: Conversation) -> None:
    ben.save("bread: a first try")
    assert ben.save("yesterday's dough had a lovely crust") == "Saved 2."


def test_the_trash_does_not_count(ann: Conversation) -> None:
    ann.save("gpu: fewer, larger kernels")
    ann.text("action_delete", "delete 1", entry=["1"])
    assert ann.save("the gpu is loud") == "Saved 2."


def test_a_suggestion_that_is_passed_over_is_made_more_rarely(ann: Conversation) -> None:
    ann.save("gpu: fewer, larger kernels")
    made = ["gpu?" in ann.save(f"the gpu is loud, {n}") for n in range(18)]
    assert [n for n, is_made in enumerate(made, 1) if is_made] == [1, 2, 3, 4, 8, 16]
    ann.text("action_file_under", "under gpu", topic="gpu")
    assert "gpu?" in ann.save("the gpu is loud")


def test_a_picture_with_a_caption_gets_one_too(ann: Conversation) -> None:
    ann.save("gpu: fewer, larger kernels")
    receipt = ann.text("action_save", "a gpu with three fans", [PICTURE])
    assert receipt == "Saved 2. Under gpu? Reply 1. What came with it is being fetched."


def test_a_question_that_is_saved_gets_one_too(ann: Conversation) -> None:
    ann.save("gpu: fewer, larger kernels")
    ann.text("action_find", "find gpu prices", query="gpu prices")
    assert ann.text("action_keep_question", "save") == 'Saved 2: "find gpu prices" Under gpu? Reply 1'


@pytest.mark.parametrize("name", ["gpu", "g" * 40, "鳥" * 40])
def test_the_receipt_fits_one_segment(ann: Conversation, name: str) -> None:
    arguments = {"number": "12345", "topic": name}
    assert fits(TEXTS["utter_saved_suggested"].format_map(arguments), 1)


def test_a_turn_that_is_run_again_says_the_same(ann: Conversation) -> None:
    ann.save("gpu: fewer, larger kernels")
    sid = ann.receive("the gpu is loud")
    assert {ann.turn("action_save", sid) for _ in range(3)} == {"Saved 2. Under gpu? Reply 1"}
