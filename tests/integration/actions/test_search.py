from datetime import timedelta

from scrapbook.store import PageMetadata, Preview
from scrapbook.text.links import find_links
from scrapbook.text.segments import fits
from tests.integration.actions.conversation import Conversation


def find(who: Conversation, query: str) -> str:
    return who.text("action_find", f"find {query}", query=query)


def describe(who: Conversation, topic: str, words: str) -> None:
    with who.store.transaction() as tx:
        tx.topics.describe(next(one.id for one in tx.topics.list(who.person.id) if one.name == topic), words)


def choose(who: Conversation, number: str) -> str:
    return who.text("action_choose", number, choice=number)


def test_it_finds_the_entries_of_a_misspelled_topic(ann: Conversation) -> None:
    ann.save("python: decorators are just functions")
    ann.save("python: generators are lazy")
    assert find(ann, "pyhton") == "python:\n2 generators are lazy\n1 decorators are just functions"


def test_it_finds_entries_by_their_words(ann: Conversation) -> None:
    ann.save("The heron came back this morning")
    ann.save("no bird today")
    assert find(ann, "heron") == "heron:\n1 The heron came back this morning"


def test_it_finds_a_topic_by_what_was_written_about_it(ann: Conversation) -> None:
    ann.save("garden: sow the beans in May")
    ann.save("a holiday by the allotments")
    ann.save("house: paint the door")
    describe(ann, "garden", "Our two plots at the allotments")
    assert find(ann, "plots at the allotments") == "garden:\n1 sow the beans in May"
    assert "2 a holiday" in find(ann, "allotments")  # an entry with the words comes before
    describe(ann, "house", "On one of the two plots")
    assert "1 house, 2 garden" in find(ann, "two plots")
    assert choose(ann, "2") == "garden:\n1 sow the beans in May"


def test_it_looks_for_the_words_that_matter_when_all_together_find_nothing(ann: Conversation) -> None:
    ann.save("heron at the pond")
    assert "1 heron" in find(ann, "the heron list")


def test_it_says_so_when_there_is_nothing_and_names_topics_only_if_they_are_near(ann: Conversation) -> None:
    ann.save("python: decorators")
    ann.save("shopping: oats")
    assert find(ann, "xylophone").startswith('Nothing about "xylophone" yet, and no topic is near.')
    assert find(ann, "pithy").startswith('Nothing about "pithy" yet. The nearest topics: 1 python.')


def test_it_asks_when_torn_and_a_number_answers(ann: Conversation) -> None:
    ann.save("carbon: trees are made of air")
    ann.save("carton: flatten it")
    question = find(ann, "carvon")
    assert question == "Which one: 1 carbon, 2 carton? Text its number."
    assert choose(ann, "2") == "carton:\n2 flatten it"


def test_words_that_are_in_entries_are_offered_beside_a_topic_of_nearly_that_name(ann: Conversation) -> None:
    ann.save("herons: one flew by")
    ann.save("heroes: Hector")
    ann.save("is that a herone")
    question = find(ann, "herone")
    last = question.split(", or ")[1][0]
    assert "herone" in choose(ann, last)


def test_a_number_that_was_not_offered_is_answered_with_those_that_are(ann: Conversation) -> None:
    ann.save("carbon: one")
    ann.save("carton: two")
    find(ann, "carvon")
    assert choose(ann, "7") == "Please text a number from 1 to 2."
    assert choose(ann, "1") == "carbon:\n1 one"


def test_a_number_without_an_open_question_is_a_thought(ann: Conversation) -> None:
    assert choose(ann, "7") == "Saved 1."
    assert ann.entries() == {1: ("7", None)}


def test_a_question_is_open_for_an_hour(ann: Conversation) -> None:
    ann.save("carbon: one")
    ann.save("carton: two")
    find(ann, "carvon")
    ann.now += timedelta(minutes=61)
    assert choose(ann, "1") == "Saved 3."


def test_a_question_of_a_clock_that_was_ahead_does_not_stay_open_until_then(ann: Conversation) -> None:
    ann.save("carbon: one")
    ann.save("carton: two")
    ann.now += timedelta(days=1)
    find(ann, "carvon")
    ann.now -= timedelta(days=1)
    assert choose(ann, "1") == "Saved 3."


def test_a_question_is_answered_once(ann: Conversation) -> None:
    ann.save("carbon: one")
    ann.save("carton: two")
    find(ann, "carvon")
    choose(ann, "1")
    assert choose(ann, "1") == "Saved 3."


def test_find_alone_is_explained_and_find_in_a_sentence_is_saved(ann: Conversation) -> None:
    assert "find gpu" in ann.text("action_find", "find")
    assert ann.text("action_find", "find me a good reason") == "Saved 1."


def test_a_topic_with_nothing_but_trash_is_not_found(ann: Conversation) -> None:
    ann.save("python: decorators")
    ann.text("action_delete", "delete 1", entry=["1"])
    assert "Nothing about" in find(ann, "python")


