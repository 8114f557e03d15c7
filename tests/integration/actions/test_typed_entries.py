"""Entries that are recognised as quotes, links, takeaways or locations."""

from datetime import UTC, datetime

import pytest

from scrapbook.text.segments import fits
from tests.integration.actions.conversation import Conversation

CANNON = '"Came for the language, stayed for the community" - Brett Cannon'
MIES = "“Less is more”\n— Mies van der Rohe"


def kinds(who: Conversation, kind: str) -> str:
    return who.text("action_browse", kind, kind=kind)


def quotes_by(who: Conversation, author: str) -> str:
    return who.text("action_quotes_by", f"quotes by {author}", author=author)


def takeaway(who: Conversation, text: str) -> str:
    return who.text("action_takeaway", text)


def test_a_quote_is_saved_unchanged_and_the_receipt_names_its_author(ann: Conversation) -> None:
    assert ann.save(CANNON) == "Saved 1, by Brett Cannon."
    assert ann.save(f"design: {MIES}") == "Saved 2, by Mies van der Rohe, under design."
    assert ann.entries() == {1: (CANNON, None), 2: (MIES, "design")}


@pytest.mark.parametrize(
    ("body", "author"),
    [
        ('"Never iron on a sunday" (granny)', "granny"),
        ("“Walk on, walk on”\nAda Reyes", "Ada Reyes"),
        ('Ada Reyes: "Measure twice, cut once"', "Ada Reyes"),
    ],
)
def test_an_author_in_brackets_below_or_in_front_is_one(ann: Conversation, body: str, author: str) -> None:
    assert ann.save(body) == f"Saved 1, by {author}."
    assert ann.entries() == {1: (body, None)}


def test_a_page_of_each_kind_lists_what_is_one(ann: Conversation) -> None:
    ann.save(f"{CANNON}\nhttps://example.org/talk")
    ann.save("https://example.org/kernels fewer, larger ones")
    ann.save("Eiffel Tower\nLocation: 48.8584, 2.2945")
    ann.save("just a thought")
    assert [line.split()[0] for line in kinds(ann, "quotes").splitlines()] == ["quotes:", "1"]
    assert [line.split()[0] for line in kinds(ann, "links").splitlines()] == ["links:", "2", "1"]
    assert [line.split()[0] for line in kinds(ann, "locations").splitlines()] == ["locations:", "3"]
    assert kinds(ann, "pictures") == "No pictures yet."


def test_a_place_is_shown_with_a_map(ann: Conversation) -> None:
    assert ann.save("Location: 48.8584, 2.2945") == "Saved 1."
    assert ann.text("action_show", "show 1", entry=["1"]) == (
        "1:\nLocation: 48.8584, 2.2945\nhttps://maps.google.com/?q=48.8584,2.2945"
    )


def test_quotes_are_found_by_their_author_however_spelled(ann: Conversation) -> None:
    ann.save(CANNON)
    ann.save('"Readability counts" - brett cannon')
    ann.save(MIES)
    both = 'quotes by Brett Cannon:\n2 "Readability counts" - brett cannon\n1 '
    for typed in ("Brett Cannon", "bret canon", "Cannon", "canon", "brett"):
        assert quotes_by(ann, typed).startswith(both), typed
    assert "Mies" in quotes_by(ann, "mies")


def test_an_author_who_may_be_one_of_two_is_asked_about(ann: Conversation) -> None:
    ann.save('"It is never too late" - George Eliot')
    ann.save('"Freedom is slavery, they say" - George Orwell')
    assert quotes_by(ann, "George") == "Which one: 1 George Eliot, 2 George Orwell? Text its number."
    assert ann.text("action_choose", "2", choice="2") == (
        'quotes by George Orwell:\n2 "Freedom is slavery, they say" - George Orwell'
    )


def test_a_name_that_others_have_for_a_part_of_theirs_hides_none_of_them(ann: Conversation) -> None:
    ann.save('"All money is a matter of belief" - Adam Smith')
    ann.save('"Wit ought to be free" - Smith')
    assert quotes_by(ann, "smith") == (
        'quotes by Smith, Adam Smith:\n2 "Wit ought to be free" - Smith\n'
        '1 "All money is a matter of belief" - Adam Smith'
    )
    assert quotes_by(ann, "adam smith") == (
        'quotes by Adam Smith:\n1 "All money is a matter of belief" - Adam Smith'
    )


