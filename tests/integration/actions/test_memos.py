"""A memo is an entry at once; its transcript is added to it, or is run as a command and leaves no entry."""

import math
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions.receipts import Filing, memo_receipt
from scrapbook.core import Book, memos
from scrapbook.model.transcript import Transcript
from scrapbook.store import Entry, Media
from scrapbook.text.segments import fits
from scrapbook.text.topic_markers import is_blank
from tests.integration.actions.conversation import TEXTS, Conversation
from tests.integration.actions.test_confirming import paraphrase

PICTURE = Media("https://api.twilio.com/media/picture", "image/jpeg")


@pytest.fixture
def store_url(url: str) -> str:
    """On both databases."""
    return url


def transcript(text: str, avg_logprob: float = -0.1) -> Transcript:
    return Transcript(text, "en", 1.0, 4.0, 3.5, avg_logprob, (), "test")


def sound_of(sid: str) -> Media:
    return Media(f"https://api.twilio.com/media/{sid}", "audio/ogg")


def leave(who: Conversation, caption: str = "", *others: Media) -> str:
    """Record a memo and its entry, as the app does, and return the memo's sid."""
    who.count, who.now = who.count + 1, who.now + timedelta(minutes=1)
    sid = f"MM{who.person.id}-{who.count}-1"
    media = (sound_of(sid), *others)
    with who.store.transaction() as tx:
        tx.messages.record(
            message_id=sid,
            person_id=who.person.id,
            from_="+15550100",
            to="+15550199",
            body="",
            received_at=who.now,
            media=media,
            is_memo=True,
        )
        memos.begin(Book(tx, who.person, sid, who.now), caption, media)
    return sid


def write_down(who: Conversation, sid: str, said: str, avg_logprob: float = -0.1) -> None:
    url = sound_of(sid).url
    with who.store.transaction() as tx:
        tx.files.mark_stored(url, "audio/ogg", f"key-{sid}.ogg", 1000, who.now)
        tx.transcripts.record(url, transcript(said, avg_logprob), who.now)
        tx.messages.set_transcript(sid, said)


def answer(who: Conversation, sid: str, by: str, said: str, **arguments: Any) -> str:
    write_down(who, sid, said)
    reply = who.turn(by, sid, **arguments)
    with who.store.transaction() as tx:
        tx.messages.set_state(sid, "answered")
    return reply


def speak(who: Conversation, said: str, by: str = "action_save", **arguments: Any) -> str:
    return answer(who, leave(who), by, said, **arguments)


def entry(who: Conversation, number: int) -> Entry:
    with who.store.transaction(read_only=True) as tx:
        found = tx.entries.by_number(who.person.id, number)
    assert found is not None
    return found


def of_message(who: Conversation, sid: str) -> list[Entry]:
    with who.store.transaction(read_only=True) as tx:
        return tx.entries.of_message(sid)


def show(who: Conversation, number: int) -> str:
    return who.text("action_show", f"show {number}", entry=[str(number)])


def test_a_memo_is_an_entry_before_its_words_are_known(ann: Conversation) -> None:
    leave(ann)
    assert ann.entries() == {1: ("", None)}
    assert show(ann, 1) == "1:\n(memo, being written down)"


def test_what_is_said_becomes_the_text_of_that_entry(ann: Conversation) -> None:
    sid = leave(ann)
    begun = entry(ann, 1)
    ann.save("texted while the memo was being written down")
    assert answer(ann, sid, "action_save", "The heron is back.") == 'Saved 1: "The heron is back."'
    written = entry(ann, 1)
    assert (written.text, written.created_at) == ("The heron is back.", begun.created_at)
    assert [part.key for part in written.media] == [f"key-{sid}.ogg"]
    assert show(ann, 1) == "1:\nThe heron is back. (sound)"
    assert list(ann.entries()) == [2, 1]


def test_a_turn_of_a_memo_that_runs_again_does_nothing_and_says_the_same(ann: Conversation) -> None:
    sid = leave(ann)
    first = answer(ann, sid, "action_save", "The heron is back.")
    assert ann.turn("action_save", sid) == first
    assert ann.entries() == {1: ("The heron is back.", None)}


def test_a_spoken_command_leaves_no_entry(ann: Conversation) -> None:
    ann.save("python: decorators are just functions")
    said = speak(ann, "Find my notes about Python.", "action_find", query="Python")
    assert said == "python:\n1 decorators are just functions"
    assert list(ann.entries()) == [1]
    assert ann.undo() == "Undone: 1 is no longer saved. To bring it back, text restore 1"


