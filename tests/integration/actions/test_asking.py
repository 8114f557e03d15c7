"""What asks something is answered from the person's own entries, else saved; never both, never neither."""

import pytest

from scrapbook.store import Media
from scrapbook.text.segments import fits
from tests.integration.actions.conversation import Conversation
from tests.integration.actions.test_memos import answer, leave, write_down

ENTRIES = (
    "the spare key hangs behind the water meter",
    "wifi in the boat house: plover-31-rope",
    "Grandma says the stove needs a new flue before winter",
    "stove: ordered the brass handle",
    '"What we know is a drop, what we do not know is an ocean" - Isaac Newton',
    "The lilacs are late this year",
)
ENDING = "\nText save to keep your question."


@pytest.fixture
def store_url(url: str) -> str:
    """On both databases."""
    return url


@pytest.fixture
def diary(ann: Conversation) -> Conversation:
    for text in ENTRIES:
        ann.save(text)
    return ann


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("where is the spare key?", 1),
        ("Where's my spare key", 1),
        ("do you know where the spare key is?", 1),
        ("remind me where the spare key is", 1),
        ("the spare key?", 1),
        ("what's the wifi password in the boat house", 2),
        ("what did grandma say about the stove", 3),
        ("hey, did grandma say something about the flue?", 3),
        ("that quote by Newton", 5),
    ],
)
def test_a_question_is_answered_and_leaves_no_entry(diary: Conversation, question: str, number: int) -> None:
    assert diary.save(question) == f"{number} {ENTRIES[number - 1]}{ENDING}"
    assert len(diary.entries()) == len(ENTRIES)


@pytest.mark.parametrize(
    "text",
    [
        "where is the spare tyre?",
        "what did Grandma say about the war",
        "what's the wifi password in the library?",
        "are you coming tonight?",
        "did you see the spare key?",
        "The spare key is gone",
        "Where is the spare key? I have looked everywhere.",
        '"Where is the spare key?" she asked',
        "is it late?",
        "what was it that we know",
    ],
)
def test_what_asks_nothing_or_has_no_answer_is_saved(diary: Conversation, text: str) -> None:
    assert diary.save(text).startswith(f"Saved {len(ENTRIES) + 1}")
    assert diary.entries()[len(ENTRIES) + 1][0] == text


def test_a_question_that_was_answered_can_be_kept_and_is_no_answer_later(diary: Conversation) -> None:
    diary.save("where is the spare key?")
    assert diary.text("action_keep_question", "save") == 'Saved 7: "where is the spare key?"'
    assert diary.save("where is the spare key?") == f"1 {ENTRIES[0]}{ENDING}"


def test_a_question_that_was_kept_does_not_answer_itself(ann: Conversation) -> None:
    assert ann.save("where is the spare key?") == "Saved 1."
    assert ann.save("where is the spare key?") == "Saved 2."
    ann.save("the spare key is with Ottilie")
    assert ann.save("where is the spare key?") == f"3 the spare key is with Ottilie{ENDING}"


def test_answers_are_a_short_list_the_best_first(ann: Conversation) -> None:
    for place in ("attic", "cellar", "shed", "garage"):
        ann.save(f"the skis are in the {place}")
    said = ann.save("where are the skis?")
    assert len(said.splitlines()) == 4
    assert fits(said)
    ann.save("the skis and the sledge are at Ottilie's")
    assert ann.save("where are the skis and the sledge?").startswith("5 ")


def test_a_long_answer_shows_the_words_that_were_asked_for(ann: Conversation) -> None:
    ann.save(
        "To begin with, "
        + "this and that happened. " * 40
        + "The sledge is at Ottilie's. "
        + "So there. " * 30
    )
    said = ann.save("where is the sledge?")
    assert "The sledge is at Ottilie's" in said
    assert fits(said)


def test_a_search_for_more_than_its_query_is_answered_by_all_of_its_words(diary: Conversation) -> None:
    asked = "what did grandma say about the stove"
    assert diary.text("action_find", asked, query="the stove") == f"3 {ENTRIES[2]}{ENDING}"
    for body in ("find stove", "what did I save about the stove?", "what did I write about the stove"):
        assert diary.text("action_find", body, query="stove").startswith("stove:\n")