def test_quotes_from_a_known_author_or_topic_are_listed(ann: Conversation) -> None:
    ann.save(CANNON)
    ann.save(f"design: {MIES}")
    for body in ("quotes from Brett Cannon", "quotes of cannon", "quote by cannon"):
        said = ann.text("action_quotes_by", body, source=body.split(maxsplit=2)[2])
        assert said == f"quotes by Brett Cannon:\n1 {CANNON}"
    said = ann.text("action_quotes_by", "quotes from design", source="design")
    assert said.startswith("quotes about design:\n2 ")


@pytest.mark.parametrize("body", ["quotes of the day", "quotes from brat", "quote by midnight"])
def test_quotes_from_nobody_known_are_a_thought(ann: Conversation, body: str) -> None:
    ann.save(CANNON)
    assert ann.text("action_quotes_by", body, source=body.split(maxsplit=2)[2]) == "Saved 2."


def test_an_author_of_none_is_said_to_be_one(ann: Conversation) -> None:
    assert quotes_by(ann, "Cicero") == "No quotes by Cicero yet."
    ann.save(CANNON)
    ann.text("action_delete", "delete 1", entry=["1"])
    assert quotes_by(ann, "Brett Cannon") == "No quotes by Brett Cannon yet."


def test_two_people_never_see_each_others_quotes(ann: Conversation, ben: Conversation) -> None:
    ann.save(CANNON)
    assert quotes_by(ben, "Brett Cannon") == "No quotes by Brett Cannon yet."
    assert kinds(ben, "quotes") == "No quotes yet."


def test_what_an_entry_is_follows_its_words_and_undo_takes_it_back(ann: Conversation) -> None:
    ann.save(CANNON)
    ann.text("action_edit", "edit 1 https://example.org", entry=["1"])
    assert kinds(ann, "quotes") == "No quotes yet."
    assert kinds(ann, "links") == "links:\n1 https://example.org"
    ann.undo()
    assert kinds(ann, "links") == "No links yet."
    assert quotes_by(ann, "Cannon").startswith("quotes by Brett Cannon:")
    ann.text("action_append", "add: https://example.org/talk")
    assert kinds(ann, "links").startswith("links:\n1")
    ann.undo()
    assert kinds(ann, "links") == "No links yet."


def test_several_things_in_one_message_are_as_many_entries(ann: Conversation) -> None:
    said = ann.save(f"{CANNON}\ntakeaway: be kind\n\n{MIES}\nhttps://example.org/kernels fewer, larger ones")
    assert said == "Saved 1, 2 and 3."
    assert ann.entries() == {
        1: (f"{CANNON}\ntakeaway: be kind", None),
        2: (MIES, None),
        3: ("https://example.org/kernels fewer, larger ones", None),
    }
    assert ann.undo() == "Undone: 1, 2 and 3 in the trash. To have it all back, text restore 1, 2 and 3"
    assert ann.entries() == {}
    ann.text("action_restore", "restore 1, 2 and 3", entry=["1", "2", "3"])
    assert len(ann.entries()) == 3


def test_a_topic_before_several_things_holds_for_all_that_name_none(ann: Conversation) -> None:
    assert ann.save(f"design: {MIES}\n{CANNON}") == "Saved 1 and 2 under design."
    assert (
        ann.save("#gpu\nhttps://example.org/a\nhttps://example.org/b #cuda")
        == "Saved 3 and 4 under gpu and cuda."
    )
    assert [topic for _, topic in ann.entries().values()] == ["cuda", "gpu", "design", "design"]
    ann.undo()
    assert ann.topics() == {"design"}


def test_a_topic_of_several_things_that_may_be_another_is_asked_about(ann: Conversation) -> None:
    ann.save("carbon: trees are made of air")
    said = ann.save(f"carlon: {MIES}\n{CANNON}")
    assert said == "Saved 2 and 3 under carlon, which is new. Did you mean 1 carbon? Text its number."
    assert ann.text("action_choose", "1", choice="1") == "Filed 2, 3 under carbon."
    assert ann.topics() == {"carbon"}