def test_a_spoken_command_means_the_entry_before_it(ann: Conversation) -> None:
    ann.save("one")
    assert "Deleted 1." in speak(ann, "Delete that.", "action_delete")
    assert ann.entries() == {}


def test_a_spoken_undo_takes_back_what_was_done_before_the_memo(ann: Conversation) -> None:
    ann.save("one")
    assert "1 is no longer saved" in speak(ann, "Undo.", "action_undo")
    assert ann.entries() == {}


def test_the_number_of_a_command_is_not_given_to_another_entry(ann: Conversation) -> None:
    speak(ann, "Topics.", "action_topics")
    assert ann.save("one") == "Saved 2."


@pytest.mark.parametrize(
    "said",
    [
        "For the gpu topic, use fewer kernels",
        "Use fewer kernels, for the GPU topic.",
        "Under gpu. use fewer kernels",
    ],
)
def test_the_topic_that_is_spoken_files_the_memo(ann: Conversation, said: str) -> None:
    ann.save("gpu: one")
    receipt = speak(ann, said)
    assert receipt.startswith("Saved 2 under gpu: ")
    assert ann.entries()[2] == (entry(ann, 2).text, "gpu")
    assert entry(ann, 2).text.casefold() == "use fewer kernels"


def test_an_old_name_of_a_topic_can_be_spoken(ann: Conversation) -> None:
    ann.save("graphics: fewer, larger kernels")
    ann.text("action_rename_topic", "rename graphics to gpu", topic="graphics", new_topic="gpu")
    assert speak(ann, "Under graphics use fewer kernels.").startswith("Saved 2 under gpu: ")


def test_a_memo_that_names_its_topic_and_goes_on_is_saved_although_it_begins_like_a_command(
    ann: Conversation,
) -> None:
    ann.save("gpu: one")
    speak(ann, "Under gpu larger kernels", "action_file_under", topic="gpu larger kernels")
    assert ann.entries() == {1: ("one", "gpu"), 2: ("larger kernels", "gpu")}


def test_a_memo_of_a_word_or_two_is_saved_where_a_text_would_be_explained(ann: Conversation) -> None:
    assert "For example" in ann.text("action_find", "find")
    assert speak(ann, "Find.", "action_find") == 'Saved 1: "Find."'


def test_a_spoken_number_that_answers_nothing_is_a_thought(ann: Conversation) -> None:
    assert speak(ann, "Two.", "action_choose", choice="2") == 'Saved 1: "Two."'


def test_a_new_topic_that_is_spoken_almost_like_another_is_asked_about(ann: Conversation) -> None:
    ann.save("carbon: trees are made of air")
    receipt = speak(ann, "For the carlon topic, flatten it.")
    assert receipt.startswith('Saved 2 under carlon, which is new: "flatten it."')
    assert ann.text("action_choose", "1", choice="1") == "Filed 2 under carbon."


def test_what_goes_on_a_list_keeps_its_sound(ann: Conversation) -> None:
    sid = leave(ann)
    write_down(ann, sid, "Add oat milk to shopping.")
    assert ann.turn("action_add_to_topic", sid, ["oat milk"], topic="shopping") == (
        'Saved 1 under shopping: "oat milk"'
    )
    assert entry(ann, 1).media[0].url == sound_of(sid).url


def test_a_spoken_reminder_without_a_time_is_saved_and_promises_nothing(ann: Conversation) -> None:
    said = speak(ann, "Remind me to call mum.", "action_remind")
    assert said.startswith('Saved 1 under reminders, without a time: "Remind me to call mum."')
    assert "I will remind you" not in said


def test_a_spoken_reminder_is_due_when_it_says(ann: Conversation) -> None:
    said = speak(ann, "Remind me to call mum tomorrow at five.", "action_remind")
    assert said == (
        'Saved 1 under reminders: "Remind me to call mum tomorrow at five." '
        "I will remind you: Thursday 13 March at 17:00."
    )


def test_an_unsure_memo_says_so_and_invites_a_correction(ann: Conversation) -> None:
    sid = leave(ann)
    write_down(ann, sid, "The hair on is back.", avg_logprob=-0.9)
    receipt = ann.turn("action_save", sid)
    assert "perhaps misheard" in receipt
    assert "correct:" in receipt
    assert memos.is_unsure(transcript("x", math.log(0.49)))
    assert not memos.is_unsure(transcript("x", math.log(0.51)))


