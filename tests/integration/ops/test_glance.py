"""The read-only view says the same on SQLite and PostgreSQL, for every state of a message."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scrapbook.errors import StoreUnavailable
from scrapbook.ops import glance
from scrapbook.settings import Settings
from scrapbook.store import Store, Transaction

NOW = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)
PERSON, UNKNOWN_SENDER = "+15550100", "+15550101"
MESSAGE, MEMO, OTHER = "SM1", "SM1-0", "SM10"


def received(tx: Transaction, sid: str, is_memo: bool = False) -> None:
    person = tx.people.by_address(PERSON)
    assert person
    common = {"from_": PERSON, "to": "+15550199", "body": "hello", "received_at": NOW, "is_memo": is_memo}
    tx.messages.record(message_id=sid, person_id=person.id, **common)


def answered(tx: Transaction, sid: str) -> None:
    tx.messages.set_state(sid, "answered")
    tx.outbound_messages.record_reply(
        tx.messages.get(sid).person_id, sid, "+15550199", PERSON, ["one", "two"], [1, 1], NOW
    )


def sent(tx: Transaction, sid: str) -> None:
    for number, reply in enumerate(tx.outbound_messages.of_message(sid)):
        if number:
            tx.outbound_messages.mark_failed(reply.id, 30003, "unreachable", NOW)
        else:
            tx.outbound_messages.mark_sent(reply.id, f"SMreply-of-{sid}", NOW)


# Events in their order, and whether the message is finished after each.
STORY: list[tuple[str, Callable[[Transaction], None], bool]] = [
    ("nothing has come", lambda _: None, False),
    ("another one has come", lambda tx: received(tx, OTHER), False),
    ("it has come", lambda tx: received(tx, MESSAGE), False),
    ("it is answered", lambda tx: answered(tx, MESSAGE), False),
    ("its replies are sent", lambda tx: sent(tx, MESSAGE), True),
    ("its memo has come", lambda tx: received(tx, MEMO, is_memo=True), False),
    ("its memo is answered", lambda tx: answered(tx, MEMO), False),
    ("its memo's replies are sent", lambda tx: sent(tx, MEMO), True),
    ("it has failed", lambda tx: tx.messages.set_state(MESSAGE, "failed", "nobody knows"), True),
]


def test_a_message_is_finished_with_its_memos_and_all_replies(url: str, tmp_path: Path) -> None:
    settings = Settings(SCRAPBOOK_DATABASE_URL=url, SCRAPBOOK_DATA_DIR=str(tmp_path), TWILIO_ACCOUNT_SID="")
    store = Store.open(url)
    with store.transaction() as tx:
        tx.people.add("Ann", [PERSON])
    with glance.open_glance(settings) as view:
        for what, happens, is_finished in STORY:
            with store.transaction() as tx:
                happens(tx)
            assert view.is_finished(MESSAGE) is is_finished, what
        assert view.knows(PERSON)
        assert not view.knows(UNKNOWN_SENDER)
    store.close()


def test_a_missing_database_is_one_plain_sentence(tmp_path: Path) -> None:
    settings = Settings(SCRAPBOOK_DATA_DIR=str(tmp_path), TWILIO_ACCOUNT_SID="")
    with pytest.raises(StoreUnavailable, match="start the scrapbook first"), glance.open_glance(settings):
        pass
