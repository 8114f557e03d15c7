"""Say what answers nothing: where a person is reached, whether they are told now, and what waits.

Reminders, what feeds mention and what others share go this one way. Whoever has something to say leaves it
(``leave``); the app says it, as it does reminders (``saying_unasked.py``), or holds it: over the quiet hours,
over a day on which enough was said, and while the person cannot be reached.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from scrapbook.core.quiet_hours import has_said_enough, next_morning, quiet_until
from scrapbook.core.wording import sentence
from scrapbook.messaging.addresses import SMS, WHATSAPP, Address
from scrapbook.store import OutboundMessage, Person, Transaction
from scrapbook.store.inbound_messages import AddressUsed
from scrapbook.text.display import displayable
from scrapbook.text.segments import segment_count

WHATSAPP_WINDOW = timedelta(hours=24)
"""How long after a person's message WhatsApp lets a business write freely; later only in a template:
https://www.twilio.com/docs/whatsapp/key-concepts#the-24-hour-window"""

OUTSIDE_WINDOW = 63016
"""The provider's error code of free words outside of the window: https://www.twilio.com/docs/api/errors/63016"""

_MARGIN = timedelta(minutes=5)
"""Kept free at the end of the window, because a message may wait for its turn."""

SEARCHED = 200
"""Messages of a person among which the addresses that they use are looked for."""

LOOK_AGAIN = timedelta(minutes=10)
"""How soon it is tried again to reach a person who cannot be reached."""

KEPT = timedelta(days=7)
"""What could not be said for so long is not said any more."""


@dataclass(frozen=True, slots=True)
class OwnSender:
    """What this installation sends from.

    Attributes:
        number: the number to send SMS from to somebody who has not texted yet; empty for none.
        has_template: whether a template of WhatsApp is set up.
    """

    number: str = ""
    has_template: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """Both addresses of a message, and whether it needs the template of WhatsApp."""

    from_: str
    to: str
    in_template: bool = False


@dataclass(frozen=True, slots=True)
class NoRoute:
    """The person cannot be told. ``reason``: ``opted_out`` or ``no_way``."""

    reason: str


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing is said before ``until``. ``reason``: ``quiet``, ``limit``, or that of a ``NoRoute``."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Said:
    """What was done about what was due to a person.

    Attributes:
        message: the recorded message; None if nothing is said.
        late: how late each reminder is that it says.
        may_be_more: whether more may be due.
    """

    message: OutboundMessage | None = None
    late: Sequence[timedelta] = field(default=())
    may_be_more: bool = False


def leave(  # noqa: PLR0913 - what a message is made of
    tx: Transaction, person_id: int, dedup_key: str, body: str, now: datetime, *, is_answer: bool = False
) -> None:
    """Leave something to be said to a person as soon as that is possible.

    Args:
        dedup_key: names the cause of the message. It is said once for each.
        is_answer: whether it says what became of something that the person did just now, so that neither
            quiet hours nor the daily limit hold it.
    """
    tx.unasked.add(person_id, dedup_key, displayable(body), now, is_answer=is_answer)


def notify(
    tx: Transaction, to: Person, response: str, /, *, cause: str, at: datetime, **arguments: str
) -> bool:
    """Leave a sentence to be said to a person, unless they opted out, stopped everything or never texted.

    Whether a template or a number of this installation reaches them is known to the app alone, which says it.

    Returns:
        Whether they are reached now without either.

    Args:
        response: the name of the sentence, which takes ``arguments``.
        cause: what it is about; it is said once for each.
    """
    found = route(tx, to, OwnSender(), at)
    has_texted = bool(tx.messages.addresses_used(to.id, 1))
    is_stopped = found == NoRoute("opted_out") or tx.quiet_hours.is_stopped(to.id)
    if is_stopped or not has_texted:
        return False
    leave(tx, to.id, cause, sentence(response, **arguments), at)
    return isinstance(found, Route)


def say_again_if_outside(tx: Transaction, id_: int, code: int | None, now: datetime) -> None:
    """Leave the words of a message again that was said unasked, and refused as outside of the window.

    ``route`` takes the window as closed then, so that they go in the template or by SMS.

    Args:
        code: with which the provider refused the message.
    """
    if code != OUTSIDE_WINDOW:
        return
    refused = tx.outbound_messages.get(id_)
    if refused.in_reply_to is None and refused.body and not refused.in_template:
        leave(tx, refused.person_id, f"refused:{id_}", refused.body, now, is_answer=True)


