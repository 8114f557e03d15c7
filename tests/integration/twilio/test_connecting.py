"""``scrapbook connect``, end to end: through twilio-python and HTTP against the local Twilio."""

import os
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme
from rich.console import Console
from starlette.applications import Starlette
from typer.testing import CliRunner

from scrapbook import cli
from scrapbook.errors import NotFound, ScrapbookError, SettingsError, TwilioError
from scrapbook.twilio.handset import Attachment, Handset
from scrapbook.twilio.local import LocalTwilio, create_app
from scrapbook.twilio.local.config import LocalAccount, LocalService
from scrapbook.twilio.probe import installation_key, obstacle
from tests.integration.twilio.conftest import ACCOUNT, NUMBER, TOKEN, all_delivered, wait_until
from tests.integration.twilio.house import PERSON, House
from tests.integration.twilio.raw import raw_server, said
from tests.integration.twilio.served import served
from tests.integration.twilio.sounds import wav

ELSEWHERE = "https://elsewhere.example"
API = f"/2010-04-01/Accounts/{ACCOUNT}"
TOLL_FREE = "+18335550199"

OTHERS = LocalAccount(
    webhooks={
        "sms_url": f"{ELSEWHERE}/sms",
        "sms_method": "GET",
        "sms_application_sid": "AP" + "1" * 32,
        "voice_url": f"{ELSEWHERE}/voice",
        "trunk_sid": "TK" + "2" * 32,
        "status_callback": f"{ELSEWHERE}/status",
    },
    has_whatsapp_sender=False,
)
"""An account whose number was somebody else's before."""


@dataclass
class Said:
    """What a command printed, on one line, and the error that ended it."""

    text: str
    code: int
    error: ScrapbookError | None


@dataclass
class Desk:
    """Somebody at a terminal, whose account is at ``url``."""

    url: str

    def connect(self, *arguments: str, number: str = NUMBER) -> Said:
        result = CliRunner().invoke(cli.app, ["connect", number, *arguments])
        error = result.exception if isinstance(result.exception, ScrapbookError) else None
        assert error or isinstance(result.exception, SystemExit | None), result.exception
        return Said(" ".join(result.output.split()), result.exit_code, error)

    def number(self, number: str = NUMBER) -> dict[str, Any]:
        answer = httpx.get(
            f"{self.url}{API}/IncomingPhoneNumbers.json", params={"PhoneNumber": number}, auth=AUTH
        )
        return answer.json()["incoming_phone_numbers"][0]

    def resource(self, path: str) -> dict[str, Any]:
        return httpx.get(self.url + path, auth=AUTH).raise_for_status().json()


AUTH = (ACCOUNT, TOKEN)
MakeDesk = Callable[..., Desk]


@pytest.fixture
def make_desk(
    config: LocalTwilio, app_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MakeDesk]:
    with ExitStack() as stack:

        def make(account: LocalAccount = OTHERS, **settings: str) -> Desk:
            changed = replace(config, account=account)
            url = stack.enter_context(served(lambda url: create_app(replace(changed, url=url))))
            usual = {
                "SCRAPBOOK_DATA_DIR": str(tmp_path),
                "TWILIO_ACCOUNT_SID": ACCOUNT,
                "TWILIO_AUTH_TOKEN": TOKEN,
                "TWILIO_API_URL": url,
                "TWILIO_FROM": NUMBER,
                "SCRAPBOOK_PUBLIC_URL": app_url,
                "SCRAPBOOK_ALLOWED_NUMBERS": PERSON,
            }
            for name in [name for name in os.environ if name.startswith(("SCRAPBOOK_", "TWILIO_"))]:
                monkeypatch.delenv(name)
            for name, value in (usual | settings).items():
                monkeypatch.setenv(name, value)
            monkeypatch.chdir(tmp_path)
            monkeypatch.setattr(cli, "console", lambda: Console(highlight=False, width=300))
            return Desk(url)

        yield make


# Pointing it here


def test_it_points_every_webhook_of_the_number_here_and_nothing_goes_before_them(
    make_desk: MakeDesk, app_url: str
):
    desk = make_desk()
    desk.connect("--public-url", app_url, "--yes")
    number = desk.number()
    assert {
        name: number[name] for name in number if name.startswith(("sms_", "voice_", "status_", "trunk"))
    } == {
        "sms_url": f"{app_url}/twilio/messages",
        "sms_method": "POST",
        "sms_fallback_url": f"{app_url}/twilio/messages",
        "sms_fallback_method": "POST",
        "sms_application_sid": "",
        "voice_url": f"{app_url}/twilio/voice",
        "voice_method": "POST",
        "voice_fallback_url": f"{app_url}/twilio/voice",
        "voice_fallback_method": "POST",
        "voice_application_sid": "",
        "voice_caller_id_lookup": False,
        "voice_receive_mode": "voice",
        "trunk_sid": None,
        "status_callback": f"{app_url}/twilio/status",
        "status_callback_method": "POST",
    }