def test_a_correction_replaces_the_words_and_undo_brings_them_back(ann: Conversation) -> None:
    sid = leave(ann)
    answer(ann, sid, "action_save", "The hair on is back.")
    ann.save("a text in between")
    corrected = ann.text("action_correct", "correct: The heron,  is: back")
    assert corrected == "Corrected 1. Text undo to take that back."
    assert ann.entries()[1] == ("The heron,  is: back", None)
    with ann.store.transaction() as tx:
        recorded = tx.transcripts.of(sound_of(sid).url)
    assert recorded == transcript("The hair on is back.")
    assert ann.undo() == "Undone: 1 reads as before."
    assert ann.entries()[1] == ("The hair on is back.", None)


@pytest.mark.parametrize("body", ["correct 1: new words", "Correct #1, new words", "correction 1: new words"])
def test_a_correction_may_name_its_entry(ann: Conversation, body: str) -> None:
    speak(ann, "one")
    speak(ann, "two")
    assert ann.text("action_correct", body, entry=["1"]).startswith("Corrected 1.")
    assert ann.entries() == {1: ("new words", None), 2: ("two", None)}
    assert ann.text("action_correct", "correct 9: x", entry=["9"]).startswith("There is no entry 9. ")


@pytest.mark.parametrize("body", ["correct: x", "Please, correct: x", "corect : x", "Correction, x"])
def test_nothing_but_the_keyword_is_left_out_of_a_correction(ann: Conversation, body: str) -> None:
    speak(ann, "one")
    ann.text("action_correct", body)
    assert ann.entries() == {1: ("x", None)}


def test_a_spoken_correction_means_the_memo_before_it(ann: Conversation) -> None:
    speak(ann, "The meeting is at five.")
    assert speak(ann, "Correction, the meeting is at nine.", "action_correct").startswith("Corrected 1.")
    assert ann.entries() == {1: ("the meeting is at nine.", None)}


def test_where_there_is_no_memo_a_correction_is_a_thought(ann: Conversation) -> None:
    ann.save("one")
    assert ann.text("action_correct", "correct: me if I am wrong") == "Saved 2."
    assert ann.entries()[2] == ("correct: me if I am wrong", None)


@pytest.mark.parametrize(
    ("transcript", "said", "corrected"),
    [
        ("see you at wine", "see you at nine", "see you at nine"),
        ("salt vinegar", "malt, not salt", "malt vinegar"),
        ("to bee or not to bee", "to be or not to be", "to be or not to be"),
    ],
)
def test_a_correction_in_free_words_is_asked_about(
    ann: Conversation, transcript: str, said: str, corrected: str
) -> None:
    speak(ann, transcript)
    question = paraphrase(ann, "action_correct", f"that should say {said}", correction=said)
    assert question.startswith(f'Change 1 "{transcript}" to "{corrected}"?')
    assert entry(ann, 1).text == transcript
    assert ann.text("action_choose", "1", choice="1").startswith("Corrected 1.")
    assert entry(ann, 1).text == corrected
    ann.undo()
    assert entry(ann, 1).text == transcript


def test_a_correction_in_free_words_is_a_thought_where_the_latest_entry_is_no_memo(ann: Conversation) -> None:
    speak(ann, "see you at wine")
    ann.save("two")
    said = paraphrase(ann, "action_correct", "that should say nine", correction="nine")
    assert said == "Saved 3."


def test_words_for_a_number_are_not_part_of_the_new_text(ann: Conversation) -> None:
    ann.save("one")
    body = "Edit number  one the meeting is at one"
    tracker_text = body.replace("  ", "  ")
    sid = ann.receive(body)
    tracker = ann.tracker(sid, [], {"entry": ["1"]})
    tracker.latest_message["text"] = tracker_text
    tracker.latest_message["entities"] = [{"entity": "entry", "value": "1", "start": 13, "end": 16}]
    assert ann.answered("action_edit", tracker).startswith("Changed 1.")
    assert ann.entries() == {1: ("the meeting is at one", None)}


