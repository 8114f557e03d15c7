from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from scrapbook.model.records import MessageState
from scrapbook.store import PendingQuestion, Person, Store, TurnResult, purge
from scrapbook.store.tables import Base
from scrapbook.text.parsed_text import ParsedText
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
            message_id = f"SM{number}"
            tx.messages.record(
                message_id=message_id, person_id=ann.id, from_="+1", to="+1", body=SECRET, received_at=NOW
            )
            tx.turn_results.record(message_id, TurnResult("utter_x", {"text": f"the {SECRET} one"}))
            tx.messages.set_state(message_id, "answered")
        with tx.changes.recording(ann.id, "SM0", "save", {"text": SECRET}, NOW):
            topic = tx.topics.add(ann.id, "plants")
            entry = tx.entries.add(ann.id, ParsedText(f"the {SECRET} one"), topic.id, "SM0", NOW)
            tx.entries.add(ann.id, ParsedText("the cactus one"), topic.id, "SM0", NOW)
        with tx.changes.recording(ann.id, "SM1", "edit", {"before": SECRET}, NOW):
            tx.entries.change_text(entry.id, ParsedText(f"no {SECRET}s here"), NOW)
        tx.conversations.ask(
            ann.id, PendingQuestion("action_delete", {"note": SECRET}, "entry", (SECRET,), NOW)
        )
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


