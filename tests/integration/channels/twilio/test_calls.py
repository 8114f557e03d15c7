"""Calls: the TwiML that answers them, and their recordings as messages."""

import io
import wave
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from structlog.testing import capture_logs

from scrapbook.channels.twilio.form import Form, parse_form
from scrapbook.channels.twilio.media import TwilioMedia
from scrapbook.channels.twilio.signature import HEADER, Signatures
from scrapbook.cli.phone_terminal import CallFailed, call
from scrapbook.core.wording import sentence
from scrapbook.emulators.handset import Handset, HandsetRefused
from scrapbook.emulators.twilio import LocalTwilio, create_app
from scrapbook.emulators.twilio.faults import Fault
from scrapbook.errors import StoreUnavailable
from scrapbook.messaging.inbound import InboundMedia
from scrapbook.messaging.ports import FetchedFile
from tests.support.local_twilio import ACCOUNT, NUMBER, TOKEN
from tests.support.receiver import PERSON, UNKNOWN_SENDER, Receiver
from tests.support.served import served
from tests.support.sounds import OGG, wav
from tests.support.waiting import WaitingSender

CALL = "CA" + "1" * 32
RECORDING = "RE" + "2" * 32
RECORDING_URL = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Recordings/{RECORDING}"
CALLING = {"CallSid": CALL, "From": PERSON, "To": NUMBER, "CallStatus": "ringing", "Direction": "inbound"}
RECORDED = {
    "CallSid": CALL,
    "RecordingSid": RECORDING,
    "RecordingUrl": RECORDING_URL,
    "RecordingStatus": "completed",
    "RecordingDuration": "3",
}
AUTH = (ACCOUNT, TOKEN)
GREETING = sentence("utter_call_greeting")
THANKS = sentence("utter_call_thanks")
NOTHING_HEARD = sentence("utter_call_silence")


def post(url: str, path: str, fields: dict[str, str]) -> httpx.Response:
    signature = Signatures(TOKEN).sign(url + path, Form(fields))
    return httpx.post(url + path, data=fields, headers={HEADER: signature})


def ring(url: str, **fields: str) -> httpx.Response:
    return post(url, "/twilio/voice", CALLING | fields)


def bring(url: str, **fields: str) -> httpx.Response:
    return post(url, "/twilio/recording", RECORDED | fields)


def verbs(answer: httpx.Response) -> list[tuple[str, str]]:
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/xml")
    return [(verb.tag, verb.text or "") for verb in ElementTree.fromstring(answer.content)]


# TwiML


def test_a_caller_is_greeted_and_recorded(app_url: str, receiver: Receiver):
    answer = ring(app_url)
    assert verbs(answer) == [("Say", GREETING), ("Record", ""), ("Say", NOTHING_HEARD), ("Hangup", "")]
    record = ElementTree.fromstring(answer.content).find("Record")
    assert record is not None
    assert record.attrib == {
        "action": f"{app_url}/twilio/voice",
        "method": "POST",
        "timeout": "10",
        "finishOnKey": "#",
        "maxLength": "600",
        "playBeep": "true",
        "trim": "trim-silence",
        "recordingStatusCallback": f"{app_url}/twilio/recording",
        "recordingStatusCallbackEvent": "completed absent",
        "recordingStatusCallbackMethod": "POST",
    }
    assert receiver.calls == {CALL: (PERSON, NUMBER)}


def test_a_caller_who_has_spoken_is_thanked(app_url: str, receiver: Receiver):
    assert verbs(ring(app_url, RecordingUrl=RECORDING_URL, Digits="#")) == [("Say", THANKS), ("Hangup", "")]


@pytest.mark.parametrize("number", [UNKNOWN_SENDER, "", "anonymous", "+266696687"])
def test_an_unknown_caller_is_rejected_and_not_recorded(app_url: str, receiver: Receiver, number: str):
    with capture_logs() as logs:
        assert verbs(ring(app_url, From=number)) == [("Reject", "")]
    assert receiver.calls == {}
    assert UNKNOWN_SENDER not in str(logs)


@pytest.mark.parametrize("path", ["/twilio/voice", "/twilio/recording"])
def test_an_unsigned_webhook_is_refused(app_url: str, receiver: Receiver, path: str):
    for fields in (CALLING, RECORDED):
        assert httpx.post(app_url + path, data=fields).status_code == 403
        forged = {HEADER: Signatures("another token").sign(app_url + path, Form(fields))}
        assert httpx.post(app_url + path, data=fields, headers=forged).status_code == 403
    assert (receiver.calls, receiver.accepted) == ({}, [])


