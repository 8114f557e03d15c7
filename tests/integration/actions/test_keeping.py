"""``save`` keeps whatever was answered and not saved, just as it came."""

from datetime import timedelta

import pytest

from scrapbook.core.keeping import LOOKED_BACK
from scrapbook.store import Media
from tests.integration.actions.conversation import TEXTS, Conversation
from tests.integration.actions.test_confirming import paraphrase

NOTHING_BEFORE = TEXTS["utter_save_how"]

NOT_FOUND = [
    ("action_find", "What did I save about  Xylophones?", {"query": "xylophones"}),
    ("action_find", "what's on my packing list", {"query": "packing"}),
    ("action_find", "quotes about work from last month", {"query": "quotes about work from last month"}),
    ("action_find", "links about gardens", {"query": "links about gardens"}),
    ("action_browse", "any pictures yet?", {"kind": "pictures"}),
    ("action_browse", "what did I write yesterday", {"period": "yesterday"}),
]
DONE = [
    ("action_find", "find heron", {"query": "heron"}),
    ("action_browse", "last 5 minutes of the film", {"count": "5"}),
    ("action_show", "show 1 and then bow", {"entry": ["1"]}),
    ("action_more", "more cowbell", {}),
    ("action_topics", "topics for thursday", {}),
    ("action_delete", "scratch that itch", {"entry": ["1"]}),
    ("action_edit", "edit 1 again", {"entry": ["1"], "words": "again"}),
    ("action_append", "add: salt", {"words": "salt"}),
    ("action_takeaway", "takeaway: noodles", {}),
    ("action_move", "move 1 to the left", {"entry": ["1"], "topic": "the left"}),
    ("action_pin", "pin 1 on the wall", {"entry": ["1"]}),
    ("action_undo", "undo the top button", {}),
    ("action_commands", "help the aged", {}),
    ("action_status", "status anxiety", {}),
    ("action_repeat", "say it again, Sam", {}),
    ("action_set_timezone", "time zone Europe/London", {"timezone": "Europe/London"}),
    ("action_choose", "yes", {"choice": "yes"}),
    ("action_surprise", "surprise me, life", {}),
    ("action_on_this_day", "on this day we met", {}),
    ("action_play", "play it loud", {}),
    ("action_quotes_by", "quotes by nobody", {"author": "nobody"}),
]


def find(who: Conversation, query: str) -> str:
    return who.text("action_find", f"find {query}", query=query)


def save(who: Conversation) -> str:
    return who.text("action_keep_question", "save")


@pytest.mark.parametrize(("action", "body", "slots"), [*NOT_FOUND, *DONE])
def test_what_was_answered_and_not_saved_is_kept_unchanged(
    ann: Conversation, action: str, body: str, slots: dict[str, object]
) -> None:
    ann.save("The heron came back")
    ann.text(action, body, **slots)
    assert save(ann) == f'Saved 2: "{" ".join(body.split())}"'
    assert ann.entries()[2] == (body, None)


@pytest.mark.parametrize("body", ["hello", "Thank you"])
def test_what_is_answered_without_an_action_is_kept_too(ann: Conversation, body: str) -> None:
    ann.receive(body)  # Rasa answers it by itself
    assert save(ann) == f'Saved 1: "{body}"'


def test_a_thought_is_saved_once_and_the_reply_says_where(ann: Conversation) -> None:
    ann.save("birds: The heron came back")
    assert save(ann) == 'That is saved already, as 1: "The heron came back"'
    assert save(ann) == 'That is saved already, as 1: "The heron came back"'
    assert ann.entries() == {1: ("The heron came back", "birds")}


def test_several_entries_of_one_message_are_all_named(ann: Conversation) -> None:
    ann.save('"Less is more" - Mies\n"Less, but better" - Rams')
    assert save(ann).startswith("That is saved already, as 1, 2: ")


def test_nothing_before_is_explained_however_often(ann: Conversation) -> None:
    assert [save(ann), save(ann)] == [NOTHING_BEFORE, NOTHING_BEFORE]
    assert ann.entries() == {}


def test_a_second_save_means_the_same_message(ann: Conversation) -> None:
    find(ann, "xylophone")
    assert save(ann) == 'Saved 1: "find xylophone"'
    assert save(ann) == 'That is saved already, as 1: "find xylophone"'
    assert ann.entries() == {1: ("find xylophone", None)}


def test_keeping_is_undone(ann: Conversation) -> None:
    find(ann, "xylophone")
    save(ann)
    assert ann.undo() == "Undone: 1 is no longer saved. To bring it back, text restore 1"
    assert ann.entries() == {}


def test_a_message_is_kept_once_also_when_the_turn_is_run_again(ann: Conversation) -> None:
    find(ann, "xylophone")
    sid = ann.receive("save")
    said = [ann.turn("action_keep_question", sid) for _ in range(2)]
    assert said == ['Saved 1: "find xylophone"'] * 2
    assert ann.entries() == {1: ("find xylophone", None)}


def test_it_is_kept_after_any_time(ann: Conversation) -> None:
    find(ann, "xylophone")
    ann.now += timedelta(days=3)
    assert save(ann) == 'Saved 1: "find xylophone"'


def test_what_came_after_save_is_not_meant_by_it(ann: Conversation) -> None:
    find(ann, "xylophone")
    sid = ann.receive("save")
    ann.receive("hello")
    assert ann.turn("action_keep_question", sid) == 'Saved 1: "find xylophone"'


