from scrapbook.store import Media
from tests.integration.actions.conversation import Conversation

PICTURE = Media("https://api.twilio.com/media/1", "image/jpeg")


def test_it_saves_a_thought_and_says_its_number(ann: Conversation) -> None:
    assert ann.save("decorators are just functions") == "Saved 1."
    assert ann.entries() == {1: ("decorators are just functions", None)}


def test_it_files_a_thought_under_the_topic_before_the_colon(ann: Conversation) -> None:
    assert ann.save("python: decorators are just functions") == "Saved 1 under python."
    assert ann.entries() == {1: ("decorators are just functions", "python")}


def test_it_files_under_an_existing_topic_in_another_case_or_number(ann: Conversation) -> None:
    ann.save("gpu: fewer kernels")
    assert ann.save("GPUs: larger kernels") == "Saved 2 under gpu."


def test_it_names_the_topic_that_a_misspelling_surely_means(ann: Conversation) -> None:
    ann.save("python: one")
    assert ann.save("pyhton: two") == "Saved 2 under python."


def test_a_near_miss_is_saved_as_typed_and_asked_about(ann: Conversation) -> None:
    ann.save("carbon: trees are made of air")
    receipt = ann.save("carton: flatten it")
    assert "Saved 2 under carton" in receipt
    assert "1 carbon" in receipt
    assert ann.entries()[2] == ("flatten it", "carton")


def test_the_question_after_a_near_miss_is_answered_by_number(ann: Conversation) -> None:
    ann.save("carbon: trees are made of air")
    ann.save("carton: it is everywhere")
    assert ann.text("action_choose", "1", choice="1") == "Filed 2 under carbon."
    assert ann.entries()[2] == ("it is everywhere", "carbon")
    assert ann.topics() == {"carbon"}


def test_an_empty_text_saves_nothing_and_says_so(ann: Conversation) -> None:
    for body in ("", "   ", "\n\t ", "\u200b\u200d\u2060\ufeff", "\u3164\ufe0f"):
        assert "nothing to save" in ann.save(body)
    assert ann.entries() == {}
    assert ann.save("the first real one") == "Saved 1."


def test_a_picture_without_words_is_kept_and_the_receipt_is_honest(ann: Conversation) -> None:
    receipt = ann.text("action_save", "", [PICTURE])
    assert "Saved 1." in receipt
    assert "being fetched" in receipt
    with ann.store.transaction() as tx:
        assert tx.entries.list(ann.person.id)[0].media == (PICTURE,)


def test_a_picture_is_kept_even_if_its_caption_reads_like_a_command(ann: Conversation) -> None:
    ann.save("one")
    ann.text("action_delete", "delete 1", [PICTURE], entry=["1"])
    assert ann.entries() == {1: ("one", None), 2: ("delete 1", None)}


def test_it_adds_to_a_list_in_the_persons_own_words(ann: Conversation) -> None:
    said = ann.text("action_add_to_topic", "add Oat  Milk to shopping", notes=["oat  milk"], topic="shopping")
    assert said == "Saved 1 under shopping."
    assert ann.entries() == {1: ("Oat  Milk", "shopping")}


def test_it_keeps_all_of_several_things_for_a_list(ann: Conversation) -> None:
    ann.text("action_add_to_topic", "add eggs and milk to shopping", notes=["eggs", "milk"], topic="shopping")
    assert ann.entries() == {1: ("eggs and milk", "shopping")}


def test_it_keeps_the_whole_text_when_it_is_not_clear_what_goes_where(ann: Conversation) -> None:
    ann.text("action_add_to_topic", "add eggs to the list", notes=["eggs"])
    ann.text("action_add_to_topic", "put it on shopping", topic="shopping")
    assert [text for text, _ in ann.entries().values()] == ["put it on shopping", "add eggs to the list"]


def test_a_reminder_is_kept_and_the_reply_promises_nothing(ann: Conversation) -> None:
    said = ann.text("action_remind", "remind me to call mum")
    assert "can't remind you yet" in said
    assert ann.entries() == {1: ("remind me to call mum", "reminders")}
