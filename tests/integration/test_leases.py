"""Whether this process may still act on its leases: renewed in time, renewed late, not renewed at all."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from datetime import timedelta

import pytest
from typing_extensions import override

from scrapbook import leases
from scrapbook.errors import LeaseLost, StoreUnavailable
from scrapbook.leases import REQUEST_SECONDS, LeaseKeeper, LeaseTerm
from scrapbook.store import LEASE_SECONDS, NOBODY, GroupWriter, Person, Store
from tests.integration.conftest import NOW

HERE, THERE = "app", "app/2"
IN_TIME = LEASE_SECONDS - REQUEST_SECONDS
"""Seconds after a renewal for which a request may be begun."""


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
    """One that was renewed just now."""
    term = LeaseTerm(expires=True, clock=clock)
    term.renewed(clock())
    return term


def run(work: Callable[[], Awaitable[None]]) -> None:
    async def within_time() -> None:
        async with asyncio.timeout(20):
            await work()

    asyncio.run(within_time())


async def is_waiting(task: asyncio.Task[None]) -> bool:
    """Whether it still does when all that can be done now is done."""
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
    """Not from when its answer came: the database may have written it down at once."""

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


def test_whoever_waits_hears_of_a_renewal_that_came_late(clock: Clock, term: LeaseTerm) -> None:
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


# Keeping them


class Worker:
    """Remembers for whom work was taken up. ``busy`` are those for whom something is being done."""

    def __init__(self) -> None:
        self.busy: set[int] = set()
        self.resumed: list[int] = []
        self.woken: list[int] = []

    def is_busy(self, person_id: int) -> bool:
        return person_id in self.busy

    async def resume(self, person_id: int) -> None:
        self.resumed.append(person_id)

    def is_answering(self, person_id: int) -> bool:
        return person_id in self.resumed

    def wake(self, person_id: int) -> None:
        self.woken.append(person_id)


class Keeper(LeaseKeeper):
    """Looks whenever a test has it look."""

    async def look(self) -> None:
        await self._look()


@pytest.fixture
def worker() -> Worker:
    return Worker()


@pytest.fixture
def writer(store: Store) -> Iterator[GroupWriter]:
    writer = GroupWriter(store)
    yield writer
    writer.stop()


def keeper_of(store: Store, writer: GroupWriter, worker: Worker, name: str = HERE) -> Keeper:
    shares = store.writes_side_by_side
    return Keeper(store, writer, worker, LeaseTerm(expires=shares), name, shares=shares)


def accept(store: Store, person: Person, sid: str, worker: str) -> None:
    with store.transaction() as tx:
        tx.leases.claim(person.id, worker)
        tx.inbox.accept(
            sid=sid, person_id=person.id, from_="+15550100", to="+15550199", body="hi", received_at=NOW
        )


def test_what_waits_at_the_start_is_taken_up(
    store: Store, writer: GroupWriter, worker: Worker, ann: Person, ben: Person
) -> None:
    """Also what has no lease, and what was another's that is not at work."""
    accept(store, ann, "SM1", HERE)
    accept(store, ben, "SM2", THERE)
    with store.transaction() as tx:
        carl = tx.people.add("Carl", ["+15550102"])
        tx.messages.record(
            sid="SM3", person_id=carl.id, from_="+15550102", to="+15550199", body="hi", received_at=NOW
        )
        tx.inbox.put(carl.id, "SM3")
    run(keeper_of(store, writer, worker).start)
    assert sorted(worker.resumed) == [ann.id, ben.id, carl.id]


def test_work_that_another_process_puts_in_is_found(
    store: Store, writer: GroupWriter, worker: Worker, ann: Person, ben: Person
) -> None:
    async def work() -> None:
        keeper = keeper_of(store, writer, worker)
        await keeper.start()
        accept(store, ann, "SM1", NOBODY)
        accept(store, ben, "SM2", HERE)
        worker.busy = {ben.id}  # to whom replies are being sent
        await keeper.look()
        assert (worker.resumed, worker.woken) == ([ann.id], [ben.id])

    run(work)


def test_replies_that_were_held_until_now_are_taken_up(
    store: Store, writer: GroupWriter, worker: Worker, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "DUE_EVERY", 0)

    async def work() -> None:
        keeper = keeper_of(store, writer, worker)
        await keeper.start()
        with store.transaction() as tx:
            tx.messages.record(
                sid="SM1", person_id=ann.id, from_="+15550100", to="+15550199", body="hi", received_at=NOW
            )
            [reply] = tx.replies.record("SM1", "+15550199", "+15550100", ["a"], [1], NOW)
            tx.spending.hold(reply.id, NOW + timedelta(seconds=1))
        await keeper.look()
        assert set(worker.resumed) == {ann.id}
        with store.transaction(read_only=True) as tx:
            assert [one.id for one in tx.outbox.of_person(ann.id)] == [reply.id]

    run(work)


def test_the_others_go_on_at_once_when_a_process_ends(postgresql_url: str) -> None:
    with closing(Store.open(postgresql_url)) as store:
        writer = GroupWriter(store)
        with store.transaction() as tx:
            ann = tx.people.add("Ann", ["+15550100"])

        async def work() -> None:
            ending, worker = keeper_of(store, writer, Worker(), THERE), Worker()
            keeper = keeper_of(store, writer, worker)
            await ending.start()
            await keeper.start()
            accept(store, ann, "SM1", THERE)
            await keeper.look()
            assert worker.resumed == []  # the other is at work
            await ending.retire()
            await keeper.look()
            assert worker.resumed == [ann.id]

        run(work)
        writer.stop()


def test_watching_goes_on_after_a_look_that_failed(
    store: Store, writer: GroupWriter, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "LOOK_EVERY", 0)
    problems = iter([StoreUnavailable(), LeaseLost(), RuntimeError()])

    async def work() -> None:
        looked = asyncio.Event()

        class Failing(Keeper):
            @override
            async def _look(self) -> None:
                for problem in problems:
                    raise problem
                looked.set()

        shares = store.writes_side_by_side
        keeper = Failing(store, writer, worker, LeaseTerm(expires=shares), HERE, shares=shares)
        watching = asyncio.create_task(keeper.watch())
        await looked.wait()
        watching.cancel()

    run(work)