def test_one_person_keeps_nothing_of_another(ann: Conversation, ben: Conversation) -> None:
    find(ann, "xylophone")
    assert save(ben) == NOTHING_BEFORE
    assert save(ann) == 'Saved 1: "find xylophone"'


def test_a_question_is_kept_in_place_of_the_number_that_answered_it(ann: Conversation) -> None:
    ann.save("python: decorators")
    assert find(ann, "pithy") == (
        'Nothing about "pithy" yet. The nearest topics: 1 python. '
        "Text its number. To keep your question, text save"
    )
    assert ann.text("action_choose", "1", choice="1") == "python:\n1 decorators"
    assert save(ann) == 'Saved 2: "find pithy"'


def test_it_is_also_kept_when_the_answer_led_to_a_further_question(ann: Conversation) -> None:
    ann.save("shopping: goat milk")
    ann.save("shopping: oat milk")
    body = "I no longer need the milk"
    asked = paraphrase(ann, "action_take_off_topic", body, ["milk"], topic="shopping")
    assert asked.startswith("Which one: ")
    assert ann.text("action_choose", "1", choice="1").startswith("Delete 2 ")
    ann.text("action_choose", "no", choice="no")
    assert save(ann) == f'Saved 3: "{body}"'


def test_a_message_that_was_kept_by_its_question_is_not_kept_twice(ann: Conversation) -> None:
    ann.save("milk")
    paraphrase(ann, "action_delete", "I no longer need note 1", entry=["1"])
    assert ann.text("action_choose", "2", choice="2") == "Saved 2."
    assert save(ann) == 'That is saved already, as 2: "I no longer need note 1"'


def test_the_question_about_a_kept_message_belongs_to_it(ann: Conversation) -> None:
    ann.save("gpu: fewer, larger kernels")
    find(ann, "gpu prices")
    assert save(ann) == 'Saved 2: "find gpu prices" Under gpu? Reply 1'
    assert ann.text("action_choose", "1", choice="1") == "Filed 2 under gpu."
    assert save(ann) == 'That is saved already, as 2: "find gpu prices"'


def test_a_topic_that_was_chosen_and_is_empty_by_now_leaves_the_first_question(ann: Conversation) -> None:
    ann.save("python: decorators")
    find(ann, "pithy")
    ann.text("action_delete", "delete 1", entry=["1"])
    assert "Nothing about" in ann.text("action_choose", "1", choice="1")
    save(ann)
    assert ann.entries() == {2: ("find pithy", None)}


def test_a_number_is_a_thought_when_no_topic_was_near(ann: Conversation) -> None:
    find(ann, "xylophone")
    assert ann.text("action_choose", "1", choice="1") == "Saved 1."


def test_a_reply_keeps_the_message_that_it_replies_to(ann: Conversation) -> None:
    find(ann, "xylophone")
    find(ann, "gamelan")
    assert ann.answer("SM1-1", "action_keep_question", "save") == 'Saved 1: "find xylophone"'


def test_a_reaction_is_passed_over(ann: Conversation) -> None:
    find(ann, "xylophone")
    ann.receive("Liked “find xylophone”")
    assert save(ann) == 'Saved 1: "find xylophone"'


def test_the_message_whose_reply_came_last_is_meant(ann: Conversation) -> None:
    spoken, texted = ann.receive("find my tuba"), ann.receive("hello")
    for minutes, sid in ((1, texted), (5, spoken)):  # a memo takes longer
        with ann.store.transaction() as tx:
            at = ann.now + timedelta(minutes=minutes)
            tx.outbound_messages.record_reply(ann.person.id, sid, "+15550199", "+15550100", ["x"], [1], at)
    assert save(ann) == 'Saved 1: "find my tuba"'


def test_words_that_are_no_longer_stored_are_said_to_be_gone(ann: Conversation) -> None:
    find(ann, "xylophone")
    with ann.store.transaction() as tx:
        tx.message_texts.forget(["SM1-1"])
    assert save(ann) == TEXTS["utter_text_erased"]
    assert ann.entries() == {}


def test_what_came_with_a_message_is_kept_with_it(ann: Conversation) -> None:
    picture = Media("https://api.twilio.com/media/picture", "image/jpeg")
    ann.receive("status", [picture])
    save(ann)
    with ann.store.transaction(read_only=True) as tx:
        [entry] = tx.entries.list(ann.person.id)
    assert [part.url for part in entry.media] == [picture.url]


def test_a_longer_sentence_is_a_thought_when_there_is_nothing_to_keep(ann: Conversation) -> None:
    assert ann.text("action_keep_question", "save my question please") == "Saved 1."


def test_it_looks_back_so_far_past_requests_that_kept_nothing(ann: Conversation) -> None:
    for _ in range(LOOKED_BACK + 1):
        assert save(ann) == NOTHING_BEFORE


@pytest.mark.parametrize("undo", ["undo", "Undo that!", "please undo"])
def test_after_undo_what_was_undone_is_kept(ann: Conversation, undo: str) -> None:
    ann.save("milk")
    ann.text("action_pin", "pin 1 on the wall", entry=["1"])
    ann.text("action_undo", undo)
    assert save(ann) == 'Saved 2: "pin 1 on the wall"'
