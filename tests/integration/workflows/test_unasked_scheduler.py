"""The scheduler says what is due at its time, what was missed at its start, and each once."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from scrapbook.core.saying_unasked import next_at
from scrapbook.core.unasked import OUTSIDE_WINDOW, OwnSender, leave
from scrapbook.model.delivery_status import DeliveryStatus
from scrapbook.observability.metrics import registry
from scrapbook.store import GroupWriter, Outgoing, Person, Store
from scrapbook.text.parsed_text import ParsedText
from scrapbook.workflows.delivery_statuses import DeliveryStatuses, StatusReport
from scrapbook.workflows.unasked_scheduler import UnaskedScheduler
from tests.support.installation import wait_until
from tests.support.message_paths import LoopRunning, loop_running

OURS = "+15550199"
DAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
PEOPLE = 40


class Handed:
    """Takes what is handed over for sending."""

    def __init__(self) -> None:
        self.messages: list[Outgoing] = []

    def add(self, message: Outgoing, *, is_begun: bool) -> None:
        assert not is_begun
        self.messages.append(message)


class Clock:
    """A clock that the test sets."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def store_url(url: str) -> str:
    """On both databases."""
    return url


@pytest.fixture
def loop() -> Iterator[LoopRunning]:
    with loop_running() as loop:
        yield loop


def people(store: Store, count: int) -> list[Person]:
    with store.transaction() as tx:
        added = [tx.people.add(f"Person {n}", [f"+1555{n:04}"]) for n in range(100, 100 + count)]
        for person in added:
            tx.people.set_timezone(person.id, "UTC")
        return added


def remind(store: Store, person: Person, text: str, at: datetime) -> None:
    with store.transaction() as tx:
        entry = tx.entries.add(person.id, ParsedText(text), None, None, DAY, due_at=at)
        tx.reminders.put(person.id, entry.id, at, None, "UTC", has_time=True)


def scheduler(store: Store, clock: Clock, handed: Handed, worker: str = "app") -> UnaskedScheduler:
    return UnaskedScheduler(store, GroupWriter(store), handed, worker, OwnSender(OURS), clock)  # type: ignore[arg-type]


def test_what_was_missed_is_said_at_the_start(store: Store, loop: LoopRunning) -> None:
    [ann] = people(store, 1)
    remind(store, ann, "call mum", DAY)
    handed = Handed()
    loop.wait(scheduler(store, Clock(DAY + timedelta(hours=1)), handed).say_all_due())
    assert [one.body.split(".")[0] for one in handed.messages] == ["Reminder 1 call mum (due 12:00)"]


def test_what_is_said_late_and_in_one_message_is_counted(store: Store, loop: LoopRunning) -> None:
    def counted() -> list[float]:
        names = ("reminder_lateness_seconds_sum", "reminders_folded_total")
        values = [registry.get_sample_value(f"scrapbook_{name}") for name in names]
        late = registry.get_sample_value("scrapbook_reminders_said_total", {"when": "late"})
        return [value or 0 for value in (*values, late)]

    [ann] = people(store, 1)
    for text in ("call mum", "stretch"):
        remind(store, ann, text, DAY)
    before = counted()
    loop.wait(scheduler(store, Clock(DAY + timedelta(hours=1)), Handed()).say_all_due())
    assert [now - then for now, then in zip(counted(), before, strict=True)] == [7200, 2, 2]


def test_nothing_is_said_early_and_all_of_it_at_its_time(store: Store, loop: LoopRunning) -> None:
    for person in people(store, PEOPLE):
        remind(store, person, "call mum", DAY)
    clock, handed = Clock(DAY - timedelta(seconds=1)), Handed()
    waiting = scheduler(store, clock, handed)
    loop.wait(waiting.say_all_due())
    assert handed.messages == []
    clock.now = DAY
    loop.wait(waiting.say_all_due())
    assert len({one.person_id for one in handed.messages}) == len(handed.messages) == PEOPLE
    loop.wait(waiting.say_all_due())
    assert len(handed.messages) == PEOPLE


def test_an_earlier_one_that_is_saved_meanwhile_wakes_it(store: Store, loop: LoopRunning) -> None:
    [ann] = people(store, 1)
    remind(store, ann, "later", DAY + timedelta(days=1))
    clock, handed = Clock(DAY), Handed()
    waiting = scheduler(store, clock, handed)
    running = loop.begin(waiting.run())
    try:
        remind(store, ann, "sooner", DAY)
        loop.call(waiting.wake)
        wait_until(lambda: len(handed.messages) == 1, 30, lambda: "it was not woken")
    finally:
        running.cancel()
    assert "sooner" in handed.messages[0].body


