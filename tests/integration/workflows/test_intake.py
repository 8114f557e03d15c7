"""The intake: messages are recorded before they are acknowledged; unknown senders cost next to nothing."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from typing_extensions import override

from scrapbook.errors import RecipientOptedOut, StoreUnavailable
from scrapbook.messaging.inbound import InboundMessage
from scrapbook.model.delivery_status import DeliveryStatus
from scrapbook.store import GroupWriter, Person, Store, Transaction, WaitingMessage
from scrapbook.workflows import delivery_statuses
from scrapbook.workflows import intake as intakes
from scrapbook.workflows.delivery_statuses import MAX_GROUP
from scrapbook.workflows.intake import MessageIntake
from scrapbook.workflows.unknown_senders import TTL, UnknownSenderCache
from tests.integration.conftest import NOW

HERE, THERE, SCRAPBOOK = "app", "app/2", "+15550199"
UNKNOWN_SENDER = "+15550142"


@dataclass
class Inbox:
    """Records who was woken, and with which message."""

    woken: list[tuple[int, WaitingMessage | None]] = field(default_factory=list)

    def wake(self, person_id: int, waiting: WaitingMessage | None = None) -> None:
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
    monkeypatch.setattr(intakes, "UnknownSenderCache", lambda: UnknownSenderCache(clock))
    return clock


@pytest.fixture
def intake(store: Store, writer: Writer, inbox: Inbox, clock: Clock) -> MessageIntake:
    del clock
    return MessageIntake(store, writer, inbox, HERE)  # type: ignore[arg-type] # nothing but to be woken


def run(work: Callable[[], Awaitable[None]]) -> None:
    async def within_time() -> None:
        async with asyncio.timeout(60):
            await work()

    asyncio.run(within_time())


def texted(message_id: str, from_: str = "+15550100") -> InboundMessage:
    return InboundMessage(message_id, from_, SCRAPBOOK, f"the body of {message_id}", NOW)


def test_a_message_is_recorded_and_its_lease_claimed_before_it_is_acknowledged(
    intake: MessageIntake, inbox: Inbox, store: Store, ann: Person
):
    async def work() -> None:
        assert await intake.accept(texted("SM1")) == ann.id
        with store.transaction(read_only=True) as tx:
            first = tx.inbox.next(ann.id)
            assert tx.leases.of(HERE) == [ann.id]
        assert first is not None
        assert first.message_id == "SM1"
        assert inbox.woken == [(ann.id, first)]
        assert await intake.accept(texted("SM2")) == ann.id
        assert inbox.woken[1] == (ann.id, first)  # which still comes first

    run(work)


def test_a_repeated_message_is_accepted_and_changes_nothing(intake: MessageIntake, store: Store, ann: Person):
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


def test_a_message_of_a_person_whose_lease_another_app_holds_is_left_to_that_app(
    intake: MessageIntake, inbox: Inbox, store: Store, ann: Person
):
    with store.transaction() as tx:
        tx.leases.claim(ann.id, THERE)

    async def work() -> None:
        assert await intake.accept(texted("SM1")) == ann.id
        assert inbox.woken == []

    run(work)


def test_a_flood_of_an_unknown_sender_costs_one_query_and_records_nothing(
    intake: MessageIntake, writer: Writer, inbox: Inbox, store: Store
):
    async def work() -> None:
        taken = [await intake.accept(texted(f"SM{n}", UNKNOWN_SENDER)) for n in range(100)]
        assert set(taken) == {None}
        assert await intake.person_id_of(UNKNOWN_SENDER) is None
        assert writer.asked == 1
        assert inbox.woken == []
        with store.transaction(read_only=True) as tx:
            assert (len(tx.inbox.all()), tx.messages.find("SM0")) == (0, None)

    run(work)


def test_a_person_who_is_added_waits_seconds_at_most(intake: MessageIntake, store: Store, clock: Clock):
    async def work() -> None:
        assert await intake.accept(texted("SM1", UNKNOWN_SENDER)) is None
        with store.transaction() as tx:
            known = tx.people.add("Somebody", [UNKNOWN_SENDER])
        assert await intake.accept(texted("SM2", UNKNOWN_SENDER)) is None
        clock.now += TTL
        assert await intake.accept(texted("SM3", UNKNOWN_SENDER)) == known.id
        with store.transaction() as tx:
            tx.people.remove(known.id)
        assert (
            await intake.accept(texted("SM4", UNKNOWN_SENDER)) is None
        )  # a person who is removed is unknown at once

    run(work)


def test_a_database_that_is_away_is_retried_and_then_the_webhook_fails(
    intake: MessageIntake, store: Store, ann: Person, monkeypatch: pytest.MonkeyPatch
):
    problems = iter([StoreUnavailable()] * 2)

    def failing(tx: Transaction, incoming: InboundMessage) -> object:
        for problem in problems:
            raise problem
        return accept(tx, incoming)

    accept = intake._accept
    monkeypatch.setattr(intake, "_accept", failing)

    async def work() -> None:
        assert await intake.accept(texted("SM1")) == ann.id
        nonlocal problems
        problems = iter([StoreUnavailable()] * 100)
        monkeypatch.setattr(intakes, "ACCEPT_TIMEOUT", 0)
        with pytest.raises(StoreUnavailable):
            await intake.accept(texted("SM2"))

    run(work)


def test_the_delivery_status_of_a_reply_is_recorded(intake: MessageIntake, store: Store, ann: Person):
    async def work() -> None:
        await intake.accept(texted("SM1"))
        with store.transaction() as tx:
            [reply] = tx.outbound_messages.record_reply(
                ann.id, "SM1", SCRAPBOOK, "+15550100", ["a"], [1], NOW
            )
        await intake.delivery(reply.id, "SMout", DeliveryStatus.DELIVERED, None, NOW)
        await intake.delivery(
            reply.id, "SMout", DeliveryStatus.SENT, None, NOW + timedelta(seconds=1)
        )  # late
        await intake.delivery(404, "SMout", DeliveryStatus.DELIVERED, None, NOW)  # of no reply
        with store.transaction(read_only=True) as tx:
            stored = tx.outbound_messages.get(reply.id)
        assert (stored.delivery_status, stored.delivery_status_at, stored.provider_id) == (
            "delivered",
            NOW,
            "SMout",
        )

    run(work)


def replies_of(store: Store, ann: Person, count: int) -> list[int]:
    """The ids of that many replies that are recorded."""
    with store.transaction() as tx:
        tx.messages.record(
            message_id="SM0", person_id=ann.id, from_="+15550100", to=SCRAPBOOK, body="hello", received_at=NOW
        )
        replies = tx.outbound_messages.record_reply(
            ann.id, "SM0", SCRAPBOOK, "+15550100", ["a"] * count, [1] * count, NOW
        )
    return [reply.id for reply in replies]


def delivered(store: Store) -> int:
    with store.transaction(read_only=True) as tx:
        replies = tx.outbound_messages.of_message("SM0")
    return sum(reply.delivery_status is DeliveryStatus.DELIVERED for reply in replies)


def test_a_burst_of_statuses_is_recorded_in_groups_and_delays_a_message_by_one_of_them(
    intake: MessageIntake, writer: Writer, store: Store, ann: Person
):
    replies = replies_of(store, ann, 5 * MAX_GROUP)

    async def work() -> None:
        statuses = [
            asyncio.create_task(intake.delivery(reply, f"SM{reply}", DeliveryStatus.DELIVERED, None, NOW))
            for reply in replies
        ]
        await asyncio.sleep(0)  # all of them wait now
        writer.asked = 0
        await intake.accept(texted("SM1"))
        assert writer.asked <= 4
        assert delivered(store) <= 3 * MAX_GROUP
        await asyncio.gather(*statuses)
        await intake.stop(60)  # on a slow machine, some are acknowledged before
        assert delivered(store) == len(replies)
        assert writer.asked <= 7

    run(work)


def test_a_status_that_the_database_is_not_ready_for_is_acknowledged_and_recorded_later(
    intake: MessageIntake, store: Store, ann: Person, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(delivery_statuses, "ACKNOWLEDGE_TIMEOUT", 0.05)
    [reply] = replies_of(store, ann, 1)
    is_away, write = threading.Event(), Store.write

    def failing(self: Store, work: Callable[[Transaction], Any]) -> object:
        if is_away.is_set():
            raise StoreUnavailable
        return write(self, work)

    monkeypatch.setattr(Store, "write", failing)

    async def work() -> None:
        is_away.set()
        await intake.delivery(reply, "SMout", DeliveryStatus.DELIVERED, None, NOW)
        assert delivered(store) == 0
        is_away.clear()
        await intake.stop(10)
        assert delivered(store) == 1

    run(work)


def test_a_status_that_cannot_be_recorded_fails_alone(intake: MessageIntake, store: Store, ann: Person):
    replies = replies_of(store, ann, 3)

    async def work() -> None:
        results = await asyncio.gather(
            *(
                intake.delivery(reply, f"SM{reply}", DeliveryStatus.DELIVERED, None, at)
                for reply, at in zip(replies, (NOW, NOW.replace(tzinfo=None), NOW), strict=True)
            ),
            return_exceptions=True,
        )
        assert [isinstance(result, Exception) for result in results] == [False, True, False]
        assert delivered(store) == 2

    run(work)


def test_a_recipient_who_turns_out_to_have_opted_out_is_recorded(
    intake: MessageIntake, store: Store, ann: Person
):
    async def work() -> None:
        await intake.accept(texted("SM1"))
        with store.transaction() as tx:
            [reply] = tx.outbound_messages.record_reply(
                ann.id, "SM1", SCRAPBOOK, "+15550100", ["a"], [1], NOW
            )
        await intake.delivery(reply.id, "SMout", DeliveryStatus.UNDELIVERED, RecipientOptedOut().code, NOW)
        with store.transaction(read_only=True) as tx:
            assert tx.people.is_opted_out("+15550100")
        await intake.set_opt_out("+15550100", False, NOW)
        with store.transaction(read_only=True) as tx:
            assert not tx.people.is_opted_out("+15550100")

    run(work)


def test_the_parties_of_a_call_are_recorded(intake: MessageIntake):
    async def work() -> None:
        await intake.call("CA1", "+15550100", SCRAPBOOK, NOW)
        await intake.call("CA1", "+15550100", SCRAPBOOK, NOW)
        assert await intake.caller("CA1") == ("+15550100", SCRAPBOOK)
        assert await intake.caller("CA2") is None

    run(work)
