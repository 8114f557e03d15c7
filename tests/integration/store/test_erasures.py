"""Everything of a person is erased, in every table, and nothing of anybody else."""

from datetime import timedelta

import pytest
from sqlalchemy import create_engine, inspect, select, text

from scrapbook.errors import NotFound
from scrapbook.store import Media, Person, Store, erasures
from scrapbook.store.erasures import IMPERSONAL, LASTING, personal_rows
from scrapbook.store.tables import Base
from scrapbook.text.parsed_text import ParsedText
from tests.integration.conftest import NOW
from tests.support.personal_rows import fill

ANN, BEN = "geranium", "cactus"


@pytest.fixture
def filled(store: Store) -> Store:
    """A store with a row of Ann's and one of Ben's in every table."""
    with store.transaction() as tx:
        fill(tx._work.connection, 1, ANN)
        fill(tx._work.connection, 2, BEN)
        if store.writes_side_by_side:  # SQLite counts on from the highest id by itself
            for table in Base.metadata.sorted_tables:
                if table.autoincrement_column is not None:
                    name = f"pg_get_serial_sequence('{table.name}', '{table.autoincrement_column.name}')"
                    tx._work.connection.execute(text(f"SELECT setval({name}, 10)"))
    return store


def stored(url: str) -> dict[str, str]:
    """What each table holds, also those that the metadata do not know: the search index."""
    database = create_engine(url)
    with database.connect() as connection:
        names = inspect(connection).get_table_names()
        found = {name: repr(connection.execute(text(f'SELECT * FROM "{name}"')).all()) for name in names}
    database.dispose()
    return found


def holding(url: str, words: str) -> set[str]:
    return {name for name, rows in stored(url).items() if words in rows}


def rows_of(store: Store, person_id: int) -> set[str]:
    """The tables in which something is the person's."""
    rows = personal_rows(person_id)
    with store.transaction(read_only=True) as tx:
        return {
            row.__tablename__
            for row, where in rows.items()
            if tx._work.session.execute(select(row).where(where)).first()
        }


def test_every_table_is_covered() -> None:
    assert {*personal_rows(1), *IMPERSONAL} == {mapper.class_ for mapper in Base.registry.mappers}


def test_a_person_has_a_row_in_every_table_and_after_it_in_none(filled: Store, url: str) -> None:
    everywhere = {row.__tablename__ for row in personal_rows(1)}
    assert rows_of(filled, 1) == rows_of(filled, 2) == everywhere
    with filled.transaction() as tx:
        tx.erasures.erase_everything(1, NOW)
    assert rows_of(filled, 1) == {"erasures"}
    assert rows_of(filled, 2) == everywhere
    with filled.transaction() as tx:
        [erasure] = tx.erasures.unfinished()
        tx.erasures.mark_cleaned(erasure.person_id)
        assert tx.erasures.finish(erasure)
    assert rows_of(filled, 1) == set()
    assert not holding(url, ANN)
    assert not holding(url, "+15550001")
    assert len(holding(url, BEN)) > 20


def test_nothing_is_lost_of_others(filled: Store, url: str) -> None:
    def rows() -> dict[str, int]:
        return {
            name: found.count(BEN)
            for name, found in stored(url).items()
            if not name.startswith("entries_fts")
        }

    before = rows()
    with filled.transaction() as tx:
        tx.erasures.erase_everything(1, NOW)
    assert rows() == before


def test_a_feed_that_somebody_else_follows_or_may_follow_again_is_kept(store: Store) -> None:
    with store.transaction() as tx:
        ann, ben = tx.people.add("Ann", ["+15550001"]), tx.people.add("Ben", ["+15550002"])
        urls = {name: f"https://{name}.example" for name in ("both", "left", "alone")}
        for name, person in (("both", ann), ("both", ben), ("left", ann), ("left", ben), ("alone", ann)):
            feed = tx.feeds.get_or_add(urls[name], NOW)
            tx.subscriptions.add(person.id, feed, f"{name}.example", None, NOW)
        [left] = [one for one in tx.subscriptions.of_person(ben.id) if one.address == "left.example"]
        with tx.changes.recording(ben.id, None, "unfollow", {"feed": "left"}, NOW):
            tx.subscriptions.end(left)
    with store.transaction() as tx:
        tx.erasures.erase_everything(ann.id, NOW)
    with store.transaction() as tx:
        assert {name for name, url in urls.items() if tx.feeds.by_url(url)} == {"both", "left"}
        tx.changes.undo_latest(ben.id, NOW)
        assert len(tx.subscriptions.of_person(ben.id)) == 2


