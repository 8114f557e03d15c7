from datetime import timedelta

import pytest

from scrapbook.errors import NotFound, StoreError
from scrapbook.model.delivery_status import DeliveryStatus
from scrapbook.store import Media, Message, OutboundMessage, Person, Store, Transaction, TurnResult
from scrapbook.text.parsed_text import ParsedText
from tests.integration.conftest import NOW


def receive(tx: Transaction, person: Person, message_id: str, body: str = "hello", **more) -> Message:
    return tx.messages.record(
        message_id=message_id,
        person_id=person.id,
        from_="+15550100",
        to="+15550999",
        body=body,
        received_at=NOW,
        **more,
    )


def reply(tx: Transaction, message_id: str, *bodies: str, attempt: int = 0) -> list[OutboundMessage]:
    return tx.outbound_messages.record_reply(
        tx.messages.get(message_id).person_id,
        message_id,
        "+15550999",
        "+15550100",
        bodies,
        [1] * len(bodies),
        NOW,
        attempt,
    )


def test_a_message_is_recorded_unchanged(store: Store, ann: Person):
    media = (Media("https://api.example/1", "image/png"), Media("https://api.example/2", "audio/ogg"))
    with store.transaction() as tx:
        recorded = receive(tx, ann, "SM1", " hi\n'; DROP TABLE entries; -- 🎉 ", media=media)
    assert recorded == Message(
        "SM1",
        ann.id,
        "+15550100",
        "+15550999",
        " hi\n'; DROP TABLE entries; -- 🎉 ",
        media,
        NOW,
        "received",
        None,
    )


def test_a_message_that_comes_again_changes_nothing(store: Store, ann: Person):
    with store.transaction() as tx:
        first = receive(tx, ann, "SM1", "hello", media=[Media("u", "image/png")])
        assert receive(tx, ann, "SM1", "something else", media=[Media("v", "image/png")]) == first


def test_unfinished_messages_stand_in_the_order_of_their_arrival(store: Store, ann: Person, ben: Person):
    with store.transaction() as tx:
        for message_id, person in (("SM3", ann), ("SM1", ben), ("SM2", ann), ("SM0", ann)):
            receive(tx, person, message_id)
        tx.messages.set_state("SM2", "answered")
        tx.messages.set_state("SM0", "failed", "the assistant gave no reply")
        assert [message.id for message in tx.messages.unfinished()] == ["SM3", "SM1", "SM0"]
        assert [message.id for message in tx.messages.unfinished(ann.id)] == ["SM3", "SM0"]
        assert tx.messages.get("SM0").problem == "the assistant gave no reply"


def test_a_persons_memos_are_counted_until_they_are_answered(store: Store, ann: Person, ben: Person):
    with store.transaction() as tx:
        for message_id, person, is_memo in (
            ("SM1", ann, True),
            ("SM2", ann, True),
            ("SM3", ann, False),
            ("SM4", ben, True),
        ):
            receive(tx, person, message_id, is_memo=is_memo)
        assert tx.messages.unanswered_memos(ann.id) == 2
        tx.messages.set_state("SM1", "answered")
        tx.messages.set_state("SM4", "failed")
        assert [tx.messages.unanswered_memos(person.id) for person in (ann, ben)] == [1, 0]


def test_it_says_when_there_is_no_such_message(store: Store):
    with store.transaction() as tx:
        assert tx.messages.find("SM404") is None
        for act in (tx.messages.get, lambda message_id: tx.messages.set_state(message_id, "failed")):
            with pytest.raises(NotFound):
                act("SM404")
    with pytest.raises(StoreError), store.transaction() as tx:
        reply(tx, "SM404", "to nobody")


def test_replies_are_recorded_once(store: Store, ann: Person):
    with store.transaction() as tx:
        receive(tx, ann, "SM1")
        first = reply(tx, "SM1", "one", "two")
    with pytest.raises(StoreError), store.transaction() as tx:
        reply(tx, "SM1", "three")
    with store.transaction(read_only=True) as tx:
        assert tx.outbound_messages.of_message("SM1") == first
    assert [(one.body, one.state) for one in first] == [("one", "recorded"), ("two", "recorded")]