def test_it_shows_what_was_there_before(make_desk: MakeDesk, app_url: str):
    said = make_desk().connect("--public-url", app_url, "--yes")
    for before in ("/sms", "GET", "AP1111", "TK2222", "/voice", "/status"):
        assert before in said.text


def test_messages_and_calls_then_come_here(make_desk: MakeDesk, app_url: str, house: House):
    desk = make_desk()
    desk.connect("--public-url", app_url, "--yes")
    with Handset(desk.url) as handset:
        handset.send(PERSON, "hello")
        wait_until(handset, all_delivered)
        assert handset.call(PERSON, wav(1))["status"] == "completed"
    house.wait_until(lambda: len(house.accepted) == 2)
    assert house.accepted[0].body == "hello"


def test_what_was_set_is_still_set_when_the_local_twilio_starts_again(
    make_desk: MakeDesk, config: LocalTwilio, app_url: str
):
    desk = make_desk()
    desk.connect("--public-url", app_url, "--yes")
    with served(lambda url: create_app(replace(config, url=url))) as url:
        assert Desk(url).number()["sms_url"] == f"{app_url}/twilio/messages"


def test_a_second_time_there_is_nothing_to_change(make_desk: MakeDesk, app_url: str):
    desk = make_desk()
    desk.connect("--public-url", app_url, "--yes")
    assert "points at" in desk.connect("--public-url", f"{app_url}/").text


def test_without_a_public_url_it_takes_the_one_of_the_settings(make_desk: MakeDesk, app_url: str):
    desk = make_desk()
    desk.connect("--yes")
    assert desk.number()["sms_url"].startswith(app_url)


def test_it_changes_nothing_without_being_told_to(make_desk: MakeDesk, app_url: str):
    desk = make_desk()
    refusal = desk.connect("--public-url", app_url)
    assert isinstance(refusal.error, SettingsError)
    assert desk.number()["sms_url"] == f"{ELSEWHERE}/sms"
    assert isinstance(desk.connect("--undo", "--yes").error, NotFound)


def test_it_asks_whoever_is_there(make_desk: MakeDesk, app_url: str, monkeypatch: pytest.MonkeyPatch):
    desk = make_desk()
    monkeypatch.setattr(cli, "_confirmed", lambda _: False)
    said = desk.connect("--public-url", app_url)
    assert (said.code, desk.number()["sms_url"]) == (0, f"{ELSEWHERE}/sms")


def test_a_number_is_found_among_many(make_desk: MakeDesk, app_url: str):
    further = tuple(f"+1555{number:07}" for number in range(120))
    services = tuple(LocalService(f"Service {number}", ()) for number in range(60))
    mine = LocalService("Mine", (NUMBER,), ELSEWHERE)
    desk = make_desk(replace(OTHERS, further_numbers=further, services=(*services, mine)))
    said = desk.connect("--public-url", app_url, "--yes")
    assert "Messaging Service Mine" in said.text


@pytest.mark.parametrize("number", ["+15550123", "whatsapp:+15550123"])
def test_a_number_of_somebody_else_is_named_as_that(make_desk: MakeDesk, app_url: str, number: str):
    refusal = make_desk().connect("--public-url", app_url, "--yes", number=number)
    assert isinstance(refusal.error, NotFound)
    assert "no such number" in str(refusal.error)


@pytest.mark.parametrize(
    "url", ["scrapbook.example.org", "ftp://a.example", "https://", "https://a.example/?a=b"]
)
def test_a_wrong_address_changes_nothing(make_desk: MakeDesk, url: str):
    desk = make_desk()
    assert isinstance(desk.connect("--public-url", url, "--yes").error, SettingsError)
    assert desk.number()["sms_url"] == f"{ELSEWHERE}/sms"


def test_wrong_credentials_are_said_to_be_that(make_desk: MakeDesk, app_url: str):
    refusal = make_desk(TWILIO_AUTH_TOKEN="another").connect("--public-url", app_url, "--yes")
    assert isinstance(refusal.error, TwilioError)
    assert refusal.error.code == 20003


