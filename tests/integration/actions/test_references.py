"""How entries are named: in order, by what they are, with exceptions, and by what was shown last."""

from datetime import timedelta

import pytest

from scrapbook.core.entry_references import MAX_ENTRIES
from scrapbook.store import Media
from scrapbook.text.parsed_text import ParsedText
from scrapbook.text.segments import fits
from tests.integration.actions.conversation import Conversation

OR_NOT = "Text 1 for yes, 2 for no."
PICTURE = Media("https://api.example/picture", "image/jpeg")


def with_six_entries(who: Conversation) -> Conversation:
    """Save six entries in three topics, the last two a day later."""
    for body in ("boat: varnish the hull", "work: slides", "boat: new rope", "the fog came in"):
        who.save(body)
    who.now += timedelta(days=1)
    for body in ("work: the fog machine", "call the marina"):
        who.save(body)
    return who


@pytest.fixture
def saved(ann: Conversation) -> Conversation:
    return with_six_entries(ann)


def named(who: Conversation, action: str, *terms: str, body: str = "delete those notes", **slots: str) -> str:
    return who.text(action, body, entry=list(terms), **slots)


def deleted(who: Conversation, *terms: str) -> str:
    """Return the numbers that are deleted, once that is confirmed where it is asked."""
    said = named(who, "action_delete", *terms)
    if said.endswith(OR_NOT):
        said = who.agree()
    assert said.startswith("Deleted "), said
    return said.removeprefix("Deleted ").split(".")[0]


def listed(who: Conversation, count: int) -> str:
    return who.text("action_browse", f"last {count}", count=str(count))


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        (["unread half"], 'I can\'t tell which ones you mean by "half", so I did nothing.'),
        (["nth 2"], 'I can\'t tell which ones you mean by "the second", so I did nothing.'),
        (["all", "but nth 3"], 'I can\'t tell which ones you mean by "the third", so I did nothing.'),
        (["all", "but 9"], 'I can\'t tell which ones you mean by "but 9", so I did nothing.'),
        (["all", "of under knitting"], 'Nothing like "under knitting".'),
        (["all", "of blue"], 'Nothing like "blue".'),
        (["all", "of about knitting"], 'Nothing like "about knitting".'),
        (["newest 1", "of pictures"], 'Nothing like "pictures".'),
        (["all", "of work", "of under boat"], 'Nothing like "under boat".'),
        (["them"], 'I can\'t tell which ones you mean by "them", so I did nothing.'),
        (["other"], 'I can\'t tell which ones you mean by "the other one", so I did nothing.'),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_is_not_understood_is_said_and_nothing_is_changed(
    saved: Conversation, terms: list[str], said: str
) -> None:
    before = saved.entries()
    for action in ("action_delete", "action_pin", "action_move", "action_unpin"):
        assert named(saved, action, *terms, topic="garden").startswith(said)
        assert saved.entries() == before
    assert saved.text("action_keep_question", "save").startswith("Saved 7: ")


def test_one_that_may_be_several_is_asked_about(saved: Conversation) -> None:
    said = named(saved, "action_pin", "one", "of about fog")
    assert said == "Which one: 1 the fog machine, 2 the fog came in? Text its number."
    assert saved.text("action_choose", "2", choice="2") == "Pinned 4."


def test_of_several_topics_it_is_asked_which_and_then_whether(ann: Conversation) -> None:
    for body in ("carbon: a", "carton: b", "carbon: c", "carton: d", "carton: e"):
        ann.save(body)
    assert named(ann, "action_delete", "all", "of carpon", "but 4").startswith("Which one: 1 ")
    said = ann.text("action_choose", "carton", choice=ann.outcome.arguments["options"].split("carton")[0][-2])
    assert said == f'Delete 5 "e", 2 "b"? {OR_NOT}'


def test_no_leaves_everything_and_saves_nothing(saved: Conversation) -> None:
    before = saved.entries()
    named(saved, "action_delete", "all")
    assert saved.text("action_choose", "2", choice="2") == "All right, I left it as it is."
    assert saved.entries() == before