def test_a_topic_that_is_asked_for_is_listed(diary: Conversation) -> None:
    diary.save("errands: collect the brass handle")
    assert diary.text("action_find", "what's due on errands?", query="errands").startswith("errands:\n")
    asked = "what was that about the handle on errands?"
    assert diary.text("action_find", asked, query="errands").startswith("7 collect the brass handle\n")


def test_a_search_without_a_query_is_answered_too(diary: Conversation) -> None:
    assert diary.text("action_find", "where did I leave the spare key") == f"1 {ENTRIES[0]}{ENDING}"


def test_a_request_to_be_reminded_of_what_is_known_is_answered(diary: Conversation) -> None:
    said = diary.text("action_remind", "remind me what grandma said about the stove")
    assert said == f"3 {ENTRIES[2]}{ENDING}"
    for body in ("remind me to buy a stove", "remind me when the stove is cold to clean the flue"):
        assert " under reminders" in diary.text("action_remind", body)


def test_what_comes_with_a_picture_is_saved(diary: Conversation) -> None:
    picture = Media("https://api.twilio.com/media/picture", "image/jpeg")
    assert diary.text("action_save", "where is the spare key?", [picture]).startswith("Saved 7.")


def test_what_is_forwarded_is_saved(diary: Conversation) -> None:
    with diary.store.transaction() as tx:
        tx.messages.record(
            message_id="SM-forwarded",
            person_id=diary.person.id,
            from_="whatsapp:+15550100",
            to="whatsapp:+15550199",
            body="where is the spare key?",
            received_at=diary.now,
            is_forwarded=True,
        )
    assert diary.turn("action_save", "SM-forwarded") == "Saved 7."


def test_a_spoken_question_is_answered_and_save_brings_it_back_with_its_sound(diary: Conversation) -> None:
    sid = leave(diary)
    assert answer(diary, sid, "action_save", "Where is the spare key?") == f"1 {ENTRIES[0]}{ENDING}"
    assert len(diary.entries()) == len(ENTRIES)
    assert diary.text("action_keep_question", "save") == 'Saved 8: "Where is the spare key?"'
    with diary.store.transaction(read_only=True) as tx:
        [entry] = tx.entries.of_message(sid)
    assert [part.is_audio for part in entry.media] == [True]


def test_a_memo_that_may_have_been_misheard_is_saved(diary: Conversation) -> None:
    sid = leave(diary)
    write_down(diary, sid, "Where is the spare key?", -2.0)
    assert diary.turn("action_save", sid).startswith("Saved 7, perhaps misheard: ")


def test_the_same_turn_run_again_gives_the_same_answer(diary: Conversation) -> None:
    sid = diary.receive("where is the spare key?")
    assert diary.turn("action_save", sid) == diary.turn("action_save", sid) == f"1 {ENTRIES[0]}{ENDING}"


def test_one_persons_question_is_not_answered_by_anothers_entries(
    diary: Conversation, ben: Conversation
) -> None:
    assert ben.save("where is the spare key?") == "Saved 1."


def test_an_answer_shows_the_topic_by_which_it_was_found(ann: Conversation) -> None:
    ann.save("spare ladder: behind the barn")
    assert ann.save("where is the spare ladder?") == f"1 spare ladder: behind the barn{ENDING}"


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("which Newton aphorism did I save?", 5),
        ("what did I write down on late flowers like lilacs", 6),
        ("did we ever note anything on brass polish", 4),
    ],
)
def test_what_asks_for_what_was_saved_is_answered_with_the_nearest(
    diary: Conversation, question: str, number: int
) -> None:
    assert diary.save(question).startswith(f"{number} ")
    assert len(diary.entries()) == len(ENTRIES)


def test_what_asks_for_what_was_saved_is_no_entry_where_nothing_is_near(diary: Conversation) -> None:
    said = diary.save("did I ever save anything about volcanoes?")
    assert said.startswith('Nothing about "volcanoes" yet')
    assert len(diary.entries()) == len(ENTRIES)
