"""What the webhooks bring is kept before Twilio hears of it; strangers cost next to nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from typing_extensions import override

from scrapbook import intake as intakes
from scrapbook.errors import RecipientOptedOut, StoreUnavailable
from scrapbook.intake import Intake
from scrapbook.store import GroupWriter, Person, Store, Transaction, Waiting
from scrapbook.strangers import FOR, Strangers
from scrapbook.twilio.incoming import Incoming
from tests.integration.conftest import NOW

HERE, THERE, SCRAPBOOK = "app", "app/2", "+15550199"
STRANGER = "+15550142"


@dataclass
class Inbox:
    """Knows who was woken, and with what to begin."""

    woken: list[tuple[int, Waiting | None]] = field(default_factory=list)

    def wake(self, person_id: int, waiting: Waiting | None = None) -> None:
        self.woken.append((person_id, waiting))


class Writer(GroupWriter):
    """Counts what it is asked to write."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.asked = 0

    @override
    def write(self, work: Callable[[Transaction], Any], key: int | None = None) -> asyncio.Future[Any]:
        self.asked += 1
        return super().write(work, key)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def writer(store: Store) -> Iterator[Writer]:
    writer = Writer(store)
    yield writer
    writer.stop()


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(intakes, "Strangers", lambda: Strangers(clock))
    return clock


@pytest.fixture
def intake(store: Store, writer: Writer, inbox: Inbox, clock: Clock) -> Intake:
    del clock
    return Intake(store, writer, inbox, HERE)  # type: ignore[arg-type] # nothing but to be woken


def run(work: Callable[[], Awaitable[None]]) -> None:
    async def within_time() -> None:
        async with asyncio.timeout(20):
            await work()

    asyncio.run(within_time())


def texted(sid: str, from_: str = "+15550100") -> Incoming:
    return Incoming(sid, from_, SCRAPBOOK, f"the body of {sid}", NOW)


def test_a_message_is_kept_and_its_sender_worked_for_before_it_is_taken(
    intake: Intake, inbox: Inbox, store: Store, ann: Person
):
    async def work() -> None:
        assert await intake.accept(texted("SM1")) == ann.id
        with store.transaction(read_only=True) as tx:
            first = tx.inbox.next(ann.id)
            assert tx.leases.of(HERE) == [ann.id]
        assert first is not None
        assert first.message_sid == "SM1"
        assert inbox.woken == [(ann.id, first)]
        assert await intake.accept(texted("SM2")) == ann.id
        assert inbox.woken[1] == (ann.id, first)  # which still comes first

    run(work)


def test_the_same_message_again_is_taken_and_changes_nothing(intake: Intake, store: Store, ann: Person):
    async def work() -> None:
        assert [await intake.accept(texted("SM1")) for _ in range(2)] == [ann.id] * 2
        with store.transaction() as tx:
            [waiting] = tx.inbox.all()
            tx.inbox.remove(waiting.id)
            tx.leases.release(ann.id, HERE)
        assert await intake.accept(texted("SM1")) == ann.id
        with store.transaction(read_only=True) as tx:
            assert (len(tx.inbox.all()), tx.leases.of(HERE)) == (0, [])

    run(work)


def test_a_message_of_somebody_for_whom_another_app_works_is_left_to_that(
    intake: Intake, inbox: Inbox, store: Store, ann: Person
):
    with store.transaction() as tx:
        tx.leases.claim(ann.id, THERE)

    async def work() -> None:
        assert await intake.accept(texted("SM1")) == ann.id
        assert inbox.woken == []

    run(work)


def test_a_flood_of_a_strangers_costs_one_look_and_leaves_nothing(
    intake: Intake, writer: Writer, inbox: Inbox, store: Store
):
    async def work() -> None:
        taken = [await intake.accept(texted(f"SM{n}", STRANGER)) for n in range(100)]
        assert set(taken) == {None}
        assert await intake.person_id_of(STRANGER) is None
        assert writer.asked == 1
        assert inbox.woken == []
        with store.transaction(read_only=True) as tx:
            assert (len(tx.inbox.all()), tx.messages.find("SM0")) == (0, None)

    run(work)


def test_somebody_who_is_being_let_in_waits_seconds_at_most(intake: Intake, store: Store, clock: Clock):
    async def work() -> None:
        assert await intake.accept(texted("SM1", STRANGER)) is None
        with store.transaction() as tx:
            known = tx.people.add("Somebody", [STRANGER])
        assert await intake.accept(texted("SM2", STRANGER)) is None
        clock.now += FOR
        assert await intake.accept(texted("SM3", STRANGER)) == known.id
        with store.transaction() as tx:
            tx.people.remove(known.id)
        assert await intake.accept(texted("SM4", STRANGER)) is None  # who is shut out is so at once

    run(work)


def test_a_database_that_is_away_is_waited_for_and_then_twilio_is_told(
    intake: Intake, store: Store, ann: Person, monkeypatch: pytest.MonkeyPatch
):
    problems = iter([StoreUnavailable()] * 2)

    def failing(tx: Transaction, incoming: Incoming) -> object:
        for problem in problems:
            raise problem
        return accept(tx, incoming)

    accept = intake._accept
    monkeypatch.setattr(intake, "_accept", failing)

    async def work() -> None:
        assert await intake.accept(texted("SM1")) == ann.id
        nonlocal problems
        problems = iter([StoreUnavailable()] * 100)
        monkeypatch.setattr(intakes, "ACCEPTING", 0)
        with pytest.raises(StoreUnavailable):
            await intake.accept(texted("SM2"))

    run(work)


def test_what_became_of_a_reply_is_kept(intake: Intake, store: Store, ann: Person):
    async def work() -> None:
        await intake.accept(texted("SM1"))
        with store.transaction() as tx:
            [reply] = tx.replies.record("SM1", SCRAPBOOK, "+15550100", ["a"], [1], NOW)
        await intake.delivery(reply.id, "SMout", "delivered", None, NOW)
        await intake.delivery(reply.id, "SMout", "sent", None, NOW + timedelta(seconds=1))  # late
        await intake.delivery(404, "SMout", "delivered", None, NOW)  # of no reply
        with store.transaction(read_only=True) as tx:
            kept = tx.replies.get(reply.id)
        assert (kept.delivery_status, kept.delivery_status_at, kept.twilio_sid) == ("delivered", NOW, "SMout")

    run(work)


def test_who_is_found_to_have_opted_out_is_sent_nothing_any_more(intake: Intake, store: Store, ann: Person):
    async def work() -> None:
        await intake.accept(texted("SM1"))
        with store.transaction() as tx:
            [reply] = tx.replies.record("SM1", SCRAPBOOK, "+15550100", ["a"], [1], NOW)
        await intake.delivery(reply.id, "SMout", "undelivered", RecipientOptedOut().code, NOW)
        with store.transaction(read_only=True) as tx:
            assert tx.people.is_opted_out("+15550100")
        await intake.set_opt_out("+15550100", False, NOW)
        with store.transaction(read_only=True) as tx:
            assert not tx.people.is_opted_out("+15550100")

    run(work)


def test_who_called_is_remembered(intake: Intake):
    async def work() -> None:
        await intake.call("CA1", "+15550100", SCRAPBOOK, NOW)
        await intake.call("CA1", "+15550100", SCRAPBOOK, NOW)
        assert await intake.caller("CA1") == ("+15550100", SCRAPBOOK)
        assert await intake.caller("CA2") is None

    run(work)
