"""Prepared statements give the same results as when SQLAlchemy runs them itself."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Connection, bindparam, func, literal, select
from sqlalchemy.sql.dml import UpdateBase

from scrapbook.errors import StoreError
from scrapbook.store import PendingList, PendingQuestion, Person, Store, TurnResult
from scrapbook.store.prepared import Prepared, values_of
from scrapbook.store.tables import ChangeRow, EntryRow, MessageRow, TopicRow, TurnResultRow
from scrapbook.text.entry_facts import EntryKind
from scrapbook.text.parsed_text import ParsedText
from scrapbook.text.query import Query, Scope
from tests.integration.conftest import NOW

ELSEWHERE = datetime(2026, 3, 14, 20, 39, 26, 123456, tzinfo=timezone(timedelta(hours=5, minutes=30)))
ODD = "100% ''quoted'' :name %(name)s ? \0 \ud800 é 漢 🌱"
STORED = ODD.replace("\0", "\ufffd").replace("\ud800", "\ufffd")
STORED_IN_JSON = ODD.replace("\ud800", "\ufffd")


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Run each reading statement through SQLAlchemy too, and compare the rows; return the statements."""
    ours, seen = Prepared.rows, list[str]()

    def rows(self: Prepared, connection: Connection, **values: object) -> list[tuple[Any, ...]]:
        found = ours(self, connection, **values)
        statement: Any = self._build(connection.dialect.name)
        if not isinstance(statement, UpdateBase):
            seen.append(str(statement))
            theirs = [tuple(row) for row in connection.execute(statement, values)]
            assert [list(map(type, row)) for row in found] == [list(map(type, row)) for row in theirs]
            assert found == theirs
        return found

    monkeypatch.setattr(Prepared, "rows", rows)
    return seen


def test_what_is_read_is_what_sqlalchemy_reads(store: Store, ann: Person, compared: list[str]):
    question = PendingQuestion("action_move", {"a": [1, None, True]}, "topic", ("x", ODD), ELSEWHERE)
    with store.transaction() as tx:
        tx.people.set_opt_out("+15550100", ELSEWHERE)
        tx.messages.record(
            message_id="SM1",
            person_id=ann.id,
            from_="+1",
            to="+2",
            body=ODD,
            received_at=ELSEWHERE,
            is_memo=True,
        )
        tx.turn_results.record("SM1", TurnResult("utter_saved", {"number": "1"}))
        with tx.changes.recording(ann.id, "SM1", "save", {"words": ODD}, NOW):
            gardens = tx.topics.add(ann.id, "gardens")
            for number in range(5):
                tx.entries.add(
                    ann.id, ParsedText(f"{ODD} tulips {number}"), gardens.id, "SM1", ELSEWHERE, due_at=NOW
                )
        tx.conversations.ask(ann.id, question)
        tx.conversations.set_listing(ann.id, PendingList("t", (1, 2), ("w",), (3,)))
    for read_only in (False, True):
        with store.transaction(read_only=read_only) as tx:
            assert tx.people.get(ann.id).addresses[0].opted_out_at == ELSEWHERE
            assert tx.people.id_of("+15550100") == ann.id
            message = tx.messages.get("SM1")
            assert (message.body, message.received_at, message.is_memo) == (STORED, ELSEWHERE, True)
            assert tx.turn_results.of("SM1") == TurnResult("utter_saved", {"number": "1"})
            assert tx.conversations.question(ann.id) == PendingQuestion(
                "action_move", {"a": [1, None, True]}, "topic", ("x", STORED_IN_JSON), ELSEWHERE
            )
            assert tx.conversations.listing(ann.id) == PendingList("t", (1, 2), ("w",), (3,))
            entries = tx.entries.list(
                ann.id, topic_id=gardens.id, since=ELSEWHERE, until=NOW + timedelta(days=1), limit=3
            )
            assert len(tx.entries.list(ann.id, kind=EntryKind.QUOTE, pinned=False, authors=["Mies"])) == 0
            assert tx.entries.by_ids(ann.id, [entry.id for entry in entries]) == entries
            assert tx.entries.get(entries[0].id) == tx.entries.by_number(ann.id, entries[0].number)
            assert len(tx.entries.of_message("SM1")) == tx.entries.count(ann.id) == 5
            assert tx.topics.list(ann.id)[0].last_used_at == ELSEWHERE
            scope = Scope(kind=None, since=ELSEWHERE, until=NOW + timedelta(days=1))
            assert len(tx.entries.find(ann.id, Query.parse("tulips"), 10, scope).found) == 5
            assert len(tx.suggestions.topic_stats(ann.id)) == 1
            forms = tx.suggestions.forms(ann.id, ["tulip"])
            assert tx.suggestions.spreads(ann.id, [forms["tulip"]], 50, besides=0) == [{gardens.id: 5}]
    assert len(set(compared)) >= 15


