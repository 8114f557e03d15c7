"""What the webhooks promise to Twilio, and what they keep from everybody else."""

import threading
from urllib.parse import urlencode

import httpx
import pytest
from structlog.testing import capture_logs

from scrapbook.errors import StoreUnavailable
from scrapbook.twilio import signed
from scrapbook.twilio.form import Form
from scrapbook.twilio.signature import HEADER, Signatures
from tests.integration.twilio.conftest import NUMBER, TOKEN
from tests.integration.twilio.house import PERSON, STRANGER, House

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


def test_a_signed_message_is_accepted_and_answered_with_nothing(app_url: str, house: House):
    answer = text(app_url)
    assert (answer.status_code, answer.text) == (200, "<Response/>")
    assert answer.headers["content-type"].startswith("text/xml")
    assert [(message.message_sid, message.body) for message in house.accepted] == [(SID, "a secret thought")]


def test_it_refuses_an_unsigned_webhook(app_url: str, house: House):
    answer = httpx.post(f"{app_url}/twilio/messages", data=FIELDS)
    assert answer.status_code == 403
    assert house.accepted == []


def test_it_refuses_a_webhook_signed_for_another_url(app_url: str, house: House):
    signature = Signatures(TOKEN).sign("https://elsewhere.example/twilio/messages", Form(FIELDS))
    answer = httpx.post(f"{app_url}/twilio/messages", data=FIELDS, headers={HEADER: signature})
    assert answer.status_code == 403
    assert house.accepted == []


def test_it_believes_no_header_about_its_own_url(app_url: str, house: House):
    elsewhere = {
        "Host": "elsewhere.example",
        "X-Forwarded-Host": "elsewhere.example",
        "X-Forwarded-Proto": "https",
    }
    assert post(app_url, "/twilio/messages", FIELDS, elsewhere).status_code == 200
    assert len(house.accepted) == 1


def test_it_refuses_what_is_no_form(app_url: str):
    assert httpx.post(f"{app_url}/twilio/messages", content=b"\xff\xfe").status_code == 403


def test_it_refuses_a_body_that_is_too_long_before_looking_at_it(app_url: str, house: House):
    assert text(app_url, Body="x" * signed.MAX_BODY).status_code == 413
    assert house.accepted == []


def test_a_body_as_long_as_may_be_is_taken(app_url: str, house: House):
    length = signed.MAX_BODY - len(urlencode(FIELDS | {"Body": ""}))
    assert text(app_url, Body="x" * length).status_code == 200
    assert text(app_url, Body="x" * (length + 1)).status_code == 413
    assert [len(message.body) for message in house.accepted] == [length]


def test_a_flood_of_unsigned_requests_leaves_a_line_and_not_one_each(app_url: str):
    with capture_logs() as logs:
        for _ in range(20):
            httpx.post(f"{app_url}/twilio/messages", data=FIELDS)
            text(app_url, From=STRANGER)
    assert [line["event"] for line in logs] == ["webhook_refused", "message_from_a_stranger"]


def test_a_signed_but_malformed_message_is_a_plain_400(app_url: str, house: House):
    answer = text(app_url, NumMedia="many")
    assert (answer.status_code, answer.text) == (400, "Bad Request")
    assert house.accepted == []


def test_a_stranger_hears_nothing_and_leaves_nothing(app_url: str, house: House):
    with capture_logs() as logs:
        answer = text(app_url, From=STRANGER)
    assert (answer.status_code, answer.text) == (200, "<Response/>")
    assert house.accepted == []
    assert "secret" not in str(logs)
    assert STRANGER not in str(logs)


@pytest.mark.parametrize(("word", "opted_out"), [("STOP", True), (" cancel. ", True), ("yes", False)])
def test_an_opt_out_word_is_kept_as_a_state_and_not_as_a_thought(
    app_url: str, house: House, word: str, opted_out: bool
):
    assert text(app_url, Body=word).status_code == 200
    assert house.opted_out == {PERSON: opted_out}
    assert house.accepted == []


def test_help_belongs_to_the_carrier_and_changes_nothing(app_url: str, house: House):
    assert text(app_url, Body="help").status_code == 200
    assert (house.opted_out, house.accepted) == ({}, [])


def test_a_word_of_the_customers_own_is_believed_to_twilio(app_url: str, house: House):
    text(app_url, Body="arret", OptOutType="STOP")
    assert house.opted_out == {PERSON: True}


def test_a_picture_is_kept_whatever_its_caption(app_url: str, house: House):
    picture = {"NumMedia": "1", "MediaUrl0": "https://api.twilio.com/1", "MediaContentType0": "image/png"}
    text(app_url, Body="End.", **picture)
    assert [message.body for message in house.accepted] == ["End."]


def test_a_stranger_cannot_opt_anybody_out(app_url: str, house: House):
    text(app_url, From=STRANGER, Body="STOP")
    assert house.opted_out == {}


@pytest.mark.parametrize("problem", [StoreUnavailable(), RuntimeError("INSERT ... 'a secret thought'")])
def test_twilio_hears_that_a_message_was_not_kept(app_url: str, house: House, problem: Exception):
    def strike() -> None:
        raise problem

    house.trouble = strike
    with capture_logs() as logs:
        answer = text(app_url)
    assert answer.status_code == 503
    assert (logs[-1]["event"], logs[-1]["step"]) == ("error", "/twilio/messages")
    assert logs[-1].pop("exc_info") is problem  # its message is left out where the line is written
    assert "secret" not in str(logs)


def test_twilio_hears_in_time_that_the_store_hangs(
    app_url: str, house: House, monkeypatch: pytest.MonkeyPatch
):
    released = threading.Event()

    def hang() -> None:
        released.wait(10)

    house.trouble = hang
    monkeypatch.setattr(signed, "DEADLINE", 0.1)
    try:
        assert text(app_url).status_code == 503
    finally:
        released.set()


def test_a_status_is_kept_with_its_reply(app_url: str, house: House):
    fields = {"MessageSid": SID, "MessageStatus": "undelivered", "ErrorCode": "30007"}
    assert post(app_url, "/twilio/status?reply=7", fields).status_code == 204
    assert house.deliveries == [(7, SID, "undelivered", 30007)]


def test_a_status_for_another_reply_than_the_signed_one_is_refused(app_url: str, house: House):
    fields = {"MessageSid": SID, "MessageStatus": "delivered"}
    signature = Signatures(TOKEN).sign(f"{app_url}/twilio/status?reply=7", Form(fields))
    answer = httpx.post(f"{app_url}/twilio/status?reply=8", data=fields, headers={HEADER: signature})
    assert answer.status_code == 403
    assert house.deliveries == []


@pytest.mark.parametrize("query", ["", "?reply=", "?reply=seven", "?reply=-1"])
def test_a_status_without_a_reply_is_malformed(app_url: str, house: House, query: str):
    fields = {"MessageSid": SID, "MessageStatus": "delivered"}
    assert post(app_url, f"/twilio/status{query}", fields).status_code == 400
    assert house.deliveries == []
