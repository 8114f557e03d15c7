"""The outbox: messages to be sent to a person, and held messages that are due."""

from datetime import datetime, timedelta

from scrapbook.model.delivery_status import DeliveryStatus
from scrapbook.store import OutboundMessage, Outgoing, Person, Store
from tests.integration.conftest import NOW

SCRAPBOOK = "+15550199"
DAY = timedelta(days=1)


def reply(
    store: Store, person: Person, message_id: str, *bodies: str, media_key: str | None = None
) -> list[OutboundMessage]:
    address = person.addresses[0].value
    with store.transaction() as tx:
        tx.messages.record(
            message_id=message_id,
            person_id=person.id,
            from_=address,
            to=SCRAPBOOK,
            body="hi",
            received_at=NOW,
        )
        segments = [1] * len(bodies)
        return tx.outbound_messages.record_reply(
            person.id,
            message_id,
            SCRAPBOOK,
            address,
            bodies,
            segments,
            NOW,
            media_keys=[media_key, *[None] * (len(bodies) - 1)],
        )


def held(store: Store, person: Person, message_id: str, until: datetime) -> OutboundMessage:
    [one] = reply(store, person, message_id, f"about {message_id}")
    with store.transaction() as tx:
        tx.segment_usage.hold(one.id, until)
    return one


def unsent(store: Store, person: Person) -> list[str]:
    with store.transaction(read_only=True) as tx:
        return [one.body for one in tx.outbox.of_person(person.id)]


def test_what_is_to_be_sent_to_a_person_is_found_in_order(store: Store, ann: Person, ben: Person):
    reply(store, ann, "SM2", "one", "two", media_key="ab/cd")
    reply(store, ben, "SM3", "to Ben")
    reply(store, ann, "SM1", "three")
    assert unsent(store, ann) == ["one", "two", "three"]
    with store.transaction(read_only=True) as tx:
        first, second, _ = tx.outbox.of_person(ann.id)
        assert first == Outgoing.of(tx.outbound_messages.get(first.id), NOW)
    assert (first.media_key, second.media_key) == ("ab/cd", None)
    assert (first.person_id, first.began_at) == (ann.id, NOW)


def test_what_is_done_or_held_is_not_to_be_sent(store: Store, ann: Person):
    replies = reply(store, ann, "SM1", "sent", "failed", "held", "sending", "recorded")
    with store.transaction() as tx:
        tx.outbox.mark_sent(replies[0].id, "SMout", NOW)
        tx.outbound_messages.mark_failed(replies[1].id, 30007, "filtered", NOW)
        tx.segment_usage.hold(replies[2].id, NOW)
        tx.outbound_messages.mark_sending(replies[3].id)
    assert unsent(store, ann) == ["sending", "recorded"]
    with store.transaction(read_only=True) as tx:
        assert [one.state for one in tx.outbox.of_person(ann.id)] == ["sending", "recorded"]


def test_what_the_provider_has_accepted_is_sent(store: Store, ann: Person):
    [one] = reply(store, ann, "SM1", "one")
    with store.transaction() as tx:
        tx.outbound_messages.mark_sending(one.id)
        tx.outbox.mark_sent(one.id, "SMout", NOW)
        sent = tx.outbound_messages.get(one.id)
    assert (sent.state, sent.provider_id, sent.sent_at, sent.failure_reason) == ("sent", "SMout", NOW, None)


def test_a_status_that_came_before_the_providers_response_is_preserved(store: Store, ann: Person):
    [one] = reply(store, ann, "SM1", "one")
    with store.transaction() as tx:
        tx.outbound_messages.mark_sending(one.id)
        assert tx.outbound_messages.update_delivery(one.id, "SMout", DeliveryStatus.UNDELIVERED, 30007, NOW)
        tx.outbox.mark_sent(one.id, "SMout", NOW + timedelta(seconds=1))
        sent = tx.outbound_messages.get(one.id)
    assert (sent.state, sent.delivery_status, sent.error_code) == ("sent", "undelivered", 30007)
    assert (sent.delivery_status_at, sent.sent_at) == (NOW, NOW + timedelta(seconds=1))


def test_the_status_of_an_earlier_attempt_is_cleared(store: Store, ann: Person):
    [one] = reply(store, ann, "SM1", "one")
    with store.transaction() as tx:
        tx.outbound_messages.update_delivery(one.id, "SMfirst", DeliveryStatus.FAILED, 30008, NOW)
        tx.outbound_messages.mark_failed(one.id, 30008, "it failed", NOW)
        tx.outbound_messages.reopen(one.id)
        tx.outbox.mark_sent(one.id, "SMsecond", NOW)
        sent = tx.outbound_messages.get(one.id)
    assert (sent.state, sent.provider_id) == ("sent", "SMsecond")
    assert (sent.delivery_status, sent.delivery_status_at, sent.error_code, sent.failure_reason) == (
        None,
    ) * 4


def test_people_whose_held_replies_are_due_are_found(store: Store, ann: Person, ben: Person):
    held(store, ann, "SM1", NOW)
    held(store, ann, "SM2", NOW)
    held(store, ben, "SM3", NOW + timedelta(minutes=1))
    with store.transaction(read_only=True) as tx:
        assert tx.outbox.due(NOW - timedelta(minutes=1)) == []
        assert tx.outbox.due(NOW) == [ann.id]
        assert tx.outbox.due(NOW + timedelta(minutes=1)) == [ann.id, ben.id]


def test_a_reply_that_a_clock_that_was_ahead_held_for_years_is_due(store: Store, ann: Person, ben: Person):
    held(store, ann, "SM1", NOW + 400 * DAY)
    held(store, ben, "SM2", NOW + DAY)
    with store.transaction() as tx:
        assert tx.outbox.due(NOW) == [ann.id]
        tx.outbox.release(ann.id)
    assert unsent(store, ann) == ["about SM1"]


def test_the_held_messages_of_one_person_are_released_and_no_others(store: Store, ann: Person, ben: Person):
    held(store, ann, "SM1", NOW)
    held(store, ann, "SM2", NOW + timedelta(hours=1))
    held(store, ben, "SM3", NOW)
    with store.transaction() as tx:
        tx.outbox.release(ann.id)
    assert (unsent(store, ann), unsent(store, ben)) == (["about SM1", "about SM2"], [])
    with store.transaction(read_only=True) as tx:
        assert tx.segment_usage.held() == 1


def test_the_held_replies_to_one_message_can_be_released(store: Store, ann: Person):
    held(store, ann, "SM1", NOW + timedelta(hours=1))
    held(store, ann, "SM2", NOW + timedelta(hours=1))
    with store.transaction() as tx:
        tx.outbox.release_message("SM2")
    assert unsent(store, ann) == ["about SM2"]
