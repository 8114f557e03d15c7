"""A due reminder is recorded once, at its local time, and goes on to its next."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from scrapbook.core import reminders
from scrapbook.core.book import Book
from scrapbook.core.quiet_hours import MAX_UNASKED, set_quiet_hours
from scrapbook.core.saying_reminders import MAX_FOLDED, say_due
from scrapbook.core.stopping import resume
from scrapbook.core.timezone import set_timezone
from scrapbook.core.unasked import OwnSender, Said
from scrapbook.store import Person, QuietHours, Store, Transaction
from scrapbook.text.parsed_text import ParsedText

OURS, SMS, WHATSAPP = "+15550199", "+15550100", "whatsapp:+15550100"
SENDER = OwnSender(OURS, has_template=False)
DAILY = "FREQ=DAILY;BYHOUR=7;BYMINUTE=0"


@dataclass
class Told:
    """A person who is told things, with a clock that the test sets."""

    store: Store
    person: Person
    zone: ZoneInfo
    now: datetime
    sender: OwnSender = SENDER
    count: int = field(default=0)

    @property
    def message_id(self) -> str:
        return f"SM{self.person.id}-{self.count}"

    def at(self, local: str) -> datetime:
        return datetime.fromisoformat(local).replace(tzinfo=self.zone)

    def set(self, local: str) -> None:
        self.now = self.at(local).astimezone(UTC)

    def text(self, from_: str = "") -> None:
        """Have the person text something, which says where they are reached."""
        self.count += 1
        from_ = from_ or self.person.addresses[0].value
        to = f"whatsapp:{OURS}" if from_.startswith("whatsapp:") else OURS
        with self.store.transaction() as tx:
            tx.messages.record(
                message_id=self.message_id,
                person_id=self.person.id,
                from_=from_,
                to=to,
                body="hello",
                received_at=self.now,
            )

    def book(self, tx: Transaction) -> Book:
        return Book(tx, tx.people.get(self.person.id), self.message_id, self.now)

    def remind(self, text: str, local: str, rule: str | None = None, *, has_time: bool = True) -> int:
        """Save a reminder that is due then, and return its number."""
        with self.store.transaction() as tx:
            at = self.at(local)
            entry = tx.entries.add(self.person.id, ParsedText(text), None, None, self.now, due_at=at)
            tx.reminders.put(self.person.id, entry.id, at, rule, str(self.zone), has_time=has_time)
            return entry.number

    def say(self) -> list[str]:
        """Say what is due, and return what is said."""
        bodies: list[str] = []
        while True:
            said = self.said()
            bodies += [said.message.body] if said.message else []
            if not said.message and not said.may_be_more:
                return bodies

    def said(self) -> Said:
        with self.store.transaction() as tx:
            tx.leases.claim(self.person.id, "app")
            return say_due(tx, self.person.id, self.now, self.sender)

    def wakes_at(self) -> str:
        """Return when the next reminder is looked at, by the person's clock."""
        at = self.store.read(lambda tx: tx.reminders.next_at())
        return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M}" if at else ""

    def sent_to(self) -> list[tuple[str, str, bool]]:
        messages = self.store.read(lambda tx: tx.outbound_messages.undelivered())
        return [(one.from_, one.to, one.in_template) for one in messages]


@pytest.fixture
def store_url(url: str) -> str:
    """On both databases."""
    return url


def told_in(store: Store, zone: str, addresses: Sequence[str] = (SMS, WHATSAPP)) -> Told:
    with store.transaction() as tx:
        person = tx.people.add("Ann", addresses)
        tx.people.set_timezone(person.id, zone)
        person = tx.people.get(person.id)
    told = Told(store, person, ZoneInfo(zone), datetime(2026, 3, 2, tzinfo=UTC))
    told.set("2026-03-02 06:00")
    told.text()
    return told


@pytest.fixture
def ann(store: Store) -> Told:
    return told_in(store, "Europe/Berlin")


def test_it_is_said_once_when_it_is_due(ann: Told) -> None:
    number = ann.remind("remind me to call mum", "2026-03-02 17:00")
    ann.set("2026-03-02 16:59")
    assert ann.say() == []
    ann.set("2026-03-02 17:00")
    assert ann.say() == [f"Reminder {number} call mum. Text done, snooze 1h or tomorrow."]
    assert ann.say() == []
    assert ann.wakes_at() == ""


