"""The local Twilio's numbers, services and senders are as strict as the real ones."""

from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scrapbook.channels.twilio.form import Form
from scrapbook.channels.twilio.signature import HEADER, Signatures
from scrapbook.emulators.handset import Handset
from scrapbook.emulators.twilio import LocalTwilio, create_app
from scrapbook.emulators.twilio.config import LocalAccount
from tests.integration.channels.twilio.test_webhook import post
from tests.support.local_twilio import ACCOUNT, NUMBER, TOKEN, all_delivered, wait_until
from tests.support.receiver import PERSON, Receiver
from tests.support.served import served

AUTH = (ACCOUNT, TOKEN)
NUMBERS = f"/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers"


def the_number(url: str) -> dict[str, Any]:
    return httpx.get(f"{url}{NUMBERS}.json", auth=AUTH).json()["incoming_phone_numbers"][0]


def update(url: str, **fields: str) -> httpx.Response:
    return httpx.post(f"{url}{NUMBERS}/{the_number(url)['sid']}.json", data=fields, auth=AUTH)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"SmsUrl": "scrapbook.example"}, 21402),
        ({"VoiceUrl": "ftp://scrapbook.example"}, 21402),
        ({"StatusCallback": "https://"}, 21402),
        ({"SmsMethod": "PUT"}, 21403),
        ({"SmsMethod": "post"}, 21403),
        ({"VoiceUrl": "", "VoiceFallbackUrl": "https://a.example"}, 21405),
        ({"SmsUrl": "", "SmsFallbackUrl": "https://a.example"}, 21406),
        ({"SmsApplicationSid": "AP" + "9" * 32}, 21420),
    ],
)
def test_a_wrong_webhook_is_refused_and_nothing_is_changed(
    twilio_url: str, fields: dict[str, str], code: int
):
    before = the_number(twilio_url)
    refusal = update(twilio_url, **fields)
    assert (refusal.status_code, refusal.json()["code"]) == (400, code)
    assert the_number(twilio_url) == before


@pytest.mark.parametrize(
    "path",
    [
        f"{NUMBERS}.json",
        f"/2010-04-01/Accounts/{ACCOUNT}.json",
        "/v1/Services",
        "/v1/a2p/BrandRegistrations",
        "/v2/Channels/Senders?Channel=whatsapp",
    ],
)
def test_requests_without_the_token_are_refused(twilio_url: str, path: str):
    refusal = httpx.get(twilio_url + path, auth=(ACCOUNT, "another"))
    assert (refusal.status_code, refusal.json()["code"]) == (401, 20003)
    assert httpx.get(twilio_url + path, auth=AUTH).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        f"{NUMBERS}/PN{'0' * 32}.json",
        f"/v1/Services/MG{'0' * 32}",
        f"/v1/Services/MG{'0' * 32}/PhoneNumbers",
        f"/v2/Channels/Senders/XE{'0' * 32}",
    ],
)
def test_an_unknown_resource_is_not_found(twilio_url: str, path: str):
    refusal = httpx.get(twilio_url + path, auth=AUTH)
    assert (refusal.status_code, refusal.json()["code"]) == (404, 20404)


def test_numbers_come_in_pages(config: LocalTwilio):
    account = LocalAccount(further_numbers=tuple(f"+1555{number:07}" for number in range(6)))
    with served(lambda url: create_app(replace(config, url=url, account=account))) as url:
        first = httpx.get(f"{url}{NUMBERS}.json?PageSize=5", auth=AUTH).json()
        second = httpx.get(url + first["next_page_uri"], auth=AUTH).json()
    assert (len(first["incoming_phone_numbers"]), len(second["incoming_phone_numbers"])) == (5, 2)
    assert second["next_page_uri"] is None


def test_senders_require_a_channel_and_a_json_update(twilio_url: str):
    assert httpx.get(f"{twilio_url}/v2/Channels/Senders", auth=AUTH).json()["code"] == 20001
    [sender] = httpx.get(f"{twilio_url}/v2/Channels/Senders?Channel=whatsapp", auth=AUTH).json()["senders"]
    address = f"{twilio_url}/v2/Channels/Senders/{sender['sid']}"
    assert httpx.post(address, data={"webhook": "x"}, auth=AUTH).status_code == 415


def test_a_webhook_by_get_is_signed_with_its_query(twilio_url: str, handset: Handset):
    received: list[tuple[str, bool]] = []

    async def hear(request: Request) -> Response:
        signature = request.headers.get(HEADER, "")
        is_valid = Signatures(TOKEN).is_valid(str(request.url), Form(), signature)
        received.append((request.query_params["Body"], is_valid))
        return Response()

    with served(lambda _: Starlette(routes=[Route("/sms", hear)])) as url:
        update(twilio_url, SmsUrl=f"{url}/sms?stays=1", SmsMethod="GET")
        handset.send(PERSON, "hello & more")
        wait_until(handset, all_delivered)
    assert received == [("hello & more", True)]


def test_the_fallback_is_called_when_the_first_address_fails(
    twilio_url: str, handset: Handset, app_url: str, receiver: Receiver
):
    update(twilio_url, SmsUrl=f"{app_url}/nothing", SmsFallbackUrl=f"{app_url}/twilio/messages")
    update(twilio_url, VoiceUrl=f"{app_url}/nothing", VoiceFallbackUrl=f"{app_url}/twilio/voice")
    handset.send(PERSON, "hello")
    receiver.wait_until(lambda: len(receiver.accepted) == 1)
    assert handset.call(PERSON)["status"] == "completed"


def test_the_end_of_a_call_is_reported_and_not_stored(app_url: str, receiver: Receiver):
    fields = {"CallSid": "CA" + "1" * 32, "CallStatus": "completed", "From": PERSON, "To": NUMBER}
    assert post(app_url, "/twilio/status", fields).status_code == 204
    assert (receiver.deliveries, receiver.calls) == ([], {})