def test_a_retried_message_gets_new_replies(store: Store, ann: Person):
    with store.transaction() as tx:
        receive(tx, ann, "SM1")
        reply(tx, "SM1", "sorry")
        reply(tx, "SM1", "saved", attempt=1)
    with pytest.raises(StoreError), store.transaction() as tx:
        reply(tx, "SM1", "other", attempt=1)
    with store.transaction(read_only=True) as tx:
        assert [one.body for one in tx.outbound_messages.of_message("SM1")] == ["sorry", "saved"]


def test_a_reply_is_sent_or_fails(store: Store, ann: Person):
    with store.transaction() as tx:
        receive(tx, ann, "SM1")
        one, two = reply(tx, "SM1", "one", "two")
        tx.outbound_messages.mark_sent(one.id, "SMout", NOW)
        tx.outbound_messages.mark_failed(two.id, 21610, "The recipient has opted out.", NOW)
        one, two = tx.outbound_messages.of_message("SM1")
    assert (one.state, one.provider_id, one.sent_at) == ("sent", "SMout", NOW)
    assert (two.state, two.error_code, two.failure_reason) == (
        "failed",
        21610,
        "The recipient has opted out.",
    )


@pytest.mark.parametrize(
    ("reported", "known"),
    [
        (["queued", "sending", "sent", "delivered", "read"], "read"),
        (["delivered", "sent"], "delivered"),
        (["sent", "queued"], "sent"),
        (["sent", "undelivered", "delivered"], "undelivered"),
        (["failed", "undelivered", "sent"], "failed"),
        (["delivered", "failed"], "delivered"),
        (["delivered", "delivered"], "delivered"),
    ],
)
def test_a_delivery_status_never_goes_back(store: Store, ann: Person, reported: list[str], known: str | None):
    with store.transaction() as tx:
        receive(tx, ann, "SM1")
        [one] = reply(tx, "SM1", "one")
        tx.outbound_messages.mark_sent(one.id, "SMout", NOW)
        for status in reported:
            tx.outbound_messages.update_delivery(one.id, "SMout", DeliveryStatus(status), None, NOW)
        assert tx.outbound_messages.get(one.id).delivery_status == known


def test_a_delivery_status_may_come_before_the_answer_to_sending(store: Store, ann: Person):
    with store.transaction() as tx:
        receive(tx, ann, "SM1")
        [one] = reply(tx, "SM1", "one")
        assert tx.outbound_messages.update_delivery(one.id, "SMout", DeliveryStatus.UNDELIVERED, 30003, NOW)
        tx.outbound_messages.mark_sent(one.id, "SMout", NOW)
        one = tx.outbound_messages.get(one.id)
    assert (one.state, one.delivery_status, one.error_code) == ("sent", "undelivered", 30003)


def test_a_status_of_an_earlier_attempt_is_no_news(store: Store, ann: Person):
    with store.transaction() as tx:
        receive(tx, ann, "SM1")
        [one] = reply(tx, "SM1", "one")
        tx.outbound_messages.mark_sent(one.id, "SMfirst", NOW)
        tx.outbound_messages.update_delivery(one.id, "SMfirst", DeliveryStatus.FAILED, 30001, NOW)
        tx.outbound_messages.mark_sent(one.id, "SMsecond", NOW)
        assert not tx.outbound_messages.update_delivery(
            one.id, "SMfirst", DeliveryStatus.UNDELIVERED, 30001, NOW
        )
        one = tx.outbound_messages.get(one.id)
    assert (one.delivery_status, one.error_code) == (None, None)


def test_it_says_when_there_is_no_such_reply(store: Store):
    with store.transaction() as tx:
        for act in (
            lambda: tx.outbound_messages.get(404),
            lambda: tx.outbound_messages.mark_sent(404, "SM", NOW),
            lambda: tx.outbound_messages.mark_failed(404, None, "x", NOW),
            lambda: tx.outbound_messages.update_delivery(404, "SM", DeliveryStatus.SENT, None, NOW),
        ):
            with pytest.raises(NotFound):
                act()


