"""The local Twilio is as strict as the service, and loses nothing."""

import threading
from dataclasses import replace

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from scrapbook.emulators.handset import Attachment, Handset, HandsetRefused, HandsetUnavailable
from scrapbook.emulators.twilio import LocalTwilio, create_app
from scrapbook.emulators.twilio.faults import Fault
from scrapbook.errors import StoreUnavailable
from tests.support.local_twilio import ACCOUNT, NUMBER, TOKEN, Until, all_delivered, wait_until
from tests.support.receiver import PERSON, UNKNOWN_SENDER, Receiver
from tests.support.served import served
from tests.support.waiting import WaitingSender, sending

PICTURE = Attachment("image/png", bytes(range(256)) * 40)
VOICE = Attachment("audio/ogg; codecs=opus", b"OggS")
AUTH = (ACCOUNT, TOKEN)


@pytest.fixture
def client(twilio_url: str) -> Client:
    client = Client(ACCOUNT, TOKEN)
    client.api.base_url = twilio_url
    return client


# From the handset to the receiver


def test_a_text_reaches_the_app(handset: Handset, receiver: Receiver, until: Until):
    sent = handset.send(PERSON, "Grüße & = % + 🎉\nzweite Zeile")
    assert (sent["status"], sent["direction"], sent["to"]) == ("pending", "inbound", NUMBER)
    until(all_delivered)
    assert [(m.message_id, m.body) for m in receiver.accepted] == [
        (sent["sid"], "Grüße & = % + 🎉\nzweite Zeile")
    ]


def test_attachments_and_extras_reach_the_app(handset: Handset, receiver: Receiver, until: Until):
    handset.send(PERSON, "", [PICTURE, VOICE], ProfileName="Ada", Latitude="1.5")
    until(all_delivered)
    [incoming] = receiver.accepted
    assert [part.content_type for part in incoming.media] == ["image/png", "audio/ogg; codecs=opus"]
    assert incoming.latitude == 1.5


def test_a_message_is_retried_with_the_same_sid_until_the_app_accepts_it(
    handset: Handset, receiver: Receiver, until: Until
):
    def fail_twice() -> None:
        if len(receiver.attempts) <= 2:
            raise StoreUnavailable

    receiver.trouble = fail_twice
    sent = handset.send(PERSON, "hello")
    until(all_delivered)
    assert receiver.attempts == [sent["sid"]] * 3
    assert len(receiver.accepted) == 1


def test_a_message_is_pending_as_long_as_the_app_is_down(handset: Handset, receiver: Receiver, until: Until):
    handset.inject(Fault.WEBHOOK_DOWN, 1_000_000)
    sent = handset.send(PERSON, "hello")
    assert handset.events(PERSON, sent["changed"], wait=0.1) == []
    assert receiver.attempts == []
    handset.inject(Fault.WEBHOOK_DOWN, 0)
    until(all_delivered)


def test_texts_written_while_the_app_was_down_arrive_in_order(
    handset: Handset, receiver: Receiver, until: Until
):
    handset.inject(Fault.WEBHOOK_DOWN, 1_000_000)
    for number in range(6):
        handset.send(PERSON, str(number))
    handset.inject(Fault.WEBHOOK_DOWN, 1)  # the next attempt of the first message fails too
    until(lambda messages: len(messages) == 6 and all_delivered(messages))
    assert [message.body for message in receiver.accepted] == ["0", "1", "2", "3", "4", "5"]


def test_a_refused_message_does_not_hold_up_the_next(handset: Handset, receiver: Receiver):
    handset.send(PERSON, "refused", Latitude="north")
    taken = handset.send(PERSON, "taken")
    receiver.wait_until(lambda: [message.message_id for message in receiver.accepted] == [taken["sid"]])


def test_pending_messages_survive_a_restart(config: LocalTwilio, receiver: Receiver):
    def make_app(url: str):
        return create_app(replace(config, url=url))

    with served(make_app) as url, Handset(url) as handset:
        handset.inject(Fault.WEBHOOK_DOWN, 1_000_000)
        sent = handset.send(PERSON, "hello")
    with served(make_app) as url, Handset(url) as handset:
        [shown] = wait_until(handset, all_delivered)
    assert shown["sid"] == sent["sid"]
    assert [message.message_id for message in receiver.accepted] == [sent["sid"]]