def test_a_signature_for_one_is_none_for_the_other(app_url: str, receiver: Receiver):
    signature = Signatures(TOKEN).sign(f"{app_url}/twilio/voice", Form(RECORDED))
    answer = httpx.post(f"{app_url}/twilio/recording", data=RECORDED, headers={HEADER: signature})
    assert answer.status_code == 403


def test_a_call_that_cannot_be_stored_is_answered_with_503(app_url: str, receiver: Receiver):
    def strike() -> None:
        raise StoreUnavailable

    receiver.trouble = strike
    assert ring(app_url).status_code == 503


@pytest.mark.parametrize("fields", [{"CallSid": "x"}, {"CallSid": ""}, {"To": ""}])
def test_a_call_without_a_required_field_is_malformed(
    app_url: str, receiver: Receiver, fields: dict[str, str]
):
    assert ring(app_url, **fields).status_code == 400


# Recordings


def test_a_recording_becomes_a_message_of_the_caller(app_url: str, receiver: Receiver):
    ring(app_url)
    assert bring(app_url).status_code == 204
    [memo] = receiver.accepted
    assert (memo.message_id, memo.from_, memo.to, memo.body) == (RECORDING, PERSON, NUMBER, "")
    assert memo.media == (InboundMedia(f"{RECORDING_URL}.wav", "audio/wav"),)


def test_a_recording_of_an_unknown_call_is_ignored(app_url: str, receiver: Receiver):
    assert bring(app_url).status_code == 204
    assert receiver.accepted == []


def test_a_recording_of_a_removed_person_is_ignored(app_url: str, receiver: Receiver):
    ring(app_url)
    receiver.people.clear()
    assert bring(app_url).status_code == 204
    assert receiver.accepted == []


@pytest.mark.parametrize("status", ["absent", "in-progress", "failed"])
def test_an_absent_recording_is_acknowledged(app_url: str, receiver: Receiver, status: str):
    ring(app_url)
    assert bring(app_url, RecordingStatus=status, RecordingUrl="").status_code == 204
    assert receiver.accepted == []


def test_a_recording_that_cannot_be_stored_is_answered_with_503(app_url: str, receiver: Receiver):
    ring(app_url)

    def strike() -> None:
        raise StoreUnavailable

    receiver.trouble = strike
    assert bring(app_url).status_code == 503


@pytest.mark.parametrize(
    "fields",
    [
        {"RecordingSid": "x"},
        {"RecordingSid": "SM" + "0" * 32},
        {"RecordingUrl": ""},
        {"RecordingStatus": ""},
        {"CallSid": ""},
    ],
)
def test_a_recording_without_a_required_field_is_malformed(
    app_url: str, receiver: Receiver, fields: dict[str, str]
):
    ring(app_url)
    assert bring(app_url, **fields).status_code == 400
    assert receiver.accepted == []


# From the phone to the receiver


def test_a_memo_spoken_on_the_phone_reaches_the_app(handset: Handset, receiver: Receiver, twilio_url: str):
    ended = handset.call(PERSON, wav(2.5))
    assert (ended["status"], ended["said"], ended["error_code"]) == ("completed", [GREETING], None)
    receiver.wait_until(lambda: len(receiver.accepted) == 1)
    [memo] = receiver.accepted
    assert (memo.message_id, memo.from_, memo.to) == (ended["recording_sid"], PERSON, NUMBER)
    fetcher = TwilioMedia(ACCOUNT, TOKEN, twilio_url)
    assert fetcher.fetch(memo.media[0].url, memo.media[0].content_type) == FetchedFile(wav(2.5), "audio/wav")
    fetcher.delete(memo.media[0].url)
    assert httpx.get(memo.media[0].url, auth=AUTH).status_code == 404


def test_a_caller_who_presses_a_key_is_thanked(handset: Handset, receiver: Receiver):
    assert handset.call(PERSON, wav(), key="#")["said"] == [GREETING, THANKS]
    receiver.wait_until(lambda: len(receiver.accepted) == 1)


