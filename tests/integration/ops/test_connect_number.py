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

from scrapbook.channels.twilio.setup.reachability import explain_failure
from scrapbook.cli import main
from scrapbook.emulators.handset import Attachment, Handset
from scrapbook.emulators.twilio import LocalTwilio, create_app
from scrapbook.emulators.twilio.config import LocalAccount, LocalService
from scrapbook.errors import NotFound, ProviderError, ScrapbookError, SettingsError
from scrapbook.net.secret_file import installation_key
from tests.support.local_twilio import ACCOUNT, NUMBER, TOKEN, all_delivered, wait_until
from tests.support.raw import raw_server, said
from tests.support.receiver import PERSON, Receiver
from tests.support.served import served
from tests.support.sounds import wav

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
"""An account whose number has webhooks of another app."""


@dataclass
class Said:
    """What a command printed, on one line, and the error that ended it."""

    text: str
    code: int
    error: ScrapbookError | None


@dataclass
class Terminal:
    """Runs the command with the account at ``url``, and reads that account."""

    url: str

    def connect(self, *arguments: str, number: str = NUMBER) -> Said:
        result = CliRunner().invoke(main.app, ["connect", number, *arguments])
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
MakeTerminal = Callable[..., Terminal]


@pytest.fixture
def make_terminal(
    config: LocalTwilio, app_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MakeTerminal]:
    with ExitStack() as stack:

        def make(account: LocalAccount = OTHERS, **settings: str) -> Terminal:
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
            monkeypatch.setattr(main, "console", lambda: Console(highlight=False, width=300))
            return Terminal(url)

        yield make


# Connect


def test_it_points_every_webhook_of_the_number_here_and_removes_what_takes_precedence(
    make_terminal: MakeTerminal, app_url: str
):
    terminal = make_terminal()
    terminal.connect("--public-url", app_url, "--yes")
    number = terminal.number()
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


def test_it_prints_the_earlier_webhooks(make_terminal: MakeTerminal, app_url: str):
    said = make_terminal().connect("--public-url", app_url, "--yes")
    for before in ("/sms", "GET", "AP1111", "TK2222", "/voice", "/status"):
        assert before in said.text


def test_messages_and_calls_then_come_here(make_terminal: MakeTerminal, app_url: str, receiver: Receiver):
    terminal = make_terminal()
    terminal.connect("--public-url", app_url, "--yes")
    with Handset(terminal.url) as handset:
        handset.send(PERSON, "hello")
        wait_until(handset, all_delivered)
        assert handset.call(PERSON, wav(1))["status"] == "completed"
    receiver.wait_until(lambda: len(receiver.accepted) == 2)
    assert receiver.accepted[0].body == "hello"


def test_webhooks_survive_a_restart_of_the_local_twilio(
    make_terminal: MakeTerminal, config: LocalTwilio, app_url: str
):
    terminal = make_terminal()
    terminal.connect("--public-url", app_url, "--yes")
    with served(lambda url: create_app(replace(config, url=url))) as url:
        assert Terminal(url).number()["sms_url"] == f"{app_url}/twilio/messages"


def test_a_second_time_there_is_nothing_to_change(make_terminal: MakeTerminal, app_url: str):
    terminal = make_terminal()
    terminal.connect("--public-url", app_url, "--yes")
    assert "points at" in terminal.connect("--public-url", f"{app_url}/").text


def test_without_a_public_url_it_takes_the_one_of_the_settings(make_terminal: MakeTerminal, app_url: str):
    terminal = make_terminal()
    terminal.connect("--yes")
    assert terminal.number()["sms_url"].startswith(app_url)


def test_it_changes_nothing_without_confirmation(make_terminal: MakeTerminal, app_url: str):
    terminal = make_terminal()
    refusal = terminal.connect("--public-url", app_url)
    assert isinstance(refusal.error, SettingsError)
    assert terminal.number()["sms_url"] == f"{ELSEWHERE}/sms"
    assert isinstance(terminal.connect("--undo", "--yes").error, NotFound)


def test_it_asks_for_confirmation_at_a_terminal(
    make_terminal: MakeTerminal, app_url: str, monkeypatch: pytest.MonkeyPatch
):
    terminal = make_terminal()
    monkeypatch.setattr(main, "_confirmed", lambda _: False)
    said = terminal.connect("--public-url", app_url)
    assert (said.code, terminal.number()["sms_url"]) == (0, f"{ELSEWHERE}/sms")


def test_a_number_is_found_among_many(make_terminal: MakeTerminal, app_url: str):
    further = tuple(f"+1555{number:07}" for number in range(120))
    services = tuple(LocalService(f"Service {number}", ()) for number in range(60))
    mine = LocalService("Mine", (NUMBER,), ELSEWHERE)
    terminal = make_terminal(replace(OTHERS, further_numbers=further, services=(*services, mine)))
    said = terminal.connect("--public-url", app_url, "--yes")
    assert "Messaging Service Mine" in said.text


