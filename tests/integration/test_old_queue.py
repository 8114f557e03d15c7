"""What an older release left in the engine's queues goes into the inbox: nothing is lost or comes twice."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dbos import DBOS, DBOSClient, EnqueueOptions
from sqlalchemy import create_engine, text

from scrapbook import old_queue
from scrapbook.app import QUEUES
from scrapbook.engine import JOURNEY_VERSION, launch
from scrapbook.memos import Heard
from scrapbook.settings import Settings
from scrapbook.store import Person, Store
from scrapbook.store.tables import Base
from scrapbook.twilio.incoming import Incoming, IncomingMedia
from scrapbook.unfinished import opened
from tests.integration.conftest import DATABASES, NOW

ADA, BOB, SCRAPBOOK = "+15550100", "+15550101", "+15550199"
WORKER = "app"


class OldRelease:
    """Puts into the engine's queues what a process of that release did."""

    def __init__(self, settings: Settings) -> None:
        url = settings.journey_database_url
        self._client = DBOSClient(system_database_url=url, application_name="scrapbook")
        self._database = create_engine(url)
        self._table = "workflow_status" if settings.is_sqlite else "dbos.workflow_status"

    def text(self, sid: str, person: Person, number: int, round_: int = 0, status: str = "ENQUEUED") -> None:
        """A text to be answered; one that is retried has a round. ``number``: of what the person has sent."""
        id_ = f"{sid}.{round_}" if round_ else sid
        arguments = (texted(sid, person).to_dict(), person.id, *([round_] if round_ else []))
        self._put("answer", id_, status, arguments, "messages", str(person.id), number)

    def memo(
        self, sid: str, heard: Heard, round_: int, person: Person, number: int, status: str = "ENQUEUED"
    ) -> None:
        """What was heard, to be answered."""
        id_ = f"answer-{sid}.{round_}"
        arguments = (sid, heard.value, round_)
        self._put("answer_memo", id_, status, arguments, "messages", str(person.id), number)

    def delivery(self, reply_id: int, status: str = "ENQUEUED") -> None:
        self._put("deliver", f"reply-{reply_id}", status, (reply_id,), "sending", ADA, reply_id)

    def unfinished(self) -> list[str]:
        workflows = self._client.list_workflows(
            status=["PENDING", "ENQUEUED", "DELAYED"], load_input=False, load_output=False
        )
        return [workflow.workflow_id for workflow in workflows]

    def close(self) -> None:
        self._client.destroy()
        self._database.dispose()

    def _put(
        self, name: str, id_: str, status: str, arguments: tuple[Any, ...], queue: str, key: str, number: int
    ) -> None:
        options = EnqueueOptions(
            queue_name=queue,
            workflow_name=f"Journey.{name}",
            class_name="Journey",
            instance_name="journey",
            workflow_id=id_,
            app_version=JOURNEY_VERSION,
            queue_partition_key=key,
            priority=number,
        )
        self._client.enqueue(options, *arguments)
        with self._database.begin() as connection:
            row = text(f"UPDATE {self._table} SET status = :status WHERE workflow_uuid = :id")
            connection.execute(row, {"status": status, "id": id_})


def texted(sid: str, person: Person) -> Incoming:
    address = person.addresses[0].value
    picture = IncomingMedia("https://api.example/1", "image/png")
    return Incoming(
        sid, address, SCRAPBOOK, f"the body of {sid}", NOW, (picture,), original_replied_sid="SM0"
    )