@pytest.mark.parametrize("sound", [b"", wav(1, loudness=0)], ids=["nothing", "silence"])
def test_a_silent_caller_hears_a_sentence_and_nothing_is_recorded(
    handset: Handset, receiver: Receiver, sound: bytes
):
    ended = handset.call(PERSON, sound)
    assert (ended["status"], ended["recording_sid"]) == ("completed", None)
    assert ended["said"] == [GREETING, NOTHING_HEARD]
    handset.call(PERSON, wav())
    receiver.wait_until(lambda: bool(receiver.accepted))
    assert len(receiver.accepted) == 1


def test_an_unknown_caller_hears_nothing(handset: Handset, receiver: Receiver):
    ended = handset.call(UNKNOWN_SENDER, wav())
    assert (ended["status"], ended["said"], ended["recording_sid"]) == ("rejected", [], None)


def test_a_recording_is_cut_at_the_maximum_length(handset: Handset, twilio_url: str):
    sid = handset.call(PERSON, wav(601, rate=100))["recording_sid"]
    url = f"{twilio_url}/2010-04-01/Accounts/{ACCOUNT}/Recordings/{sid}"
    with wave.open(io.BytesIO(httpx.get(f"{url}.wav", auth=AUTH).content)) as sound:
        assert sound.getnframes() / sound.getframerate() == 600
    assert httpx.get(f"{url}.json", auth=AUTH).json()["duration"] == "600"


def test_a_recording_is_reported_until_the_app_accepts_it(handset: Handset, receiver: Receiver):
    def fail_twice() -> None:
        if 1 <= len(receiver.attempts) <= 2:
            raise StoreUnavailable

    receiver.trouble = fail_twice
    sid = handset.call(PERSON, wav())["recording_sid"]
    receiver.wait_until(lambda: bool(receiver.accepted))
    assert receiver.attempts == [sid] * 3


def test_an_unreported_recording_survives_a_restart(config: LocalTwilio, receiver: Receiver):
    receiver.trouble = lambda: receiver.attempts and strike()

    def strike() -> None:
        raise StoreUnavailable

    def make_app(url: str) -> Starlette:
        return create_app(replace(config, url=url))

    with served(make_app) as url, Handset(url) as handset:
        sid = handset.call(PERSON, wav())["recording_sid"]
        receiver.wait_until(lambda: bool(receiver.attempts))
    receiver.trouble = lambda: None
    with served(make_app):
        receiver.wait_until(lambda: bool(receiver.accepted))
    # Twilio reports at least once: the report that the stop cut short may still arrive.
    assert {memo.message_id for memo in receiver.accepted} == {sid}


@pytest.mark.parametrize(
    ("number", "sound", "key"),
    [
        (PERSON, OGG, ""),
        (PERSON, b"RIFF", ""),
        (f"whatsapp:{PERSON}", wav(), ""),
        ("555-0100", wav(), ""),
        (PERSON, wav(), "##"),
    ],
)
def test_it_refuses_an_impossible_call(
    handset: Handset, receiver: Receiver, number: str, sound: bytes, key: str
):
    with pytest.raises(HandsetRefused):
        handset.call(number, sound, key=key)
    assert receiver.calls == {}


def test_recordings_require_the_account_and_its_token(handset: Handset, twilio_url: str):
    sid = handset.call(PERSON, wav())["recording_sid"]
    path = f"{twilio_url}/2010-04-01/Accounts/{ACCOUNT}/Recordings"
    for url in (f"{path}.json", f"{path}/{sid}.json", f"{path}/{sid}.wav", f"{path}/{sid}"):
        assert httpx.get(url).status_code == 401
        assert httpx.get(url, auth=AUTH).status_code == 200
    assert [item["sid"] for item in httpx.get(f"{path}.json", auth=AUTH).json()["recordings"]] == [sid]
    assert httpx.delete(f"{path}/{sid}.json").status_code == 401
    assert httpx.delete(f"{path}/{sid}.json", auth=AUTH).status_code == 204
    assert httpx.get(f"{path}/{sid}.wav", auth=AUTH).json()["code"] == 20404


def test_a_recording_can_be_late(handset: Handset, twilio_url: str):
    sid = handset.call(PERSON, wav())["recording_sid"]
    url = f"{twilio_url}/2010-04-01/Accounts/{ACCOUNT}/Recordings/{sid}.wav"
    handset.inject(Fault.MEDIA_LATE)
    assert [httpx.get(url, auth=AUTH).status_code for _ in range(2)] == [404, 200]