@pytest.mark.parametrize("number", ["+15550123", "whatsapp:+15550123"])
def test_a_number_of_another_account_is_not_found(make_terminal: MakeTerminal, app_url: str, number: str):
    refusal = make_terminal().connect("--public-url", app_url, "--yes", number=number)
    assert isinstance(refusal.error, NotFound)
    assert "no such number" in str(refusal.error)


@pytest.mark.parametrize(
    "url", ["scrapbook.example.org", "ftp://a.example", "https://", "https://a.example/?a=b"]
)
def test_a_wrong_address_changes_nothing(make_terminal: MakeTerminal, url: str):
    terminal = make_terminal()
    assert isinstance(terminal.connect("--public-url", url, "--yes").error, SettingsError)
    assert terminal.number()["sms_url"] == f"{ELSEWHERE}/sms"


def test_wrong_credentials_are_reported(make_terminal: MakeTerminal, app_url: str):
    refusal = make_terminal(TWILIO_AUTH_TOKEN="another").connect("--public-url", app_url, "--yes")
    assert isinstance(refusal.error, ProviderError)
    assert refusal.error.code == 20003


# Undo


def test_undo_restores_the_earlier_webhooks(make_terminal: MakeTerminal, app_url: str):
    terminal = make_terminal()
    before = terminal.number()
    terminal.connect("--public-url", app_url, "--yes")
    said = terminal.connect("--undo", "--yes")
    assert f"{ELSEWHERE}/sms" in said.text
    assert terminal.number() == before


def test_undo_undoes_one_connection_at_a_time(make_terminal: MakeTerminal, app_url: str):
    terminal = make_terminal()
    terminal.connect("--public-url", app_url, "--yes")
    terminal.connect("--public-url", f"{app_url}/wrong", "--yes")
    terminal.connect("--undo", "--yes")
    assert terminal.number()["sms_url"] == f"{app_url}/twilio/messages"
    terminal.connect("--undo", "--yes")
    assert terminal.number()["sms_url"] == f"{ELSEWHERE}/sms"
    assert isinstance(terminal.connect("--undo", "--yes").error, NotFound)


def test_undo_keeps_later_changes_of_others(make_terminal: MakeTerminal, app_url: str):
    terminal = make_terminal()
    terminal.connect("--public-url", app_url, "--yes")
    sid = terminal.number()["sid"]
    theirs = {"VoiceUrl": f"{ELSEWHERE}/theirs"}
    httpx.post(
        f"{terminal.url}{API}/IncomingPhoneNumbers/{sid}.json", data=theirs, auth=AUTH
    ).raise_for_status()
    terminal.connect("--undo", "--yes")
    number = terminal.number()
    assert (number["sms_url"], number["voice_url"]) == (f"{ELSEWHERE}/sms", f"{ELSEWHERE}/theirs")


def test_the_earlier_webhooks_are_recorded_before_the_first_change(
    make_terminal: MakeTerminal, app_url: str, monkeypatch: pytest.MonkeyPatch
):
    terminal = make_terminal(replace(OTHERS, services=(LocalService("Mine", (NUMBER,), f"{ELSEWHERE}/all"),)))
    with monkeypatch.context() as patched:
        patched.setattr(
            "scrapbook.channels.twilio.setup.webhook_resources.WebhookResources.set",
            _break_off_at_the_service(),
        )
        assert isinstance(terminal.connect("--public-url", app_url, "--yes").error, ProviderError)
    assert terminal.number()["sms_url"].startswith(app_url)
    terminal.connect("--undo", "--yes")
    assert terminal.number()["sms_url"] == f"{ELSEWHERE}/sms"


def _break_off_at_the_service() -> Callable[..., None]:
    from scrapbook.channels.twilio.setup.webhook_resources import WebhookResourceKind, WebhookResources

    original = WebhookResources.set

    def set_(resources: Any, resource: Any, fields: Any) -> None:
        if resource.kind is WebhookResourceKind.SERVICE:
            raise ProviderError("Twilio is out of reach", permanent=False)
        original(resources, resource, fields)

    return set_


def test_only_its_owner_can_read_the_connection_log(
    make_terminal: MakeTerminal, app_url: str, tmp_path: Path
):
    make_terminal().connect("--public-url", app_url, "--yes")
    assert (tmp_path / "connections.json").stat().st_mode & 0o077 == 0


# Messaging Services and WhatsApp