def test_one_that_comes_again_goes_on_to_its_next_time(ann: Told) -> None:
    ann.remind("remind me to stretch", "2026-03-02 07:00", DAILY)
    for day in ("02", "03", "04"):
        ann.set(f"2026-03-{day} 07:00")
        assert len(ann.say()) == 1
    assert ann.wakes_at() == "2026-03-05 07:00"


def test_what_was_missed_says_when_it_was_due(ann: Told) -> None:
    number = ann.remind("call mum", "2026-03-02 17:00")
    ann.set("2026-03-02 18:30")
    assert ann.say() == [f"Reminder {number} call mum (due 17:00). Text done, snooze 1h or tomorrow."]


def test_what_is_older_than_a_day_says_the_day(ann: Told) -> None:
    number = ann.remind("call mum", "2026-03-02 17:00")
    ann.set("2026-03-05 18:30")
    [said] = ann.say()
    assert said.startswith(f"Reminder {number} call mum (due Monday 2 March at 17:00).")


def test_several_that_were_missed_are_one_message(ann: Told) -> None:
    for n in range(MAX_FOLDED + 2):
        ann.remind(f"task {n}", f"2026-03-02 1{n // 2}:00")
    ann.set("2026-03-02 19:00")
    first, second = ann.say()
    assert first.count("task") == MAX_FOLDED
    assert second.count("task") == 2
    assert "1 task 0 (due 10:00)\n2 task 1 (due 10:00)\n3 task 2 (due 11:00)" in first


def test_a_recurrence_that_was_missed_comes_once_with_the_latest_of_its_times(ann: Told) -> None:
    number = ann.remind("stretch", "2026-03-02 07:00", DAILY)
    ann.set("2026-03-04 08:00")
    [said] = ann.say()
    assert said.startswith(f"Reminder {number} stretch (due 7:00, the last of 3).")
    assert ann.wakes_at() == "2026-03-05 07:00"


def test_a_clock_that_jumps_ahead_and_back_repeats_nothing(ann: Told) -> None:
    ann.remind("stretch", "2026-03-02 17:00", "FREQ=DAILY;BYHOUR=17;BYMINUTE=0")
    ann.set("2026-03-02 18:30")  # two hours ahead of 16:30
    assert len(ann.say()) == 1
    for local in ("2026-03-02 16:31", "2026-03-02 17:00", "2026-03-02 19:00"):
        ann.set(local)
        assert ann.say() == []
    ann.set("2026-03-03 17:00")
    assert len(ann.say()) == 1


def test_a_reminder_whose_entry_is_in_the_trash_is_not_said(ann: Told) -> None:
    number = ann.remind("stretch", "2026-03-02 07:00", DAILY)
    with ann.store.transaction() as tx:
        entry = tx.entries.by_number(ann.person.id, number)
        assert entry
        tx.entries.trash(entry.id, ann.now)
    ann.set("2026-03-02 07:00")
    assert ann.say() == []
    with ann.store.transaction() as tx:
        tx.entries.restore(entry.id)
    ann.set("2026-03-03 07:00")
    assert len(ann.say()) == 1


ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Africa/Cairo")
"""Both sides of the equator; one whose clock changes by half an hour, one at midnight."""


def changes_of_the_clock(zone: ZoneInfo) -> list[date]:
    """The days of 2026 on which the clock of a zone changes."""
    days = [date(2026, 1, 2) + timedelta(days=n) for n in range(363)]
    noons = [(day, datetime.combine(day, time(12), zone).utcoffset()) for day in days]
    return [day for (_, before), (day, after) in pairwise(noons) if before != after]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("hour", [0, 1, 2, 3, 7])
def test_it_comes_once_a_day_by_the_local_clock_when_that_changes(store: Store, zone: str, hour: int) -> None:
    """A time that is skipped comes as much later; one that comes twice is said once."""
    changes = changes_of_the_clock(ZoneInfo(zone))
    assert len(changes) == 2
    for day in changes:
        first = day - timedelta(days=2)
        ann = told_in(store, zone, (f"+1555{day:%m%d}",))
        ann.remind("stretch", f"{first} {hour:02}:30", f"FREQ=DAILY;BYHOUR={hour};BYMINUTE=30")
        said: list[datetime] = []
        for _ in range(5):
            at = store.read(lambda tx: tx.reminders.next_at())
            assert at
            ann.now = at
            assert len(ann.say()) == 1
            said.append(at.astimezone(ann.zone).replace(tzinfo=None))
        asked = [datetime.combine(first + timedelta(days=n), time(hour, 30)) for n in range(5)]
        late = [one - wanted for one, wanted in zip(said, asked, strict=True)]
        assert all(timedelta() <= one <= timedelta(hours=1) for one in late)
        assert sum(one > timedelta() for one in late) <= 1
        with store.transaction() as tx:
            reminders.stop(ann.book(tx))


