"""What may be sent in a day: replies beyond it wait, in order, and whom it concerns is told once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from scrapbook.delivery import Delivery
from structlog.testing import capture_logs

from scrapbook import delivery as deliveries
from scrapbook.errors import SendError
from scrapbook.patience import Patience
from scrapbook.segments import is_gsm7, segment_count
from scrapbook.settings import LEAST_SEGMENTS
from scrapbook.spending import HELD, Allowance
from scrapbook.store import Person, Store
from scrapbook.store.spending import EVERYBODY
from scrapbook.twilio.sending import Sent
from scrapbook.web.media import MediaLinks
from tests.e2e.house import new_sid
from tests.integration.conftest import NOW
from tests.integration.standins import Postbox

TODAY, TOMORROW = NOW.date(), NOW.date() + timedelta(days=1)
MIDNIGHT = datetime(2026, 3, 15, tzinfo=UTC)
ANN, BEN = "+15550100", "+15550101"
TOLD = HELD.format("20:00")
"""In New York, where Ann and Ben live."""


class House:
    """Deliveries at a time that stands still until it is moved."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.postbox = Postbox(NOW)

    def delivery(self, allowance: Allowance, rate: float = 0) -> Delivery:
        links = MediaLinks("secret", "https://scrapbook.example")
        return Delivery(
            self.store, self.postbox, links, "", rate, allowance, Patience(), clock=lambda: self.postbox.now
        )

    def reply(self, person: Person, body: str, segments: int = 1, to: str = "") -> int:
        sid = new_sid()
        address = to or next(one.value for one in person.addresses if one.value.startswith("+"))
        with self.store.transaction() as tx:
            tx.messages.record(
                sid=sid, person_id=person.id, from_=address, to="+15550999", body="hello", received_at=NOW
            )
            [reply] = tx.replies.record(sid, "+15550999", address, [body], [segments], NOW)
        return reply.id

    def segments(self, day: date = TODAY, account: int = EVERYBODY) -> int:
        with self.store.transaction(read_only=True) as tx:
            return tx.spending.segments(day, account)

    def held(self) -> int:
        with self.store.transaction(read_only=True) as tx:
            return tx.spending.held()


@pytest.fixture
def house(store: Store, ann: Person, ben: Person) -> House:
    with store.transaction() as tx:
        for person in (ann, ben):
            tx.people.set_timezone(person.id, "America/New_York")
    return House(store)


def test_replies_within_the_limit_go_out_and_are_counted(house: House, ann: Person, ben: Person):
    deliver = house.delivery(Allowance(5, 100))
    assert deliver.send(house.reply(ann, "one", 3)) is None
    assert deliver.send(house.reply(ann, "two")) is None
    assert deliver.send(house.reply(ben, "one", 2)) is None
    assert house.postbox.bodies(ANN) == ["one", "two"]
    assert [house.segments(account=one) for one in (ann.id, ben.id, EVERYBODY)] == [4, 2, 6]


def test_beyond_it_they_wait_until_midnight_and_the_person_is_told_once(
    house: House, ann: Person, ben: Person
):
    deliver = house.delivery(Allowance(per_person=5))
    first, second, third = (house.reply(ann, body, 2) for body in ("one", "two", "three"))
    assert deliver.send(first) is None
    assert deliver.send(second) is None
    with capture_logs() as logs:
        assert deliver.send(third) == (MIDNIGHT - NOW).total_seconds()
        assert deliver.send(house.reply(ann, "four")) == (MIDNIGHT - NOW).total_seconds()
    assert house.postbox.bodies(ANN) == ["one", "two", TOLD]
    assert [log["reply_id"] for log in logs if log["event"] == "error"] == [third]
    assert house.segments(account=ann.id) == 5  # telling was the last
    assert house.held() == 2
    assert deliver.send(house.reply(ben, "to Ben")) is None


def test_what_waits_goes_out_in_order_when_the_day_turns(house: House, ann: Person):
    deliver = house.delivery(Allowance(per_person=3))
    replies = [house.reply(ann, body) for body in ("one", "two", "three", "four")]
    assert [deliver.send(reply) is None for reply in replies] == [True, True, False, False]
    house.postbox.now = MIDNIGHT
    # The engine has not taken up the two yet, but a new one is there.
    late = house.reply(ann, "five")
    assert deliver.send(late) == 1
    assert [deliver.send(reply) for reply in (*replies[2:], late)] == [None, None, 86400]
    assert house.postbox.bodies(ANN) == ["one", "two", TOLD, "three", "four", TOLD]
    assert (house.segments(TODAY), house.segments(TOMORROW), house.held()) == (3, 3, 1)


def test_what_waits_goes_out_when_the_limit_is_raised(house: House, ann: Person):
    low = house.delivery(Allowance(per_person=2))
    replies = [house.reply(ann, body) for body in ("one", "two", "three")]
    for reply in replies:
        low.send(reply)
    assert low.release() == 2  # as a restart does; nothing has changed
    assert low.send(replies[1]) == (MIDNIGHT - NOW).total_seconds()
    assert house.postbox.bodies(ANN) == ["one", TOLD]
    for allowance, body in ((Allowance(per_person=4), "two"), (Allowance(), "three")):
        raised = house.delivery(allowance)
        raised.release()
        assert raised.send(house.reply(ann, "too early")) == 1
        assert raised.send(replies[["one", "two", "three"].index(body)]) is None
    assert house.postbox.bodies(ANN) == ["one", TOLD, "two", "three"]