def test_the_latest_replies_are_those_to_repeat(store: Store, ann: Person, ben: Person):
    with store.transaction() as tx:
        for message_id, person in (("SM1", ann), ("SM2", ann), ("SM3", ann), ("SM4", ben), ("SM5", ann)):
            receive(tx, person, message_id)
            reply(tx, message_id, f"to {message_id}")
            tx.messages.set_state(message_id, "answered")
        receive(tx, ann, "SM6")
        tx.messages.set_state("SM6", "answered")
        tx.messages.set_state("SM3", "failed")
        assert [one.body for one in tx.outbound_messages.latest_to_person(ann.id, "SM5")] == ["to SM2"]
        assert [one.body for one in tx.outbound_messages.latest_to_person(ann.id, "SM7")] == ["to SM5"]


def test_only_the_replies_that_answered_are_repeated(store: Store, ann: Person):
    with store.transaction() as tx:
        receive(tx, ann, "SM1")
        reply(tx, "SM1", "sorry")
        reply(tx, "SM1", "saved", "more", attempt=1)
        tx.messages.set_state("SM1", "answered")
        assert [one.body for one in tx.outbound_messages.latest_to_person(ann.id, "SM2")] == ["saved", "more"]
        assert tx.outbound_messages.latest_to_person(ann.id, "SM1") == []


def test_a_turn_has_one_outcome(store: Store, ann: Person):
    outcome = TurnResult("utter_saved", {"number": "1", "topic": "café"})
    with store.transaction() as tx:
        receive(tx, ann, "SM1")
        assert tx.turn_results.of("SM1") is None
        tx.turn_results.record("SM1", outcome)
    with pytest.raises(StoreError), store.transaction() as tx:  # noqa: PT012
        tx.entries.add(ann.id, ParsedText("twice"), None, "SM1", NOW)
        tx.turn_results.record("SM1", outcome)
    with store.transaction(read_only=True) as tx:
        assert tx.turn_results.of("SM1") == outcome
        assert tx.entries.count(ann.id) == 0


def test_a_number_sends_at_its_rate(store: Store):
    with store.transaction() as tx:
        slots = [tx.send_slots.reserve("+15550999", 2.5, NOW) for _ in range(3)]
        assert [(slot - NOW).total_seconds() for slot in slots] == [0, 2.5, 5]
        assert tx.send_slots.reserve("+15550998", 1, NOW) == NOW
        later = NOW + timedelta(hours=1)
        assert tx.send_slots.reserve("+15550999", 1, later) == later


def test_nobody_waits_for_a_clock_that_was_ahead(store: Store):
    tomorrow = NOW + timedelta(days=1)
    with store.transaction() as tx:
        assert tx.send_slots.reserve("+15550999", 2, tomorrow) == tomorrow
        assert tx.send_slots.reserve("+15550999", 2, NOW) == NOW
        assert tx.send_slots.reserve("+15550999", 2, NOW) == NOW + timedelta(seconds=2)


def test_a_queue_is_waited_for_as_long_as_twilio_would_not_lose_it(store: Store):
    with store.transaction() as tx:
        slots = [tx.send_slots.reserve("+15550999", 600, NOW) for _ in range(8)]
    assert max(slots) == NOW + timedelta(hours=1)
    assert slots == [*sorted(slots[:7]), NOW]


def test_it_knows_the_states_of_many_messages_at_once(store: Store, ann: Person):
    with store.transaction() as tx:
        message_ids = [receive(tx, ann, f"SM{number}").id for number in range(600)]
        tx.messages.set_state("SM7", "answered")
        tx.messages.set_state("SM599", "failed", "it broke")
        states = tx.messages.states([*message_ids, "SM404"])
        assert tx.messages.states([]) == {}
    assert (states.pop("SM7"), states.pop("SM599")) == ("answered", "failed")
    assert states == dict.fromkeys(set(message_ids) - {"SM7", "SM599"}, "received")