def test_what_is_only_partly_quotes_stays_one_entry(ann: Conversation) -> None:
    text = f"{CANNON}\n\nMust call Brett about the talk"
    assert ann.save(text) == "Saved 1, by Brett Cannon."
    assert ann.entries() == {1: (text, None)}


def test_a_takeaway_goes_to_the_entry_before_and_undo_takes_it_back(ann: Conversation) -> None:
    ann.save("https://example.org/kernels")
    assert takeaway(ann, "takeaway: fewer, larger kernels") == "Added to 1."
    assert takeaway(ann, "My takeaways:\n- fewer\n- larger") == "Added to 1."
    saved = "https://example.org/kernels\ntakeaway: fewer, larger kernels"
    assert ann.entries() == {1: (f"{saved}\nMy takeaways:\n- fewer\n- larger", None)}
    assert ann.undo() == "Undone: 1 reads as before."
    assert ann.entries() == {1: (saved, None)}
    found = ann.text("action_find", "find larger", query="larger")
    assert found.startswith("larger:\n1 ")


def test_a_misspelled_takeaway_is_added_as_it_is_written(ann: Conversation) -> None:
    ann.save("https://example.org/kernels")
    assert takeaway(ann, "takaway: fewer kernels") == "Added to 1."
    assert ann.entries() == {1: ("https://example.org/kernels\ntakaway: fewer kernels", None)}


def test_a_takeaway_of_nothing_is_a_thought(ann: Conversation) -> None:
    assert takeaway(ann, "takeaway: fewer kernels") == "Saved 1."
    assert ann.entries() == {1: ("takeaway: fewer kernels", None)}


def test_a_takeaway_under_a_topic_of_its_own_is_a_thought(ann: Conversation) -> None:
    ann.save("one")
    assert ann.save("gpu: takeaway: fewer kernels") == "Saved 2 under gpu."


def test_takeaways_before_a_quote_go_to_the_entry_before_it(ann: Conversation) -> None:
    ann.save("one")
    assert takeaway(ann, f"takeaway: two\n{CANNON}") == "Saved 2, and added to 1."
    assert ann.entries() == {1: ("one\ntakeaway: two", None), 2: (CANNON, None)}
    ann.undo()
    assert ann.entries() == {1: ("one", None)}


@pytest.mark.parametrize("count", [2, 12, 40])
def test_the_receipt_of_many_things_fits(ann: Conversation, count: int) -> None:
    said = ann.save("\n".join(f"https://example.org/{n}" for n in range(count)))
    assert fits(said)
    assert len(ann.entries()) == count


def test_a_reminder_is_due_when_it_says_by_the_persons_clock(ann: Conversation) -> None:
    ann.text("action_set_timezone", "timezone Asia/Tokyo", timezone="Asia/Tokyo")
    said = ann.text("action_remind", "remind me to call mum tomorrow at 5")
    assert said == "Saved 1 under reminders. I will remind you: Thursday 13 March at 17:00."
    with ann.store.transaction(read_only=True) as tx:
        assert tx.entries.list(ann.person.id)[0].due_at == datetime(2025, 3, 13, 8, tzinfo=UTC)
    assert "(Thursday 13 March at 17:00)" in ann.text("action_show", "show 1", entry=["1"])


def test_a_reminder_is_due_when_its_new_words_say(ann: Conversation) -> None:
    ann.text("action_remind", "remind me to call mum tomorrow")
    ann.text("action_append", "add: on friday at 6")
    assert "(Friday 14 March at 18:00)" in ann.text("action_show", "show 1", entry=["1"])
    ann.text("action_edit", "edit 1 call mum", entry=["1"])
    assert ann.text("action_show", "show 1", entry=["1"]) == "1 reminders:\ncall mum"
    ann.undo()
    ann.undo()
    assert "(Thursday 13 March at 9:00)" in ann.text("action_show", "show 1", entry=["1"])


def test_a_thought_is_not_due(ann: Conversation) -> None:
    ann.save("the concert is tomorrow at 8")
    assert ann.text("action_show", "show 1", entry=["1"]) == "1:\nthe concert is tomorrow at 8"
