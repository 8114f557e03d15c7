"""Leases: whoever has work is worked for by one app, and by another when that one is gone."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from sqlalchemy import create_engine, text

from scrapbook.errors import LeaseLost
from scrapbook.store import NOBODY, Outgoing, Person, Store
from scrapbook.store import leases as store_leases
from tests.integration.conftest import NOW

HERE, THERE, THIRD = "app", "app/2", "app/3"
SCRAPBOOK = "+15550199"


def accept(store: Store, person: Person, sid: str, worker: str = HERE) -> str:
    """Returns who works for the person."""
    with store.transaction() as tx:
        holder = tx.leases.claim(person.id, worker)
        tx.inbox.accept(
            sid=sid,
            person_id=person.id,
            from_=person.addresses[0].value,
            to=SCRAPBOOK,
            body="hi",
            received_at=NOW,
        )
    return holder


def reply(store: Store, person: Person, sid: str) -> Outgoing:
    """A reply to a message that is in the inbox no more."""
    with store.transaction() as tx:
        tx.messages.record(
            sid=sid,
            person_id=person.id,
            from_=person.addresses[0].value,
            to=SCRAPBOOK,
            body="hi",
            received_at=NOW,
        )
        [one] = tx.replies.record(sid, SCRAPBOOK, person.addresses[0].value, ["a"], [1], NOW)
    return Outgoing.of(one, person.id, NOW)


def answer(store: Store, person: Person, worker: str = HERE) -> bool:
    """Take the person's next message out; whether their lease is gone then."""
    with store.transaction() as tx:
        tx.leases.hold(person.id, worker)
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
            tx.leases.hold(person.id, worker)
        except LeaseLost:
            return False
    return True


def test_whoever_comes_first_works_for_a_person(store: Store, ann: Person, ben: Person):
    assert accept(store, ann, "SM1", HERE) == HERE
    assert accept(store, ann, "SM2", THERE) == HERE
    assert accept(store, ben, "SM3", THERE) == THERE
    assert (worked_for(store, HERE), worked_for(store, THERE)) == ([ann.id], [ben.id])
    assert is_held(store, ann, HERE)
    assert not is_held(store, ann, THERE)


def test_nobody_works_for_who_has_no_lease(store: Store, ann: Person):
    assert not is_held(store, ann, HERE)


def test_a_lease_lasts_until_the_last_message_is_answered_and_the_last_reply_sent(store: Store, ann: Person):
    for sid in ("SM1", "SM2"):
        accept(store, ann, sid)
    outgoing = reply(store, ann, "SM3")
    assert [answer(store, ann), answer(store, ann)] == [False, False]
    with store.transaction() as tx:
        tx.replies.mark_sending(outgoing.id)
        assert not tx.leases.release(ann.id, HERE)
        tx.outbox.mark_sent(outgoing.id, "SMout", NOW)
        assert tx.leases.release(ann.id, HERE)
        assert not tx.leases.release(ann.id, HERE)
    assert worked_for(store) == []


def test_what_waits_for_another_day_holds_no_lease(store: Store, ann: Person):
    outgoing = reply(store, ann, "SM1")
    with store.transaction() as tx:
        tx.leases.claim(ann.id, HERE)
        tx.spending.hold(outgoing.id, NOW)
        assert tx.leases.release(ann.id, HERE)


def test_only_its_holder_gives_a_lease_back(store: Store, ann: Person):
    with store.transaction() as tx:
        tx.leases.claim(ann.id, HERE)
        assert not tx.leases.release(ann.id, THERE)
    assert worked_for(store) == [ann.id]


def test_whoever_has_work_and_no_lease_gets_one_that_anybody_may_take(store: Store, ann: Person, ben: Person):
    with store.transaction() as tx:
        carl, dora = (tx.people.add(name, [f"+1555020{n}"]) for n, name in enumerate(("Carl", "Dora")))
    accept(store, ann, "SM1")
    reply(store, ben, "SM2")
    outgoing = reply(store, carl, "SM3")
    accept(store, dora, "SM4", THERE)
    with store.transaction() as tx:
        tx.spending.hold(outgoing.id, NOW)
        tx.inbox.remove(tx.inbox.all()[0].id)
        assert tx.leases.release(ann.id, HERE)
        tx.inbox.put(ann.id, "SM1", 1)  # as no release of ours would
    with store.transaction() as tx:
        assert tx.leases.adopt_orphans() == 2
        assert tx.leases.adopt_orphans() == 0
    assert worked_for(store, NOBODY) == [ann.id, ben.id]
    with store.transaction() as tx:
        assert tx.leases.claim(ann.id, THIRD) == NOBODY  # it is taken, not claimed


def test_on_sqlite_whatever_another_name_has_left_is_taken(sqlite_url: str):
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


# Several apps, which only PostgreSQL has