def test_two_people_never_see_each_others_entries(ann: Conversation, ben: Conversation) -> None:
    ann.save("diary: I am afraid of moths")
    ben.save("diary: I am fond of moths")
    assert "fond" not in find(ann, "moths")
    assert "afraid" not in find(ben, "diary")
    assert ben.text("action_show", "show 2", entry=["2"]) == "There is no entry 2."
    assert ben.text("action_topics", "topics") == "Your topics:\ndiary 1"
    ben.text("action_delete", "delete 1", entry=["1"])
    assert ann.entries() == {1: ("I am afraid of moths", "diary")}
    ben.undo()
    ben.undo()
    assert ben.undo() == "There is nothing left to undo."
    assert ann.entries() == {1: ("I am afraid of moths", "diary")}


def test_long_lists_go_on_with_more_and_miss_nothing(ann: Conversation) -> None:
    for n in range(1, 24):
        ann.save(f"birds: sighting {n} " + "by the long reservoir at dusk " * 3)
    answer, seen = find(ann, "birds"), list[int]()
    for _ in range(23):
        assert fits(answer), answer
        seen += [int(line.split()[0]) for line in answer.splitlines()[1:] if "sighting" in line]
        if "text more" not in answer:
            break
        answer = ann.text("action_more", "more")
    assert seen == list(range(23, 0, -1))
    assert ann.text("action_more", "more") == "That was all of it."


def test_lists_in_any_script_fit_two_segments(ann: Conversation) -> None:
    for n in range(8):
        ann.save(f"鳥: {n} " + "今朝も池に青鷺が戻ってきた🐦" * 8)
    answer = find(ann, "鳥")
    assert fits(answer), answer
    assert "8 " in answer


def test_more_leaves_out_what_was_deleted_meanwhile(ann: Conversation) -> None:
    for n in range(12):
        ann.save(f"birds: sighting {n} " + "by the long reservoir " * 6)
    find(ann, "birds")
    ann.text("action_delete", "delete 1", entry=["1"])
    rest = ""
    for _ in range(12):
        rest += ann.text("action_more", "more")
    assert "sighting 0 " not in rest
    assert "sighting 1 " in rest


def test_it_says_for_which_word_it_took_a_misspelled_one(ann: Conversation) -> None:
    ann.save("a red helicopter over the house")
    assert find(ann, "red Helicoptr") == (
        'red helicopter (for "helicoptr"):\n1 a red helicopter over the house'
    )


def test_it_shows_the_part_of_a_long_thought_with_the_word_also_on_later_pages(ann: Conversation) -> None:
    for _ in range(6):
        ann.save("It rained all morning. " * 8 + "Then a heron landed. " + "We had tea. " * 9)
    pages = find(ann, "heron"), ann.text("action_more", "more")
    assert all("heron landed" in line for page in pages for line in page.splitlines()[1:-1])


def test_it_finds_by_kind_and_time(ann: Conversation) -> None:
    ann.save('"Work is love" - Gibran')
    ann.save("work: call the office")
    ann.save("https://example.org/work")
    ann.now += timedelta(days=31)
    ann.save('"Work expands" - Parkinson')
    assert find(ann, "quotes about work from last month").splitlines()[1:] == ['1 "Work is love" - Gibran']
    assert [line[0] for line in find(ann, "quotes about work").splitlines()[1:]] == ["4", "1"]
    assert find(ann, "links from last month").splitlines()[1:] == ["3 https://example.org/work"]


def test_words_that_only_look_like_a_time_or_a_kind_are_looked_for(ann: Conversation) -> None:
    ann.save("the march in may was long")
    ann.save("pictures of an exhibition is by Mussorgsky")
    ann.now += timedelta(days=200)
    assert "\n1 the march" in find(ann, "march in may")
    assert "\n2 pictures" in find(ann, "pictures of an exhibition")


def look_at(who: Conversation, number: int, *titles: str) -> None:
    """Record previews of the links of an entry."""
    with who.store.transaction() as tx:
        entry = tx.entries.by_number(who.person.id, number)
        assert entry
        for link, title in zip(find_links(entry.text), titles, strict=True):
            page = PageMetadata(title, site="site.example")
            tx.previews.record(entry.id, Preview(link.url, page=page), who.now)


def test_it_shows_the_title_of_a_page_where_nothing_else_holds_the_word(ann: Conversation) -> None:
    ann.save("https://example.org/a and https://example.org/b")
    look_at(ann, 1, "Reeds", "Grey herons of the north")
    assert find(ann, "heron") == (
        "heron:\n1 https://example.org/a and https://example.org/b (Grey herons of the north)"
    )
    assert find(ann, "example").endswith("\n1 https://example.org/a and https://example.org/b")


def test_it_shows_the_part_of_a_long_title_with_the_word(ann: Conversation) -> None:
    for number in range(1, 5):
        ann.save(f"read https://example.org/{number} " + "for the journey and afterwards " * 9)
        look_at(ann, number, "A long day by the water in the reeds, and then a heron landed on the pond")
    page = find(ann, "heron")
    assert fits(page)
    assert all("a heron landed" in line for line in page.splitlines()[1:-1])