def test_everything_is_shown_before_it_is_deleted(saved: Conversation) -> None:
    said = named(saved, "action_delete", "all", body="delete all my notes")
    assert (
        said == f'Delete 6 entries (6, 5, 4, 3, 2, 1: 6 "call the marina" ... 1 "varnish the hull")? {OR_NOT}'
    )


@pytest.mark.parametrize("count", [2, 5, MAX_ENTRIES])
def test_a_question_about_many_fits_into_two_segments(ann: Conversation, count: int) -> None:
    with ann.store.transaction() as tx:
        for number in range(2 * count):
            tx.entries.add(ann.person.id, ParsedText(f"{number} " + "words " * 20), None, None, ann.now)
    odd = [str(number) for number in range(1, 2 * count, 2)]
    assert fits(named(ann, "action_move", *odd, topic="t" * 40))


def test_more_than_a_person_checks_are_refused(ann: Conversation) -> None:
    with ann.store.transaction() as tx:
        for number in range(MAX_ENTRIES + 20):
            tx.entries.add(ann.person.id, ParsedText(str(number)), None, None, ann.now)
    said = named(ann, "action_delete", "all")
    assert said == "That would be 520 entries, more than 500 at a time. So I did nothing."
    assert named(ann, "action_delete", "newest 501").startswith("That would be 501 entries")
    assert len(ann.entries()) == MAX_ENTRIES + 20


def test_restrictions_by_kind(ann: Conversation) -> None:
    ann.text("action_save", "a heron", media=[PICTURE])
    ann.save('"Less is more" - Mies')
    ann.text("action_save", "the pond", media=[Media("https://api.example/2", "image/jpeg")])
    ann.save("the last")
    assert deleted(ann, "newest 1", "of pictures") == "3"
    assert deleted(ann, "all", "of quotes") == "2"


@pytest.mark.parametrize(
    ("terms", "numbers"),
    [
        (["all", "but about fog"], "6, 3, 2, 1"),
        (["all", "but about work"], "6, 4, 3, 1"),
        (["all", "of work", "but about fog"], "2"),
        (["all", "but about marina", "but 2"], "5, 4, 3, 1"),
    ],
)
def test_what_is_excepted_in_words_stays(saved: Conversation, terms: list[str], numbers: str) -> None:
    assert deleted(saved, *terms) == numbers


@pytest.mark.parametrize("terms", [["all", "but about knitting"], ["all", "of boat", "but about marina"]])
def test_where_nothing_is_like_what_is_excepted_nothing_is_done(
    saved: Conversation, terms: list[str]
) -> None:
    before = saved.entries()
    assert named(saved, "action_delete", *terms).startswith("Nothing like ")
    assert saved.entries() == before
    assert named(saved, "action_delete", *terms, body="remove everything but the tank") == "Saved 7."


def test_a_word_before_the_noun_that_is_no_topic_is_looked_for(saved: Conversation) -> None:
    assert named(saved, "action_move", "all", "of fog", topic="weather").startswith(
        'File 5 "the fog machine", 4 "the fog came in" under weather?'
    )
    saved.text("action_choose", "2", choice="2")
    assert deleted(saved, "one", "of marina") == "6"
    assert named(saved, "action_pin", "one", "of fog").startswith("Which one: ")


def test_a_reminder_is_named_by_its_subject_even_if_that_is_a_topic(saved: Conversation) -> None:
    saved.text("action_remind", "remind me to oil the boat")
    saved.text("action_remind", "remind me to buy stamps")
    assert deleted(saved, "one", "of stamps", "of reminders") == "8"
    assert deleted(saved, "one", "of boat", "of reminders") == "7"


def test_what_is_restored_in_words_is_asked_about_if_it_is_several(saved: Conversation) -> None:
    listed(saved, 4)
    for number in ("6", "5"):
        named(saved, "action_delete", number)
    said = named(saved, "action_restore", "first 2", body="restore the first two")
    assert said == f'Restore 6 "call the marina", 5 "the fog machine"? {OR_NOT}'
    assert saved.agree() == "Restored 6, 5."
    assert set(saved.entries()) == {1, 2, 3, 4, 5, 6}