def confirm(store: Store, person_id: int) -> str:
    """Have a person confirm the erasure, as the action does. Returns the id of their message."""
    with store.transaction() as tx:
        tx.messages.record(
            message_id="SM-confirms",
            person_id=person_id,
            from_="+15550001",
            to="+15550199",
            body="forget 4821",
            received_at=NOW,
        )
        tx.erasures.ask(person_id, "+15550001", "4821", NOW)
        tx.erasures.confirm(person_id, "SM-confirms")
        tx.outbound_messages.record_reply(
            person_id, "SM-confirms", "+15550199", "+15550001", ["Erased."], [1], NOW, 1, [None], "recorded"
        )
        tx.messages.set_state("SM-confirms", "answered")
    return "SM-confirms"


def erase_parts(store: Store, person_id: int, message_id: str, most: int = 1000) -> int:
    """Erase parts, as many as there are or at most so many. Returns how many there were."""
    for done in range(most):
        if not store.write(lambda tx: tx.erasures.erase_part(person_id, message_id)):
            return done
    return most


def test_erased_in_parts_everything_goes_and_nothing_of_others(
    filled: Store, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasures, "PART", 1)
    everywhere = rows_of(filled, 2)
    sid = confirm(filled, 1)
    # Locked out, what can be undone, the change, what was imported, entries.
    assert erase_parts(filled, 1, sid) == 5
    assert filled.read(lambda tx: tx.erasures.unfinished()) == []
    with filled.transaction() as tx:
        tx.erasures.erase(1, sid)
        [erasure] = tx.erasures.unfinished()
    assert len(erasure.files) == 1
    assert holding(url, ANN) == {"erasures", "leases"}
    assert rows_of(filled, 2) == everywhere


def test_nobody_sees_what_is_half_erased(filled: Store) -> None:
    sid = confirm(filled, 1)
    assert erase_parts(filled, 1, sid, most=1) == 1
    left = rows_of(filled, 1)
    assert "entries" in left
    assert not left & {row.__tablename__ for row in erasures.SAID_OR_SHOWN}
    assert {"addresses", "messages", "inbox"} <= left  # the receipt is still to be sent


def test_nobody_can_text_while_the_terminal_erases_them(filled: Store, url: str) -> None:
    filled.write(lambda tx: tx.erasures.begin_everything(1, NOW))
    erase_parts(filled, 1, "", most=1)
    assert "addresses" not in rows_of(filled, 1)
    filled.write(lambda tx: tx.erasures.begin_everything(1, NOW))  # killed, and begun again
    erase_parts(filled, 1, "")
    filled.write(lambda tx: tx.erasures.erase_everything(1, NOW))
    assert rows_of(filled, 1) == {"erasures"}
    assert not holding(url, "+15550001")
    [erasure] = filled.read(lambda tx: tx.erasures.unfinished())
    assert len(erasure.files) == 1


def test_old_messages_are_erased_in_parts_too(
    filled: Store, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasures, "PART", 2)
    both = Media("https://files.example/both", "image/jpeg")
    with filled.transaction() as tx:
        for number in range(5):
            said = tx.messages.record(
                message_id=f"SM-old-{number}",
                person_id=1,
                from_="+15550001",
                to="+15550199",
                body=f"a thought about a {ANN}",
                received_at=NOW - timedelta(days=40),
                media=[Media(f"https://files.example/old-{number}", "image/jpeg"), both],
            )
            assert said
            for part in (f"old-{number}", "both"):
                url_, key = f"https://files.example/{part}", f"aa/{part:a<64}.jpg"
                tx.files.mark_stored(url_, "image/jpeg", key, 1, NOW)
        tx.messages.record(
            message_id="SM-of-ben",
            person_id=2,
            from_="+15550002",
            to="+15550199",
            body="",
            received_at=NOW,
            media=[both],
        )
    sid = confirm(filled, 1)
    erase_parts(filled, 1, sid)
    assert "SM-old" not in stored(url)["messages"]
    assert {"message_media", "media_files"}.isdisjoint(holding(url, "files.example/old"))
    assert "files.example/both" in stored(url)["media_files"]
    with filled.transaction() as tx:
        tx.erasures.erase(1, sid)
        [erasure] = tx.erasures.unfinished()
    assert {key for key in erasure.files if "/old" in key} == {f"aa/{f'old-{n}':a<64}.jpg" for n in range(5)}


