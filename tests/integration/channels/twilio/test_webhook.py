"""The webhooks: signatures, unknown senders, opt-outs, statuses and failures."""

import threading
from urllib.parse import urlencode

import httpx
import pytest
from structlog.testing import capture_logs

from scrapbook.channels.twilio import signed_requests
from scrapbook.channels.twilio.form import Form
from scrapbook.channels.twilio.signature import HEADER, Signatures
from scrapbook.errors import StoreUnavailable
from tests.support.local_twilio import NUMBER, TOKEN
from tests.support.receiver import PERSON, UNKNOWN_SENDER, Receiver

WHATSAPP = f"whatsapp:{PERSON}"
SID = "SM" + "1" * 32
FIELDS = {
    "MessageSid": SID,
    "AccountSid": "AC1",
    "From": PERSON,
    "To": NUMBER,
    "Body": "a secret thought",
    "NumMedia": "0",
    "FromCity": "",
}


def post(
    url: str, path: str, fields: dict[str, str], headers: dict[str, str] | None = None
) -> httpx.Response:
    signature = Signatures(TOKEN).sign(url + path, Form(fields))
    return httpx.post(url + path, data=fields, headers={HEADER: signature} | (headers or {}))


def text(url: str, **fields: str) -> httpx.Response:
    return post(url, "/twilio/messages", FIELDS | fields)


def test_a_signed_message_is_accepted_and_answered_with_nothing(app_url: str, receiver: Receiver):
    answer = text(app_url)
    assert (answer.status_code, answer.text) == (200, "<Response/>")
    assert answer.headers["content-type"].startswith("text/xml")
    assert [(message.message_id, message.body) for message in receiver.accepted] == [
        (SID, "a secret thought")
    ]


def test_it_refuses_an_unsigned_webhook(app_url: str, receiver: Receiver):
    answer = httpx.post(f"{app_url}/twilio/messages", data=FIELDS)
    assert answer.status_code == 403
    assert receiver.accepted == []


def test_it_refuses_a_webhook_signed_for_another_url(app_url: str, receiver: Receiver):
    signature = Signatures(TOKEN).sign("https://elsewhere.example/twilio/messages", Form(FIELDS))
    answer = httpx.post(f"{app_url}/twilio/messages", data=FIELDS, headers={HEADER: signature})
    assert answer.status_code == 403
    assert receiver.accepted == []


def test_headers_do_not_change_the_url_that_is_verified(app_url: str, receiver: Receiver):
    elsewhere = {
        "Host": "elsewhere.example",
        "X-Forwarded-Host": "elsewhere.example",
        "X-Forwarded-Proto": "https",
    }
    assert post(app_url, "/twilio/messages", FIELDS, elsewhere).status_code == 200
    assert len(receiver.accepted) == 1


def test_it_refuses_what_is_no_form(app_url: str):
    assert httpx.post(f"{app_url}/twilio/messages", content=b"\xff\xfe").status_code == 403


def test_a_body_above_the_limit_is_refused(app_url: str, receiver: Receiver):
    assert text(app_url, Body="x" * signed_requests.MAX_BODY).status_code == 413
    assert receiver.accepted == []


def test_a_body_at_the_limit_is_accepted(app_url: str, receiver: Receiver):
    length = signed_requests.MAX_BODY - len(urlencode(FIELDS | {"Body": ""}))
    assert text(app_url, Body="x" * length).status_code == 200
    assert text(app_url, Body="x" * (length + 1)).status_code == 413
    assert [len(message.body) for message in receiver.accepted] == [length]


def test_many_unsigned_requests_are_logged_once(app_url: str):
    with capture_logs() as logs:
        for _ in range(20):
            httpx.post(f"{app_url}/twilio/messages", data=FIELDS)
            text(app_url, From=UNKNOWN_SENDER)
    assert [line["event"] for line in logs] == ["webhook_refused", "message_from_unknown_sender"]


def test_a_signed_but_malformed_message_is_a_plain_400(app_url: str, receiver: Receiver):
    answer = text(app_url, NumMedia="many")
    assert (answer.status_code, answer.text) == (400, "Bad Request")
    assert receiver.accepted == []


def test_an_unknown_sender_gets_no_reply_and_is_not_recorded(app_url: str, receiver: Receiver):
    with capture_logs() as logs:
        answer = text(app_url, From=UNKNOWN_SENDER)
    assert (answer.status_code, answer.text) == (200, "<Response/>")
    assert receiver.accepted == []
    assert "secret" not in str(logs)
    assert UNKNOWN_SENDER not in str(logs)


@pytest.mark.parametrize("from_", [PERSON, WHATSAPP])
def test_stop_is_stored_as_a_state_and_not_as_a_message(app_url: str, receiver: Receiver, from_: str):
    assert text(app_url, Body=" STOP ", From=from_).status_code == 200
    assert receiver.opted_out == {from_: True}
    assert receiver.accepted == []


