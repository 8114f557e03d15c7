"""Sending through the REST API, and its errors."""

import socket
import traceback
from datetime import UTC, datetime

import pytest

from scrapbook.emulators.handset import Attachment, Handset
from scrapbook.emulators.twilio.faults import Fault
from scrapbook.errors import RecipientOptedOut, SendError
from scrapbook.text.segments import BODY_LIMIT
from tests.e2e.network import NONSENSE, Trouble, network
from tests.support.local_twilio import ACCOUNT, NUMBER, TOKEN, Until, all_delivered
from tests.support.receiver import PERSON, Receiver
from tests.support.waiting import WaitingSender, sending


def test_a_reply_reaches_the_phone_and_its_status_comes_back(
    sender: WaitingSender, app_url: str, receiver: Receiver, until: Until
):
    sent = sender.send(NUMBER, PERSON, "Saved: ¡olé! 🎉", 7)
    assert sent.status == "queued"
    [message] = until(all_delivered)
    assert (message["sid"], message["body"]) == (sent.provider_id, "Saved: ¡olé! 🎉")
    receiver.wait_until(lambda: len(receiver.deliveries) == 2)
    assert receiver.deliveries == [
        (7, sent.provider_id, "sent", None),
        (7, sent.provider_id, "delivered", None),
    ]


def test_replies_arrive_in_order(sender: WaitingSender, until: Until):
    for number in range(5):
        sender.send(NUMBER, PERSON, str(number))
    shown = until(lambda messages: len(messages) == 5 and all_delivered(messages))
    changes = [message["body"] for message in sorted(shown, key=lambda message: message["changed"])]
    assert changes == ["0", "1", "2", "3", "4"]


def test_a_filtered_reply_is_reported_as_undelivered(
    sender: WaitingSender, handset: Handset, app_url: str, receiver: Receiver
):
    handset.inject(Fault.FILTERED)
    sent = sender.send(NUMBER, PERSON, "hello", 7)
    receiver.wait_until(lambda: len(receiver.deliveries) == 2)
    assert receiver.deliveries[-1] == (7, sent.provider_id, "undelivered", 30007)


@pytest.mark.parametrize(
    ("fault", "permanent", "code"),
    [
        (Fault.TOO_MANY_REQUESTS, False, 20429),
        (Fault.SERVER_ERROR, False, 20500),
        (Fault.OPTED_OUT, True, 21610),
    ],
)
def test_an_error_says_whether_it_is_permanent(
    sender: WaitingSender, handset: Handset, fault: Fault, permanent: bool, code: int
):
    handset.inject(fault)
    with pytest.raises(SendError) as refusal:
        sender.send(NUMBER, PERSON, "hello")
    assert (refusal.value.permanent, refusal.value.code) == (permanent, code)
    assert sender.send(NUMBER, PERSON, "hello").status == "queued"


@pytest.mark.parametrize(
    ("from_", "to", "body", "code"),
    [
        (NUMBER, "", "hello", 21604),
        (NUMBER, "555-0100", "hello", 21211),
        ("", PERSON, "hello", 21603),
        ("Scrapbook?", PERSON, "hello", 21212),
        ("+15550198", PERSON, "hello", 21606),
        (NUMBER, f"whatsapp:{PERSON}", "hello", 21910),
        (NUMBER, NUMBER, "hello", 21266),
        (NUMBER, PERSON, "", 21602),
        (NUMBER, PERSON, " \n", 21602),
        (NUMBER, PERSON, "x" * (BODY_LIMIT + 1), 21617),
    ],
)
def test_an_invalid_message_is_refused_permanently(
    sender: WaitingSender, from_: str, to: str, body: str, code: int
):
    with pytest.raises(SendError) as refusal:
        sender.send(from_, to, body)
    assert (refusal.value.permanent, refusal.value.code) == (True, code)


def test_the_longest_body_passes(sender: WaitingSender):
    assert sender.send(NUMBER, PERSON, "x" * BODY_LIMIT).status == "queued"


def test_a_wrong_status_callback_is_refused(twilio_url: str):
    wrong = sending(ACCOUNT, TOKEN, twilio_url, public_url="not a url")
    with wrong as sender, pytest.raises(SendError) as refusal:
        sender.send(NUMBER, PERSON, "hello", 7)
    assert refusal.value.code == 21609


def test_a_wrong_token_is_not_permanent(twilio_url: str):
    with sending(ACCOUNT, "another token", twilio_url) as sender, pytest.raises(SendError) as refusal:
        sender.send(NUMBER, PERSON, "hello")
    assert (refusal.value.permanent, refusal.value.code) == (False, 20003)


