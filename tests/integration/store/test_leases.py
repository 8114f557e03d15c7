"""Leases: one app works for a person with work, and another app when that one is gone."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from sqlalchemy import create_engine, text

from scrapbook.errors import LeaseLost
from scrapbook.store import UNASSIGNED, Outgoing, Person, Store
from scrapbook.store import leases as store_leases
from tests.integration.conftest import NOW

HERE, THERE, THIRD = "app", "app/2", "app/3"
SCRAPBOOK = "+15550199"


def accept(store: Store, person: Person, message_id: str, worker: str = HERE) -> str:
    """Accept a message; return the worker of the person's lease."""
    with store.transaction() as tx:
        holder = tx.leases.claim(person.id, worker)
        tx.inbox.accept(
            message_id=message_id,
            person_id=person.id,
            from_=person.addresses[0].value,
            to=SCRAPBOOK,
            body="hi",
            received_at=NOW,
        )
    return holder


def reply(store: Store, person: Person, message_id: str) -> Outgoing:
    """Record a reply to a message that has left the inbox."""
    with store.transaction() as tx:
        tx.messages.record(
            message_id=message_id,
            person_id=person.id,
            from_=person.addresses[0].value,
            to=SCRAPBOOK,
            body="hi",
            received_at=NOW,
        )
        [one] = tx.outbound_messages.record_reply(
            person.id, message_id, SCRAPBOOK, person.addresses[0].value, ["a"], [1], NOW
        )
    return Outgoing.of(one, NOW)


def answer(store: Store, person: Person, worker: str = HERE) -> bool:
    """Remove the person's next message; return whether their lease was released."""
    with store.transaction() as tx:
        tx.leases.lock_own(person.id, worker)
        waiting = tx.inbox.next(person.id)
        assert waiting is not None
        tx.inbox.remove(waiting.id)
        return tx.leases.release(person.id, worker)


def worked_for(store: Store, worker: str = HERE) -> list[int]:
    with store.transaction(read_only=True) as tx:
        return sorted(tx.leases.of(worker))


def is_held(store: Store, person: Person, worker: str) -> bool:
    with store.transaction() as tx:
        try:
            tx.leases.lock_own(person.id, worker)
        except LeaseLost:
            return False
    return True


def test_the_first_app_that_claims_a_lease_gets_it(store: Store, ann: Person, ben: Person):
    assert accept(store, ann, "SM1", HERE) == HERE
    assert accept(store, ann, "SM2", THERE) == HERE
    assert accept(store, ben, "SM3", THERE) == THERE
    assert (worked_for(store, HERE), worked_for(store, THERE)) == ([ann.id], [ben.id])
    assert is_held(store, ann, HERE)
    assert not is_held(store, ann, THERE)


def test_without_a_lease_no_app_works_for_a_person(store: Store, ann: Person):
    assert not is_held(store, ann, HERE)


def test_a_lease_lasts_until_the_last_message_is_answered_and_the_last_reply_sent(store: Store, ann: Person):
    for message_id in ("SM1", "SM2"):
        accept(store, ann, message_id)
    outgoing = reply(store, ann, "SM3")
    assert [answer(store, ann), answer(store, ann)] == [False, False]
    with store.transaction() as tx:
        tx.outbound_messages.mark_sending(outgoing.id)
        assert not tx.leases.release(ann.id, HERE)
        tx.outbox.mark_sent(outgoing.id, "SMout", NOW)
        assert tx.leases.release(ann.id, HERE)
        assert not tx.leases.release(ann.id, HERE)
    assert worked_for(store) == []


def test_a_held_message_needs_no_lease(store: Store, ann: Person):
    outgoing = reply(store, ann, "SM1")
    with store.transaction() as tx:
        tx.leases.claim(ann.id, HERE)
        tx.segment_usage.hold(outgoing.id, NOW)
        assert tx.leases.release(ann.id, HERE)


def test_only_its_holder_releases_a_lease(store: Store, ann: Person):
    with store.transaction() as tx:
        tx.leases.claim(ann.id, HERE)
        assert not tx.leases.release(ann.id, THERE)
    assert worked_for(store) == [ann.id]


def test_people_with_work_but_no_lease_get_one_that_any_app_may_take(store: Store, ann: Person, ben: Person):
    with store.transaction() as tx:
        carl, dora = (tx.people.add(name, [f"+1555020{n}"]) for n, name in enumerate(("Carl", "Dora")))
    accept(store, ann, "SM1")
    reply(store, ben, "SM2")
    outgoing = reply(store, carl, "SM3")
    accept(store, dora, "SM4", THERE)
    with store.transaction() as tx:
        tx.segment_usage.hold(outgoing.id, NOW)
        tx.inbox.remove(tx.inbox.all()[0].id)
        assert tx.leases.release(ann.id, HERE)
        tx.inbox.put(ann.id, "SM1", 1)  # without a lease, which no code does
    with store.transaction() as tx:
        assert tx.leases.adopt_orphans() == 2
        assert tx.leases.adopt_orphans() == 0
    assert worked_for(store, UNASSIGNED) == [ann.id, ben.id]
    with store.transaction() as tx:
        assert tx.leases.claim(ann.id, THIRD) == UNASSIGNED  # it is taken over, not claimed


