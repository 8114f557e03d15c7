import pytest

from scrapbook.store import Media
from tests.integration.actions.conversation import Conversation

PICTURE = Media("https://api.twilio.com/media/1", "image/jpeg")


def test_it_saves_a_thought_and_says_its_number(ann: Conversation) -> None:
    assert ann.save("decorators are just functions") == "Saved 1."
    assert ann.entries() == {1: ("decorators are just functions", None)}


def test_it_files_a_thought_under_the_topic_before_the_colon(ann: Conversation) -> None:
    assert ann.save("python: decorators are just functions") == "Saved 1 under python."
    assert ann.entries() == {1: ("decorators are just functions", "python")}


def test_a_day_before_the_colon_makes_no_topic_but_is_taken_where_it_is_one(ann: Conversation) -> None:
    assert ann.save("yesterday: soup with Jo") == "Saved 1."
    ann.text("action_file_under", "under yesterday", topic="yesterday")
    assert ann.save("Yesterday: bread with Jo") == "Saved 2 under yesterday."
    assert ann.entries()[1] == ("yesterday: soup with Jo", "yesterday")


def test_it_files_under_an_existing_topic_in_another_case_or_number(ann: Conversation) -> None:
    ann.save("gpu: fewer kernels")
    assert ann.save("GPUs: larger kernels") == "Saved 2 under gpu."


def test_it_names_the_topic_that_a_misspelling_surely_means(ann: Conversation) -> None:
    ann.save("python: one")
    assert ann.save("pyhton: two") == "Saved 2 under python."


def test_a_near_miss_is_saved_as_typed_and_asked_about(ann: Conversation) -> None:
    ann.save("carbon: trees are made of air")
    receipt = ann.save("carlon: flatten it")
    assert "Saved 2 under carlon" in receipt
    assert "1 carbon" in receipt
    assert ann.entries()[2] == ("flatten it", "carlon")


def test_the_question_after_a_near_miss_is_answered_by_number(ann: Conversation) -> None:
    ann.save("carbon: trees are made of air")
    ann.save("carlon: it is everywhere")
    assert ann.text("action_choose", "1", choice="1") == "Filed 2 under carbon."
    assert ann.entries()[2] == ("it is everywhere", "carbon")
    assert ann.topics() == {"carbon"}


def test_an_empty_text_saves_nothing_and_says_so(ann: Conversation) -> None:
    for body in ("", "   ", "\n\t ", "\u200b\u200d\u2060\ufeff", "\u3164\ufe0f"):
        assert "nothing to save" in ann.save(body)
    assert ann.entries() == {}
    assert ann.save("the first real one") == "Saved 1."


def test_a_picture_without_words_is_saved_and_the_receipt_is_honest(ann: Conversation) -> None:
    receipt = ann.text("action_save", "", [PICTURE])
    assert "Saved 1." in receipt
    assert "being fetched" in receipt
    with ann.store.transaction() as tx:
        assert tx.entries.list(ann.person.id)[0].media == (PICTURE,)


def test_a_picture_is_saved_even_if_its_caption_reads_like_a_command(ann: Conversation) -> None:
    ann.save("one")
    ann.text("action_delete", "delete 1", [PICTURE], entry=["1"])
    assert ann.entries() == {1: ("one", None), 2: ("delete 1", None)}


def test_it_adds_to_a_list_in_the_persons_own_words(ann: Conversation) -> None:
    said = ann.text("action_add_to_topic", "add Oat  Milk to shopping", notes=["oat  milk"], topic="shopping")
    assert said == "Saved 1 under shopping."
    assert ann.entries() == {1: ("Oat  Milk", "shopping")}


def test_it_keeps_all_of_several_things_for_a_list(ann: Conversation) -> None:
    ann.text("action_add_to_topic", "add eggs and milk to shopping", notes=["eggs", "milk"], topic="shopping")
    assert ann.entries() == {1: ("eggs", "shopping"), 2: ("milk", "shopping")}