def test_an_unreadable_response_is_not_permanent():
    with network(to_port=9) as weather:
        weather.storm([Trouble.GARBAGE])
        with sending(ACCOUNT, TOKEN, weather.url, timeout=2) as sender:
            for _ in NONSENSE:
                with pytest.raises(SendError) as refusal:
                    sender.send(NUMBER, PERSON, "hello")
                assert not refusal.value.permanent


def test_no_refusal_quotes_a_number_or_a_text(sender: WaitingSender):
    number, text = "+15550198", "a secret thought"
    with pytest.raises(SendError) as refusal:
        sender.send(number, PERSON, text)
    story = "".join(traceback.format_exception(refusal.value))
    assert "21606" in story
    assert number not in story
    assert text not in story


def test_twilio_being_down_is_not_permanent():
    with socket.create_server(("127.0.0.1", 0)) as once:
        url = f"http://127.0.0.1:{once.getsockname()[1]}"
    with sending(ACCOUNT, TOKEN, url) as sender, pytest.raises(SendError) as failure:
        sender.send(NUMBER, PERSON, "hello")
    assert (failure.value.permanent, failure.value.code) == (False, None)


def test_twilio_hanging_is_not_permanent():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with sending(ACCOUNT, TOKEN, url, timeout=0.2) as sender, pytest.raises(SendError) as failure:
            sender.send(NUMBER, PERSON, "hello")
    assert not failure.value.permanent


def test_no_message_is_sent_between_stop_and_start(sender: WaitingSender, handset: Handset, until: Until):
    handset.send(PERSON, "Stop")
    until(lambda messages: any(message["carrier"] for message in messages))
    with pytest.raises(RecipientOptedOut):
        sender.send(NUMBER, PERSON, "hello")
    handset.send(PERSON, "START")
    until(lambda messages: sum(message["carrier"] for message in messages) == 2)
    assert sender.send(NUMBER, PERSON, "hello").status == "queued"


def test_a_message_whose_answer_was_lost_can_be_found(sender: WaitingSender, handset: Handset, until: Until):
    before = datetime.now(UTC)
    handset.inject(Fault.ANSWER_LOST)
    with pytest.raises(SendError) as failure:
        sender.send(NUMBER, PERSON, "Saved as 42.")
    assert not failure.value.permanent
    found = sender.find(NUMBER, PERSON, "Saved as 42.", before)
    [shown] = until(all_delivered)
    assert found is not None
    assert found.provider_id == shown["sid"]


def test_a_message_that_was_not_sent_is_not_found(sender: WaitingSender):
    before = datetime.now(UTC)
    sent = sender.send(NUMBER, PERSON, "Saved as 42.")
    assert sender.find(NUMBER, PERSON, "Saved as 43.", before) is None
    assert sender.find(NUMBER, "+15550101", "Saved as 42.", before) is None
    assert sender.find(NUMBER, PERSON, "Saved as 42.", before, known={sent.provider_id}) is None


def test_whatsapp_takes_no_message_outside_its_24_hours(
    sender: WaitingSender, app_url: str, receiver: Receiver
):
    sender.send(f"whatsapp:{NUMBER}", f"whatsapp:{PERSON}", "hello", 7)
    receiver.wait_until(lambda: len(receiver.deliveries) == 2)
    assert receiver.deliveries[-1][2:] == ("failed", 63016)


def test_whatsapp_takes_an_answer(sender: WaitingSender, handset: Handset, app_url: str, receiver: Receiver):
    handset.send(f"whatsapp:{PERSON}", "hello")
    receiver.wait_until(lambda: len(receiver.accepted) == 1)
    sender.send(f"whatsapp:{NUMBER}", f"whatsapp:{PERSON}", "hello", 7)
    receiver.wait_until(lambda: len(receiver.deliveries) == 2)
    assert receiver.deliveries[-1][2:] == ("delivered", None)


def test_an_attachment_is_fetched_and_shown(
    sender: WaitingSender, handset: Handset, until: Until, twilio_url: str, receiver: Receiver
):
    picture = Attachment("image/png", b"\x89PNG and so on")
    handset.send(PERSON, "mine", [picture])
    receiver.wait_until(lambda: len(receiver.accepted) == 1)
    [mine] = until(all_delivered)
    link = f"{twilio_url}/handset/media/{mine['media'][0]['sid']}"
    sender.send(NUMBER, PERSON, "", media_urls=[link])
    shown = until(lambda messages: len(messages) == 2 and all_delivered(messages))
    assert handset.media(shown[1]["media"][0]["sid"]) == picture