def say_left(tx: Transaction, person_id: int, now: datetime, sender: OwnSender) -> Said:
    """Record the first of what was left to be said to a person; claim their lease before.

    Or hold all of it, where nothing is to be said to them now.
    """
    left = tx.unasked.due_of(person_id, now)
    if left is None:
        return Said()
    if now - left.left_at > KEPT:
        tx.unasked.remove(left.id)
        return Said(may_be_more=True)
    find = answer_way if left.is_answer else way
    found = find(tx, tx.people.get(person_id), sender, now)
    if isinstance(found, Hold):
        tx.unasked.hold(person_id, found.until, found.reason)
        return Said()
    tx.unasked.remove(left.id)
    return Said(record(tx, person_id, found, left.dedup_key, left.body, now), may_be_more=True)


def way(
    tx: Transaction, person: Person, sender: OwnSender, now: datetime, *, despite_quiet: bool = False
) -> Route | Hold:
    """Return where a person is told something now, or until when and why they are not.

    Args:
        despite_quiet: whether the quiet hours do not count.
    """
    until = None if despite_quiet else quiet_until(tx, person, now)
    if until is not None:
        return Hold(until, "quiet")
    if has_said_enough(tx, person, now):
        return Hold(next_morning(tx, person, now), "limit")
    return answer_way(tx, person, sender, now)


def answer_way(tx: Transaction, person: Person, sender: OwnSender, now: datetime) -> Route | Hold:
    """Return where a person is told what answers something that they did, or until when they are not."""
    found = route(tx, person, sender, now)
    return Hold(now + LOOK_AGAIN, found.reason) if isinstance(found, NoRoute) else found


def record(  # noqa: PLR0913, PLR0917 - what a message is made of
    tx: Transaction, person_id: int, where: Route, dedup_key: str, body: str, now: datetime
) -> OutboundMessage | None:
    """Record a message to a person, to be sent now. None if one with that key was recorded before."""
    return tx.outbound_messages.record(
        person_id,
        dedup_key,
        where.from_,
        where.to,
        body,
        segment_count(body),
        now,
        in_template=where.in_template,
    )


def route(tx: Transaction, person: Person, sender: OwnSender, now: datetime) -> Route | NoRoute:
    """Return where to tell a person something: where they wrote last, if that is possible.

    WhatsApp carries it within 24 hours of their last message there, and later in a template. Without one it
    goes to their number by SMS, if they have one. Who opted out where they wrote last is told nothing.
    """
    opted_out = {known.value for known in person.addresses if known.opted_out_at}
    theirs = {known.value for known in person.addresses}
    used = [one for one in tx.messages.addresses_used(person.id, SEARCHED) if one.theirs in theirs]
    if (used and used[0].theirs in opted_out) or (theirs and theirs <= opted_out):
        return NoRoute("opted_out")
    for one in used:
        if one.theirs in opted_out:
            continue
        if Address.parse(one.theirs).kind != WHATSAPP or _is_open(tx, person, one, now):
            return Route(one.ours, one.theirs)
        if sender.has_template:
            return Route(one.ours, one.theirs, in_template=True)
    return _by_sms(person, opted_out, sender, [one.ours for one in used])


def _is_open(tx: Transaction, person: Person, used: AddressUsed, now: datetime) -> bool:
    """Return whether WhatsApp carries free words to an address now, as far as is known."""
    if now - used.last_at >= WHATSAPP_WINDOW - _MARGIN:
        return False
    return not tx.outbound_messages.was_refused(person.id, used.theirs, OUTSIDE_WINDOW, used.last_at)


def _by_sms(person: Person, opted_out: set[str], sender: OwnSender, ours: list[str]) -> Route | NoRoute:
    """Return the route to a number that the person has not texted from."""
    own = next(
        (Address.parse(one).value for one in ours if Address.parse(one).is_phone_number), sender.number
    )
    numbers = [known.value for known in person.addresses if Address.parse(known.value).kind == SMS]
    number = next((number for number in numbers if number not in opted_out), None)
    if number and own:
        return Route(own, number)
    reachable = [known.value for known in person.addresses if Address.parse(known.value).is_phone_number]
    return NoRoute("opted_out" if reachable and {*reachable} <= opted_out else "no_way")
