"""Daily quotas: messages beyond them wait, in order, and the recipient is notified once."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from structlog.testing import capture_logs
from typing_extensions import override

from scrapbook.channels.twilio.channel import AUDIO
from scrapbook.channels.twilio.media import TwilioMedia
from scrapbook.core.wording import sentence
from scrapbook.errors import SendError
from scrapbook.messaging.channel import Channel, Channels
from scrapbook.messaging.ports import SentMessage
from scrapbook.settings import MIN_SEGMENTS
from scrapbook.store import GroupWriter, Outgoing, Person, Store
from scrapbook.store.segment_usage import ALL_PEOPLE
from scrapbook.text.segments import is_gsm7, segment_count
from scrapbook.web.media_links import MediaLinks
from scrapbook.workflows.leases import LeaseTerm
from scrapbook.workflows.outbox import Outbox
from scrapbook.workflows.quota import SegmentQuota
from tests.integration.conftest import NOW
from tests.support.installation import new_sid, wait_until
from tests.support.message_paths import LoopRunning, loop_running
from tests.support.standins import Postbox

TODAY, TOMORROW = NOW.date(), NOW.date() + timedelta(days=1)
MIDNIGHT = datetime(2026, 3, 15, tzinfo=UTC)
ANN, BEN, SCRAPBOOK = "+15550100", "+15550101", "+15550999"
NOTICE = sentence("utter_limit_notice", time="20:00")
"""In New York, where Ann and Ben live."""
WORKER = "app"


class Weather(Postbox):
    """Raises the errors in ``troubles``, one with each message.

    Attributes:
        killed: whether the process is killed "before" or "after" it submits a notice; empty for neither.
    """

    def __init__(self) -> None:
        super().__init__(NOW)
        self.troubles = iter(list[SendError]())
        self.killed = ""

    @override
    async def send(
        self,
        from_: str,
        to: str,
        body: str,
        reference: int | None = None,
        media_urls: Sequence[str] = (),
        *,
        in_template: bool = False,
    ) -> SentMessage:
        for problem in self.troubles:
            raise problem
        if body == NOTICE and self.killed == "before":
            raise asyncio.CancelledError
        sent = await super().send(from_, to, body, reference, media_urls)
        if body == NOTICE and self.killed == "after":
            raise asyncio.CancelledError
        return sent


class Installation:
    """Sends messages, with a clock that a test sets."""

    def __init__(self, store: Store, loop: LoopRunning) -> None:
        self.store = store
        self.postbox = Weather()
        self._loop = loop
        self._writers: list[GroupWriter] = []

    def outbox(self, quota: SegmentQuota, rate: float = 0) -> Outbox:
        """Return the outbox of a process that was just started."""
        self._writers.append(GroupWriter(self.store))
        return Outbox(
            self.store,
            self._writers[-1],
            Channels([Channel("twilio", frozenset({"sms"}), self.postbox, TwilioMedia("AC", "", ""), AUDIO)]),
            MediaLinks("secret", "https://scrapbook.example"),
            LeaseTerm(expires=False),
            WORKER,
            rate,
            quota,
            clock=lambda: self.postbox.now or NOW,
        )

    def reply(self, person: Person, body: str, segments: int = 1, to: str = "") -> Outgoing:
        message_id = new_sid()
        address = to or next(one.value for one in person.addresses if one.value.startswith("+"))
        with self.store.transaction() as tx:
            tx.leases.claim(person.id, WORKER)
            tx.messages.record(
                message_id=message_id,
                person_id=person.id,
                from_=address,
                to=SCRAPBOOK,
                body="hello",
                received_at=NOW,
            )
            [reply] = tx.outbound_messages.record_reply(
                person.id, message_id, SCRAPBOOK, address, [body], [segments], NOW
            )
        return Outgoing.of(reply, NOW)

    def send(self, outbox: Outbox, *replies: Outgoing) -> list[datetime | None]:
        """Send the replies; return until when each is held, None where it is not."""
        self.add(outbox, *replies)
        self.wait_for(outbox, *replies)
        with self.store.transaction(read_only=True) as tx:
            return [tx.outbound_messages.get(reply.id).not_before for reply in replies]

    def add(self, outbox: Outbox, *replies: Outgoing) -> None:
        for reply in replies:
            self._loop.call(lambda reply=reply: outbox.add(reply, is_begun=False))

    def wait_for(self, outbox: Outbox, *replies: Outgoing) -> None:
        people = {reply.person_id for reply in replies}
        wait_until(lambda: not any(map(outbox.is_busy, people)), 20, lambda: str(self.postbox.sent))

    def restart(self) -> list[Outgoing]:
        """Release the held messages as an app does at its start; return them."""
        with self.store.transaction() as tx:
            tx.segment_usage.release(self.postbox.now or NOW)
        return self.due()

    def due(self) -> list[Outgoing]:
        """Release the messages that are due; return them."""
        now = self.postbox.now or NOW
        with self.store.transaction() as tx:
            people = tx.outbox.due(now)
            for person_id in people:
                tx.leases.claim(person_id, WORKER)
                tx.outbox.release(person_id)
            return [reply for person_id in people for reply in tx.outbox.of_person(person_id)]

    def segments(self, day: date = TODAY, account: int = ALL_PEOPLE) -> int:
        with self.store.transaction(read_only=True) as tx:
            return tx.segment_usage.segments(day, account)

    def leases(self) -> list[int]:
        with self.store.transaction(read_only=True) as tx:
            return tx.leases.of(WORKER)

    def held(self) -> int:
        with self.store.transaction(read_only=True) as tx:
            return tx.segment_usage.held()

    def worked_for(self) -> list[int]:
        with self.store.transaction(read_only=True) as tx:
            return tx.leases.of(WORKER)

    def close(self) -> None:
        for writer in self._writers:
            writer.stop()


@pytest.fixture
def installation(store: Store, ann: Person, ben: Person) -> Iterator[Installation]:
    with store.transaction() as tx:
        for person in (ann, ben):
            tx.people.set_timezone(person.id, "America/New_York")
    with loop_running() as loop:
        installation = Installation(store, loop)
        yield installation
        installation.close()


def test_replies_within_the_limit_go_out_and_are_counted(
    installation: Installation, ann: Person, ben: Person
):
    outbox = installation.outbox(SegmentQuota(5, 100))
    installation.send(
        outbox,
        installation.reply(ann, "one", 3),
        installation.reply(ann, "two"),
        installation.reply(ben, "one", 2),
    )
    assert installation.postbox.bodies(ANN) == ["one", "two"]
    assert installation.postbox.bodies(BEN) == ["one"]
    assert [installation.segments(account=one) for one in (ann.id, ben.id, ALL_PEOPLE)] == [4, 2, 6]


def test_beyond_it_they_wait_until_midnight_and_the_person_is_notified_once(
    installation: Installation, ann: Person, ben: Person
):
    outbox = installation.outbox(SegmentQuota(per_person=5))
    first, second, third = (installation.reply(ann, body, 2) for body in ("one", "two", "three"))
    with capture_logs() as logs:
        assert installation.send(outbox, first, second, third) == [None, None, MIDNIGHT]
        assert installation.send(outbox, installation.reply(ann, "four")) == [MIDNIGHT]
    assert installation.postbox.bodies(ANN) == ["one", "two", NOTICE]
    assert [log["outbound_id"] for log in logs if log["event"] == "error"] == [third.id]
    assert installation.segments(account=ann.id) == 5  # the notice was the last
    assert installation.held() == 2
    assert installation.send(outbox, installation.reply(ben, "to Ben")) == [None]
    assert installation.postbox.bodies(BEN) == ["to Ben"]
    assert installation.worked_for() == []


def test_what_waits_goes_out_in_order_when_the_day_turns(installation: Installation, ann: Person):
    outbox = installation.outbox(SegmentQuota(per_person=3))
    replies = [installation.reply(ann, body) for body in ("one", "two", "three", "four")]
    assert installation.send(outbox, *replies) == [None, None, MIDNIGHT, MIDNIGHT]
    assert installation.due() == []
    installation.postbox.now = MIDNIGHT
    # The two are not released yet when a new one comes.
    late = installation.reply(ann, "five")
    assert installation.send(outbox, late) == [MIDNIGHT]
    assert installation.postbox.bodies(ANN) == ["one", "two", NOTICE]
    due = installation.due()
    assert [reply.id for reply in due] == [reply.id for reply in (*replies[2:], late)]
    assert installation.send(outbox, *due) == [None, None, MIDNIGHT + timedelta(days=1)]
    assert installation.postbox.bodies(ANN) == ["one", "two", NOTICE, "three", "four", NOTICE]
    assert (installation.segments(TODAY), installation.segments(TOMORROW), installation.held()) == (3, 3, 1)


def test_what_waits_goes_out_when_the_limit_is_raised(installation: Installation, ann: Person):
    low = installation.outbox(SegmentQuota(per_person=2))
    installation.send(low, *(installation.reply(ann, body) for body in ("one", "two", "three")))
    waiting = installation.restart()  # nothing has changed
    assert [reply.body for reply in waiting] == ["two", "three"]
    assert installation.send(installation.outbox(SegmentQuota(per_person=2)), *waiting) == [
        MIDNIGHT,
        MIDNIGHT,
    ]
    assert installation.postbox.bodies(ANN) == ["one", NOTICE]
    raised = installation.outbox(SegmentQuota(per_person=4))
    assert installation.send(raised, installation.reply(ann, "four")) == [MIDNIGHT]  # behind the others
    assert installation.send(raised, *installation.restart()) == [None, MIDNIGHT, MIDNIGHT]
    assert installation.postbox.bodies(ANN) == ["one", NOTICE, "two"]
    assert installation.send(installation.outbox(SegmentQuota()), *installation.restart()) == [None, None]
    assert installation.postbox.bodies(ANN) == ["one", NOTICE, "two", "three", "four"]


def test_the_limit_in_all_holds_for_everybody_and_is_reported_once(
    installation: Installation, ann: Person, ben: Person
):
    outbox = installation.outbox(SegmentQuota(per_person=100, in_all=3))
    with capture_logs() as logs:
        assert installation.send(
            outbox, installation.reply(ann, "one", 2), installation.reply(ann, "two")
        ) == [None, MIDNIGHT]
        assert installation.send(outbox, installation.reply(ben, "three")) == [MIDNIGHT]
    assert installation.postbox.bodies(ANN) == ["one", NOTICE]
    assert len(installation.postbox.bodies(BEN)) == 1
    assert len([log for log in logs if log["event"] == "error"]) == 1


def test_what_twilio_refuses_is_not_counted(installation: Installation, ann: Person):
    outbox = installation.outbox(SegmentQuota(5, 5))
    installation.postbox.refuses = True
    reply = installation.reply(ann, "one", 4)
    assert installation.send(outbox, reply) == [None]
    assert (installation.segments(), installation.segments(account=ann.id)) == (0, 0)
    with installation.store.transaction() as tx:
        assert tx.outbound_messages.get(reply.id).state == "failed"
        tx.outbound_messages.reopen(reply.id)
    installation.postbox.refuses = False
    assert installation.send(outbox, reply) == [None]
    assert (installation.segments(), installation.postbox.bodies(ANN)) == (4, ["one"])


def test_a_reply_that_is_tried_again_is_counted_once(installation: Installation, ann: Person):
    outbox = installation.outbox(SegmentQuota(5, 5))
    installation.postbox.troubles = iter([SendError("Twilio answered 500", permanent=False)])
    assert installation.send(outbox, installation.reply(ann, "one", 4)) == [None]
    assert (installation.segments(), installation.postbox.bodies(ANN)) == (4, ["one"])


def test_the_notice_is_sent_after_a_crash_and_not_repeated(installation: Installation, ann: Person):
    """After a crash before the notice is sent, and after one."""
    quota = SegmentQuota(per_person=2)
    installation.send(installation.outbox(quota), installation.reply(ann, "one"))
    waiting = [installation.reply(ann, "two")]
    for installation.postbox.killed in ("before", "after", "", ""):
        installation.send(installation.outbox(quota), *waiting)
        waiting = installation.restart()
    assert [reply.body for reply in waiting] == ["two"]
    assert installation.postbox.bodies(ANN) == ["one", NOTICE]
    assert installation.segments() == 2


def test_the_notice_is_recorded_before_it_is_sent_and_as_the_persons_own(
    installation: Installation, ann: Person
):
    installation.send(installation.outbox(SegmentQuota(per_person=2)), installation.reply(ann, "one"))
    installation.postbox.killed = "before"
    installation.send(installation.outbox(SegmentQuota(per_person=2)), installation.reply(ann, "two"))
    assert installation.postbox.bodies(ANN) == ["one"]
    with installation.store.transaction(read_only=True) as tx:
        [notice] = [one for one in tx.outbound_messages.undelivered() if one.body == NOTICE]
    assert (notice.person_id, notice.in_reply_to, notice.state) == (ann.id, None, "sending")


def test_the_lease_remains_until_the_person_is_notified_so_that_another_app_can_do_it(
    installation: Installation, ann: Person
):
    quota = SegmentQuota(per_person=2)
    installation.send(installation.outbox(quota), installation.reply(ann, "one"))
    with installation.store.transaction() as tx:
        tx.leases.claim(ann.id, WORKER)
    installation.postbox.killed = "before"
    installation.send(installation.outbox(quota), installation.reply(ann, "two"))
    assert installation.leases() == [ann.id]
    installation.postbox.killed = ""
    installation.send(installation.outbox(quota), *installation.restart())
    assert (installation.leases(), installation.postbox.bodies(ANN)) == ([], ["one", NOTICE])


def test_what_is_held_when_a_backup_is_made_holds_nothing_back_once_that_is_restored(
    installation: Installation, ann: Person
):
    limited = installation.outbox(SegmentQuota(per_person=2))
    assert installation.send(limited, installation.reply(ann, "one"), installation.reply(ann, "two")) == [
        None,
        MIDNIGHT,
    ]
    with installation.store.transaction() as tx:
        tx.outbound_messages.fail_all("restored", NOW)
    assert installation.send(installation.outbox(SegmentQuota()), installation.reply(ann, "three")) == [None]
    assert installation.postbox.bodies()[-1] == "three"


def test_a_recipient_who_opted_out_gets_no_notice(installation: Installation, ann: Person):
    outbox = installation.outbox(SegmentQuota(per_person=2))
    installation.send(outbox, installation.reply(ann, "one"))
    with installation.store.transaction() as tx:
        tx.people.set_opt_out(ANN, NOW)
    assert installation.send(outbox, installation.reply(ann, "two")) == [None]
    assert installation.postbox.bodies(ANN) == ["one"]


def test_a_reply_that_waits_takes_no_slot_of_the_number(installation: Installation, ann: Person, ben: Person):
    outbox = installation.outbox(SegmentQuota(per_person=2), rate=1.0)
    assert installation.send(outbox, installation.reply(ann, "long", 30)) == [MIDNIGHT]
    assert installation.send(outbox, installation.reply(ben, "one")) == [None]
    with installation.store.transaction() as tx:
        assert tx.send_slots.reserve(SCRAPBOOK, 1, NOW) == NOW + timedelta(seconds=2)  # behind two


def test_processes_that_count_at_once_do_not_exceed_the_limit(
    installation: Installation, ann: Person, ben: Person
):
    processes = [installation.outbox(SegmentQuota(in_all=9)) for _ in range(2)]
    replies = [installation.reply(person, "x", to=f"+1555020{n}") for n in range(8) for person in (ann, ben)]
    for n, reply in enumerate(replies):
        installation.add(processes[n // 2 % 2], reply)
    for process in processes:
        installation.wait_for(process, *replies)
    assert installation.postbox.bodies().count("x") == 8
    assert installation.held() == 8


def test_what_was_counted_long_ago_is_forgotten(installation: Installation, ann: Person):
    installation.send(installation.outbox(SegmentQuota(5)), installation.reply(ann, "one"))
    with installation.store.transaction() as tx:
        assert tx.segment_usage.forget(TODAY) == 0
        assert tx.segment_usage.forget(TOMORROW) == 2


def test_the_sentence_is_short_and_the_longest_reply_fits_any_limit():
    assert is_gsm7(NOTICE)
    assert segment_count(NOTICE) == 1
    assert segment_count("\U0001f600" * 800) < MIN_SEGMENTS
