from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from scrapbook.store import Outcome, Person, Question, Store, purge
from scrapbook.store.records import MessageState
from scrapbook.store.tables import Base
from tests.integration.conftest import NOW, searched

SECRET = "geranium"
MONTH = timedelta(days=30)
KEEPS_BODIES = {"messages", "replies"}


def everything_kept(url: str) -> str:
    """What is in the tables, those of the search index included, bar the messages themselves."""
    database = create_engine(url)
    tables = {table.name for table in Base.metadata.sorted_tables} - KEEPS_BODIES
    index = ["entries_fts_data"] if database.dialect.name == "sqlite" else ["entry_words"]
    with database.connect() as connection:
        rows = [connection.execute(text(f"SELECT * FROM {table}")).all() for table in [*tables, *index]]
    database.dispose()
    return repr(rows)


def live_through(store: Store, ann: Person) -> None:
    """An entry is saved, edited, found, deleted; another stays."""
    with store.transaction() as tx:
        for number in range(4):
            sid = f"SM{number}"
            tx.messages.record(sid=sid, person_id=ann.id, from_="+1", to="+1", body=SECRET, received_at=NOW)
            tx.outcomes.record(sid, Outcome("utter_x", {"text": f"the {SECRET} one"}))
            tx.messages.set_state(sid, "answered")
        with tx.changes.recording(ann.id, "SM0", "save", {"text": SECRET}, NOW):
            topic = tx.topics.add(ann.id, "plants")
            entry = tx.entries.add(ann.id, f"the {SECRET} one", topic.id, "SM0", NOW)
            tx.entries.add(ann.id, "the cactus one", topic.id, "SM0", NOW)
        with tx.changes.recording(ann.id, "SM1", "edit", {"before": SECRET}, NOW):
            tx.entries.change_text(entry.id, f"no {SECRET}s here", NOW)
        tx.conversations.ask(ann.id, Question("action_delete", {"note": SECRET}, "entry", (SECRET,), NOW))
        with tx.changes.recording(ann.id, "SM2", "delete", {"text": SECRET}, NOW):
            tx.entries.trash(entry.id, NOW)


def test_the_trash_is_kept_for_its_time(store: Store, ann: Person):
    live_through(store, ann)
    with store.transaction() as tx:
        assert tx.entries.purge_trash(NOW) == 0
        assert tx.entries.by_number(ann.id, 1) is not None
        assert tx.entries.purge_trash(NOW + MONTH) == 1
        assert tx.entries.by_number(ann.id, 1) is None
        assert tx.entries.purge_trash(NOW + MONTH) == 0


def test_nothing_is_left_of_an_entry_that_is_purged(store: Store, url: str, ann: Person):
    live_through(store, ann)
    assert SECRET in everything_kept(url)
    assert store.purge_trash(NOW + MONTH) == 1
    assert SECRET not in everything_kept(url)


def test_the_file_itself_holds_nothing_of_an_entry_that_is_purged(sqlite_url: str, tmp_path: Path):
    store = Store.open(sqlite_url)
    with store.transaction() as tx:
        ann = tx.people.add("Ann", ["+15550100"])
        entries = [tx.entries.add(ann.id, f"{SECRET} {number}", None, None, NOW) for number in range(1200)]
        tx.entries.add(ann.id, "cactus", None, None, NOW)
        for entry in entries:
            tx.entries.trash(entry.id, NOW)
    assert store.purge_trash(NOW + MONTH) == 1200
    store.close()
    content = b"".join(path.read_bytes() for path in tmp_path.glob("scrapbook.db*"))
    assert b"cactus" in content
    assert SECRET.encode() not in content


def test_the_rest_goes_on_as_if_nothing_had_been(store: Store, ann: Person, ben: Person):
    live_through(store, ann)
    with store.transaction() as tx:
        with tx.changes.recording(ben.id, None, "save", {"text": "mine"}, NOW):
            tx.entries.add(ben.id, "mine", None, None, NOW)
        tx.entries.purge_trash(NOW + MONTH)
        assert [entry.text for entry in searched(tx, ann, "one", 5)] == ["the cactus one"]
        assert tx.outcomes.of("SM0") == Outcome("utter_x", {}, is_forgotten=True)
        assert tx.messages.get("SM0").body == SECRET
        undone = [tx.changes.undo_latest(ann.id, NOW) for _ in range(2)]
        assert [change and (change.kind, change.arguments) for change in undone] == [("save", {}), None]
        assert tx.entries.list(ann.id) == []
        assert tx.changes.undo_latest(ben.id, NOW).arguments == {"text": "mine"}