@pytest.mark.parametrize("word", ["START", "yes", "Unstop"])
def test_start_of_somebody_who_has_opted_out_is_for_twilio_and_else_for_the_scrapbook(
    app_url: str, receiver: Receiver, word: str
):
    text(app_url, Body="stop")
    text(app_url, Body=word)
    assert (receiver.opted_out, receiver.accepted) == ({PERSON: False}, [])
    text(app_url, Body=word)
    assert [message.body for message in receiver.accepted] == [word]


@pytest.mark.parametrize("word", ["start", "help", "info", "yes", "cancel", "End", "QUIT"])
def test_on_whatsapp_the_scrapbook_gets_what_nobody_else_answers(app_url: str, receiver: Receiver, word: str):
    text(app_url, Body=word, From=WHATSAPP)
    assert not receiver.opted_out.get(WHATSAPP)
    assert [message.body for message in receiver.accepted] == [word]


def test_start_on_whatsapp_ends_an_opt_out_and_is_answered(app_url: str, receiver: Receiver):
    text(app_url, Body="stop", From=WHATSAPP)
    text(app_url, Body="start", From=WHATSAPP)
    assert receiver.opted_out == {WHATSAPP: False}
    assert [message.body for message in receiver.accepted] == ["start"]


@pytest.mark.parametrize(
    "body", ['"stop"', "(end)", "#stop", "End.", "Cancel...", "stop?", "Stop!", "ＳＴＯＰ", "\u017ftop"]
)
def test_a_text_that_is_more_than_the_word_silences_nobody(app_url: str, receiver: Receiver, body: str):
    assert text(app_url, Body=body).status_code == 200
    assert receiver.opted_out == {}
    assert [message.body for message in receiver.accepted] == [body]


def test_help_by_sms_is_for_twilio_and_changes_nothing(app_url: str, receiver: Receiver):
    assert text(app_url, Body="help").status_code == 200
    assert text(app_url, Body="ayuda", OptOutType="HELP", From=WHATSAPP).status_code == 200
    assert (receiver.opted_out, receiver.accepted) == ({}, [])


def test_opt_out_type_names_opt_out_words_of_the_account(app_url: str, receiver: Receiver):
    text(app_url, Body="arret", OptOutType="STOP")
    assert receiver.opted_out == {PERSON: True}


def test_a_picture_with_an_opt_out_word_is_accepted_and_opts_out_only_if_twilio_says_so(
    app_url: str, receiver: Receiver
):
    picture = {"NumMedia": "1", "MediaUrl0": "https://api.twilio.com/1", "MediaContentType0": "image/png"}
    text(app_url, Body="End", **picture)
    assert receiver.opted_out == {}
    text(app_url, Body="Stop", OptOutType="STOP", **picture)
    assert receiver.opted_out == {PERSON: True}
    assert [message.body for message in receiver.accepted] == ["End", "Stop"]


def test_an_unknown_sender_cannot_opt_anybody_out(app_url: str, receiver: Receiver):
    text(app_url, From=UNKNOWN_SENDER, Body="STOP")
    assert receiver.opted_out == {}


@pytest.mark.parametrize("problem", [StoreUnavailable(), RuntimeError("INSERT ... 'a secret thought'")])
def test_a_failure_is_answered_with_503(app_url: str, receiver: Receiver, problem: Exception):
    def strike() -> None:
        raise problem

    receiver.trouble = strike
    with capture_logs() as logs:
        answer = text(app_url)
    assert answer.status_code == 503
    assert (logs[-1]["event"], logs[-1]["step"]) == ("error", "/twilio/messages")
    assert logs[-1].pop("exc_info") is problem  # the formatter leaves its message out
    assert "secret" not in str(logs)


def test_a_timeout_is_answered_with_503(app_url: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch):
    released = threading.Event()

    def hang() -> None:
        released.wait(10)

    receiver.trouble = hang
    monkeypatch.setattr(signed_requests, "DEADLINE", 0.1)
    try:
        assert text(app_url).status_code == 503
    finally:
        released.set()


def test_a_status_is_recorded_for_its_reply(app_url: str, receiver: Receiver):
    fields = {"MessageSid": SID, "MessageStatus": "undelivered", "ErrorCode": "30007"}
    assert post(app_url, "/twilio/status?reply=7", fields).status_code == 204
    assert receiver.deliveries == [(7, SID, "undelivered", 30007)]


def test_a_status_for_another_reply_than_the_signed_one_is_refused(app_url: str, receiver: Receiver):
    fields = {"MessageSid": SID, "MessageStatus": "delivered"}
    signature = Signatures(TOKEN).sign(f"{app_url}/twilio/status?reply=7", Form(fields))
    answer = httpx.post(f"{app_url}/twilio/status?reply=8", data=fields, headers={HEADER: signature})
    assert answer.status_code == 403
    assert receiver.deliveries == []


@pytest.mark.parametrize("query", ["", "?reply=", "?reply=seven", "?reply=-1"])
def test_a_status_without_a_reply_is_malformed(app_url: str, receiver: Receiver, query: str):
    fields = {"MessageSid": SID, "MessageStatus": "delivered"}
    assert post(app_url, f"/twilio/status{query}", fields).status_code == 400
    assert receiver.deliveries == []