# Putting it back


def test_undo_puts_back_what_was_there(make_desk: MakeDesk, app_url: str):
    desk = make_desk()
    before = desk.number()
    desk.connect("--public-url", app_url, "--yes")
    said = desk.connect("--undo", "--yes")
    assert f"{ELSEWHERE}/sms" in said.text
    assert desk.number() == before


def test_undo_goes_back_one_by_one(make_desk: MakeDesk, app_url: str):
    desk = make_desk()
    desk.connect("--public-url", app_url, "--yes")
    desk.connect("--public-url", f"{app_url}/wrong", "--yes")
    desk.connect("--undo", "--yes")
    assert desk.number()["sms_url"] == f"{app_url}/twilio/messages"
    desk.connect("--undo", "--yes")
    assert desk.number()["sms_url"] == f"{ELSEWHERE}/sms"
    assert isinstance(desk.connect("--undo", "--yes").error, NotFound)


def test_undo_leaves_alone_what_somebody_else_has_changed_since(make_desk: MakeDesk, app_url: str):
    desk = make_desk()
    desk.connect("--public-url", app_url, "--yes")
    sid = desk.number()["sid"]
    theirs = {"VoiceUrl": f"{ELSEWHERE}/theirs"}
    httpx.post(f"{desk.url}{API}/IncomingPhoneNumbers/{sid}.json", data=theirs, auth=AUTH).raise_for_status()
    desk.connect("--undo", "--yes")
    number = desk.number()
    assert (number["sms_url"], number["voice_url"]) == (f"{ELSEWHERE}/sms", f"{ELSEWHERE}/theirs")


def test_what_was_there_is_remembered_before_anything_is_changed(
    make_desk: MakeDesk, app_url: str, monkeypatch: pytest.MonkeyPatch
):
    desk = make_desk(replace(OTHERS, services=(LocalService("Mine", (NUMBER,), f"{ELSEWHERE}/all"),)))
    with monkeypatch.context() as patched:
        patched.setattr("scrapbook.twilio.places.Places.set", _break_off_at_the_service())
        assert isinstance(desk.connect("--public-url", app_url, "--yes").error, TwilioError)
    assert desk.number()["sms_url"].startswith(app_url)
    desk.connect("--undo", "--yes")
    assert desk.number()["sms_url"] == f"{ELSEWHERE}/sms"


def _break_off_at_the_service() -> Callable[..., None]:
    from scrapbook.twilio.places import Kind, Places

    really = Places.set

    def set_(places: Any, place: Any, fields: Any) -> None:
        if place.kind is Kind.SERVICE:
            raise TwilioError("Twilio is out of reach", permanent=False)
        really(places, place, fields)

    return set_


def test_only_its_owner_can_read_what_is_remembered(make_desk: MakeDesk, app_url: str, tmp_path: Path):
    make_desk().connect("--public-url", app_url, "--yes")
    assert (tmp_path / "connections.json").stat().st_mode & 0o077 == 0


# Messaging Services and WhatsApp


def test_a_service_of_this_number_alone_is_pointed_here_too(make_desk: MakeDesk, app_url: str, house: House):
    desk = make_desk(replace(OTHERS, services=(LocalService("Mine", (NUMBER,), f"{ELSEWHERE}/all"),)))
    desk.connect("--public-url", app_url, "--yes")
    [service] = desk.resource("/v1/Services")["services"]
    assert service["inbound_request_url"] == f"{app_url}/twilio/messages"
    with Handset(desk.url) as handset:
        handset.send(PERSON, "hello")
    house.wait_until(lambda: len(house.accepted) == 1)
    desk.connect("--undo", "--yes")
    assert desk.resource("/v1/Services")["services"][0]["inbound_request_url"] == f"{ELSEWHERE}/all"


def test_a_service_that_defers_to_its_numbers_is_left_alone(make_desk: MakeDesk, app_url: str):
    service = LocalService("Mine", (NUMBER,), f"{ELSEWHERE}/all", use_inbound_webhook_on_number=True)
    desk = make_desk(replace(OTHERS, services=(service,)))
    said = desk.connect("--public-url", app_url, "--yes")
    assert desk.resource("/v1/Services")["services"][0]["inbound_request_url"] == f"{ELSEWHERE}/all"
    assert "Messaging Service Mine" not in said.text


