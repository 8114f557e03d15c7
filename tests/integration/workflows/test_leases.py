"""Lease terms and the lease manager: leases that are renewed in time, late, or not at all."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from datetime import timedelta

import pytest
from typing_extensions import override

from scrapbook.errors import LeaseLost, StoreUnavailable
from scrapbook.store import LEASE_SECONDS, UNASSIGNED, GroupWriter, Person, Store
from scrapbook.workflows import leases
from scrapbook.workflows.leases import REQUEST_SECONDS, LeaseManager, LeaseTerm
from tests.integration.conftest import NOW
from tests.support.installation import new_sid

HERE, THERE = "app", "app/2"
IN_TIME = LEASE_SECONDS - REQUEST_SECONDS
"""Seconds after a renewal in which a request may begin."""


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def term(clock: Clock) -> LeaseTerm:
    """Return a term that was renewed just now."""
    term = LeaseTerm(expires=True, clock=clock)
    term.renewed(clock())
    return term


def run(work: Callable[[], Awaitable[None]]) -> None:
    async def within_time() -> None:
        async with asyncio.timeout(20):
            await work()

    asyncio.run(within_time())


async def is_waiting(task: asyncio.Task[None]) -> bool:
    """Return whether the task still waits when nothing else can run."""
    for _ in range(10):
        await asyncio.sleep(0)
    return not task.done()


def test_the_only_app_may_always_act(clock: Clock) -> None:
    async def work() -> None:
        term = LeaseTerm(expires=False, clock=clock)
        clock.now += 1_000_000
        await term.confirm(term.epoch)

    run(work)


def test_nothing_is_sent_before_the_first_renewal(clock: Clock) -> None:
    async def work() -> None:
        with pytest.raises(LeaseLost):
            await LeaseTerm(expires=True, clock=clock).confirm(0)

    run(work)


def test_a_request_may_be_begun_while_it_ends_before_the_lease_does(clock: Clock, term: LeaseTerm) -> None:
    async def work() -> None:
        clock.now += IN_TIME
        await term.confirm(term.epoch)

    run(work)


def test_where_too_little_is_left_the_next_renewal_is_waited_for(clock: Clock, term: LeaseTerm) -> None:
    async def work() -> None:
        clock.now += IN_TIME + 0.1
        confirmed = asyncio.create_task(term.confirm(term.epoch))
        assert await is_waiting(confirmed)
        term.renewed(clock.now - IN_TIME - 0.01)  # an older one, which leaves too little as well
        assert await is_waiting(confirmed)
        assert not term.renewed(clock.now)
        await confirmed

    run(work)


def test_a_lease_counts_from_when_the_renewal_was_asked_for(clock: Clock, term: LeaseTerm) -> None:
    """Not from its response: the database may have recorded it at once."""

    async def work() -> None:
        asked_at = clock.now
        clock.now += LEASE_SECONDS - 1
        assert not term.renewed(asked_at)
        clock.now += 1
        with pytest.raises(LeaseLost):
            await term.confirm(term.epoch)

    run(work)


def test_what_was_loaded_before_a_renewal_that_came_late_is_not_sent(clock: Clock, term: LeaseTerm) -> None:
    async def work() -> None:
        loaded_in = term.epoch
        clock.now += LEASE_SECONDS + 0.1
        assert term.renewed(clock.now)
        assert term.epoch == loaded_in + 1
        with pytest.raises(LeaseLost):
            await term.confirm(loaded_in)
        await term.confirm(term.epoch)

    run(work)


def test_a_renewal_in_time_leaves_the_epoch_as_it_is(clock: Clock, term: LeaseTerm) -> None:
    loaded_in = term.epoch
    for _ in range(3):
        clock.now += LEASE_SECONDS
        assert not term.renewed(clock.now)
    assert term.epoch == loaded_in


def test_a_renewal_that_came_late_is_reported_to_those_who_wait(clock: Clock, term: LeaseTerm) -> None:
    async def work() -> None:
        clock.now += IN_TIME + 1
        confirmed = asyncio.create_task(term.confirm(term.epoch))
        assert await is_waiting(confirmed)
        clock.now += LEASE_SECONDS
        assert term.renewed(clock.now)
        with pytest.raises(LeaseLost):
            await confirmed

    run(work)


def test_no_renewal_is_waited_for_longer_than_the_lease_lasts(clock: Clock, term: LeaseTerm) -> None:
    async def work() -> None:
        clock.now += LEASE_SECONDS - 0.01
        with pytest.raises(LeaseLost):
            await term.confirm(term.epoch)

    run(work)


# The lease manager


class Worker:
    """Records whose work was resumed. ``busy`` has the ids of people whose work is in progress."""

    def __init__(self) -> None:
        self.busy: set[int] = set()
        self.sending: set[int] = set()
        self.resumed: list[int] = []
        self.woken: list[int] = []

    def is_busy(self, person_id: int) -> bool:
        return person_id in self.busy

    async def resume(self, person_id: int) -> None:
        self.resumed.append(person_id)

    def is_answering(self, person_id: int) -> bool:
        return person_id in self.resumed

    def is_sending(self, outbound_id: int) -> bool:
        return outbound_id in self.sending

    def wake(self, person_id: int) -> None:
        self.woken.append(person_id)


class Manager(LeaseManager):
    """Checks when a test says so."""

    async def check(self) -> None:
        await self._check()


@pytest.fixture
def worker() -> Worker:
    return Worker()


@pytest.fixture
def writer(store: Store) -> Iterator[GroupWriter]:
    writer = GroupWriter(store)
    yield writer
    writer.stop()


def recorded(store: Store, person: Person) -> int:
    """The id of a reply to the person that is recorded, and to be sent by the app here."""
    message_id = new_sid()
    with store.transaction() as tx:
        tx.leases.claim(person.id, HERE)
        tx.messages.record(
            message_id=message_id,
            person_id=person.id,
            from_="+15550100",
            to="+15550199",
            body="hello",
            received_at=NOW,
        )
        [reply] = tx.outbound_messages.record_reply(
            person.id, message_id, "+15550199", "+15550100", ["a"], [1], NOW, state="sending"
        )
    return reply.id


def manager_of(store: Store, writer: GroupWriter, worker: Worker, name: str = HERE) -> Manager:
    shares = store.writes_side_by_side
    return Manager(store, writer, worker, LeaseTerm(expires=shares), name, shares=shares)


def accept(store: Store, person: Person, message_id: str, worker: str) -> None:
    with store.transaction() as tx:
        tx.leases.claim(person.id, worker)
        tx.inbox.accept(
            message_id=message_id,
            person_id=person.id,
            from_="+15550100",
            to="+15550199",
            body="hi",
            received_at=NOW,
        )


def test_waiting_work_is_resumed_at_the_start(
    store: Store, writer: GroupWriter, worker: Worker, ann: Person, ben: Person
) -> None:
    """Also work without a lease, and work of an app that is not alive."""
    accept(store, ann, "SM1", HERE)
    accept(store, ben, "SM2", THERE)
    with store.transaction() as tx:
        carl = tx.people.add("Carl", ["+15550102"])
        tx.messages.record(
            message_id="SM3", person_id=carl.id, from_="+15550102", to="+15550199", body="hi", received_at=NOW
        )
        tx.inbox.put(carl.id, "SM3")
    run(manager_of(store, writer, worker).start)
    assert sorted(worker.resumed) == [ann.id, ben.id, carl.id]


def test_work_that_another_process_inserts_is_found(
    store: Store, writer: GroupWriter, worker: Worker, ann: Person, ben: Person
) -> None:
    async def work() -> None:
        manager = manager_of(store, writer, worker)
        await manager.start()
        accept(store, ann, "SM1", UNASSIGNED)
        accept(store, ben, "SM2", HERE)
        worker.busy = {ben.id}  # to whom replies are being sent
        await manager.check()
        assert (worker.resumed, worker.woken) == ([ann.id], [ben.id])

    run(work)


def test_replies_that_were_held_until_now_are_sent(
    store: Store, writer: GroupWriter, worker: Worker, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "DUE_INTERVAL", 0)

    async def work() -> None:
        manager = manager_of(store, writer, worker)
        await manager.start()
        with store.transaction() as tx:
            tx.messages.record(
                message_id="SM1",
                person_id=ann.id,
                from_="+15550100",
                to="+15550199",
                body="hi",
                received_at=NOW,
            )
            [reply] = tx.outbound_messages.record_reply(
                ann.id, "SM1", "+15550199", "+15550100", ["a"], [1], NOW
            )
            tx.segment_usage.hold(reply.id, NOW + timedelta(seconds=1))
        await manager.check()
        assert set(worker.resumed) == {ann.id}
        with store.transaction(read_only=True) as tx:
            assert [one.id for one in tx.outbox.of_person(ann.id)] == [reply.id]

    run(work)


def test_a_clock_that_is_set_back_is_corrected_although_the_database_fails_meanwhile(
    store: Store, writer: GroupWriter, worker: Worker, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_year_ahead = NOW + timedelta(days=365)
    times = [a_year_ahead]
    monkeypatch.setattr(leases, "utc_now", lambda: times[-1])
    reply = recorded(store, ann)
    with store.transaction() as tx:
        tx.segment_usage.hold(reply, a_year_ahead + timedelta(hours=1))
    manager = manager_of(store, writer, worker)

    def failing(_store: Store, _work: object) -> None:
        raise StoreUnavailable

    async def work() -> None:
        await manager.start()
        worker.resumed.clear()
        times.append(NOW)
        with monkeypatch.context() as away:
            away.setattr(Store, "write", failing)
            with pytest.raises(StoreUnavailable):
                await manager.check()
        await manager.check()

    run(work)
    with store.transaction(read_only=True) as tx:
        assert tx.segment_usage.held() == 0
    assert ann.id in worker.resumed


def test_the_others_continue_at_once_when_a_process_ends(postgresql_url: str) -> None:
    with closing(Store.open(postgresql_url)) as store:
        writer = GroupWriter(store)
        with store.transaction() as tx:
            ann = tx.people.add("Ann", ["+15550100"])

        async def work() -> None:
            ending, worker = manager_of(store, writer, Worker(), THERE), Worker()
            manager = manager_of(store, writer, worker)
            await ending.start()
            await manager.start()
            accept(store, ann, "SM1", THERE)
            await manager.check()
            assert worker.resumed == []  # the other app is alive
            await ending.retire()
            await manager.check()
            assert worker.resumed == [ann.id]

        run(work)
        writer.stop()


def test_checks_continue_after_one_that_failed(
    store: Store, writer: GroupWriter, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "CHECK_INTERVAL", 0)
    problems = iter([StoreUnavailable(), LeaseLost(), RuntimeError()])

    async def work() -> None:
        checked = asyncio.Event()

        class Failing(Manager):
            @override
            async def _check(self) -> None:
                for problem in problems:
                    raise problem
                checked.set()

        shares = store.writes_side_by_side
        manager = Failing(store, writer, worker, LeaseTerm(expires=shares), HERE, shares=shares)
        watching = asyncio.create_task(manager.run())
        await checked.wait()
        watching.cancel()

    run(work)


def test_a_message_that_nothing_sends_is_found_although_its_recipient_is_busy(
    store: Store, writer: GroupWriter, worker: Worker, ann: Person, ben: Person
) -> None:
    """Only at the second check: at the first, it may just be about to be handed over."""
    lost, sent = recorded(store, ann), recorded(store, ben)
    worker.busy, worker.sending = {ann.id, ben.id}, {sent}
    manager = manager_of(store, writer, worker)

    async def work() -> None:
        await manager.start()
        assert worker.resumed == []
        await manager.check()
        assert worker.resumed == [ann.id]
        worker.sending.add(lost)
        await manager.check()
        await manager.check()
        assert worker.resumed == [ann.id]

    run(work)