def test_29_february_is_the_last_of_february_in_other_years(ann: Told) -> None:
    ann.remind("leap", "2028-02-29 09:00", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYHOUR=9;BYMINUTE=0")
    ann.set("2028-02-29 09:00")
    assert len(ann.say()) == 1
    assert ann.wakes_at() == "2029-02-28 09:00"


def test_another_time_zone_moves_what_comes_again_with_the_clock_of_the_wall(ann: Told) -> None:
    ann.remind("stretch", "2026-03-03 07:00", DAILY)
    with ann.store.transaction() as tx:
        set_timezone(ann.book(tx), "New York")
    ann.zone = ZoneInfo("America/New_York")
    assert ann.wakes_at() == "2026-03-03 07:00"


def test_another_time_zone_moves_a_time_that_was_said_by_the_clock_and_no_span(ann: Told) -> None:
    with ann.store.transaction() as tx:
        for text in ("remind me to call mum tomorrow at 5pm", "remind me to breathe in 20 hours"):
            reminders.save_reminder(ann.book(tx), ParsedText(text))
        set_timezone(ann.book(tx), "New York")
        mum, breathe = sorted(
            (one.text, one.reminder.due_at) for one in tx.reminders.of_person(ann.person.id, "waiting")
        )[::-1]
    assert mum[1] == datetime(2026, 3, 3, 22, tzinfo=UTC)
    assert breathe[1] == ann.now + timedelta(hours=20)


# Quiet hours, and how much is said


def test_a_time_that_was_named_wins_over_the_quiet_hours(ann: Told) -> None:
    ann.remind("take the pill", "2026-03-02 23:00")
    ann.set("2026-03-02 23:00")
    assert len(ann.say()) == 1


def test_what_was_missed_waits_for_the_end_of_the_quiet_hours(ann: Told) -> None:
    ann.remind("take the pill", "2026-03-02 21:00")
    ann.set("2026-03-02 23:30")
    assert ann.say() == []
    assert ann.wakes_at() == "2026-03-03 07:00"
    ann.set("2026-03-03 07:00")
    [said] = ann.say()
    assert "(due 21:00)" in said


def test_the_usual_hour_of_a_day_waits_for_the_end_of_the_quiet_hours(ann: Told) -> None:
    with ann.store.transaction() as tx:
        set_quiet_hours(ann.book(tx), QuietHours(23 * 60, 10 * 60))
    ann.remind("call mum", "2026-03-03 09:00", has_time=False)
    ann.set("2026-03-03 09:00")
    assert ann.say() == []
    assert ann.wakes_at() == "2026-03-03 10:00"


def test_no_more_is_said_on_a_day_than_anybody_can_want(ann: Told) -> None:
    ann.remind("blink", "2026-03-02 08:00", "FREQ=MINUTELY;INTERVAL=15")
    said = 0
    ann.set("2026-03-02 08:00")
    while ann.wakes_at() < "2026-03-03":
        at = ann.store.read(lambda tx: tx.reminders.next_at())
        assert at
        ann.now = at
        said += len(ann.say())
    assert said == MAX_UNASKED
    assert ann.wakes_at() == "2026-03-03 07:00"
    assert ann.store.read(lambda tx: tx.reminders.held()) == {"limit": 1}


# Where it is said


def test_it_is_said_where_the_person_wrote_last(ann: Told) -> None:
    ann.text(WHATSAPP)
    ann.remind("call mum", "2026-03-02 17:00")
    ann.set("2026-03-02 17:00")
    ann.say()
    assert ann.sent_to() == [(f"whatsapp:{OURS}", WHATSAPP, False)]


def test_after_a_day_without_a_message_whatsapp_needs_the_template(ann: Told) -> None:
    ann.text(WHATSAPP)
    ann.sender = OwnSender(OURS, has_template=True)
    ann.remind("call mum", "2026-03-04 17:00")
    ann.set("2026-03-04 17:00")
    ann.say()
    assert ann.sent_to() == [(f"whatsapp:{OURS}", WHATSAPP, True)]


def test_without_a_template_it_goes_by_sms(ann: Told) -> None:
    ann.text(WHATSAPP)
    ann.remind("call mum", "2026-03-04 17:00")
    ann.set("2026-03-04 17:00")
    ann.say()
    assert ann.sent_to() == [(OURS, SMS, False)]


def test_without_a_number_it_waits_until_the_person_writes(store: Store) -> None:
    ann = told_in(store, "Europe/Berlin", (WHATSAPP,))
    ann.text(WHATSAPP)
    ann.remind("call mum", "2026-03-04 17:00")
    ann.set("2026-03-04 17:00")
    assert ann.say() == []
    assert store.read(lambda tx: tx.reminders.held()) == {"no_way": 1}
    ann.set("2026-03-04 17:20")
    ann.text(WHATSAPP)
    [said] = ann.say()
    assert "(due 17:00)" in said
    assert store.read(lambda tx: tx.reminders.held()) == {}


def test_nothing_is_said_to_who_has_opted_out(ann: Told) -> None:
    ann.remind("call mum", "2026-03-02 17:00")
    ann.set("2026-03-02 17:00")
    with ann.store.transaction() as tx:
        tx.people.set_opt_out(SMS, ann.now)
    assert ann.say() == []
    assert ann.store.read(lambda tx: tx.reminders.held()) == {"opted_out": 1}
    with ann.store.transaction() as tx:
        tx.people.set_opt_out(SMS, None)
    ann.set("2026-03-02 17:10")
    assert len(ann.say()) == 1


# Answers


def test_done_put_off_and_undo(ann: Told) -> None:
    ann.remind("stretch", "2026-03-02 08:00", DAILY)
    ann.remind("call mum", "2026-03-02 08:00")
    ann.set("2026-03-02 08:00")
    [said] = ann.say()
    assert "1 stretch\n2 call mum" in said
    with ann.store.transaction() as tx:
        book = ann.book(tx)
        meant = reminders.meant(book)
        assert [one.number for one in meant] == [1, 2]
        reminders.put_off(book, meant, ann.at("2026-03-02 09:00"))
    ann.set("2026-03-02 09:00")
    assert len(ann.say()) == 1
    assert ann.wakes_at() == "2026-03-03 07:00"
    with ann.store.transaction() as tx:
        book = ann.book(tx)
        reminders.finish(book, reminders.meant(book))
        assert [one.number for one in reminders.waiting(book)] == [1]


def test_paused_reminders_are_not_said_and_go_on_with_what_is_next(ann: Told) -> None:
    ann.remind("stretch", "2026-03-02 07:00", DAILY)
    ann.remind("call mum", "2026-03-02 08:00")
    with ann.store.transaction() as tx:
        assert reminders.stop(ann.book(tx)) == 2
    ann.set("2026-03-02 09:00")
    assert ann.say() == []
    with ann.store.transaction() as tx:
        assert resume(ann.book(tx)).reminders == 2
    [said] = ann.say()
    assert "call mum (due 8:00)" in said
    assert ann.wakes_at() == "2026-03-03 07:00"
    with ann.store.transaction() as tx:
        undone = ann.book(tx).undo()
        assert undone
        assert undone.kind == "resume_reminders"


def test_what_was_said_is_forgotten_with_the_texts_of_messages(ann: Told) -> None:
    ann.remind("call mum", "2026-03-02 17:00")
    ann.set("2026-03-02 17:00")
    message = ann.said().message
    assert message
    with ann.store.transaction() as tx:
        assert tx.message_texts.forget_unasked(ann.now + timedelta(days=1)) == 0
        tx.outbound_messages.mark_sent(message.id, "SM-sent", ann.now)
        assert tx.message_texts.forget_unasked(ann.now) == 0
        assert tx.message_texts.forget_unasked(ann.now + timedelta(days=1)) == 1
        assert tx.outbound_messages.get(message.id).body == ""
        assert tx.reminders.purge(ann.now + timedelta(days=1)) == 1
        assert tx.reminders.said_in(message.id) == []
