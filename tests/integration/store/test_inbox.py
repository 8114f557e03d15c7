"""The inbox: one person's messages in order, each once for each attempt."""

from datetime import datetime, timedelta

import pytest

from scrapbook.messaging.inbound import InboundMedia
from scrapbook.store import Person, Store, TurnResult, WaitingMessage
from scrapbook.text.parsed_text import ParsedText
from tests.integration.conftest import NOW

WORKER, SCRAPBOOK = "app", "+15550199"
PICTURE = InboundMedia("https://api.example/1", "image/png")


def accept(store: Store, person: Person, message_id: str, *media: InboundMedia, at: datetime = NOW) -> bool:
    """Return whether it is new."""
    with store.transaction() as tx:
        tx.leases.claim(person.id, WORKER)
        return tx.inbox.accept(
            message_id=message_id,
            person_id=person.id,
            from_=person.addresses[0].value,
            to=SCRAPBOOK,
            body=f"the body of {message_id}",
            received_at=at,
            media=media,
            replied_to="SMearlier",
        )


def put(
    store: Store, person: Person, message_id: str, attempt: int = 0, memo_result: str | None = None
) -> bool:
    """Return whether it is new."""
    with store.transaction() as tx:
        tx.leases.claim(person.id, WORKER)
        return tx.inbox.put(person.id, message_id, attempt, memo_result)


def next_of(store: Store, person: Person) -> WaitingMessage:
    with store.transaction(read_only=True) as tx:
        waiting = tx.inbox.next(person.id)
    assert waiting is not None
    return waiting


def answered(store: Store, person: Person) -> list[tuple[str, int, str | None]]:
    """Remove the person's messages one by one; return the id, attempt and memo result of each."""
    found: list[tuple[str, int, str | None]] = []
    with store.transaction() as tx:
        while waiting := tx.inbox.next(person.id):
            found.append((waiting.message_id, waiting.attempt, waiting.memo_result))
            tx.inbox.remove(waiting.id)
    return found


def test_a_received_message_is_recorded_and_waits_in_the_inbox(store: Store, ann: Person):
    assert accept(store, ann, "SM1")
    waiting = next_of(store, ann)
    assert waiting == WaitingMessage(
        id=waiting.id,
        person_id=ann.id,
        message_id="SM1",
        attempt=0,
        memo_result=None,
        from_=ann.addresses[0].value,
        to=SCRAPBOOK,
        body="the body of SM1",
        received_at=NOW,
        is_memo=False,
        has_media=False,
    )
    with store.transaction(read_only=True) as tx:
        message = tx.messages.get("SM1")
    assert (message.state, message.body, message.received_at) == ("received", "the body of SM1", NOW)
    assert message.replied_to == "SMearlier"


def test_media_are_recorded_with_their_message(store: Store, ann: Person):
    accept(store, ann, "SM1", PICTURE)
    assert next_of(store, ann).has_media
    with store.transaction(read_only=True) as tx:
        assert [part.url for part in tx.messages.get("SM1").media] == [PICTURE.url]


def test_the_same_message_again_changes_nothing(store: Store, ann: Person):
    accept(store, ann, "SM1", PICTURE)
    assert not accept(store, ann, "SM1", PICTURE, at=NOW + timedelta(hours=1))
    with store.transaction(read_only=True) as tx:
        assert len(tx.inbox.all()) == 1
        assert tx.messages.get("SM1").received_at == NOW
        assert len(tx.messages.get("SM1").media) == 1


def test_the_same_message_again_is_not_answered_again(store: Store, ann: Person):
    accept(store, ann, "SM1")
    assert answered(store, ann) == [("SM1", 0, None)]
    assert not accept(store, ann, "SM1")
    assert answered(store, ann) == []


def test_one_persons_messages_are_answered_in_the_order_in_which_they_came(
    store: Store, ann: Person, ben: Person
):
    """The order of arrival counts, not that of ids, nor of the clock."""
    for message_id, person in (("SM3", ann), ("SM1", ben), ("SM2", ann), ("SM9", ann), ("SM4", ben)):
        accept(store, person, message_id, at=NOW - timedelta(minutes=int(message_id[2:])))
    with store.transaction(read_only=True) as tx:
        assert [one.message_id for one in tx.inbox.all()] == ["SM3", "SM1", "SM2", "SM9", "SM4"]
    assert [message_id for message_id, *_ in answered(store, ann)] == ["SM3", "SM2", "SM9"]
    assert [message_id for message_id, *_ in answered(store, ben)] == ["SM1", "SM4"]


def test_a_message_enters_the_inbox_behind_the_others_of_its_sender(store: Store, ann: Person):
    for message_id in ("SM1", "SM2"):
        accept(store, ann, message_id)
    with store.transaction() as tx:
        tx.inbox.remove(next_of(store, ann).id)
    assert put(store, ann, "SM1", 1, "speech")
    assert answered(store, ann) == [("SM2", 0, None), ("SM1", 1, "speech")]


def test_a_message_enters_the_inbox_once_for_each_attempt(store: Store, ann: Person):
    accept(store, ann, "SM1")
    assert [put(store, ann, "SM1", attempt) for attempt in (0, 1, 1, 2)] == [False, True, False, True]
    assert not put(store, ann, "SM1", 1, "speech")
    assert answered(store, ann) == [("SM1", 0, None), ("SM1", 1, None), ("SM1", 2, None)]


def test_removing_a_row_that_is_gone_does_nothing(store: Store, ann: Person):
    accept(store, ann, "SM1")
    gone = next_of(store, ann)
    assert answered(store, ann) == [("SM1", 0, None)]
    accept(store, ann, "SM2")
    with store.transaction() as tx:
        tx.inbox.remove(gone.id)
    assert answered(store, ann) == [("SM2", 0, None)]