def test_messages_on_their_way_to_the_phone_survive_a_restart(config: LocalTwilio):
    slow = replace(config, status_interval=60)
    with (
        served(lambda url: create_app(replace(slow, url=url))) as url,
        sending(ACCOUNT, TOKEN, url) as sender,
    ):
        sent = sender.send(NUMBER, PERSON, "hello")
    with served(lambda url: create_app(replace(config, url=url))) as url, Handset(url) as handset:
        [shown] = wait_until(handset, all_delivered)
    assert shown["sid"] == sent.provider_id


def test_nobody_else_sees_a_message(handset: Handset, until: Until):
    handset.send(PERSON, "hello")
    until(all_delivered)
    assert handset.events(UNKNOWN_SENDER) == []


def test_a_waiting_phone_gets_a_message_at_once(handset: Handset):
    received: list[str] = []
    phone = threading.Thread(
        target=lambda: received.extend(message["body"] for message in handset.events(PERSON, 0, wait=30))
    )
    phone.start()
    handset.send(PERSON, "hello")
    phone.join(timeout=10)
    assert received == ["hello"]


def test_a_phone_with_a_later_change_than_the_server_does_not_wait(twilio_url: str):
    query = {"number": PERSON, "after": 99, "wait": 30}
    answer = httpx.get(f"{twilio_url}/handset/messages", params=query).json()
    assert answer == {"messages": [], "latest": 0}


@pytest.mark.parametrize(
    ("word", "answers"), [("STOP", 1), ("help", 1), ("YES", 0), ("START", 0), ("stop it", 0)]
)
def test_the_carrier_answers_opt_out_words(handset: Handset, until: Until, word: str, answers: int):
    handset.send(PERSON, word)
    shown = until(all_delivered)
    assert [message["carrier"] for message in shown] == [False] + [True] * answers


@pytest.mark.parametrize("body", ["(end)", '"stop"', "Cancel...", "stop?", "ＳＴＯＰ"])
def test_only_the_word_alone_is_taken_for_an_opt_out(handset: Handset, until: Until, body: str):
    handset.send(PERSON, body)
    assert [message["carrier"] for message in until(all_delivered)] == [False]


def test_words_are_not_taken_on_whatsapp_nor_as_captions(handset: Handset, until: Until):
    handset.send(f"whatsapp:{PERSON}", "stop")
    handset.send(PERSON, "stop", [PICTURE])
    assert not any(message["carrier"] for message in until(all_delivered))


@pytest.mark.parametrize(
    ("from_", "body", "attachments"),
    [
        ("555-0100", "hello", []),
        (PERSON, "", []),
        (PERSON, "x" * 1601, []),
        (PERSON, "", [PICTURE] * 11),
        (PERSON, "", [Attachment("image/png", bytes(5 * 1024 * 1024 + 1))]),
        (PERSON, "", [Attachment("nonsense", b"")]),
        (f"whatsapp:{PERSON}", "", [PICTURE, PICTURE]),
    ],
)
def test_it_refuses_an_impossible_message(
    handset: Handset, from_: str, body: str, attachments: list[Attachment]
):
    with pytest.raises(HandsetRefused):
        handset.send(from_, body, attachments)
    assert handset.events(PERSON) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "elsewhere.example"},
    ],
)
def test_other_sites_can_neither_text_nor_read(twilio_url: str, handset: Handset, headers: dict[str, str]):
    message = {"from": PERSON, "body": "hello"}
    answer = httpx.post(f"{twilio_url}/handset/messages", json=message, headers=headers)
    assert answer.status_code == 403
    assert handset.events(PERSON) == []
    query = {"number": PERSON}
    assert httpx.get(f"{twilio_url}/handset/messages", params=query, headers=headers).status_code == 403


def test_a_rebound_name_cannot_read(twilio_url: str):
    query = {"number": PERSON}
    answer = httpx.get(f"{twilio_url}/handset/messages", params=query, headers={"Host": "elsewhere.example"})
    assert answer.status_code == 403


def test_a_handset_without_a_server_says_so(twilio_url: str):
    with Handset("http://127.0.0.1:1") as handset, pytest.raises(HandsetUnavailable):
        handset.send(PERSON, "hello")


# The REST API, as Twilio's own client sees it