def test_a_service_of_other_numbers_too_is_left_alone_and_that_is_said(make_desk: MakeDesk, app_url: str):
    other = "+15550198"
    service = LocalService("Ours", (NUMBER, other), f"{ELSEWHERE}/all")
    desk = make_desk(replace(OTHERS, further_numbers=(other,), services=(service,)))
    said = desk.connect("--public-url", app_url, "--yes")
    assert desk.resource("/v1/Services")["services"][0]["inbound_request_url"] == f"{ELSEWHERE}/all"
    assert "Defer to sender's webhook" in said.text
    assert said.code == 1


def test_a_whatsapp_sender_is_pointed_here_and_back(make_desk: MakeDesk, app_url: str, house: House):
    desk = make_desk(replace(OTHERS, has_whatsapp_sender=True))
    [sender] = desk.resource("/v2/Channels/Senders?Channel=whatsapp")["senders"]
    desk.connect("--public-url", app_url, "--yes", number=f"whatsapp:{NUMBER}")
    now = desk.resource(f"/v2/Channels/Senders/{sender['sid']}")["webhook"]
    assert now["fallback_url"] == f"{app_url}/twilio/messages"
    with Handset(desk.url) as handset:
        handset.send(f"whatsapp:{PERSON}", "hello")
    house.wait_until(lambda: len(house.accepted) == 1)
    desk.connect("--undo", "--yes")
    assert desk.resource(f"/v2/Channels/Senders/{sender['sid']}")["webhook"] == sender["webhook"]


# Whether it arrives


def test_a_signed_webhook_arrives_and_leaves_nothing_behind(make_desk: MakeDesk, app_url: str, house: House):
    said = make_desk().connect("--public-url", app_url, "--yes")
    assert [path in said.text for path in ("/messages", "/voice", "/recording", "/status")] == [True] * 4
    assert "✗ Signed webhook" not in said.text
    assert (house.accepted, house.calls, house.deliveries, house.opted_out) == ([], {}, [], {})


def test_a_probe_that_is_not_signed_gets_no_answer(app_url: str):
    answer = httpx.post(f"{app_url}/twilio/messages", data={"ScrapbookProbe": "1"})
    assert answer.status_code == 403


def test_a_house_that_believes_in_another_address_is_found_out(app_url: str, tmp_path: Path):
    # As with a tunnel that has got a new name.
    another = app_url.replace("127.0.0.1", "localhost")
    assert "SCRAPBOOK_PUBLIC_URL" in obstacle(f"{another}/twilio/messages", TOKEN, installation_key(tmp_path))


def test_a_house_with_another_token_is_found_out(app_url: str, tmp_path: Path):
    assert "TWILIO_AUTH_TOKEN" in obstacle(
        f"{app_url}/twilio/messages", "another", installation_key(tmp_path)
    )


def test_another_installation_is_found_out(app_url: str, tmp_path: Path):
    problem = obstacle(f"{app_url}/twilio/messages", TOKEN, installation_key(tmp_path / "another"))
    assert "Another scrapbook" in problem


def test_what_does_not_arrive_is_said_and_can_be_put_back(make_desk: MakeDesk, app_url: str):
    desk = make_desk()
    said = desk.connect("--public-url", f"{app_url}/wrong", "--yes")
    assert "There is nothing at that address (404)" in said.text
    assert said.code == 1
    desk.connect("--undo", "--yes")
    assert desk.number()["sms_url"] == f"{ELSEWHERE}/sms"


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (said(200, b"<html>"), "Something else"),
        (said(200, b"[]"), "Something else"),
        (said(200, b'{"status": "ok"}'), "Something else"),
        (said(301, Location="https://other.example/"), "redirected to https://other.example"),
        (said(400), "earlier release"),
        (said(401), "asks for a password (401)"),
        (said(404), "nothing at that address"),
        (said(502), "not the scrapbook behind it"),
        (said(530), "not the scrapbook behind it"),
        (said(500), "answered with 500"),
        (b"SSH-2.0", "could not be reached"),
    ],
)
def test_whatever_else_answers_is_said_in_a_sentence(answer: bytes, sentence: str):
    with raw_server(lambda _: iter([answer])) as server:
        assert sentence in obstacle(f"{server.url}/twilio/messages", TOKEN, "key")


def test_nobody_listening_is_said_in_a_sentence():
    with socket.create_server(("127.0.0.1", 0)) as once:
        port = once.getsockname()[1]
    assert "refuses the connection" in obstacle(f"http://127.0.0.1:{port}/", TOKEN, "key")


def test_a_name_that_does_not_exist_is_said_in_a_sentence():
    assert "no such name as scrapbook.invalid" in obstacle("https://scrapbook.invalid/", TOKEN, "key")