def test_the_id_of_a_row_is_never_assigned_twice(store: Store, ann: Person):
    accept(store, ann, "SM1")
    first = next_of(store, ann)
    assert answered(store, ann)
    accept(store, ann, "SM2")
    assert next_of(store, ann).id > first.id


def test_a_message_is_followed_while_more_is_to_be_said_about_it(store: Store, ann: Person):
    accept(store, ann, "SM1")
    put(store, ann, "SM1", 1, "memo_received 90.0")
    accept(store, ann, "SM2")
    first = next_of(store, ann)
    with store.transaction() as tx:
        assert tx.inbox.is_followed(first)
        tx.inbox.remove(first.id)
        receipt = tx.inbox.next(ann.id)
        assert receipt is not None
        assert not tx.inbox.is_followed(receipt)
    put(store, ann, "SM1", 2, "speech")
    with store.transaction() as tx:
        assert tx.inbox.is_followed(receipt)


def test_the_status_says_what_a_reply_depends_on(store: Store, ann: Person):
    accept(store, ann, "SM1")
    waiting = next_of(store, ann)
    with store.transaction() as tx:
        status = tx.inbox.status(waiting)
        assert (status.state, status.response, status.media_keys) == ("received", None, ())
        assert not any((status.is_answered, status.is_answered_later, status.is_opted_out, status.is_held))
        tx.turn_results.record("SM1", TurnResult("utter_memo", {"media_keys": "ab/cd ef/gh"}))
        tx.people.set_opt_out(waiting.from_, NOW)
        tx.messages.set_state("SM1", "failed", "it went wrong")
        status = tx.inbox.status(waiting)
        assert (status.state, status.response, status.media_keys) == (
            "failed",
            "utter_memo",
            ("ab/cd", "ef/gh"),
        )
        assert status.is_opted_out


def test_the_status_says_whether_the_message_made_or_reworded_an_entry_with_a_link(store: Store, ann: Person):
    for message_id in ("SM1", "SM2", "SM3"):
        accept(store, ann, message_id)
    with store.transaction() as tx:
        tx.entries.add(ann.id, ParsedText("a comic https://xkcd.com/1"), None, "SM1", NOW)  # "save 2"
        other = tx.entries.add(ann.id, ParsedText("a thought"), None, None, NOW).id
        with tx.changes.recording(ann.id, "SM2", "edit", {}, NOW):  # "the second one"
            tx.entries.change_text(other, ParsedText("a thought on https://xkcd.com/2"), NOW)
        with tx.changes.recording(ann.id, "SM3", "pin", {}, NOW + timedelta(minutes=1)):
            tx.entries.pin(other, NOW)
        has_links = {one.message_id: tx.inbox.status(one).has_links for one in tx.inbox.all()}
    assert has_links == {"SM1": True, "SM2": True, "SM3": False}


@pytest.mark.parametrize(
    ("attempt", "answered", "answered_later"), [(0, False, True), (1, True, False), (2, False, False)]
)
def test_the_status_distinguishes_attempts(
    store: Store, ann: Person, attempt: int, answered: bool, answered_later: bool
):
    accept(store, ann, "SM1")
    put(store, ann, "SM1", attempt)
    with store.transaction() as tx:
        tx.outbound_messages.record_reply(
            ann.id, "SM1", SCRAPBOOK, ann.addresses[0].value, ["a"], [1], NOW, 1
        )
        [waiting] = [one for one in tx.inbox.all() if one.attempt == attempt]
        status = tx.inbox.status(waiting)
    assert (status.is_answered, status.is_answered_later) == (answered, answered_later)


def test_the_status_knows_that_an_earlier_reply_to_the_sender_waits_for_another_day(
    store: Store, ann: Person, ben: Person
):
    for message_id, person in (("SM1", ann), ("SM2", ann), ("SM3", ben)):
        accept(store, person, message_id)
    with store.transaction() as tx:
        [reply] = tx.outbound_messages.record_reply(
            ann.id, "SM1", SCRAPBOOK, ann.addresses[0].value, ["a"], [1], NOW
        )
        tx.segment_usage.hold(reply.id, NOW + timedelta(hours=1))
        is_held = {one.message_id: tx.inbox.status(one).is_held for one in tx.inbox.all()}
    assert is_held == {"SM1": True, "SM2": True, "SM3": False}


def test_all_messages_in_the_inbox_can_be_marked_as_failed(store: Store, ann: Person, ben: Person):
    accept(store, ann, "SM1")
    assert answered(store, ann)
    for message_id, person in (("SM2", ann), ("SM3", ben)):
        accept(store, person, message_id)
    with store.transaction() as tx:
        tx.inbox.fail_all("restored from a backup")
    with store.transaction(read_only=True) as tx:
        assert tx.inbox.all() == []
        assert tx.leases.of(WORKER) == []
        states = {
            message_id: (tx.messages.get(message_id).state, tx.messages.get(message_id).problem)
            for message_id in ("SM2", "SM3")
        }
        assert states == dict.fromkeys(("SM2", "SM3"), ("failed", "restored from a backup"))
        assert tx.messages.get("SM1").state == "received"


def test_removing_a_person_removes_their_messages_from_the_inbox(store: Store, ann: Person, ben: Person):
    for message_id, person in (("SM1", ann), ("SM2", ben)):
        accept(store, person, message_id)
    with store.transaction() as tx:
        tx.people.remove(ann.id)
    with store.transaction(read_only=True) as tx:
        assert [one.message_id for one in tx.inbox.all()] == ["SM2"]
        assert tx.leases.of(WORKER) == [ben.id]