def test_a_change_can_be_undone_for_its_time_and_leaves_nothing_afterwards(
    store: Store, url: str, ann: Person, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(purge, "BATCH", 2)
    with store.transaction() as tx:
        entry = tx.entries.add(ann.id, ParsedText(f"{SECRET} 0"), None, None, NOW)
        for count in range(1, 6):
            with tx.changes.recording(ann.id, None, "edit", {"before": SECRET}, NOW):
                tx.entries.change_text(entry.id, ParsedText(f"{SECRET} {count}"), NOW)
        assert tx.changes.undo_latest(ann.id, NOW)
        with tx.changes.recording(ann.id, None, "edit", {}, NOW + MONTH):
            tx.entries.change_text(entry.id, ParsedText("cactus"), NOW + MONTH)
        with tx.changes.recording(ann.id, None, "edit", {}, NOW + MONTH):
            tx.entries.change_text(entry.id, ParsedText("palm"), NOW + MONTH)
    assert store.purge_changes(NOW) == 0
    assert store.purge_changes(NOW + MONTH) == 5
    with store.transaction() as tx:
        assert tx.changes.undo_latest(ann.id, NOW + MONTH)
        assert tx.entries.get(entry.id).text == "cactus"
    store.purge_changes(NOW + 3 * MONTH)
    with store.transaction() as tx:
        assert tx.changes.undo_latest(ann.id, NOW + 3 * MONTH) is None
        assert tx.entries.get(entry.id).text == "cactus"
    assert SECRET not in stored_snapshots(url)


def stored_snapshots(url: str) -> str:
    """Return what the tables of the undo journal hold."""
    database = create_engine(url)
    with database.connect() as connection:
        rows = [connection.execute(text(f"SELECT * FROM {name}")).all() for name in ("changes", "row_images")]
    database.dispose()
    return repr(rows)


def test_nothing_is_left_of_an_entry_that_is_purged(store: Store, url: str, ann: Person):
    live_through(store, ann)
    assert SECRET in everything_kept(url)
    assert store.purge_trash(NOW + MONTH) == 1
    assert SECRET not in everything_kept(url)


def test_the_file_itself_holds_nothing_of_an_entry_that_is_purged(sqlite_url: str, tmp_path: Path):
    store = Store.open(sqlite_url)
    with store.transaction() as tx:
        ann = tx.people.add("Ann", ["+15550100"])
        entries = [
            tx.entries.add(ann.id, ParsedText(f"{SECRET} {number}"), None, None, NOW)
            for number in range(1200)
        ]
        tx.entries.add(ann.id, ParsedText("cactus"), None, None, NOW)
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
            tx.entries.add(ben.id, ParsedText("mine"), None, None, NOW)
        tx.entries.purge_trash(NOW + MONTH)
        assert [entry.text for entry in searched(tx, ann, "one", 5)] == ["the cactus one"]
        assert tx.turn_results.of("SM0") == TurnResult("utter_x", {}, is_forgotten=True)
        assert tx.messages.get("SM0").body == SECRET
        undone = [tx.changes.undo_latest(ann.id, NOW) for _ in range(2)]
        assert [change and (change.kind, change.arguments) for change in undone] == [("save", {}), None]
        assert tx.entries.list(ann.id) == []
        assert tx.changes.undo_latest(ben.id, NOW).arguments == {"text": "mine"}


@pytest.mark.parametrize("state", ["received", "failed"])
def test_a_turn_that_is_still_to_be_answered_keeps_its_words(store: Store, ann: Person, state: MessageState):
    live_through(store, ann)
    outcome = TurnResult("utter_x", {"text": "cactus"})
    with store.transaction() as tx:
        tx.messages.record(message_id="SM9", person_id=ann.id, from_="+1", to="+1", body="x", received_at=NOW)
        tx.messages.set_state("SM9", state)
        tx.turn_results.record("SM9", outcome)
    assert store.purge_trash(NOW + MONTH) == 1
    with store.transaction(read_only=True) as tx:
        assert tx.turn_results.of("SM9") == outcome


def test_an_outcome_that_needs_no_words_is_not_forgotten(store: Store, ann: Person):
    live_through(store, ann)
    outcome = TurnResult("utter_commands", {})
    with store.transaction() as tx:
        tx.messages.record(message_id="SM9", person_id=ann.id, from_="+1", to="+1", body="x", received_at=NOW)
        tx.messages.set_state("SM9", "answered")
        tx.turn_results.record("SM9", outcome)
    assert store.purge_trash(NOW + MONTH) == 1
    with store.transaction(read_only=True) as tx:
        assert tx.turn_results.of("SM9") == outcome


def test_much_trash_is_purged_in_several_transactions(store: Store, ann: Person, ben: Person):
    with store.transaction() as tx:
        for person in (ann, ben):
            entries = [
                tx.entries.add(person.id, ParsedText(SECRET), None, None, NOW).id for _ in range(purge.BATCH)
            ]
            with tx.changes.recording(person.id, None, "delete", {"text": SECRET}, NOW):
                for entry_id in entries:
                    tx.entries.trash(entry_id, NOW)
        kept = tx.entries.add(ann.id, ParsedText("cactus"), None, None, NOW)
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
        gone = tx.entries.add(ann.id, ParsedText("orchids and a geranium and a helicopter"), None, None, NOW)
        tx.entries.add(ann.id, ParsedText("a helicopter"), topic.id, None, NOW)
        tx.entries.trash(gone.id, NOW)
    assert store.purge_trash(NOW + MONTH) == 1
    with store.transaction() as tx:
        hits = [tx.words.meant_by(ann.id, typed) for typed in ("helicoptr", "orchid", "geranum")]
    assert hits == [("helicopter",), ("orchids",), ()]


def test_a_word_that_was_forgotten_is_known_again_when_undo_brings_it_back(store: Store, ann: Person):
    with store.transaction() as tx:
        kept = tx.entries.add(ann.id, ParsedText("the geranium"), None, None, NOW)
        gone = tx.entries.add(ann.id, ParsedText("tea"), None, None, NOW)
        with tx.changes.recording(ann.id, None, "edit", {}, NOW):
            tx.entries.change_text(kept.id, ParsedText("the cactus"), NOW)
        tx.entries.trash(gone.id, NOW)
    store.purge_trash(NOW + MONTH)
    with store.transaction() as tx:
        assert tx.words.meant_by(ann.id, "gerranium") == ()
        tx.changes.undo_latest(ann.id, NOW + MONTH)
        assert tx.words.meant_by(ann.id, "gerranium") == ("geranium",)