@pytest.mark.parametrize("most", range(7))
def test_an_erasure_goes_on_after_any_part(filled: Store, url: str, most: int) -> None:
    sid = confirm(filled, 1)
    erase_parts(filled, 1, sid, most=most)
    erase_parts(filled, 1, sid)
    filled.write(lambda tx: tx.erasures.erase(1, sid))
    assert erase_parts(filled, 1, sid) == 0
    assert holding(url, ANN) == {"erasures", "leases"}


def test_nothing_is_erased_in_parts_before_it_is_confirmed(filled: Store, url: str) -> None:
    before = stored(url)
    with filled.transaction() as tx:
        tx.erasures.ask(1, "+15550001", "1234", NOW)
    assert erase_parts(filled, 1, "") == erase_parts(filled, 1, "SM-other") == 0
    changed = {name for name, rows in stored(url).items() if rows != before[name]}
    assert changed == {"erasures"}


def test_the_receipt_can_still_be_sent_and_is_erased_then(filled: Store, url: str) -> None:
    sid = confirm(filled, 1)
    with filled.transaction() as tx:
        tx.erasures.erase(1, sid)
        tx.erasures.erase(1, sid)  # again: nothing is left to do
    # Ids that are still to be used, and the name of an app.
    assert holding(url, ANN) == {"erasures", "leases"}
    needed = {row.__tablename__ for row in LASTING}
    assert rows_of(filled, 1) <= needed | {"messages", "outbound_messages"}
    with filled.transaction() as tx:
        [erasure] = tx.erasures.unfinished()
        assert len(erasure.files) == 1
        assert not tx.erasures.finish(erasure)
        [reply] = tx.outbox.of_person(1)
        assert reply.body == "Erased."
        tx.outbox.mark_sent(reply.id, "SM-provider", NOW)
        assert tx.erasures.finish(erasure)
        assert not tx.people.has(1)
    assert not holding(url, "+15550001")


def test_who_texts_before_the_receipt_is_sent_begins_anew(filled: Store) -> None:
    sid = confirm(filled, 1)
    with filled.transaction() as tx:
        later = NOW + timedelta(seconds=1)
        tx.messages.record(
            message_id="SM-later", person_id=1, from_="+15550001", to="+1", body="hello", received_at=later
        )
        tx.erasures.erase(1, sid)
        tx.entries.add(1, ParsedText("hello"), None, "SM-later", later)
        [reply] = tx.outbox.of_person(1)
        tx.outbox.mark_sent(reply.id, "SM-provider", NOW)
        [erasure] = tx.erasures.unfinished()
        assert tx.erasures.finish(erasure)
        person = tx.people.get(1)
        assert person.name == "+15550001"
        [entry] = tx.entries.list(1)
        assert (entry.number, entry.text) == (1, "hello")
        assert tx.messages.get("SM-later").body == "hello"
        assert tx.erasures.of(1) is None


def test_nothing_is_erased_before_it_is_confirmed(filled: Store) -> None:
    before = rows_of(filled, 1)
    with filled.transaction() as tx:
        tx.erasures.ask(1, "+15550001", "4821", NOW)
        tx.erasures.erase(1, f"{ANN} in messages.message_id")
        assert tx.erasures.unfinished() == []
    assert rows_of(filled, 1) == before


def test_a_file_that_somebody_else_has_sent_too_is_kept(filled: Store) -> None:
    with filled.transaction() as tx:
        tx.files.mark_stored("https://files.example/same", "image/jpeg", "aa/" + "a" * 64 + ".jpg", 1, NOW)
        assert tx.erasures.holdings(1).files == 1
    with filled.transaction() as tx:
        tx.erasures.erase_everything(1, NOW)
        assert tx.files.known(["aa/" + "a" * 64 + ".jpg"])


def test_nobody_is_no_person(store: Store, ann: Person) -> None:
    with pytest.raises(NotFound), store.transaction() as tx:
        tx.erasures.erase_everything(ann.id + 1, NOW)


def test_a_wish_that_is_not_confirmed_is_forgotten(store: Store, ann: Person, ben: Person) -> None:
    with store.transaction() as tx:
        tx.erasures.ask(ann.id, "+15550100", "4821", NOW)
        tx.erasures.ask(ben.id, "+15550101", "4821", NOW)
        tx.erasures.confirm(ben.id, "SM1")
        assert tx.erasures.withdraw_unconfirmed(NOW) == 0
        assert tx.erasures.withdraw_unconfirmed(NOW + timedelta(days=1)) == 1
        assert tx.erasures.of(ann.id) is None
        assert tx.erasures.of(ben.id) is not None