def test_it_keeps_the_whole_text_when_it_is_not_clear_what_goes_where(ann: Conversation) -> None:
    ann.text("action_add_to_topic", "add eggs to the list", notes=["eggs"])
    ann.text("action_add_to_topic", "put it on shopping", topic="shopping")
    assert [text for text, _ in ann.entries().values()] == ["put it on shopping", "add eggs to the list"]


def test_a_reminder_without_a_time_is_saved_and_the_reply_promises_nothing(ann: Conversation) -> None:
    said = ann.text("action_remind", "remind me to call mum")
    assert "I will remind you" not in said
    assert ann.entries() == {1: ("remind me to call mum", "reminders")}


def put(who: Conversation, note: str, topic: str = "shopping") -> str:
    return who.text("action_add_to_topic", f"add {note} to my {topic} list", [], [note], topic=topic)


def test_things_with_commas_between_them_are_as_many_entries_and_undone_as_one(ann: Conversation) -> None:
    assert put(ann, "Oat milk, eggs and rye bread") == "Saved 1, 2 and 3 under shopping."
    assert ann.entries() == {
        1: ("Oat milk", "shopping"),
        2: ("eggs", "shopping"),
        3: ("rye bread", "shopping"),
    }
    assert ann.undo() == "Undone: 1, 2 and 3 in the trash. To have it all back, text restore 1, 2 and 3"
    assert ann.entries() == {}


@pytest.mark.parametrize(
    ("note", "listed"),
    [
        ("milk and eggs", ["milk", "eggs"]),
        ("salt and pepper", ["salt and pepper"]),
        ("fish, and chips", ["fish, and chips"]),
        ("milk, eggs, and mac and cheese", ["milk", "eggs", "mac and cheese"]),
        ("milk,eggs,bread", ["milk", "eggs", "bread"]),
        (
            "eggs, if he has the very brown ones, and milk",
            ["eggs, if he has the very brown ones, and milk"],
        ),
    ],
)
def test_only_a_plain_list_is_taken_apart(ann: Conversation, note: str, listed: list[str]) -> None:
    put(ann, note)
    assert [text for text, _ in reversed(ann.entries().values())] == listed


def test_several_things_are_added_to_no_list_that_is_not_there_nor_called_one(ann: Conversation) -> None:
    note, body = "butter, sugar and eggs", "add butter, sugar and eggs to baking"
    assert ann.text("action_add_to_topic", body, [], [note], topic="baking") == "Saved 1."
    assert ann.entries() == {1: (body, None)}
    ann.save("baking: flour")
    said = ann.text("action_add_to_topic", body, [], [note], topic="baking")
    assert said == "Saved 3, 4 and 5 under baking."


def test_a_list_for_a_topic_that_may_be_another_asks(ann: Conversation) -> None:
    ann.save("carbon: one")
    said = put(ann, "milk, eggs and bread", "carlon")
    assert said == "Saved 2, 3 and 4 under carlon, which is new. Did you mean 1 carbon? Text its number."
    ann.text("action_choose", "1", choice="1")
    assert ann.topics() == {"carbon"}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            "remind me to call mum",
            "Saved 1 under reminders, without a time. "
            "To be reminded, text move 1 to friday 3pm, or any time.",
        ),
        (
            "remind me to call mum when the moon is full",
            "Saved 1 under reminders, without a time: I can't tell when you mean. "
            "Text move 1 to friday 3pm, or any time.",
        ),
        (
            "remind me to call mum on monday 20 march",
            "Saved 1 under reminders. I will remind you: Thursday 20 March at 9:00, which is no Monday.",
        ),
        (
            "remind me to call mum on thursday 20 march",
            "Saved 1 under reminders. I will remind you: Thursday 20 March at 9:00.",
        ),
    ],
)
def test_a_receipt_says_what_was_not_understood_of_a_date(ann: Conversation, body: str, said: str) -> None:
    assert ann.text("action_remind", body) == said
