"""What may be sent in a day: replies beyond it wait, in order, and whom it concerns is told once."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from structlog.testing import capture_logs
from typing_extensions import override

from scrapbook import outbox as outboxes
from scrapbook.errors import SendError
from scrapbook.leases import LeaseTerm
from scrapbook.outbox import Outbox
from scrapbook.segments import is_gsm7, segment_count
from scrapbook.settings import LEAST_SEGMENTS
from scrapbook.spending import HELD, Allowance
from scrapbook.store import GroupWriter, Outgoing, Person, Store
from scrapbook.store.spending import EVERYBODY
from scrapbook.twilio.sending import Sent
from scrapbook.web.media import MediaLinks
from tests.e2e.house import new_sid, wait_until
from tests.integration.conftest import NOW
from tests.integration.paths import LoopRunning, loop_running
from tests.integration.standins import Postbox

TODAY, TOMORROW = NOW.date(), NOW.date() + timedelta(days=1)
MIDNIGHT = datetime(2026, 3, 15, tzinfo=UTC)
ANN, BEN, SCRAPBOOK = "+15550100", "+15550101", "+15550999"
TOLD = HELD.format("20:00")
"""In New York, where Ann and Ben live."""
WORKER = "app"


class Weather(Postbox):
    """Meets what is in ``troubles``, one with each message.

    Attributes:
        killed: "before" or "after" the process hands over that an allowance is used up, it is killed.
    """

    def __init__(self) -> None:
        super().__init__(NOW)
        self.troubles = iter(list[SendError]())
        self.killed = ""

    @override
    async def send(
        self, from_: str, to: str, body: str, status_callback: str = "", media_urls: Sequence[str] = ()
    ) -> Sent:
        for problem in self.troubles:
            raise problem
        if body == TOLD and self.killed == "before":
            raise asyncio.CancelledError
        sent = await super().send(from_, to, body, status_callback, media_urls)
        if body == TOLD and self.killed == "after":
            raise asyncio.CancelledError
        return sent


class House:
    """Sends at a time that stands still until it is moved."""

    def __init__(self, store: Store, loop: LoopRunning) -> None:
        self.store = store
        self.postbox = Weather()
        self._loop = loop
        self._writers: list[GroupWriter] = []

    def outbox(self, allowance: Allowance, rate: float = 0) -> Outbox:
        """Of a process that was just started."""
        self._writers.append(GroupWriter(self.store))
        return Outbox(
            self.store,
            self._writers[-1],
            self.postbox,
            MediaLinks("secret", "https://scrapbook.example"),
            LeaseTerm(expires=False),
            WORKER,
            "",
            rate,
            allowance,
            clock=lambda: self.postbox.now or NOW,
        )

    def reply(self, person: Person, body: str, segments: int = 1, to: str = "") -> Outgoing:
        sid = new_sid()
        address = to or next(one.value for one in person.addresses if one.value.startswith("+"))
        with self.store.transaction() as tx:
            tx.leases.claim(person.id, WORKER)
            tx.messages.record(
                sid=sid, person_id=person.id, from_=address, to=SCRAPBOOK, body="hello", received_at=NOW
            )
            [reply] = tx.replies.record(sid, SCRAPBOOK, address, [body], [segments], NOW)
        return Outgoing.of(reply, person.id, NOW)

    def send(self, outbox: Outbox, *replies: Outgoing) -> list[datetime | None]:
        """Until when each is held then; None where it is not."""
        self.add(outbox, *replies)
        self.wait_for(outbox, *replies)
        with self.store.transaction(read_only=True) as tx:
            return [tx.replies.get(reply.id).held_until for reply in replies]

    def add(self, outbox: Outbox, *replies: Outgoing) -> None:
        for reply in replies:
            self._loop.call(lambda reply=reply: outbox.add(reply, is_begun=False))

    def wait_for(self, outbox: Outbox, *replies: Outgoing) -> None:
        people = {reply.person_id for reply in replies}
        wait_until(lambda: not any(map(outbox.is_busy, people)), 20, lambda: str(self.postbox.sent))

    def restart(self) -> list[Outgoing]:
        """What is held, as when an app is started."""
        with self.store.transaction() as tx:
            tx.spending.release(self.postbox.now or NOW)
        return self.due()

    def due(self) -> list[Outgoing]:
        """What is held no longer."""
        now = self.postbox.now or NOW
        with self.store.transaction() as tx:
            people = tx.outbox.due(now)
            for person_id in people:
                tx.leases.claim(person_id, WORKER)
                tx.outbox.release(person_id)
            return [reply for person_id in people for reply in tx.outbox.of_person(person_id)]

    def segments(self, day: date = TODAY, account: int = EVERYBODY) -> int:
        with self.store.transaction(read_only=True) as tx:
            return tx.spending.segments(day, account)

    def leases(self) -> list[int]:
        with self.store.transaction(read_only=True) as tx:
            return tx.leases.of(WORKER)

    def held(self) -> int:
        with self.store.transaction(read_only=True) as tx:
            return tx.spending.held()

    def worked_for(self) -> list[int]:
        with self.store.transaction(read_only=True) as tx:
            return tx.leases.of(WORKER)

    def close(self) -> None:
        for writer in self._writers:
            writer.stop()


@pytest.fixture
def house(store: Store, ann: Person, ben: Person) -> Iterator[House]:
    with store.transaction() as tx:
        for person in (ann, ben):
            tx.people.set_timezone(person.id, "America/New_York")
    with loop_running() as loop:
        house = House(store, loop)
        yield house
        house.close()


def test_replies_within_the_limit_go_out_and_are_counted(house: House, ann: Person, ben: Person):
    outbox = house.outbox(Allowance(5, 100))
    house.send(outbox, house.reply(ann, "one", 3), house.reply(ann, "two"), house.reply(ben, "one", 2))
    assert house.postbox.bodies(ANN) == ["one", "two"]
    assert house.postbox.bodies(BEN) == ["one"]
    assert [house.segments(account=one) for one in (ann.id, ben.id, EVERYBODY)] == [4, 2, 6]


def test_beyond_it_they_wait_until_midnight_and_the_person_is_told_once(
    house: House, ann: Person, ben: Person
):
    outbox = house.outbox(Allowance(per_person=5))
    first, second, third = (house.reply(ann, body, 2) for body in ("one", "two", "three"))
    with capture_logs() as logs:
        assert house.send(outbox, first, second, third) == [None, None, MIDNIGHT]
        assert house.send(outbox, house.reply(ann, "four")) == [MIDNIGHT]
    assert house.postbox.bodies(ANN) == ["one", "two", TOLD]
    assert [log["reply_id"] for log in logs if log["event"] == "error"] == [third.id]
    assert house.segments(account=ann.id) == 5  # telling was the last
    assert house.held() == 2
    assert house.send(outbox, house.reply(ben, "to Ben")) == [None]
    assert house.postbox.bodies(BEN) == ["to Ben"]
    assert house.worked_for() == []


def test_what_waits_goes_out_in_order_when_the_day_turns(house: House, ann: Person):
    outbox = house.outbox(Allowance(per_person=3))
    replies = [house.reply(ann, body) for body in ("one", "two", "three", "four")]
    assert house.send(outbox, *replies) == [None, None, MIDNIGHT, MIDNIGHT]
    assert house.due() == []
    house.postbox.now = MIDNIGHT
    # Nobody has looked for the two yet, but a new one is there.
    late = house.reply(ann, "five")
    assert house.send(outbox, late) == [MIDNIGHT]
    assert house.postbox.bodies(ANN) == ["one", "two", TOLD]
    due = house.due()
    assert [reply.id for reply in due] == [reply.id for reply in (*replies[2:], late)]
    assert house.send(outbox, *due) == [None, None, MIDNIGHT + timedelta(days=1)]
    assert house.postbox.bodies(ANN) == ["one", "two", TOLD, "three", "four", TOLD]
    assert (house.segments(TODAY), house.segments(TOMORROW), house.held()) == (3, 3, 1)


def test_what_waits_goes_out_when_the_limit_is_raised(house: House, ann: Person):
    low = house.outbox(Allowance(per_person=2))
    house.send(low, *(house.reply(ann, body) for body in ("one", "two", "three")))
    waiting = house.restart()  # nothing has changed
    assert [reply.body for reply in waiting] == ["two", "three"]
    assert house.send(house.outbox(Allowance(per_person=2)), *waiting) == [MIDNIGHT, MIDNIGHT]
    assert house.postbox.bodies(ANN) == ["one", TOLD]
    raised = house.outbox(Allowance(per_person=4))
    assert house.send(raised, house.reply(ann, "four")) == [MIDNIGHT]  # behind the others
    assert house.send(raised, *house.restart()) == [None, MIDNIGHT, MIDNIGHT]
    assert house.postbox.bodies(ANN) == ["one", TOLD, "two"]
    assert house.send(house.outbox(Allowance()), *house.restart()) == [None, None]
    assert house.postbox.bodies(ANN) == ["one", TOLD, "two", "three", "four"]


def test_the_limit_in_all_holds_for_everybody_and_is_reported_once(house: House, ann: Person, ben: Person):
    outbox = house.outbox(Allowance(per_person=100, in_all=3))
    with capture_logs() as logs:
        assert house.send(outbox, house.reply(ann, "one", 2), house.reply(ann, "two")) == [None, MIDNIGHT]
        assert house.send(outbox, house.reply(ben, "three")) == [MIDNIGHT]
    assert house.postbox.bodies(ANN) == ["one", TOLD]
    assert len(house.postbox.bodies(BEN)) == 1
    assert len([log for log in logs if log["event"] == "error"]) == 1


def test_what_twilio_refuses_is_not_counted(house: House, ann: Person):
    outbox = house.outbox(Allowance(5, 5))
    house.postbox.refuses = True
    reply = house.reply(ann, "one", 4)
    assert house.send(outbox, reply) == [None]
    assert (house.segments(), house.segments(account=ann.id)) == (0, 0)
    with house.store.transaction() as tx:
        assert tx.replies.get(reply.id).state == "failed"
        tx.replies.reopen(reply.id)
    house.postbox.refuses = False
    assert house.send(outbox, reply) == [None]
    assert (house.segments(), house.postbox.bodies(ANN)) == (4, ["one"])


def test_a_reply_that_is_tried_again_is_counted_once(house: House, ann: Person):
    outbox = house.outbox(Allowance(5, 5))
    house.postbox.troubles = iter([SendError("Twilio answered 500", permanent=False)])
    assert house.send(outbox, house.reply(ann, "one", 4)) == [None]
    assert (house.segments(), house.postbox.bodies(ANN)) == (4, ["one"])


def test_telling_is_made_up_for_after_a_crash_and_not_repeated(house: House, ann: Person):
    """Before the sentence is sent, and after."""
    allowance = Allowance(per_person=2)
    house.send(house.outbox(allowance), house.reply(ann, "one"))
    waiting = [house.reply(ann, "two")]
    for house.postbox.killed in ("before", "after", "", ""):
        assert house.send(house.outbox(allowance), *waiting) == [MIDNIGHT]
        waiting = house.restart()
        assert [reply.body for reply in waiting] == ["two"]
    assert house.postbox.bodies(ANN) == ["one", TOLD]
    assert house.segments() == 2


def test_the_lease_is_kept_until_the_person_was_told_so_that_a_takeover_makes_up_for_it(
    house: House, ann: Person
):
    allowance = Allowance(per_person=2)
    house.send(house.outbox(allowance), house.reply(ann, "one"))
    with house.store.transaction() as tx:
        tx.leases.claim(ann.id, WORKER)
    house.postbox.killed = "before"
    house.send(house.outbox(allowance), house.reply(ann, "two"))
    assert house.leases() == [ann.id]
    house.postbox.killed = ""
    house.send(house.outbox(allowance), *house.restart())
    assert (house.leases(), house.postbox.bodies(ANN)) == ([], ["one", TOLD])


def test_what_is_held_when_a_backup_is_made_holds_nothing_back_once_that_is_restored(
    house: House, ann: Person
):
    limited = house.outbox(Allowance(per_person=2))
    assert house.send(limited, house.reply(ann, "one"), house.reply(ann, "two")) == [None, MIDNIGHT]
    with house.store.transaction() as tx:
        tx.replies.hold("restored", NOW)
    assert house.send(house.outbox(Allowance()), house.reply(ann, "three")) == [None]
    assert house.postbox.bodies()[-1] == "three"


def test_whoever_opted_out_is_told_nothing(house: House, ann: Person):
    outbox = house.outbox(Allowance(per_person=2))
    house.send(outbox, house.reply(ann, "one"))
    with house.store.transaction() as tx:
        tx.people.set_opt_out(ANN, NOW)
    assert house.send(outbox, house.reply(ann, "two")) == [None]
    assert house.postbox.bodies(ANN) == ["one"]


def test_a_reply_that_waits_takes_no_slot_of_the_number(house: House, ann: Person, ben: Person):
    outbox = house.outbox(Allowance(per_person=2), rate=1.0)
    assert house.send(outbox, house.reply(ann, "long", 30)) == [MIDNIGHT]
    assert house.send(outbox, house.reply(ben, "one")) == [None]
    with house.store.transaction() as tx:
        assert tx.senders.reserve(SCRAPBOOK, 1, NOW) == NOW + timedelta(seconds=1)  # behind the one to Ben


def test_processes_that_count_at_once_do_not_exceed_the_limit(house: House, ann: Person, ben: Person):
    processes = [house.outbox(Allowance(in_all=9)) for _ in range(2)]
    replies = [house.reply(person, "x", to=f"+1555020{n}") for n in range(8) for person in (ann, ben)]
    for n, reply in enumerate(replies):
        house.add(processes[n // 2 % 2], reply)
    for process in processes:
        house.wait_for(process, *replies)
    assert house.postbox.bodies().count("x") == 8
    assert house.held() == 8


def test_what_was_counted_long_ago_is_forgotten(house: House, ann: Person):
    house.send(house.outbox(Allowance(5)), house.reply(ann, "one"))
    with house.store.transaction() as tx:
        assert tx.spending.forget(TODAY) == 0
        assert tx.spending.forget(TOMORROW) == 2


def test_the_sentence_is_short_and_the_longest_reply_fits_any_limit():
    assert is_gsm7(TOLD)
    assert segment_count(TOLD) == 1
    assert segment_count("\U0001f600" * 800) < LEAST_SEGMENTS
    assert outboxes.TELL_ATTEMPTS > 1
