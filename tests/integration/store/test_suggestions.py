from collections.abc import Sequence

from scrapbook.store import Entry, Person, Store, TopicStats, Transaction
from scrapbook.text.parsed_text import ParsedText
from tests.integration.conftest import NOW


def save(tx: Transaction, person: Person, text: str, topic_id: int | None = None) -> Entry:
    return tx.entries.add(person.id, ParsedText(text), topic_id, None, NOW)


def spread(tx: Transaction, person: Person, words: Sequence[str], most: int = 10, besides: int = 0):
    return tx.suggestions.spreads(person.id, [words], most, besides)[0]


def test_shelves_are_the_topics_that_hold_entries_the_fullest_first(store: Store, ann: Person, ben: Person):
    with store.transaction() as tx:
        few, many = tx.topics.add(ann.id, "few"), tx.topics.add(ann.id, "many")
        trash = tx.topics.add(ann.id, "trash")
        tx.entries.trash(save(tx, ann, "gone", trash.id).id, NOW)
        for topic in (few, many, many):
            save(tx, ann, "here", topic.id)
        save(tx, ben, "here", tx.topics.add(ben.id, "of ben").id)
        assert tx.suggestions.topic_stats(ann.id) == [
            TopicStats(many.id, "many", 2),
            TopicStats(few.id, "few", 1),
        ]


def test_it_counts_the_entries_with_a_word_by_topic(store: Store, ann: Person, ben: Person):
    with store.transaction() as tx:
        bread, oak = tx.topics.add(ann.id, "bread"), tx.topics.add(ann.id, "oak")
        save(tx, ann, "wet Dough, wet dough", bread.id)
        save(tx, ann, "two doughs", bread.id)
        save(tx, ann, "dough on oak", oak.id)
        save(tx, ann, "dough on the train")
        save(tx, ann, "doughnuts")
        tx.entries.trash(save(tx, ann, "dough", bread.id).id, NOW)
        save(tx, ben, "dough")
        assert spread(tx, ann, ["dough"]) == {bread.id: 1, oak.id: 1, None: 1}
        assert spread(tx, ann, ["dough", "doughs"]) == {bread.id: 2, oak.id: 1, None: 1}
        assert spread(tx, ann, ["xylophone"]) == {}


def test_it_counts_each_of_several_words_for_itself(store: Store, ann: Person):
    with store.transaction() as tx:
        bread = tx.topics.add(ann.id, "bread")
        save(tx, ann, "wet dough", bread.id)
        save(tx, ann, "wet paint")
        found = tx.suggestions.spreads(ann.id, [["dough"], ["xylophone"], ["wet"]], most=10, besides=0)
        assert found == [{bread.id: 1}, {}, {bread.id: 1, None: 1}]
        assert tx.suggestions.spreads(ann.id, [], most=10, besides=0) == []


def test_the_name_of_the_topic_is_no_word_of_its_entries(store: Store, ann: Person):
    with store.transaction() as tx:
        bread = tx.topics.add(ann.id, "bread")
        save(tx, ann, "wet dough", bread.id)
        assert spread(tx, ann, ["bread"]) == {}


def test_it_looks_at_the_newest_entries_with_a_word_only(store: Store, ann: Person):
    with store.transaction() as tx:
        old, new = tx.topics.add(ann.id, "old"), tx.topics.add(ann.id, "new")
        for topic in (old, old, new, new, new):
            save(tx, ann, "dough", topic.id)
        latest = save(tx, ann, "dough")
        assert spread(tx, ann, ["dough"], most=4, besides=latest.id) == {new.id: 3, old.id: 1}


def test_words_with_marks_of_programming_and_other_scripts_are_looked_for(store: Store, ann: Person):
    with store.transaction() as tx:
        topic = tx.topics.add(ann.id, "tongues")
        for text in ("c++ and c#", "हिन्दी में", "Ünal"):
            save(tx, ann, text, topic.id)
        for word in ("c++", "c#", "हिन्दी", "unal"):
            assert spread(tx, ann, [word]) == {topic.id: 1}, word


def test_the_forms_of_a_word_are_those_that_its_person_uses(store: Store, ann: Person, ben: Person):
    with store.transaction() as tx:
        save(tx, ann, "baking, baked and a kernel")
        save(tx, ben, "bakes")
        forms = tx.suggestions.forms(ann.id, ["bake", "oak"])
        assert {stem: sorted(words) for stem, words in forms.items()} == {"bake": ["baked", "baking"]}


def test_what_was_passed_over_is_counted_until_it_is_taken_up(store: Store, ann: Person):
    with store.transaction() as tx:
        topic, other = tx.topics.add(ann.id, "bread"), tx.topics.add(ann.id, "oak")
        assert [tx.suggestions.times_skipped(topic.id) for _ in range(3)] == [0, 1, 2]
        assert tx.suggestions.times_skipped(other.id) == 0
        tx.suggestions.taken_up(topic.id)
        assert tx.suggestions.times_skipped(topic.id) == 0