def test_what_is_restored_by_its_numbers_is_not_asked_about(saved: Conversation) -> None:
    for number in ("6", "5"):
        named(saved, "action_delete", number)
    assert named(saved, "action_restore", "5-6") == "Restored 5, 6."


# --- what the last list showed


def test_the_last_two_are_those_of_the_list_that_was_shown(saved: Conversation) -> None:
    listed(saved, 4)
    assert (
        saved.text("action_browse", "show the last two", count="2")
        == "last 2:\n4 the fog came in\n3 new rope"
    )
    assert saved.text("action_browse", "show the last 2 notes", count="2").startswith("last 2:\n6 call")
    saved.save("something new")
    assert saved.text("action_browse", "show me the last two", count="2").startswith("last 2:\n7 some")


def test_ordinals_count_in_the_list_that_was_shown(saved: Conversation) -> None:
    listed(saved, 4)
    assert named(saved, "action_show", "nth 2").startswith("5 work:")
    assert named(saved, "action_show", "nth 3").startswith("4:")
    assert deleted(saved, "nth 2") == "5"
    assert deleted(saved, "last 1") == "3"
    assert deleted(saved, "first 1") == "6"


@pytest.mark.parametrize(
    ("terms", "numbers"),
    [
        (["first 2"], "5, 2"),
        (["nth 2"], "2"),
        (["last 1"], "2"),
        (["them"], "5, 2"),
        (["them 2"], "5, 2"),
        (["newest 1"], "6"),
        (["oldest 1"], "1"),
        (["last 5"], "6, 5, 4, 3, 2"),
        (["all", "but first 1"], "6, 4, 3, 2, 1"),
    ],
    ids=" ".join,
)
def test_after_a_search_they_count_in_what_was_found(
    saved: Conversation, terms: list[str], numbers: str
) -> None:
    saved.text("action_find", "find work", query="work")
    assert deleted(saved, *terms) == numbers


def test_the_list_goes_on_with_more(ann: Conversation) -> None:
    for number in range(40):
        ann.save(f"{number} " + "and so on " * 5)
    listed(ann, 30)
    ann.text("action_more", "more")
    first = int(ann.outcome.arguments["lines"].split()[0])
    assert named(ann, "action_show", "first 1").startswith(f"{first}:")
    assert named(ann, "action_show", "nth 2").startswith(f"{first - 1}:")


def test_the_list_is_over_once_something_else_is_saved(saved: Conversation) -> None:
    listed(saved, 3)
    saved.save("seven")
    assert named(saved, "action_delete", "nth 2").startswith("I can't tell which ones you mean")
    assert named(saved, "action_delete", "them").startswith("I can't tell which ones you mean")
    assert deleted(saved, "last 1") == "7"


def test_the_list_is_over_once_something_else_is_changed(saved: Conversation) -> None:
    listed(saved, 3)
    named(saved, "action_pin", "1")
    assert named(saved, "action_delete", "nth 2").startswith("I can't tell which ones you mean")


def test_the_list_is_over_after_an_hour(saved: Conversation) -> None:
    listed(saved, 3)
    saved.now += timedelta(hours=1)
    assert named(saved, "action_delete", "nth 2").startswith("I can't tell which ones you mean")


def test_a_change_to_what_is_listed_leaves_the_list_as_it_was(saved: Conversation) -> None:
    listed(saved, 3)
    assert deleted(saved, "nth 2") == "5"
    assert deleted(saved, "nth 3") == "4"
    assert named(saved, "action_delete", "nth 2") == "In the trash: 5. To bring it back, text restore 5"
    assert set(saved.entries()) == {1, 2, 3, 6}


def test_a_place_in_the_list_of_topics_opens_the_topic(saved: Conversation) -> None:
    saved.text("action_topics", "topics")
    assert named(saved, "action_show", "nth 2").startswith("boat:\n3 new rope")
    saved.text("action_topics", "topics")
    assert named(saved, "action_show", "first 1").startswith("work:\n5 the fog machine")
    saved.text("action_topics", "topics")
    said = named(saved, "action_delete", "nth 2")
    assert said.startswith('I can\'t tell which ones you mean by "boat", so I did nothing.')