def test_a_clock_that_is_set_ahead_is_noticed_without_being_told(store: Store, loop: LoopRunning) -> None:
    [ann] = people(store, 1)
    remind(store, ann, "call mum", DAY + timedelta(hours=2))
    clock, handed = Clock(DAY), Handed()
    running = loop.begin(scheduler(store, clock, handed).run())
    try:
        clock.now = DAY + timedelta(hours=2)
        wait_until(lambda: len(handed.messages) == 1, 30, lambda: "the clock was not looked at")
    finally:
        running.cancel()


def test_of_several_apps_one_says_it(store: Store, loop: LoopRunning) -> None:
    for person in people(store, PEOPLE):
        remind(store, person, "call mum", DAY)
    handed = [Handed() for _ in range(3)]
    apps = [scheduler(store, Clock(DAY), one, f"app-{n}") for n, one in enumerate(handed)]

    async def together() -> None:
        await asyncio.gather(*(app.say_all_due() for app in apps))

    loop.wait(together())
    recorded = store.read(lambda tx: tx.outbound_messages.undelivered())
    assert len(recorded) == PEOPLE
    assert sum(len(one.messages) for one in handed) <= PEOPLE  # the lease of one may be another's


def test_prompts_and_what_was_left_to_be_said_are_said_once_by_several_apps(
    store: Store, loop: LoopRunning
) -> None:
    everybody = people(store, PEOPLE)
    with store.transaction() as tx:
        for person in everybody:
            tx.recurring.put(person.id, "prompts", "FREQ=DAILY;BYHOUR=12;BYMINUTE=0", DAY, has_time=True)
            leave(tx, person.id, f"cause:{person.id}", "fires mentions napa", DAY)
    apps = [scheduler(store, Clock(DAY), Handed(), f"app-{n}") for n in range(3)]

    async def together() -> None:
        await asyncio.gather(*(app.say_all_due() for app in apps))

    loop.wait(together())
    loop.wait(together())
    recorded = store.read(lambda tx: tx.outbound_messages.undelivered())
    assert len(recorded) == 2 * PEOPLE
    assert sum(one.body == "fires mentions napa" for one in recorded) == PEOPLE
    assert store.read(next_at) == DAY + timedelta(days=1)


def test_an_error_that_concerns_one_person_keeps_nobody_else_waiting(
    store: Store, loop: LoopRunning, monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody = people(store, 3)
    for person in everybody:
        remind(store, person, "call mum", DAY)
    with store.transaction() as tx:
        tx.people.set_timezone(everybody[0].id, "Nowhere/At_All")
    handed = Handed()
    loop.wait(scheduler(store, Clock(DAY), handed).say_all_due())
    assert {one.person_id for one in handed.messages} == {one.id for one in everybody[1:]}


def test_what_answers_a_person_waits_for_no_morning_and_comes_first(store: Store, loop: LoopRunning) -> None:
    [ann] = people(store, 1)
    night = DAY + timedelta(hours=14)
    with store.transaction() as tx:
        leave(tx, ann.id, "feed", "fires mentions napa", night)
        leave(tx, ann.id, "import", "Imported: 3 entries", night, is_answer=True)
    handed = Handed()
    loop.wait(scheduler(store, Clock(night), handed).say_all_due())
    assert [one.body for one in handed.messages] == ["Imported: 3 entries"]


def test_what_whatsapp_refuses_after_accepting_it_is_said_once_more_by_sms(
    store: Store, loop: LoopRunning
) -> None:
    with store.transaction() as tx:
        ann = tx.people.add("Ann", ["whatsapp:+15550100", "+15550100"])
        tx.people.set_timezone(ann.id, "UTC")

    def text_and_leave(key: str, at: datetime) -> None:
        with store.transaction() as tx:
            tx.messages.record(
                message_id=f"SM{key}",
                person_id=ann.id,
                from_="whatsapp:+15550100",
                to=f"whatsapp:{OURS}",
                body="hello",
                received_at=at,
            )
            leave(tx, ann.id, key, "The fires moved north.", at + timedelta(minutes=1))

    clock, handed = Clock(DAY + timedelta(hours=1)), Handed()
    waiting = scheduler(store, clock, handed)
    text_and_leave("fires", DAY)
    loop.wait(waiting.say_all_due())
    [first] = handed.messages
    assert first.to == "whatsapp:+15550100"

    store.write(lambda tx: tx.outbound_messages.mark_sent(first.id, "SM1", clock.now))
    refused = StatusReport(first.id, "SM1", DeliveryStatus.FAILED, OUTSIDE_WINDOW, clock.now)
    for _ in range(2):
        loop.wait(DeliveryStatuses(GroupWriter(store)).record(refused))
        loop.wait(waiting.say_all_due())
    assert [(one.to, one.body) for one in handed.messages[1:]] == [("+15550100", first.body)]

    text_and_leave("later", clock.now + timedelta(hours=1))
    clock.now += timedelta(hours=2)
    loop.wait(waiting.say_all_due())
    assert [one.to for one in handed.messages[2:]] == ["whatsapp:+15550100"]