@pytest.fixture
def shared(postgresql_url: str) -> Iterator[Store]:
    with closing(Store.open(postgresql_url)) as store:
        yield store


@pytest.fixture
def people(shared: Store) -> list[Person]:
    with shared.transaction() as tx:
        return [tx.people.add(f"P{n}", [f"+155503{n:02}"]) for n in range(20)]


def expire(url: str, worker: str) -> None:
    """As the database's clock does after a while."""
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


def test_an_app_is_at_work_until_its_standing_expires(shared: Store, postgresql_url: str):
    renew(shared, HERE, THERE)
    with shared.transaction(read_only=True) as tx:
        assert tx.leases.at_work() == {HERE, THERE}
    expire(postgresql_url, THERE)
    with shared.transaction(read_only=True) as tx:
        assert tx.leases.at_work() == {HERE}
    renew(shared, THERE)
    with shared.transaction(read_only=True) as tx:
        assert tx.leases.at_work() == {HERE, THERE}


def test_a_standing_holds_for_the_seconds_that_are_promised_by_the_clock_of_the_database(
    shared: Store, postgresql_url: str
):
    """However long the transaction takes in which it is renewed."""
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


def test_the_leases_of_an_app_are_its_own_until_its_standing_expires(
    shared: Store, people: list[Person], postgresql_url: str
):
    renew(shared, HERE, THERE)
    ann, *_ = people
    accept(shared, ann, "SM1", THERE)
    assert abandoned(shared, HERE) == []
    expire(postgresql_url, THERE)
    assert is_held(shared, ann, THERE)  # nobody has taken it yet
    assert abandoned(shared, THERE) == []  # its own
    assert abandoned(shared, HERE) == [ann.id]
    with shared.transaction() as tx:
        assert tx.leases.take_abandoned(HERE) == [ann.id]
    renew(shared, THERE)
    assert not is_held(shared, ann, THERE)
    assert answer(shared, ann, HERE)


def test_who_retires_leaves_its_leases_at_once(shared: Store, people: list[Person]):
    renew(shared, HERE, THERE)
    accept(shared, people[0], "SM1", THERE)
    accept(shared, people[1], "SM2", NOBODY)
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
            assert second.leases.take_abandoned(THERE) == []  # it is not known yet that the other is gone
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


def test_so_many_are_taken_in_one_go_and_the_others_in_the_next(
    shared: Store, people: list[Person], monkeypatch: pytest.MonkeyPatch
):
    for n, person in enumerate(people):
        accept(shared, person, f"SM{n}", THIRD)
    monkeypatch.setattr(store_leases, "MOST_TAKEN", 15)
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
    """One app takes messages in; the other answers what it has a lease for, and gives that back each time."""
    ann = people[0]
    together = threading.Barrier(2)
    orphans: list[int] = []

    def take_in() -> None:
        for n in range(ROUNDS):
            together.wait(60)
            assert accept(shared, ann, f"SM{n}", HERE) == HERE
            together.wait(60)

    def answer_all() -> None:
        for n in range(ROUNDS):
            accept(shared, ann, f"SL{n}", HERE)  # the last of it: answered below, as the next one comes in
            together.wait(60)
            answer(shared, ann, HERE)
            together.wait(60)
            with shared.transaction() as tx:
                orphans.append(tx.leases.adopt_orphans())
                tx.leases.hold(ann.id, HERE)
            assert answer(shared, ann, HERE)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(take_in), pool.submit(answer_all)]:
            done.result(120)
    assert orphans == [0] * ROUNDS


def test_the_same_holds_while_the_last_reply_is_sent(shared: Store, people: list[Person]):
    ann = people[0]
    together = threading.Barrier(2)

    def take_in() -> None:
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
                tx.leases.hold(ann.id, HERE)
                while waiting := tx.inbox.next(ann.id):
                    tx.inbox.remove(waiting.id)
                assert tx.leases.release(ann.id, HERE)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(take_in), pool.submit(send_all)]:
            done.result(120)


def test_the_order_of_one_persons_messages_is_the_one_in_which_they_become_visible(
    shared: Store, people: list[Person]
):
    """However many apps take them in at once: who looks for the next one never finds an earlier one later."""
    ann = people[0]
    apps = 4
    together = threading.Barrier(apps + 1)
    seen: list[int] = []

    def take_in(app: int) -> None:
        together.wait(60)
        for n in range(50):
            accept(shared, ann, f"SM{app}-{n}", HERE)

    def look() -> None:
        together.wait(60)
        while len(seen) < apps * 50:
            with shared.transaction() as tx:
                if waiting := tx.inbox.next(ann.id):
                    seen.append(waiting.id)
                    tx.inbox.remove(waiting.id)

    with ThreadPoolExecutor(apps + 1) as pool:
        for done in [*(pool.submit(take_in, app) for app in range(apps)), pool.submit(look)]:
            done.result(120)
    assert seen == sorted(seen)