def test_on_sqlite_the_leases_of_another_worker_are_taken_over(sqlite_url: str):
    with closing(Store.open(sqlite_url)) as store:
        with store.transaction() as tx:
            ann, ben = (tx.people.add(name, [f"+1555020{n}"]) for n, name in enumerate(("Ann", "Ben")))
        accept(store, ann, "SM1", "a name that was changed")
        accept(store, ben, "SM2", HERE)
        with store.transaction() as tx:
            assert tx.leases.abandoned(HERE) == [ann.id]
            assert tx.leases.take_abandoned(HERE) == [ann.id]
            assert tx.leases.abandoned(HERE) == []
        assert worked_for(store) == [ann.id, ben.id]


# Several apps share only PostgreSQL


@pytest.fixture
def shared(postgresql_url: str) -> Iterator[Store]:
    with closing(Store.open(postgresql_url)) as store:
        yield store


@pytest.fixture
def people(shared: Store) -> list[Person]:
    with shared.transaction() as tx:
        return [tx.people.add(f"P{n}", [f"+155503{n:02}"]) for n in range(20)]


def expire(url: str, worker: str) -> None:
    """Expire the leases of a worker."""
    engine = create_engine(url)
    with engine.begin() as connection:
        moment = "clock_timestamp() - interval '1 second'"
        connection.execute(
            text(f"UPDATE workers SET expires_at = {moment} WHERE name = :name"), {"name": worker}
        )
    engine.dispose()


def renew(store: Store, *workers: str) -> None:
    for worker in workers:
        with store.transaction() as tx:
            tx.leases.renew(worker)


def abandoned(store: Store, worker: str) -> list[int]:
    with store.transaction(read_only=True) as tx:
        return tx.leases.abandoned(worker)


def test_an_app_is_alive_until_its_leases_expire(shared: Store, postgresql_url: str):
    renew(shared, HERE, THERE)
    with shared.transaction(read_only=True) as tx:
        assert tx.leases.at_work() == {HERE, THERE}
    expire(postgresql_url, THERE)
    with shared.transaction(read_only=True) as tx:
        assert tx.leases.at_work() == {HERE}
    renew(shared, THERE)
    with shared.transaction(read_only=True) as tx:
        assert tx.leases.at_work() == {HERE, THERE}


def test_leases_are_valid_for_their_seconds_by_the_clock_of_the_database(shared: Store, postgresql_url: str):
    """Counted from the statement, however long the transaction of the renewal takes."""
    engine = create_engine(postgresql_url)
    with shared.transaction() as tx:
        with engine.connect() as connection:
            before = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        tx.leases.renew(HERE)
    with engine.connect() as connection:
        left, after = connection.execute(text("SELECT expires_at, clock_timestamp() FROM workers")).one()
    engine.dispose()
    assert (left - before).total_seconds() >= store_leases.LEASE_SECONDS
    assert (left - after).total_seconds() <= store_leases.LEASE_SECONDS


def test_the_leases_of_an_app_can_be_taken_over_once_they_expire(
    shared: Store, people: list[Person], postgresql_url: str
):
    renew(shared, HERE, THERE)
    ann, *_ = people
    accept(shared, ann, "SM1", THERE)
    assert abandoned(shared, HERE) == []
    expire(postgresql_url, THERE)
    assert is_held(shared, ann, THERE)  # no app has taken it over yet
    assert abandoned(shared, THERE) == []  # its own
    assert abandoned(shared, HERE) == [ann.id]
    with shared.transaction() as tx:
        assert tx.leases.take_abandoned(HERE) == [ann.id]
    renew(shared, THERE)
    assert not is_held(shared, ann, THERE)
    assert answer(shared, ann, HERE)


def test_an_app_that_retires_gives_up_its_leases_at_once(shared: Store, people: list[Person]):
    renew(shared, HERE, THERE)
    accept(shared, people[0], "SM1", THERE)
    accept(shared, people[1], "SM2", UNASSIGNED)
    assert abandoned(shared, HERE) == [people[1].id]
    with shared.transaction() as tx:
        tx.leases.retire(THERE)
    assert abandoned(shared, HERE) == [people[0].id, people[1].id]


def test_two_that_survive_take_different_leases_and_neither_waits(shared: Store, people: list[Person]):
    for n, person in enumerate(people):
        accept(shared, person, f"SM{n}", THIRD)
    renew(shared, HERE, THERE)
    everybody = [person.id for person in people]
    with shared.transaction() as first:
        mine = first.leases.take_abandoned(HERE)
        with shared.transaction() as second:
            assert second.leases.take_abandoned(THERE) == []
    assert mine == everybody
    with shared.transaction() as tx:
        tx.leases.claim(people[0].id, HERE)  # which locks that one
        tx.leases.retire(HERE)
        with shared.transaction() as second:
            assert second.leases.take_abandoned(THERE) == []  # the other's retirement is not committed yet
    with shared.transaction() as tx:
        tx.leases.claim(people[0].id, HERE)
        with shared.transaction() as second:
            assert second.leases.take_abandoned(THERE) == everybody[1:]
    assert (worked_for(shared, HERE), worked_for(shared, THERE)) == (everybody[:1], everybody[1:])


