"""What is left of the names that topics had, and what people write about them."""

import pytest

from scrapbook.errors import NotFound
from scrapbook.store import Person, Store, Transaction
from scrapbook.text.parsed_text import ParsedText
from tests.integration.conftest import NOW


def names(tx: Transaction, person: Person) -> dict[str, tuple[str, ...]]:
    return {topic.name: topic.aliases for topic in tx.topics.list(person.id)}


def test_the_names_of_a_merged_topic_are_aliases_of_the_other(store: Store, ann: Person):
    with store.transaction() as tx:
        gpus, gpu = tx.topics.add(ann.id, "gpus"), tx.topics.add(ann.id, "gpu")
        tx.topics.rename(gpus.id, "graphics")
        tx.topics.merge(gpus.id, gpu.id)
        assert names(tx, ann) == {"gpu": ("gpus", "graphics")}


def test_a_renamed_topic_keeps_its_old_name_as_an_alias(store: Store, ann: Person):
    with store.transaction() as tx:
        topic = tx.topics.add(ann.id, "graphics")
        tx.topics.rename(topic.id, "gpu")
        tx.topics.rename(topic.id, "GPU")
        assert names(tx, ann) == {"GPU": ("graphics",)}
        tx.topics.rename(topic.id, "graphics")
        assert names(tx, ann) == {"graphics": ("GPU",)}


def test_a_name_that_is_a_topics_again_is_an_alias_no_more(store: Store, ann: Person, ben: Person):
    with store.transaction() as tx:
        for person in (ann, ben):
            topic = tx.topics.add(person.id, "gpus")
            tx.topics.rename(topic.id, "gpu")
        tx.topics.add(ann.id, "GPUs")
        assert names(tx, ann) == {"gpu": (), "GPUs": ()}
        other = tx.topics.add(ann.id, "cards")
        tx.topics.rename(topic.id, "accelerators")
        tx.topics.rename(other.id, "chips")
        assert names(tx, ben) == {"accelerators": ("gpus", "gpu")}


def test_undo_takes_aliases_away_and_brings_them_back(store: Store, ann: Person):
    with store.transaction() as tx:
        gpus, gpu = tx.topics.add(ann.id, "gpus"), tx.topics.add(ann.id, "gpu")
        tx.entries.add(ann.id, ParsedText("kernels"), gpus.id, None, NOW)
        before = names(tx, ann)
        with tx.changes.recording(ann.id, None, "merge", {}, NOW):
            tx.topics.merge(gpus.id, gpu.id)
        merged = names(tx, ann)
        with tx.changes.recording(ann.id, None, "rename", {}, NOW):
            tx.topics.rename(tx.topics.add(ann.id, "cards").id, "gpus")
        assert names(tx, ann)["gpu"] == ()
        tx.changes.undo_latest(ann.id, NOW)
        assert names(tx, ann) == merged == {"gpu": ("gpus",)}
        tx.changes.undo_latest(ann.id, NOW)
        assert names(tx, ann) == before == {"gpus": (), "gpu": ()}


def test_a_description_is_kept_where_topics_are_renamed_merged_and_left(store: Store, ann: Person):
    with store.transaction() as tx:
        gpus, gpu = tx.topics.add(ann.id, "gpus"), tx.topics.add(ann.id, "gpu")
        assert tx.topics.description(gpu.id) == ""
        tx.topics.describe(gpus.id, "What cards can do.")
        tx.topics.rename(gpus.id, "graphics")
        assert tx.topics.description(gpus.id) == "What cards can do."
        assert not tx.topics.remove_if_empty(gpus.id)
        tx.topics.describe(gpu.id, "Kernels, mostly.")
        with tx.changes.recording(ann.id, None, "merge", {}, NOW):
            tx.topics.merge(gpus.id, gpu.id)
        assert tx.topics.description(gpu.id) == "Kernels, mostly.\n\nWhat cards can do."
        tx.changes.undo_latest(ann.id, NOW)
        assert tx.topics.description(gpu.id) == "Kernels, mostly."
        assert tx.topics.description(gpus.id) == "What cards can do."
        tx.topics.describe(gpus.id, "")
        assert tx.topics.remove_if_empty(gpus.id)


def test_a_topic_that_is_not_there_has_no_description(store: Store):
    with store.transaction() as tx:
        with pytest.raises(NotFound):
            tx.topics.description(1)
        with pytest.raises(NotFound):
            tx.topics.describe(1, "words")