def test_a_service_of_this_number_alone_is_pointed_here_too(
    make_terminal: MakeTerminal, app_url: str, receiver: Receiver
):
    terminal = make_terminal(replace(OTHERS, services=(LocalService("Mine", (NUMBER,), f"{ELSEWHERE}/all"),)))
    terminal.connect("--public-url", app_url, "--yes")
    [service] = terminal.resource("/v1/Services")["services"]
    assert service["inbound_request_url"] == f"{app_url}/twilio/messages"
    with Handset(terminal.url) as handset:
        handset.send(PERSON, "hello")
    receiver.wait_until(lambda: len(receiver.accepted) == 1)
    terminal.connect("--undo", "--yes")
    assert terminal.resource("/v1/Services")["services"][0]["inbound_request_url"] == f"{ELSEWHERE}/all"


def test_a_service_that_defers_to_its_numbers_is_left_alone(make_terminal: MakeTerminal, app_url: str):
    service = LocalService("Mine", (NUMBER,), f"{ELSEWHERE}/all", use_inbound_webhook_on_number=True)
    terminal = make_terminal(replace(OTHERS, services=(service,)))
    said = terminal.connect("--public-url", app_url, "--yes")
    assert terminal.resource("/v1/Services")["services"][0]["inbound_request_url"] == f"{ELSEWHERE}/all"
    assert "Messaging Service Mine" not in said.text


def test_a_shared_service_is_left_alone_and_reported(make_terminal: MakeTerminal, app_url: str):
    other = "+15550198"
    service = LocalService("Ours", (NUMBER, other), f"{ELSEWHERE}/all")
    terminal = make_terminal(replace(OTHERS, further_numbers=(other,), services=(service,)))
    said = terminal.connect("--public-url", app_url, "--yes")
    assert terminal.resource("/v1/Services")["services"][0]["inbound_request_url"] == f"{ELSEWHERE}/all"
    assert "Defer to sender's webhook" in said.text
    assert said.code == 1


def test_a_whatsapp_sender_is_pointed_here_and_back(
    make_terminal: MakeTerminal, app_url: str, receiver: Receiver
):
    terminal = make_terminal(replace(OTHERS, has_whatsapp_sender=True))
    [sender] = terminal.resource("/v2/Channels/Senders?Channel=whatsapp")["senders"]
    terminal.connect("--public-url", app_url, "--yes", number=f"whatsapp:{NUMBER}")
    now = terminal.resource(f"/v2/Channels/Senders/{sender['sid']}")["webhook"]
    assert now["fallback_url"] == f"{app_url}/twilio/messages"
    with Handset(terminal.url) as handset:
        handset.send(f"whatsapp:{PERSON}", "hello")
    receiver.wait_until(lambda: len(receiver.accepted) == 1)
    terminal.connect("--undo", "--yes")
    assert terminal.resource(f"/v2/Channels/Senders/{sender['sid']}")["webhook"] == sender["webhook"]


# The probe


def test_a_probe_arrives_and_is_not_stored(make_terminal: MakeTerminal, app_url: str, receiver: Receiver):
    said = make_terminal().connect("--public-url", app_url, "--yes")
    assert [path in said.text for path in ("/messages", "/voice", "/recording", "/status")] == [True] * 4
    assert "✗ Signed webhook" not in said.text
    assert (receiver.accepted, receiver.calls, receiver.deliveries, receiver.opted_out) == ([], {}, [], {})


def test_a_probe_that_is_not_signed_gets_no_answer(app_url: str):
    answer = httpx.post(f"{app_url}/twilio/messages", data={"ScrapbookProbe": "1"})
    assert answer.status_code == 403


def test_an_app_with_another_public_url_is_found_out(app_url: str, tmp_path: Path):
    # As with a tunnel whose name has changed.
    another = app_url.replace("127.0.0.1", "localhost")
    assert "SCRAPBOOK_PUBLIC_URL" in explain_failure(
        f"{another}/twilio/messages", TOKEN, installation_key(tmp_path)
    )


def test_an_app_with_another_token_is_found_out(app_url: str, tmp_path: Path):
    assert "TWILIO_AUTH_TOKEN" in explain_failure(
        f"{app_url}/twilio/messages", "another", installation_key(tmp_path)
    )


def test_another_installation_is_found_out(app_url: str, tmp_path: Path):
    problem = explain_failure(f"{app_url}/twilio/messages", TOKEN, installation_key(tmp_path / "another"))
    assert "Another scrapbook" in problem