def test_the_limit_in_all_holds_for_everybody_and_is_reported_once(house: House, ann: Person, ben: Person):
    deliver = house.delivery(Allowance(per_person=100, in_all=3))
    assert deliver.send(house.reply(ann, "one", 2)) is None
    with capture_logs() as logs:
        assert deliver.send(house.reply(ann, "two")) is not None
        assert deliver.send(house.reply(ben, "three")) is not None
    assert house.postbox.bodies(ANN) == ["one", TOLD]
    assert len(house.postbox.bodies(BEN)) == 1
    assert len([log for log in logs if log["event"] == "error"]) == 1


def test_what_twilio_refuses_is_not_counted(house: House, ann: Person):
    deliver = house.delivery(Allowance(5, 5))
    house.postbox.refuses = True
    reply = house.reply(ann, "one", 4)
    assert deliver.send(reply) is None
    assert (house.segments(), house.segments(account=ann.id)) == (0, 0)
    with house.store.transaction() as tx:
        tx.replies.reopen(reply)
    house.postbox.refuses = False
    assert deliver.send(reply) is None
    assert (house.segments(), house.postbox.bodies(ANN)) == (4, ["one"])


def test_a_reply_that_is_tried_again_is_counted_once(
    house: House, ann: Person, monkeypatch: pytest.MonkeyPatch
):
    deliver = house.delivery(Allowance(5, 5))
    tries = iter([SendError("Twilio answered 500", permanent=False)])
    send = house.postbox.send

    def flaky(*reply: str) -> Sent:
        for problem in tries:
            raise problem
        return send(*reply)

    monkeypatch.setattr(house.postbox, "send", flaky)
    assert deliver.send(house.reply(ann, "one", 4)) is None
    assert (house.segments(), house.postbox.bodies(ANN)) == (4, ["one"])


def test_telling_is_made_up_for_after_a_crash_and_not_repeated(
    house: House, ann: Person, monkeypatch: pytest.MonkeyPatch
):
    deliver = house.delivery(Allowance(per_person=2))
    deliver.send(house.reply(ann, "one"))
    held = house.reply(ann, "two")

    class Crash(BaseException):
        pass

    def crash(*_: object) -> None:
        raise Crash

    for step in ("_tell", "_record_telling"):  # before the sentence is sent, and after
        with monkeypatch.context() as patch:
            patch.setattr(Delivery, step, crash)
            with pytest.raises(Crash):
                deliver.send(held)
    for _ in range(2):
        assert deliver.send(held) is not None
    assert house.postbox.bodies(ANN) == ["one", TOLD]
    assert house.segments() == 2


def test_what_is_held_when_a_backup_is_made_holds_nothing_back_once_that_is_restored(
    house: House, ann: Person
):
    limited = house.delivery(Allowance(per_person=2))
    limited.send(house.reply(ann, "one"))
    assert limited.send(house.reply(ann, "two")) is not None
    with house.store.transaction() as tx:
        tx.replies.hold("restored", NOW)
    assert house.delivery(Allowance()).send(house.reply(ann, "three")) is None
    assert house.postbox.bodies()[-1] == "three"


def test_whoever_opted_out_is_told_nothing(house: House, ann: Person):
    deliver = house.delivery(Allowance(per_person=2))
    deliver.send(house.reply(ann, "one"))
    with house.store.transaction() as tx:
        tx.people.set_opt_out(ANN, NOW)
    assert deliver.send(house.reply(ann, "two")) is None
    assert house.postbox.bodies(ANN) == ["one"]


def test_a_reply_that_waits_takes_no_slot_of_the_number(house: House, ann: Person, ben: Person):
    deliver = house.delivery(Allowance(per_person=2), rate=1.0)
    assert deliver.reserve_slot(house.reply(ann, "long", 30)) == 0
    assert deliver.reserve_slot(house.reply(ben, "one")) == 0


def test_processes_that_count_at_once_do_not_exceed_the_limit(house: House, ann: Person, ben: Person):
    deliver = house.delivery(Allowance(in_all=9))
    replies = [house.reply(person, "x", to=f"+1555020{n}") for n in range(8) for person in (ann, ben)]
    with ThreadPoolExecutor(8) as pool:
        sent = [held is None for held in pool.map(deliver.send, replies)]
    assert sent.count(True) == 8
    assert house.held() == 8


def test_what_was_counted_long_ago_is_forgotten(house: House, ann: Person):
    house.delivery(Allowance(5)).send(house.reply(ann, "one"))
    with house.store.transaction() as tx:
        assert tx.spending.forget(TODAY) == 0
        assert tx.spending.forget(TOMORROW) == 2


def test_the_sentence_is_short_and_the_longest_reply_fits_any_limit():
    assert is_gsm7(TOLD)
    assert segment_count(TOLD) == 1
    assert segment_count("\U0001f600" * 800) < LEAST_SEGMENTS
    assert deliveries.TELL_ATTEMPTS > 1