def test_what_was_sent_since_then_counts_whenever_it_was_recorded(store: Store, ann: Person):
    hour = timedelta(hours=1)
    with store.transaction() as tx:
        receive(tx, ann, "SM1")
        sent, reported, early, _unsent = reply(tx, "SM1", "one", "two", "three", "four")
        tx.outbound_messages.mark_sent(sent.id, "SMsent", NOW + hour)
        tx.outbound_messages.update_delivery(
            reported.id, "SMreported", DeliveryStatus.QUEUED, None, NOW + hour
        )
        tx.outbound_messages.mark_sent(early.id, "SMearly", NOW)
        assert tx.outbound_messages.provider_ids_to("+15550100", NOW + hour) == {"SMsent", "SMreported"}
        assert tx.outbound_messages.provider_ids_to("+15550100", NOW) == {"SMsent", "SMreported", "SMearly"}
        assert tx.outbound_messages.provider_ids_to("+15550101", NOW) == set()


def test_a_retried_message_is_answered_in_the_next_attempt(store: Store, ann: Person):
    with store.transaction() as tx:
        receive(tx, ann, "SM1")
        assert tx.outbound_messages.next_attempt("SM1") == 0
        reply(tx, "SM1", "sorry", "about that")
        assert tx.outbound_messages.next_attempt("SM1") == 1
        reply(tx, "SM1", "saved", attempt=3)
        assert tx.outbound_messages.next_attempt("SM1") == 4


def test_what_no_provider_has_accepted_is_undelivered(store: Store, ann: Person):
    with store.transaction() as tx:
        receive(tx, ann, "SM1")
        recorded, sending, sent, lost, refused, unwanted = reply(tx, "SM1", *"abcdef")
        tx.outbound_messages.mark_sending(sending.id)
        tx.outbound_messages.mark_sent(sent.id, "SMout", NOW)
        tx.outbound_messages.mark_failed(lost.id, None, "Twilio could not be reached.", NOW)
        tx.outbound_messages.mark_failed(refused.id, 21611, "The queue is full.", NOW)
        tx.outbound_messages.mark_failed(unwanted.id, 21610, "The recipient has opted out.", NOW)
        undelivered = [one.id for one in tx.outbound_messages.undelivered()]
    assert undelivered == [recorded.id, sending.id, lost.id, refused.id]


def test_of_very_many_undelivered_replies_the_oldest_come_first(store: Store, ann: Person):
    with store.transaction() as tx:
        receive(tx, ann, "SM1")
        replies = reply(tx, "SM1", *(["one more"] * 501))
        assert tx.outbound_messages.undelivered() == replies[:500]


def test_a_failed_reply_can_be_sent_after_all(store: Store, ann: Person):
    with store.transaction() as tx:
        receive(tx, ann, "SM1")
        [one] = reply(tx, "SM1", "one")
        tx.outbound_messages.mark_failed(one.id, 21611, "The queue is full.", NOW)
        tx.outbound_messages.reopen(one.id)
        assert tx.outbound_messages.get(one.id) == one
        with pytest.raises(NotFound):
            tx.outbound_messages.reopen(one.id)


def test_the_bodies_of_the_latest_messages_are_a_persons_own_in_both_directions(
    store: Store, ann: Person, ben: Person
):
    with store.transaction() as tx:
        for number, body in enumerate(("first", "second", "third")):
            receive(tx, ann, f"SM{number}", body)
            reply(tx, f"SM{number}", f"Saved {number}.", "And more.")
        receive(tx, ben, "SM9", "his")
        reply(tx, "SM9", "Saved his.")
        for person, body in ((ann, "It is time."), (ben, "His time.")):
            tx.outbound_messages.record(person.id, body, "+15550999", "+15550100", body, 1, NOW)
        assert tx.messages.latest_bodies(ann.id, 2) == ["third", "second"]
        bodies = tx.outbound_messages.latest_bodies(ann.id, 2)
    assert sorted(bodies) == ["And more.", "And more.", "It is time.", "Saved 1.", "Saved 2."]


def test_media_count_as_long_as_their_message_is_among_the_latest(store: Store, ann: Person, ben: Person):
    with store.transaction() as tx:
        receive(tx, ann, "SM1", media=(Media("https://api.example/1", "image/png"),))
        receive(tx, ann, "SM2")
        receive(tx, ben, "SM3")
        assert tx.messages.have_media(ann.id, 2)
        assert not tx.messages.have_media(ann.id, 1)
        assert not tx.messages.have_media(ben.id, 2)