def test_a_webhook_that_does_not_arrive_is_reported_and_can_be_undone(
    make_terminal: MakeTerminal, app_url: str
):
    terminal = make_terminal()
    said = terminal.connect("--public-url", f"{app_url}/wrong", "--yes")
    assert "There is nothing at that address (404)" in said.text
    assert said.code == 1
    terminal.connect("--undo", "--yes")
    assert terminal.number()["sms_url"] == f"{ELSEWHERE}/sms"


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (said(200, b"<html>"), "no scrapbook answers"),
        (said(200, b"[]"), "no scrapbook answers"),
        (said(200, b'{"status": "ok"}'), "no scrapbook answers"),
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
def test_any_other_response_is_explained(answer: bytes, sentence: str):
    with raw_server(lambda _: iter([answer])) as server:
        assert sentence in explain_failure(f"{server.url}/twilio/messages", TOKEN, "key")


def test_a_refused_connection_is_explained():
    with socket.create_server(("127.0.0.1", 0)) as once:
        port = once.getsockname()[1]
    assert "refuses the connection" in explain_failure(f"http://127.0.0.1:{port}/", TOKEN, "key")


def test_an_unknown_host_name_is_explained():
    assert "no such name as scrapbook.invalid" in explain_failure("https://scrapbook.invalid/", TOKEN, "key")


def test_a_timeout_is_explained(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("scrapbook.channels.twilio.setup.reachability._TIMEOUT", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        assert "did not answer" in explain_failure(url, TOKEN, "key")


def test_an_untrusted_certificate_is_explained():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with served(lambda _: Starlette(), ssl_context=context) as url:
        problem = explain_failure(url.replace("http:", "https:"), TOKEN, "key")
    assert "certificate" in problem


# Compliance and settings


def test_a_complete_account_is_ok(make_terminal: MakeTerminal, app_url: str):
    service = LocalService("Mine", (NUMBER,), campaign_status="VERIFIED")
    said = make_terminal(LocalAccount(services=(service,))).connect("--public-url", app_url, "--yes")
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
def test_missing_registrations_are_reported(
    make_terminal: MakeTerminal, app_url: str, account: LocalAccount, sentence: str
):
    said = make_terminal(account).connect("--public-url", app_url, "--yes")
    assert sentence in said.text
    assert said.code == 1


@pytest.mark.parametrize(("status", "mark"), [("", "✗"), ("IN_REVIEW", "✗"), ("TWILIO_APPROVED", "✓")])
def test_a_toll_free_number_has_to_be_verified(
    make_terminal: MakeTerminal, app_url: str, status: str, mark: str
):
    terminal = make_terminal(LocalAccount(further_numbers=(TOLL_FREE,), tollfree_status=status))
    said = terminal.connect("--public-url", app_url, "--yes", number=TOLL_FREE)
    assert f"{mark} Toll-free verification" in said.text
    assert "A2P" not in said.text


def test_a_number_elsewhere_needs_no_registration(make_terminal: MakeTerminal, app_url: str):
    number = "+447700900123"
    said = make_terminal(LocalAccount(further_numbers=(number,))).connect(
        "--public-url", app_url, "--yes", number=number
    )
    assert "A2P" not in said.text


@pytest.mark.parametrize(("locked", "mark"), [(True, "✓"), (False, "✗")])
def test_it_says_whether_unknown_senders_can_fetch_pictures_and_recordings(
    make_terminal: MakeTerminal, app_url: str, receiver: Receiver, locked: bool, mark: str
):
    terminal = make_terminal(LocalAccount(media_needs_password=locked))
    with Handset(terminal.url) as handset:
        handset.send(PERSON, "", [Attachment("image/png", b"\x89PNG")])
        handset.call(PERSON, wav(1))
        receiver.wait_until(lambda: len(receiver.accepted) == 2)
    said = terminal.connect("--public-url", app_url, "--yes")
    assert f"{mark} Pictures and sounds at Twilio" in said.text
    assert f"{mark} Recordings at Twilio" in said.text


def test_settings_that_differ_are_named_with_their_new_values(make_terminal: MakeTerminal, app_url: str):
    terminal = make_terminal(
        TWILIO_FROM="+15550123", SCRAPBOOK_PUBLIC_URL="https://old.example", SCRAPBOOK_ALLOWED_NUMBERS=""
    )
    said = terminal.connect("--public-url", app_url, "--yes")
    assert f"SCRAPBOOK_PUBLIC_URL={app_url}" in said.text
    assert f"TWILIO_FROM={NUMBER}" in said.text
    assert "SCRAPBOOK_ALLOWED_NUMBERS" in said.text


def test_it_works_before_the_settings_are_complete(make_terminal: MakeTerminal, app_url: str):
    terminal = make_terminal(TWILIO_FROM="", SCRAPBOOK_PUBLIC_URL="")
    said = terminal.connect("--public-url", app_url, "--yes")
    assert f"TWILIO_FROM={NUMBER}" in said.text
    assert terminal.number()["sms_url"].startswith(app_url)