def test_a_memo_with_a_caption_keeps_it_and_is_no_command(ann: Conversation) -> None:
    ann.save("one")
    sid = leave(ann, "gpu: listen to this")
    assert ann.entries()[2] == ("listen to this", "gpu")
    receipt = answer(ann, sid, "action_delete", "Delete that.")
    assert receipt == 'Saved 2 under gpu: "Delete that."'
    assert ann.entries() == {1: ("one", None), 2: ("listen to this\nDelete that.", "gpu")}
    assert "2 is no longer saved" in ann.undo()


def test_a_picture_that_came_with_a_memo_is_saved_whatever_is_said(ann: Conversation) -> None:
    sid = leave(ann, "", PICTURE)
    answer(ann, sid, "action_topics", "Topics.")
    assert show(ann, 1).startswith("1:\nTopics. (sound, picture)")


def test_words_are_added_to_an_entry_that_was_edited_meanwhile(ann: Conversation) -> None:
    sid = leave(ann)
    ann.text("action_edit", "edit 1 about herons", entry=["1"])
    answer(ann, sid, "action_save", "They are back.")
    assert ann.entries() == {1: ("about herons\nThey are back.", None)}
    ann.undo()
    assert ann.entries() == {1: ("about herons", None)}


def test_words_are_added_to_an_entry_that_was_filed_meanwhile(ann: Conversation) -> None:
    sid = leave(ann)
    ann.text("action_file_under", "under birds", topic="birds")
    assert answer(ann, sid, "action_undo", "Undo.") == 'Saved 1 under birds: "Undo."'
    assert ann.entries() == {1: ("Undo.", "birds")}


@pytest.mark.parametrize("how", ["delete", "undo"])
def test_a_memo_that_was_thrown_away_meanwhile_stays_in_the_trash_with_its_words(
    ann: Conversation, how: str
) -> None:
    sid = leave(ann)
    said = ann.text("action_delete", "delete 1", entry=["1"]) if how == "delete" else ann.undo()
    assert "1" in said
    assert "in the trash" in answer(ann, sid, "action_save", "They are back.")
    assert ann.entries() == {}
    assert ann.text("action_restore", "restore 1", entry=["1"]) == "Restored 1."
    assert ann.entries() == {1: ("They are back.", None)}


MEANWHILE = {
    "edit": lambda who, n: who.text("action_edit", f"edit {n} about herons", entry=[n]),
    "delete": lambda who, n: who.text("action_delete", f"delete {n}", entry=[n]),
    "restore": lambda who, n: who.text("action_restore", f"restore {n}", entry=[n]),
    "file": lambda who, n: who.text("action_move", f"move {n} to birds", entry=[n], topic="birds"),
    "correct": lambda who, n: who.text("action_correct", f"correct {n}: a heron", entry=[n]),
    "undo": lambda who, n: who.undo(),
}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(sorted(MEANWHILE)), max_size=5))
def test_whatever_is_done_to_a_memo_meanwhile_its_words_are_not_lost(
    ann: Conversation, meanwhile: list[str]
) -> None:
    sid = leave(ann)
    [number] = [found.number for found in of_message(ann, sid)]
    for what in meanwhile:
        MEANWHILE[what](ann, str(number))
    before = of_message(ann, sid)[0]
    answer(ann, sid, "action_save", "They are back.")
    [after] = of_message(ann, sid)
    assert after.text == f"{before.text}\nThey are back.".strip()
    assert (after.number, after.topic, after.deleted_at) == (number, before.topic, before.deleted_at)
    assert [part.url for part in after.media] == [sound_of(sid).url]


def test_undoing_a_memo_that_is_being_written_down_names_its_number(ann: Conversation) -> None:
    leave(ann)
    assert ann.undo() == "Undone: 1 is no longer saved. To bring it back, text restore 1"


def test_one_undo_takes_back_a_memo(ann: Conversation) -> None:
    speak(ann, "For the gpu topic, fewer kernels.")
    assert "1 is no longer saved" in ann.undo()
    assert ann.entries() == {}
    assert ann.topics() == set()
    assert ann.undo() == "There is nothing left to undo."


def test_memos_and_pictures_can_be_browsed(ann: Conversation) -> None:
    for kind in ("memos", "pictures"):
        assert ann.text("action_browse", kind, kind=kind) == f"No {kind} yet."
    speak(ann, "The heron is back.")
    ann.text("action_save", "the heron", [PICTURE])
    speak(ann, "It is gone.")
    assert ann.text("action_browse", "memos", kind="memos") == (
        "memos:\n3 It is gone. (sound)\n1 The heron is back. (sound)"
    )
    assert ann.text("action_browse", "pictures", kind="pictures") == "pictures:\n2 the heron (picture)"


