"""Sending through the REST API, and what can come of it."""

import socket
import traceback
from datetime import UTC, datetime

import pytest

from scrapbook.errors import RecipientOptedOut, SendError
from scrapbook.segments import BODY_LIMIT
from scrapbook.twilio.handset import Attachment, Handset
from scrapbook.twilio.local.faults import Fault
from tests.e2e.network import NONSENSE, Trouble, network
from tests.integration.twilio.conftest import ACCOUNT, NUMBER, TOKEN, Until, all_delivered
from tests.integration.twilio.house import PERSON, House
from tests.integration.twilio.waiting import WaitingSender, sending


def test_a_reply_reaches_the_phone_and_its_status_comes_back(
    sender: WaitingSender, app_url: str, house: House, until: Until
):
    sent = sender.send(NUMBER, PERSON, "Saved: ¡olé! 🎉", f"{app_url}/twilio/status?reply=7")
    assert sent.status == "queued"
    [message] = until(all_delivered)
    assert (message["sid"], message["body"]) == (sent.twilio_sid, "Saved: ¡olé! 🎉")
    house.wait_until(lambda: len(house.deliveries) == 2)
    assert house.deliveries == [(7, sent.twilio_sid, "sent", None), (7, sent.twilio_sid, "delivered", None)]


def test_replies_arrive_in_order(sender: WaitingSender, until: Until):
    for number in range(5):
        sender.send(NUMBER, PERSON, str(number))
    shown = until(lambda messages: len(messages) == 5 and all_delivered(messages))
    changes = [message["body"] for message in sorted(shown, key=lambda message: message["changed"])]
    assert changes == ["0", "1", "2", "3", "4"]


def test_a_filtered_reply_is_reported_as_undelivered(
    sender: WaitingSender, handset: Handset, app_url: str, house: House
):
    handset.inject(Fault.FILTERED)
    sent = sender.send(NUMBER, PERSON, "hello", f"{app_url}/twilio/status?reply=7")
    house.wait_until(lambda: len(house.deliveries) == 2)
    assert house.deliveries[-1] == (7, sent.twilio_sid, "undelivered", 30007)


@pytest.mark.parametrize(
    ("fault", "permanent", "code"),
    [
        (Fault.TOO_MANY_REQUESTS, False, 20429),
        (Fault.SERVER_ERROR, False, 20500),
        (Fault.OPTED_OUT, True, 21610),
    ],
)
def test_a_refusal_says_whether_trying_again_can_help(
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
def test_a_wrong_message_is_refused_for_good(
    sender: WaitingSender, from_: str, to: str, body: str, code: int
):
    with pytest.raises(SendError) as refusal:
        sender.send(from_, to, body)
    assert (refusal.value.permanent, refusal.value.code) == (True, code)


def test_the_longest_body_passes(sender: WaitingSender):
    assert sender.send(NUMBER, PERSON, "x" * BODY_LIMIT).status == "queued"


def test_a_wrong_status_callback_is_refused(sender: WaitingSender):
    with pytest.raises(SendError) as refusal:
        sender.send(NUMBER, PERSON, "hello", "not a url")
    assert refusal.value.code == 21609


def test_a_wrong_token_is_tried_again_because_its_owner_can_put_it_right(twilio_url: str):
    with sending(ACCOUNT, "another token", twilio_url) as sender, pytest.raises(SendError) as refusal:
        sender.send(NUMBER, PERSON, "hello")
    assert (refusal.value.permanent, refusal.value.code) == (False, 20003)


def test_an_answer_that_makes_no_sense_is_none():
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


def test_nobody_is_sent_anything_after_stop_until_start(
    sender: WaitingSender, handset: Handset, until: Until
):
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
    assert found.twilio_sid == shown["sid"]


def test_what_was_never_sent_is_not_found(sender: WaitingSender):
    before = datetime.now(UTC)
    sent = sender.send(NUMBER, PERSON, "Saved as 42.")
    assert sender.find(NUMBER, PERSON, "Saved as 43.", before) is None
    assert sender.find(NUMBER, "+15550101", "Saved as 42.", before) is None
    assert sender.find(NUMBER, PERSON, "Saved as 42.", before, known={sent.twilio_sid}) is None


def test_whatsapp_takes_no_message_outside_its_24_hours(sender: WaitingSender, app_url: str, house: House):
    sender.send(f"whatsapp:{NUMBER}", f"whatsapp:{PERSON}", "hello", f"{app_url}/twilio/status?reply=7")
    house.wait_until(lambda: len(house.deliveries) == 2)
    assert house.deliveries[-1][2:] == ("failed", 63016)


def test_whatsapp_takes_an_answer(sender: WaitingSender, handset: Handset, app_url: str, house: House):
    handset.send(f"whatsapp:{PERSON}", "hello")
    house.wait_until(lambda: len(house.accepted) == 1)
    sender.send(f"whatsapp:{NUMBER}", f"whatsapp:{PERSON}", "hello", f"{app_url}/twilio/status?reply=7")
    house.wait_until(lambda: len(house.deliveries) == 2)
    assert house.deliveries[-1][2:] == ("delivered", None)


def test_an_attachment_is_fetched_and_shown(
    sender: WaitingSender, handset: Handset, until: Until, twilio_url: str, house: House
):
    picture = Attachment("image/png", b"\x89PNG and so on")
    handset.send(PERSON, "mine", [picture])
    house.wait_until(lambda: len(house.accepted) == 1)
    [mine] = until(all_delivered)
    link = f"{twilio_url}/handset/media/{mine['media'][0]['sid']}"
    sender.send(NUMBER, PERSON, "", media_urls=[link])
    shown = until(lambda messages: len(messages) == 2 and all_delivered(messages))
    assert handset.media(shown[1]["media"][0]["sid"]) == picture
