"""A search whose words no entry has all of lists the entries that are nearest, and says so."""

import pytest

from scrapbook.text.segments import fits
from tests.integration.actions.conversation import Conversation

NEAREST = "Nothing has all of these words. Nearest:"


def find(who: Conversation, query: str) -> str:
    return who.text("action_find", f"find {query}", query=query)


def save(who: Conversation, *texts: str) -> None:
    for text in texts:
        who.save(text)


def lines(reply: str) -> list[str]:
    return [line for line in reply.splitlines() if line[0].isdigit()]


@pytest.fixture
def diary(ann: Conversation) -> Conversation:
    save(
        ann,
        "the plumber said the boiler has two winters left",
        "two winters in Oslo, and I still miss the light",
        "paid the plumber, 180 euros",
        "Grandma's plum cake: butter, flour, plums",
    )
    return ann


def test_the_entry_with_the_most_telling_words_comes_first(diary: Conversation) -> None:
    said = find(diary, "what did the plumber think of our old boiler")
    assert said.splitlines()[0] == NEAREST
    assert lines(said)[0] == "1 the plumber said the boiler has two winters left"


def test_other_forms_of_words_and_misspelled_ones_count(diary: Conversation) -> None:
    assert lines(find(diary, "plumbers and boilr repair"))[0][0] == "1"


def test_an_entry_with_all_of_the_words_is_no_guess(diary: Conversation) -> None:
    assert find(diary, "plumber boiler") == (
        "plumber boiler:\n1 the plumber said the boiler has two winters left"
    )


def test_it_lists_only_what_is_about_as_near_as_the_nearest(diary: Conversation) -> None:
    save(diary, *(f"euros spent on day {number}" for number in range(30)))
    assert len(lines(find(diary, "grandma's cake recipe with euros"))) == 1


def test_many_that_are_equally_near_are_read_page_by_page(diary: Conversation) -> None:
    save(diary, *(f"marathon training, week {number}, long run" for number in range(40)))
    said = find(diary, "marathon shoes")
    assert said.endswith("left: text more. To keep your question, text save")
    assert fits(said)
    assert diary.text("action_more", "more").startswith("marathon shoes:\n")


def test_a_question_that_came_to_nothing_exact_can_be_kept(diary: Conversation) -> None:
    assert find(diary, "a cheaper plumber").endswith("To keep your question, text save")
    assert diary.text("action_keep_question", "save") == 'Saved 5: "find a cheaper plumber"'


def test_what_no_word_of_is_saved_is_not_found(diary: Conversation) -> None:
    assert find(diary, "accordion lessons").startswith("Nothing about")
    assert find(diary, "where are you from").startswith("Nothing about")


def test_the_kind_that_was_asked_for_is_kept(diary: Conversation) -> None:
    save(diary, "https://example.org/boiler a page", "https://example.org/oslo another")
    assert lines(find(diary, "links about boiler prices")) == ["5 https://example.org/boiler a page"]
    assert find(diary, "links about accordions").startswith("Nothing about")
    assert find(diary, "quotes about plumber euros").startswith("Nothing about")


def test_nobody_elses_entries_are_near(ann: Conversation, ben: Conversation) -> None:
    save(ann, "the code of the safe is 1234")
    assert find(ben, "safe combination").startswith("Nothing about")


def test_a_question_in_a_script_without_spaces_finds_what_has_parts_of_it(ann: Conversation) -> None:
    save(ann, "昨日ラーメン屋に行った", "天気がいい")
    said = find(ann, "美味しいラーメン屋はどこ")
    assert said.startswith(NEAREST)
    assert lines(said) == ["1 昨日ラーメン屋に行った"]


def test_an_emoji_finds_its_entries(ann: Conversation) -> None:
    save(ann, "dinner at nine 🍕", "tea")
    assert find(ann, "🍕") == "🍕:\n1 dinner at nine 🍕"