def test_silence_is_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("scrapbook.twilio.probe._PATIENCE", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        assert "did not answer" in obstacle(url, TOKEN, "key")


def test_a_certificate_of_nobody_is_said_in_a_sentence():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with served(lambda _: Starlette(), ssl_context=context) as url:
        problem = obstacle(url.replace("http:", "https:"), TOKEN, "key")
    assert "certificate" in problem


# What is missing


def test_an_account_that_lacks_nothing_is_well(make_desk: MakeDesk, app_url: str):
    service = LocalService("Mine", (NUMBER,), campaign_status="VERIFIED")
    said = make_desk(LocalAccount(services=(service,))).connect("--public-url", app_url, "--yes")
    assert "the campaign is verified" in said.text
    assert said.text.count("✗") == said.text.count("✗ TLS")  # the tests have no certificate


@pytest.mark.parametrize(
    ("account", "sentence"),
    [
        (LocalAccount(), "neither a brand nor a campaign"),
        (LocalAccount(brand_status="APPROVED"), "there is a brand (APPROVED), but no campaign"),
        (LocalAccount(services=(LocalService("Mine", (NUMBER,)),)), "neither a brand nor a campaign"),
        (
            LocalAccount(services=(LocalService("Mine", (NUMBER,), campaign_status="IN_PROGRESS"),)),
            "the campaign is IN_PROGRESS",
        ),
        (LocalAccount(is_trial=True), "a trial account"),
        (LocalAccount(has_whatsapp_sender=False), "no WhatsApp sender"),
    ],
)
def test_what_is_missing_at_twilio_is_said(
    make_desk: MakeDesk, app_url: str, account: LocalAccount, sentence: str
):
    said = make_desk(account).connect("--public-url", app_url, "--yes")
    assert sentence in said.text
    assert said.code == 1


@pytest.mark.parametrize(("status", "mark"), [("", "✗"), ("IN_REVIEW", "✗"), ("TWILIO_APPROVED", "✓")])
def test_a_toll_free_number_has_to_be_verified(make_desk: MakeDesk, app_url: str, status: str, mark: str):
    desk = make_desk(LocalAccount(further_numbers=(TOLL_FREE,), tollfree_status=status))
    said = desk.connect("--public-url", app_url, "--yes", number=TOLL_FREE)
    assert f"{mark} Toll-free verification" in said.text
    assert "A2P" not in said.text


def test_a_number_elsewhere_needs_no_registration(make_desk: MakeDesk, app_url: str):
    number = "+447700900123"
    said = make_desk(LocalAccount(further_numbers=(number,))).connect(
        "--public-url", app_url, "--yes", number=number
    )
    assert "A2P" not in said.text


@pytest.mark.parametrize(("locked", "mark"), [(True, "✓"), (False, "✗")])
def test_it_says_whether_strangers_can_fetch_pictures_and_recordings(
    make_desk: MakeDesk, app_url: str, house: House, locked: bool, mark: str
):
    desk = make_desk(LocalAccount(media_needs_password=locked))
    with Handset(desk.url) as handset:
        handset.send(PERSON, "", [Attachment("image/png", b"\x89PNG")])
        handset.call(PERSON, wav(1))
        house.wait_until(lambda: len(house.accepted) == 2)
    said = desk.connect("--public-url", app_url, "--yes")
    assert f"{mark} Pictures and sounds at Twilio" in said.text
    assert f"{mark} Recordings at Twilio" in said.text


def test_settings_that_do_not_agree_are_named_with_what_to_put_there(make_desk: MakeDesk, app_url: str):
    desk = make_desk(
        TWILIO_FROM="+15550123", SCRAPBOOK_PUBLIC_URL="https://old.example", SCRAPBOOK_ALLOWED_NUMBERS=""
    )
    said = desk.connect("--public-url", app_url, "--yes")
    assert f"SCRAPBOOK_PUBLIC_URL={app_url}" in said.text
    assert f"TWILIO_FROM={NUMBER}" in said.text
    assert "SCRAPBOOK_ALLOWED_NUMBERS" in said.text


def test_it_works_before_the_settings_are_complete(make_desk: MakeDesk, app_url: str):
    desk = make_desk(TWILIO_FROM="", SCRAPBOOK_PUBLIC_URL="")
    said = desk.connect("--public-url", app_url, "--yes")
    assert f"TWILIO_FROM={NUMBER}" in said.text
    assert desk.number()["sms_url"].startswith(app_url)