def test_what_is_written_is_what_sqlalchemy_would_write(store: Store, ann: Person):
    with store.transaction() as tx:
        tx.messages.record(
            message_id="SM1",
            person_id=ann.id,
            from_="+1",
            to="+2",
            body=ODD,
            received_at=ELSEWHERE,
            is_memo=True,
        )
        tx.turn_results.record("SM1", TurnResult("utter_saved", {"words": ODD}))
        with tx.changes.recording(ann.id, None, "save", {"words": [ODD, None, 1.5, False]}, ELSEWHERE):
            tx.entries.add(ann.id, ParsedText('"Less is more" - Mies'), None, None, ELSEWHERE)
            tx.topics.add(ann.id, ODD)
    with store.transaction(read_only=True) as tx:
        session = tx._work.session
        message, change = session.scalars(select(MessageRow)).one(), session.scalars(select(ChangeRow)).one()
        entry, topic = session.scalars(select(EntryRow)).one(), session.scalars(select(TopicRow)).one()
        assert (message.body, message.received_at, message.is_memo) == (STORED, ELSEWHERE, True)
        assert (message.state, message.problem, message.replied_to) == ("received", None, None)
        assert session.scalars(select(TurnResultRow.arguments)).one() == {"words": STORED_IN_JSON}
        assert change.arguments == {"words": [STORED_IN_JSON, None, 1.5, False]}
        assert (change.message_id, change.made_at) == (None, ELSEWHERE)
        assert (entry.author, entry.is_quote, entry.has_link, entry.due_at) == ("Mies", True, False, None)
        assert topic.name == STORED


def test_a_time_without_a_zone_is_refused(store: Store, ann: Person):
    with pytest.raises(StoreError, match="time zone"), store.transaction() as tx:
        tx.entries.add(ann.id, ParsedText("x"), None, None, NOW.replace(tzinfo=None))


def test_what_the_driver_refuses_does_not_quote_what_was_written(store: Store, ann: Person):
    with pytest.raises(StoreError) as refused, store.transaction() as tx:
        tx.entries.add(ann.id, ParsedText("under the geranium"), ann.id + 100, None, NOW)
    assert "geranium" not in str(refused.value)
    assert refused.value.permanent
    assert refused.value.__suppress_context__


def test_values_that_are_missing_or_too_many_are_refused(store: Store):
    statement = Prepared(lambda _: select(literal(1) + bindparam("one", type_=None) * 0))
    with store.transaction() as tx:
        with pytest.raises(KeyError):
            statement.rows(tx._work.connection)
        with pytest.raises(TypeError):
            statement.rows(tx._work.connection, one=1, two=2)


def test_an_in_of_any_length_cannot_be_prepared(store: Store):
    statement = Prepared(lambda _: select(EntryRow.id).where(EntryRow.id.in_([1, 2])))
    with store.transaction() as tx, pytest.raises(TypeError):
        statement.rows(tx._work.connection)


def test_rows_written_are_counted(store: Store, ann: Person):
    insert = Prepared(lambda _: values_of(TopicRow, "person_id", "name", "key"))
    with store.transaction() as tx:
        rows = [{"person_id": ann.id, "name": name, "key": name} for name in ("a", "b")]
        insert.many(tx._work.connection, rows)
        insert.many(tx._work.connection, [])
        assert insert.run(tx._work.connection, person_id=ann.id, name="c", key="c") == 1
        assert tx._work.session.scalar(select(func.count()).select_from(TopicRow)) == 3


def test_what_was_remembered_of_the_topics_is_dropped_by_whatever_may_change_them(store: Store, ann: Person):
    def shown() -> dict[str, int]:
        return {topic.name: topic.entry_count for topic in tx.topics.list(ann.id)}

    with store.transaction() as tx:
        with tx.changes.recording(ann.id, None, "save", {}, NOW):
            topic = tx.topics.add(ann.id, "gardens")
            assert shown() == {"gardens": 0}
            entry = tx.entries.add(ann.id, ParsedText("tulips"), topic.id, None, NOW)
        assert shown() == {"gardens": 1}
        with tx.dry_run():
            tx.entries.trash(entry.id, NOW)
            assert shown() == {"gardens": 0}
        assert shown() == {"gardens": 1}
        with pytest.raises(ZeroDivisionError), tx.savepoint():  # noqa: PT012
            tx.topics.rename(topic.id, "lawns")
            assert shown() == {"lawns": 1}
            raise ZeroDivisionError
        assert shown() == {"gardens": 1}
        tx.changes.undo_latest(ann.id, NOW.astimezone(UTC))
        assert shown() == {}