def test_survivors_that_look_at_the_same_time_share_everybody(shared: Store, people: list[Person]):
    for n, person in enumerate(people):
        accept(shared, person, f"SM{n}", THIRD)
    survivors = (HERE, THERE)
    renew(shared, *survivors)
    together = threading.Barrier(len(survivors))

    def take(worker: str) -> list[int]:
        together.wait(20)
        with shared.transaction() as tx:
            return tx.leases.take_abandoned(worker)

    with ThreadPoolExecutor(len(survivors)) as pool:
        taken = list(pool.map(take, survivors))
    assert sorted(taken[0] + taken[1]) == [person.id for person in people]
    assert [worked_for(shared, worker) for worker in survivors] == taken


def test_leases_are_taken_over_in_batches(
    shared: Store, people: list[Person], monkeypatch: pytest.MonkeyPatch
):
    for n, person in enumerate(people):
        accept(shared, person, f"SM{n}", THIRD)
    monkeypatch.setattr(store_leases, "MAX_TAKEN", 15)
    for name in ("_ABANDONED", "_ABANDONED_LOCKED"):
        monkeypatch.setattr(getattr(store_leases, name), "_compiled", {})
    with shared.transaction() as tx:
        assert [len(tx.leases.take_abandoned(HERE)) for _ in range(3)] == [15, 5, 0]
    for name in ("_ABANDONED", "_ABANDONED_LOCKED"):
        monkeypatch.setattr(getattr(store_leases, name), "_compiled", {})


ROUNDS = 200


def test_work_that_comes_in_while_the_last_of_it_ends_is_never_left_without_a_lease(
    shared: Store, people: list[Person]
):
    """One app accepts messages; the other answers them, and releases the lease each time."""
    ann = people[0]
    together = threading.Barrier(2)
    orphans: list[int] = []

    def accept_all() -> None:
        for n in range(ROUNDS):
            together.wait(60)
            assert accept(shared, ann, f"SM{n}", HERE) == HERE
            together.wait(60)

    def answer_all() -> None:
        for n in range(ROUNDS):
            accept(shared, ann, f"SL{n}", HERE)  # the last one: answered below, while the next is accepted
            together.wait(60)
            answer(shared, ann, HERE)
            together.wait(60)
            with shared.transaction() as tx:
                orphans.append(tx.leases.adopt_orphans())
                tx.leases.lock_own(ann.id, HERE)
            assert answer(shared, ann, HERE)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(accept_all), pool.submit(answer_all)]:
            done.result(120)
    assert orphans == [0] * ROUNDS


def test_the_same_holds_while_the_last_reply_is_sent(shared: Store, people: list[Person]):
    ann = people[0]
    together = threading.Barrier(2)

    def accept_all() -> None:
        for n in range(ROUNDS):
            together.wait(60)
            accept(shared, ann, f"SM{n}", HERE)
            together.wait(60)

    def send_all() -> None:
        for n in range(ROUNDS):
            outgoing = reply(shared, ann, f"SR{n}")
            with shared.transaction() as tx:
                tx.leases.claim(ann.id, HERE)
            together.wait(60)
            with shared.transaction() as tx:
                tx.leases.lock(ann.id)
                tx.outbox.mark_sent(outgoing.id, f"SMout{n}", NOW)
                tx.leases.release(ann.id, HERE)
            together.wait(60)
            with shared.transaction() as tx:
                assert tx.leases.adopt_orphans() == 0
                tx.leases.lock_own(ann.id, HERE)
                while waiting := tx.inbox.next(ann.id):
                    tx.inbox.remove(waiting.id)
                assert tx.leases.release(ann.id, HERE)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(accept_all), pool.submit(send_all)]:
            done.result(120)


def test_the_order_of_one_persons_messages_is_the_one_in_which_they_become_visible(
    shared: Store, people: list[Person]
):
    """However many apps accept them at once, a row that becomes visible later never has a lower id."""
    ann = people[0]
    apps = 4
    together = threading.Barrier(apps + 1)
    seen: list[int] = []

    def accept_all(app: int) -> None:
        together.wait(60)
        for n in range(50):
            accept(shared, ann, f"SM{app}-{n}", HERE)

    def remove_all() -> None:
        together.wait(60)
        while len(seen) < apps * 50:
            with shared.transaction() as tx:
                if waiting := tx.inbox.next(ann.id):
                    seen.append(waiting.id)
                    tx.inbox.remove(waiting.id)

    with ThreadPoolExecutor(apps + 1) as pool:
        for done in [*(pool.submit(accept_all, app) for app in range(apps)), pool.submit(remove_all)]:
            done.result(120)
    assert seen == sorted(seen)