def test_the_other_one_of_two(saved: Conversation) -> None:
    listed(saved, 2)
    assert named(saved, "action_delete", "other").startswith(
        "Which one: 1 call the marina, 2 the fog machine?"
    )
    listed(saved, 2)
    named(saved, "action_show", "nth 1")
    assert named(saved, "action_show", "other").startswith("5 work:")


def test_the_other_one_after_a_question_and_after_a_deletion(saved: Conversation) -> None:
    named(saved, "action_pin", "one", "of about fog")
    saved.agree()
    assert named(saved, "action_pin", "other") == "Pinned 4."
    listed(saved, 2)
    assert deleted(saved, "nth 2") == "5"
    assert deleted(saved, "other") == "6"


# --- that


def test_that_is_what_was_saved_shown_or_changed_last(saved: Conversation) -> None:
    assert named(saved, "action_pin") == "Pinned 6."
    named(saved, "action_show", "2")
    assert named(saved, "action_pin") == "Pinned 2."
    named(saved, "action_move", "3", topic="shed")
    assert saved.text("action_append", "add: ten metres") == "Added to 3."
    saved.save("seven")
    assert saved.text("action_file_under", "under shed", topic="shed") == "Filed 7 under shed."
    saved.text("action_find", "find marina", query="marina")
    assert deleted(saved) == "6"


def test_after_a_list_of_several_it_is_asked_which_one_that_is(saved: Conversation) -> None:
    listed(saved, 2)
    said = named(saved, "action_delete")
    assert said == "Which one: 1 call the marina, 2 the fog machine? Text its number."
    assert saved.text("action_choose", "2", choice="2").startswith("Deleted 5.")


def test_them_are_the_entries_that_one_message_made(ann: Conversation) -> None:
    ann.save("shopping: bread")
    ann.text("action_add_to_topic", "add milk and tea to shopping", notes=["milk and tea"], topic="shopping")
    assert named(ann, "action_delete", "them").startswith('Delete 2 "milk", 3 "tea"?')


def test_what_was_deleted_last_is_restored_by_that_and_them(saved: Conversation) -> None:
    deleted(saved, "2", "3")
    assert named(saved, "action_restore", "them", body="bring them back") == "Restored 2, 3."
    deleted(saved, "4")
    assert saved.text("action_restore", "restore that") == "Restored 4."


# --- paraphrases and memos


def test_a_paraphrase_of_several_offers_to_keep_the_message(saved: Conversation) -> None:
    tracker = saved.tracker(
        saved.receive("I am done with all my work notes"), (), {"entry": ["all", "of work"]}
    )
    tracker.latest_message["is_paraphrase"] = True
    said = saved.answered("action_delete", tracker)
    assert said == (
        'Delete 5 "the fog machine", 2 "slides"? Text 1 for yes, 2 to keep your message as a thought.'
    )


def test_nobody_names_entries_of_another_person(saved: Conversation, ben: Conversation) -> None:
    listed(saved, 3)
    ben.save("mine")
    assert deleted(ben, "all") == "1"
    assert len(saved.entries()) == 6


def test_what_is_about_nothing_that_is_saved_is_a_thought(saved: Conversation) -> None:
    said = named(saved, "action_delete", "all", "of from my past", body="delete everything from my past")
    assert said == "Saved 7."


def test_that_is_asked_for_where_a_list_of_several_was_sent(saved: Conversation) -> None:
    listed(saved, 2)
    assert saved.text("action_file_under", "put that under shed", topic="shed").startswith("Which one: 1")
    assert saved.text("action_choose", "2", choice="2") == "Filed 5 under shed."


def test_an_exception_of_what_was_not_named_leaves_what_was(saved: Conversation) -> None:
    assert named(saved, "action_delete", "1", "but 2", body="delete 1, not 2").startswith("Deleted 1.")
    assert named(saved, "action_delete", "all", "but 99").startswith("I can't tell which ones")