def test_it_requires_the_account_and_its_token(twilio_url: str):
    url = f"{twilio_url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    for auth in (None, (ACCOUNT, "wrong"), ("AC0", TOKEN)):
        answer = httpx.get(url, auth=auth)
        assert answer.status_code == 401
        assert answer.json()["code"] == 20003
        assert "basic" in answer.headers["www-authenticate"].lower()


def test_a_message_can_be_read_listed_and_deleted(client: Client, sender: WaitingSender, until: Until):
    sent = sender.send(NUMBER, PERSON, "hello")
    until(all_delivered)
    message = client.messages(sent.provider_id).fetch()
    assert (message.body, message.status, message.num_segments) == ("hello", "delivered", "1")
    assert message.date_sent is not None
    assert [listed.sid for listed in client.messages.list(to=PERSON)] == [sent.provider_id]
    assert client.messages(sent.provider_id).delete()
    assert client.messages.list() == []
    with pytest.raises(TwilioRestException) as missing:
        client.messages(sent.provider_id).fetch()
    assert (missing.value.status, missing.value.code) == (404, 20404)


def test_lists_come_in_pages_newest_first(client: Client, sender: WaitingSender):
    sids = [sender.send(NUMBER, PERSON, str(number)).provider_id for number in range(7)]
    listed = [message.sid for message in client.messages.list(from_=NUMBER, page_size=3)]
    assert listed == sids[::-1]


def test_a_received_message_is_in_the_log(client: Client, handset: Handset, until: Until):
    sent = handset.send(PERSON, "hello")
    until(all_delivered)
    message = client.messages(sent["sid"]).fetch()
    assert (message.direction, message.status, message.from_) == ("inbound", "received", PERSON)


def test_a_client_above_the_send_rate_is_refused(config: LocalTwilio):
    with served(lambda url: create_app(replace(config, url=url, sends_per_second=2))) as url:
        messages = f"{url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
        form = {"From": NUMBER, "To": PERSON, "Body": "hello"}
        answers = [httpx.post(messages, data=form, auth=AUTH) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert answers[2].json()["code"] == 20429


def test_an_unknown_message_is_not_found(twilio_url: str):
    answer = httpx.get(f"{twilio_url}/2010-04-01/Accounts/{ACCOUNT}/Calls.json", auth=AUTH)
    assert answer.json()["code"] == 20404


# Attachments


@pytest.fixture
def media_url(handset: Handset, receiver: Receiver) -> str:
    handset.send(PERSON, "", [PICTURE])
    receiver.wait_until(lambda: len(receiver.accepted) == 1)
    return receiver.accepted[0].media[0].url


def test_an_attachment_is_behind_the_password_and_then_behind_a_link(media_url: str):
    assert httpx.get(media_url).status_code == 401
    redirect = httpx.get(media_url, auth=AUTH)
    assert redirect.status_code == 307
    content = httpx.get(redirect.headers["location"])
    assert (content.content, content.headers["content-type"]) == (PICTURE.content, "image/png")


def test_a_link_without_a_valid_signature_is_refused(media_url: str):
    link = httpx.get(media_url, auth=AUTH).headers["location"]
    for wrong in (link.partition("?")[0], link.replace("expires=", "expires=9"), link[:-1] + "x"):
        assert httpx.get(wrong).status_code == 403


def test_a_link_expires(config: LocalTwilio, receiver: Receiver):
    with (
        served(lambda url: create_app(replace(config, url=url, media_link_lifetime=0))) as url,
        Handset(url) as handset,
    ):
        handset.send(PERSON, "", [PICTURE])
        receiver.wait_until(lambda: len(receiver.accepted) == 1)
        link = httpx.get(receiver.accepted[0].media[0].url, auth=AUTH).headers["location"]
        assert httpx.get(link).status_code == 403


def test_a_deleted_attachment_is_gone_from_twilio_but_not_from_the_phone(
    media_url: str, client: Client, handset: Handset, receiver: Receiver
):
    sid = receiver.accepted[0].message_id
    assert [media.content_type for media in client.messages(sid).media.list()] == ["image/png"]
    assert httpx.delete(media_url, auth=AUTH).status_code == 204
    assert httpx.get(media_url, auth=AUTH).status_code == 404
    assert client.messages(sid).media.list() == []
    [shown] = handset.events(PERSON)
    assert handset.media(shown["media"][0]["sid"]) == PICTURE