def test_it_plays_the_memo_that_is_named_or_the_latest(ann: Conversation) -> None:
    assert "No memos yet" in ann.text("action_play", "play it")
    speak(ann, "one")
    speak(ann, "two")
    ann.save("a text")
    assert ann.text("action_play", "play 1", entry=["1"]) == "Memo 1:"
    assert ann.outcome.arguments["media_keys"] == f"key-MM{ann.person.id}-2-1.ogg"
    assert ann.text("action_play", "play it") == "Memo 2:"
    assert "no sound with 3" in ann.text("action_play", "play 3", entry=["3"])
    assert ann.text("action_play", "play 9", entry=["9"]) == "There is no entry 9."


def test_it_says_why_a_sound_cannot_be_played(ann: Conversation) -> None:
    sid = leave(ann)
    assert "on its way" in ann.text("action_play", "play 1", entry=["1"])
    with ann.store.transaction() as tx:
        tx.files.mark_missing(sound_of(sid).url, ann.now)
        tx.messages.set_state(sid, "failed")
    assert "could not be fetched" in ann.text("action_play", "play 1", entry=["1"])
    assert show(ann, 1) == "1:\n(sound missing)"
    ann.text("action_delete", "delete 1", entry=["1"])
    assert "restore 1" in ann.text("action_play", "play 1", entry=["1"])


def test_a_memo_in_which_nothing_was_heard_keeps_its_sound(ann: Conversation) -> None:
    sid = leave(ann)
    write_down(ann, sid, "")
    with ann.store.transaction() as tx:
        tx.messages.set_state(sid, "answered")
    assert show(ann, 1) == "1:\n(sound)"
    assert ann.text("action_play", "play 1", entry=["1"]) == "Memo 1:"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(min_size=1, max_size=400).filter(lambda said: not is_blank(said)),
    st.sampled_from([Filing.NONE, Filing.TOPIC, Filing.REMINDER]),
    st.sampled_from([-0.1, -2.0]),
)
def test_a_receipt_fits_two_segments_whatever_is_said(
    memo: tuple[Conversation, str], said: str, filing: Filing, avg_logprob: float
) -> None:
    ann, sid = memo
    write_down(ann, sid, said, avg_logprob)
    with ann.store.transaction() as tx:
        tx.entries.set_due(entry_in(tx, ann).id, ann.now + timedelta(days=500))
        outcome = memo_receipt(Book(tx, ann.person, sid, ann.now), entry_in(tx, ann), said, filing)
    assert fits(TEXTS[outcome.response].format_map(outcome.arguments))
    assert outcome.arguments["words"]


@pytest.fixture
def memo(ann: Conversation) -> tuple[Conversation, str]:
    """Under a topic."""
    return ann, leave(ann, "birds: at the pond")


def entry_in(tx: Any, who: Conversation) -> Entry:
    found = tx.entries.by_number(who.person.id, 1)
    assert found is not None
    return found


def test_a_spoken_question_that_found_nothing_is_saved_with_its_audio(ann: Conversation) -> None:
    asked = leave(ann)
    answer(ann, asked, "action_find", "Find my notes about the xylophone.", query="xylophone")
    assert (
        speak(ann, "Save it.", by="action_keep_question") == 'Saved 3: "Find my notes about the xylophone."'
    )
    saved = entry(ann, 3)
    assert saved.text == "Find my notes about the xylophone."
    assert [part.url for part in saved.media] == [sound_of(asked).url]


def test_a_memo_that_clearly_belongs_to_a_topic_says_so(ann: Conversation) -> None:
    ann.save("gpu: fewer, larger kernels")
    said = speak(ann, "The fan of the gpu is loud.")
    assert said == 'Saved 2: "The fan of the gpu is loud." Under gpu? Reply 1'
    assert ann.text("action_choose", "1", choice="1") == "Filed 2 under gpu."


def test_a_memo_in_doubt_suggests_no_topic(ann: Conversation) -> None:
    ann.save("gpu: fewer, larger kernels")
    sid = leave(ann)
    write_down(ann, sid, "The fan of the gpu is loud.", math.log(0.4))
    assert "gpu?" not in ann.turn("action_save", sid)