@pytest.mark.parametrize("state", ["received", "failed"])
def test_a_turn_that_is_still_to_be_answered_keeps_its_words(store: Store, ann: Person, state: MessageState):
    live_through(store, ann)
    outcome = Outcome("utter_x", {"text": "cactus"})
    with store.transaction() as tx:
        tx.messages.record(sid="SM9", person_id=ann.id, from_="+1", to="+1", body="x", received_at=NOW)
        tx.messages.set_state("SM9", state)
        tx.outcomes.record("SM9", outcome)
    assert store.purge_trash(NOW + MONTH) == 1
    with store.transaction(read_only=True) as tx:
        assert tx.outcomes.of("SM9") == outcome


def test_an_outcome_that_needs_no_words_is_not_forgotten(store: Store, ann: Person):
    live_through(store, ann)
    outcome = Outcome("utter_commands", {})
    with store.transaction() as tx:
        tx.messages.record(sid="SM9", person_id=ann.id, from_="+1", to="+1", body="x", received_at=NOW)
        tx.messages.set_state("SM9", "answered")
        tx.outcomes.record("SM9", outcome)
    assert store.purge_trash(NOW + MONTH) == 1
    with store.transaction(read_only=True) as tx:
        assert tx.outcomes.of("SM9") == outcome


def test_much_trash_is_purged_in_several_transactions(store: Store, ann: Person, ben: Person):
    with store.transaction() as tx:
        for person in (ann, ben):
            entries = [tx.entries.add(person.id, SECRET, None, None, NOW).id for _ in range(purge.BATCH)]
            with tx.changes.recording(person.id, None, "delete", {"text": SECRET}, NOW):
                for entry_id in entries:
                    tx.entries.trash(entry_id, NOW)
        kept = tx.entries.add(ann.id, "cactus", None, None, NOW)
    with store.transaction() as tx:
        assert tx.entries.purge_trash(NOW + MONTH) == purge.BATCH
    assert store.purge_trash(NOW + MONTH) == purge.BATCH
    assert store.purge_trash(NOW + MONTH) == 0
    with store.transaction() as tx:
        assert tx.entries.list(ann.id) == [kept]
        assert tx.changes.undo_latest(ann.id, NOW) is None
        assert tx.changes.undo_latest(ben.id, NOW) is None


def test_words_that_something_else_holds_stay_in_the_spelling_index(store: Store, ann: Person):
    with store.transaction() as tx:
        topic = tx.topics.add(ann.id, "orchids")
        gone = tx.entries.add(ann.id, "orchids and a geranium and a helicopter", None, None, NOW)
        tx.entries.add(ann.id, "a helicopter", topic.id, None, NOW)
        tx.entries.trash(gone.id, NOW)
    assert store.purge_trash(NOW + MONTH) == 1
    with store.transaction() as tx:
        hits = [tx.words.meant_by(ann.id, typed) for typed in ("helicoptr", "orchid", "geranum")]
    assert hits == [("helicopter",), ("orchids",), ()]


def test_a_word_that_was_forgotten_is_known_again_when_undo_brings_it_back(store: Store, ann: Person):
    with store.transaction() as tx:
        kept = tx.entries.add(ann.id, "the geranium", None, None, NOW)
        gone = tx.entries.add(ann.id, "tea", None, None, NOW)
        with tx.changes.recording(ann.id, None, "edit", {}, NOW):
            tx.entries.change_text(kept.id, "the cactus", NOW)
        tx.entries.trash(gone.id, NOW)
    store.purge_trash(NOW + MONTH)
    with store.transaction() as tx:
        assert tx.words.meant_by(ann.id, "gerranium") == ()
        tx.changes.undo_latest(ann.id, NOW + MONTH)
        assert tx.words.meant_by(ann.id, "gerranium") == ("geranium",)