# The local Twilio is as strict with TwiML as Twilio


def twiml(inner: str) -> Callable[[], Response]:
    return lambda: Response(f"<Response>{inner}</Response>", media_type="text/xml")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (lambda: Response(status_code=503), 11200),
        (lambda: Response("<Response/>", media_type="application/json"), 12300),
        (lambda: Response("<Response>", media_type="text/xml"), 12100),
        (lambda: Response("<Answer/>", media_type="text/xml"), 12200),
        (twiml("<Sing>la</Sing>"), 12200),
        (twiml('<Record maxLength="1"/>'), 12200),
        (twiml('<Record maxlength="60"/>'), 12200),
        (twiml('<Record trim="yes"/>'), 12200),
        (twiml('<Record recordingStatusCallbackEvent="done"/>'), 12200),
    ],
)
def test_invalid_twiml_is_an_application_error(
    config: LocalTwilio, answer: Callable[[], Response], code: int
):
    async def voice(_: Request) -> Response:
        return answer()

    with (
        served(lambda _: Starlette(routes=[Route("/voice", voice, methods=["POST"])])) as app_url,
        served(lambda url: create_app(replace(config, url=url, voice_url=f"{app_url}/voice"))) as url,
        Handset(url) as handset,
    ):
        ended = handset.call(PERSON, wav())
    assert (ended["status"], ended["error_code"]) == ("failed", code)
    assert "application error" in ended["said"][0]


def test_urls_in_twiml_may_be_relative_and_each_request_is_signed(config: LocalTwilio):
    forms: dict[str, Form] = {}
    base: list[str] = []

    async def voice(request: Request) -> Response:
        form = parse_form(await request.body())
        forms[request.url.path] = form
        url = base[0] + request.url.path
        assert Signatures(TOKEN).is_valid(url, form, request.headers[HEADER])
        return twiml('<Record action="then" recordingStatusCallback="/taken"/>')()

    def make_app(url: str) -> Starlette:
        base.append(url)
        paths = ("/calls/voice", "/calls/then", "/taken")
        return Starlette(routes=[Route(path, voice, methods=["POST"]) for path in paths])

    with (
        served(make_app) as app_url,
        served(lambda url: create_app(replace(config, url=url, voice_url=f"{app_url}/calls/voice"))) as url,
        Handset(url) as handset,
    ):
        ended = handset.call(PERSON, wav(1.2))
        while "/taken" not in forms:
            handset.events(PERSON, wait=0.01)
    assert forms["/calls/then"]["Digits"] == "hangup"
    taken = forms["/taken"]
    assert (taken["CallSid"], taken["RecordingSid"]) == (ended["sid"], ended["recording_sid"])
    assert (taken["RecordingStatus"], taken["RecordingDuration"]) == ("completed", "2")
    assert "From" not in taken


# From the terminal


@pytest.fixture
def spoken(tmp_path: Path) -> Callable[[bytes], Path]:
    def write(content: bytes) -> Path:
        path = tmp_path / "memo.wav"
        path.write_bytes(content)
        return path

    return write


def test_a_call_prints_what_is_heard_and_then_the_replies(
    handset: Handset,
    receiver: Receiver,
    sender: WaitingSender,
    spoken: Callable[[bytes], Path],
    capsys: pytest.CaptureFixture[str],
):
    receiver.echo = sender
    sender.send(NUMBER, PERSON, "an older message")
    call(handset, spoken(wav()), PERSON, lambda sid: sid in receiver.answered, 10)
    assert capsys.readouterr().out == f"{GREETING}\nYou wrote: \n"


def test_a_silent_call_ends_with_the_sentences_of_the_app(
    handset: Handset, spoken: Callable[[bytes], Path], capsys: pytest.CaptureFixture[str]
):
    call(handset, spoken(wav(loudness=0)), PERSON, lambda _: False, 10)
    assert capsys.readouterr().out == f"{GREETING}\n{NOTHING_HEARD}\n"


def test_a_call_that_is_not_taken_is_an_error(handset: Handset, spoken: Callable[[bytes], Path]):
    with pytest.raises(CallFailed, match="rejected"):
        call(handset, spoken(wav()), UNKNOWN_SENDER, lambda _: True, 10)