@pytest.fixture(params=DATABASES)
def settings(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("SCRAPBOOK_DATA_DIR", str(tmp_path))
    if request.param == "postgresql":
        monkeypatch.setenv("SCRAPBOOK_DATABASE_URL", request.getfixturevalue("postgresql_url"))
    return Settings.load()


@pytest.fixture
def old(settings: Settings) -> Iterator[OldRelease]:
    launch(settings, QUEUES)
    DBOS.destroy()
    old = OldRelease(settings)
    yield old
    old.close()


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    store = Store.open(settings.database_url)
    store.migrate()
    yield store
    store.close()


@pytest.fixture
def ada(store: Store) -> Person:
    with store.transaction() as tx:
        return tx.people.add("Ada", [ADA])


@pytest.fixture
def bob(store: Store) -> Person:
    with store.transaction() as tx:
        return tx.people.add("Bob", [BOB])


def known(
    store: Store, person: Person, sid: str, state: str = "received", replies_in: tuple[int, ...] = ()
) -> None:
    """A message that the older release wrote down, with replies in those rounds."""
    message = texted(sid, person)
    with store.transaction() as tx:
        tx.messages.record(
            sid=sid,
            person_id=person.id,
            from_=message.from_,
            to=SCRAPBOOK,
            body=message.text,
            received_at=NOW,
            media=message.media,
        )
        tx.messages.set_state(sid, state)
        for round_ in replies_in:
            tx.replies.record(sid, SCRAPBOOK, message.from_, ["a"], [1], NOW, round_)


def waiting(store: Store, person: Person) -> list[tuple[str, int, str | None]]:
    """What is to be answered, in order: sid, round, what was heard."""
    with store.transaction(read_only=True) as tx:
        mine = [one for one in tx.inbox.all() if one.person_id == person.id]
        assert tx.inbox.next(person.id) == (mine[0] if mine else None)
    return [(one.message_sid, one.round, one.heard) for one in mine]


def everything(store: Store, settings: Settings) -> dict[str, list[str]]:
    engine = create_engine(settings.database_url)
    with engine.connect() as connection:
        rows = {
            table.name: sorted(map(repr, connection.execute(table.select()).all()))
            for table in Base.metadata.sorted_tables
        }
    engine.dispose()
    return rows


def test_each_persons_texts_keep_their_order(
    old: OldRelease, settings: Settings, store: Store, ada: Person, bob: Person
) -> None:
    """That of their numbers, whatever the order in which the engine took them; what was begun comes first."""
    old.text("SM3", ada, 3)
    old.text("SM8", bob, 2)
    old.text("SM2", ada, 2)
    old.text("SM1", ada, 4, status="PENDING")
    old.text("SM9", bob, 1)
    assert old_queue.take_over(settings, store, WORKER) == 5
    assert [sid for sid, *_ in waiting(store, ada)] == ["SM1", "SM2", "SM3"]
    assert [sid for sid, *_ in waiting(store, bob)] == ["SM9", "SM8"]
    assert old.unfinished() == []
    with store.transaction(read_only=True) as tx:
        assert sorted(tx.leases.of(WORKER)) == [ada.id, bob.id]


def test_a_text_that_was_only_in_the_engine_is_kept_with_all_that_came_with_it(
    old: OldRelease, settings: Settings, store: Store, ada: Person
) -> None:
    old.text("SM1", ada, 1)
    old_queue.take_over(settings, store, WORKER)
    sent = texted("SM1", ada)
    with store.transaction(read_only=True) as tx:
        message = tx.messages.get("SM1")
        [first] = tx.inbox.all()
    assert (message.body, message.from_, message.to) == (sent.text, ADA, SCRAPBOOK)
    assert (message.received_at, message.replied_to, message.state) == (NOW, "SM0", "received")
    assert [(part.url, part.content_type) for part in message.media] == [
        (part.url, part.content_type) for part in sent.media
    ]
    assert first.has_media


def test_a_text_that_was_begun_is_gone_on_with_and_one_that_is_answered_is_not(
    old: OldRelease, settings: Settings, store: Store, ada: Person
) -> None:
    known(store, ada, "SM1", "answered", replies_in=(0,))  # and its picture is still to be fetched
    known(store, ada, "SM2")
    known(store, ada, "SM3", "answered", replies_in=(0,))
    old.text("SM1", ada, 1, status="PENDING")
    old.text("SM2", ada, 2)
    old.text("SM3", ada, 3)
    old_queue.take_over(settings, store, WORKER)
    assert waiting(store, ada) == [("SM1", 0, None), ("SM2", 0, None)]


def test_a_text_that_is_being_tried_again_is_answered_in_its_round(
    old: OldRelease, settings: Settings, store: Store, ada: Person
) -> None:
    known(store, ada, "SM1", "failed", replies_in=(0,))
    known(store, ada, "SM2", "failed", replies_in=(0, 1))  # it failed again, just before the upgrade
    old.text("SM1", ada, 1, round_=1)
    old.text("SM2", ada, 2, round_=1)
    old_queue.take_over(settings, store, WORKER)
    assert waiting(store, ada) == [("SM1", 1, None)]


def test_what_was_heard_in_a_memo_is_answered_in_its_senders_turn(
    old: OldRelease, settings: Settings, store: Store, ada: Person
) -> None:
    for sid in ("MM1", "MM2"):
        known(store, ada, sid)
    known(store, ada, "MM3", "answered", replies_in=(2,))
    old.memo("MM2", Heard.SILENCE, 2, ada, 4)
    old.memo("MM1", Heard.COMMAND, 2, ada, 2, status="PENDING")
    old.memo("MM3", Heard.SPEECH, 2, ada, 1)
    old.text("SM1", ada, 3)
    old_queue.take_over(settings, store, WORKER)
    assert waiting(store, ada) == [
        ("MM1", 2, Heard.COMMAND),
        ("SM1", 0, None),
        ("MM2", 2, Heard.SILENCE),
    ]


def test_replies_are_in_the_outbox_and_those_that_are_held_stay_so(
    old: OldRelease, settings: Settings, store: Store, ada: Person
) -> None:
    for sid in ("SM1", "SM2", "SM3"):
        known(store, ada, sid, "answered", replies_in=(0,))
    with store.transaction() as tx:
        replies = [reply.id for sid in ("SM1", "SM2", "SM3") for reply in tx.replies.of_message(sid)]
        tx.replies.mark_sending(replies[0])
        tx.spending.hold(replies[2], NOW)
    for reply_id, status in zip(replies, ("PENDING", "ENQUEUED", "DELAYED"), strict=True):
        old.delivery(reply_id, status)
    assert old_queue.take_over(settings, store, WORKER) == 3
    assert old.unfinished() == []
    with store.transaction() as tx:
        assert [(one.id, one.state) for one in tx.outbox.of_person(ada.id)] == [
            (replies[0], "sending"),
            (replies[1], "recorded"),
        ]
        assert tx.leases.adopt_orphans() == 1  # as every start does
        assert tx.outbox.due(NOW) == [ada.id]


@pytest.mark.parametrize("status", ["ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"])
def test_a_text_that_ended_badly_is_a_message_that_failed_and_can_be_tried_again(
    old: OldRelease, settings: Settings, store: Store, ada: Person, status: str
) -> None:
    known(store, ada, "SM2", "answered", replies_in=(0,))
    for sid in ("SM1", "SM2"):
        old.text(sid, ada, int(sid[2:]), status=status)
    assert old_queue.take_over(settings, store, WORKER) == 0
    assert waiting(store, ada) == []
    with store.transaction(read_only=True) as tx:
        lost = tx.messages.get("SM1")
        assert tx.messages.get("SM2").state == "answered"
    assert (lost.state, lost.problem, lost.body) == ("failed", old_queue.ENDED, "the body of SM1")
    with store.transaction() as tx:
        [reply] = tx.replies.of_message("SM2")
        tx.replies.mark_sent(reply.id, "SMout", NOW)
    with opened(settings) as inbox:
        [one] = inbox.unfinished()
        assert (one.message_sid, one.can_be_tried_again) == ("SM1", True)
        inbox.retry("SM1")
    assert [sid for sid, *_ in waiting(store, ada)] == ["SM1"]


def test_taking_over_again_changes_nothing(
    old: OldRelease, settings: Settings, store: Store, ada: Person
) -> None:
    leave_all_sorts(old, store, ada)
    old_queue.take_over(settings, store, WORKER)
    before = everything(store, settings)
    assert old_queue.take_over(settings, store, WORKER) == 0
    assert everything(store, settings) == before
    with store.transaction() as tx:  # and when all of it is answered
        for one in tx.inbox.all():
            tx.inbox.remove(one.id)
    before = everything(store, settings)
    old_queue.take_over(settings, store, WORKER)
    assert everything(store, settings) == before


def test_a_process_that_is_killed_in_between_loses_nothing_and_repeats_nothing(
    old: OldRelease, settings: Settings, store: Store, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_all_sorts(old, store, ada)

    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    for step in (
        "_accept",
        "_cancel",
        "_keep_lost",
    ):  # before the commit, after it, and when all is cancelled
        with monkeypatch.context() as patch:
            patch.setattr(old_queue, step, killed)
            with pytest.raises(Killed):
                old_queue.take_over(settings, store, WORKER)
        if step == "_accept":
            assert waiting(store, ada) == []
    old_queue.take_over(settings, store, WORKER)
    assert old.unfinished() == []
    assert waiting(store, ada) == [("SM1", 0, None), ("MM1", 2, Heard.SPEECH), ("SM2", 1, None)]
    with store.transaction(read_only=True) as tx:
        assert tx.messages.get("SM3").state == "failed"


def leave_all_sorts(old: OldRelease, store: Store, ada: Person) -> None:
    known(store, ada, "MM1")
    known(store, ada, "SM2", "failed", replies_in=(0,))
    old.text("SM1", ada, 1, status="PENDING")
    old.memo("MM1", Heard.SPEECH, 2, ada, 2)
    old.text("SM2", ada, 3, round_=1)
    old.text("SM3", ada, 4, status="ERROR")


def test_what_somebody_left_who_was_removed_holds_up_nobody(
    old: OldRelease, settings: Settings, store: Store, ada: Person, bob: Person
) -> None:
    old.text("SM1", ada, 1)
    old.text("SM2", ada, 2, status="ERROR")
    old.memo("MM1", Heard.SPEECH, 2, ada, 3)
    old.text("SM9", bob, 1)
    with store.transaction() as tx:
        tx.people.remove(ada.id)
    old_queue.take_over(settings, store, WORKER)
    assert waiting(store, bob) == [("SM9", 0, None)]
    assert old.unfinished() == []


def test_where_the_engine_was_never_needed_there_is_nothing_to_take_over(
    settings: Settings, store: Store
) -> None:
    assert old_queue.take_over(settings, store, WORKER) == 0
    assert not (settings.is_sqlite and settings.journey_path.exists())
