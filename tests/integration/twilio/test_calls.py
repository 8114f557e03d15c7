"""A memo left by calling the number: what the house tells Twilio, and what becomes of the recording."""

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

from scrapbook.errors import StoreUnavailable
from scrapbook.terminal import CallFailed, call
from scrapbook.twilio.form import Form, parse_form
from scrapbook.twilio.handset import Handset, HandsetRefused
from scrapbook.twilio.incoming import IncomingMedia
from scrapbook.twilio.local import LocalTwilio, create_app
from scrapbook.twilio.local.faults import Fault
from scrapbook.twilio.media import Fetched, MediaFetcher
from scrapbook.twilio.signature import HEADER, Signatures
from scrapbook.twilio.voice import GREETING, NOTHING_HEARD, THANKS
from tests.integration.twilio.conftest import ACCOUNT, NUMBER, TOKEN
from tests.integration.twilio.house import PERSON, STRANGER, House
from tests.integration.twilio.served import served
from tests.integration.twilio.sounds import OGG, wav
from tests.integration.twilio.waiting import WaitingSender

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


# What Twilio is told


def test_a_caller_is_greeted_and_recorded(app_url: str, house: House):
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
    assert house.calls == {CALL: (PERSON, NUMBER)}


def test_a_caller_who_has_spoken_is_thanked(app_url: str, house: House):
    assert verbs(ring(app_url, RecordingUrl=RECORDING_URL, Digits="#")) == [("Say", THANKS), ("Hangup", "")]


@pytest.mark.parametrize("number", [STRANGER, "", "anonymous", "+266696687"])
def test_a_stranger_is_rejected_and_not_remembered(app_url: str, house: House, number: str):
    with capture_logs() as logs:
        assert verbs(ring(app_url, From=number)) == [("Reject", "")]
    assert house.calls == {}
    assert STRANGER not in str(logs)


@pytest.mark.parametrize("path", ["/twilio/voice", "/twilio/recording"])
def test_an_unsigned_webhook_is_refused(app_url: str, house: House, path: str):
    for fields in (CALLING, RECORDED):
        assert httpx.post(app_url + path, data=fields).status_code == 403
        forged = {HEADER: Signatures("another token").sign(app_url + path, Form(fields))}
        assert httpx.post(app_url + path, data=fields, headers=forged).status_code == 403
    assert (house.calls, house.accepted) == ({}, [])


def test_a_signature_for_one_is_none_for_the_other(app_url: str, house: House):
    signature = Signatures(TOKEN).sign(f"{app_url}/twilio/voice", Form(RECORDED))
    answer = httpx.post(f"{app_url}/twilio/recording", data=RECORDED, headers={HEADER: signature})
    assert answer.status_code == 403


def test_a_call_that_cannot_be_remembered_is_not_recorded(app_url: str, house: House):
    def strike() -> None:
        raise StoreUnavailable

    house.trouble = strike
    assert ring(app_url).status_code == 503


@pytest.mark.parametrize("fields", [{"CallSid": "x"}, {"CallSid": ""}, {"To": ""}])
def test_a_call_without_what_twilio_promises_is_malformed(app_url: str, house: House, fields: dict[str, str]):
    assert ring(app_url, **fields).status_code == 400


# What becomes of a recording


def test_a_recording_comes_in_like_a_message_of_the_caller(app_url: str, house: House):
    ring(app_url)
    assert bring(app_url).status_code == 204
    [memo] = house.accepted
    assert (memo.message_sid, memo.from_, memo.to, memo.body) == (RECORDING, PERSON, NUMBER, "")
    assert memo.media == (IncomingMedia(f"{RECORDING_URL}.wav", "audio/wav"),)


def test_a_recording_of_a_call_that_nobody_remembers_is_left_alone(app_url: str, house: House):
    assert bring(app_url).status_code == 204
    assert house.accepted == []


def test_a_recording_of_somebody_who_was_removed_meanwhile_is_left_alone(app_url: str, house: House):
    ring(app_url)
    house.people.clear()
    assert bring(app_url).status_code == 204
    assert house.accepted == []


@pytest.mark.parametrize("status", ["absent", "in-progress", "failed"])
def test_a_recording_that_is_not_there_is_acknowledged(app_url: str, house: House, status: str):
    ring(app_url)
    assert bring(app_url, RecordingStatus=status, RecordingUrl="").status_code == 204
    assert house.accepted == []


def test_twilio_hears_that_a_recording_was_not_taken(app_url: str, house: House):
    ring(app_url)

    def strike() -> None:
        raise StoreUnavailable

    house.trouble = strike
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
def test_a_recording_without_what_twilio_promises_is_malformed(
    app_url: str, house: House, fields: dict[str, str]
):
    ring(app_url)
    assert bring(app_url, **fields).status_code == 400
    assert house.accepted == []


# The whole way, from the phone to the house


def test_a_memo_spoken_on_the_phone_reaches_the_house(handset: Handset, house: House, twilio_url: str):
    ended = handset.call(PERSON, wav(2.5))
    assert (ended["status"], ended["said"], ended["error_code"]) == ("completed", [GREETING], None)
    house.wait_until(lambda: len(house.accepted) == 1)
    [memo] = house.accepted
    assert (memo.message_sid, memo.from_, memo.to) == (ended["recording_sid"], PERSON, NUMBER)
    fetcher = MediaFetcher(ACCOUNT, TOKEN, twilio_url)
    assert fetcher.fetch(memo.media[0].url, memo.media[0].content_type) == Fetched(wav(2.5), "audio/wav")
    fetcher.delete(memo.media[0].url)
    assert httpx.get(memo.media[0].url, auth=AUTH).status_code == 404


def test_whoever_ends_with_a_key_is_thanked(handset: Handset, house: House):
    assert handset.call(PERSON, wav(), key="#")["said"] == [GREETING, THANKS]
    house.wait_until(lambda: len(house.accepted) == 1)


@pytest.mark.parametrize("sound", [b"", wav(1, loudness=0)], ids=["nothing", "silence"])
def test_whoever_says_nothing_hears_so_and_leaves_nothing(handset: Handset, house: House, sound: bytes):
    ended = handset.call(PERSON, sound)
    assert (ended["status"], ended["recording_sid"]) == ("completed", None)
    assert ended["said"] == [GREETING, NOTHING_HEARD]
    handset.call(PERSON, wav())
    house.wait_until(lambda: bool(house.accepted))
    assert len(house.accepted) == 1


def test_a_stranger_hears_nothing(handset: Handset, house: House):
    ended = handset.call(STRANGER, wav())
    assert (ended["status"], ended["said"], ended["recording_sid"]) == ("rejected", [], None)


def test_a_call_is_cut_off_at_the_longest_that_was_asked_for(handset: Handset, twilio_url: str):
    sid = handset.call(PERSON, wav(601, rate=100))["recording_sid"]
    url = f"{twilio_url}/2010-04-01/Accounts/{ACCOUNT}/Recordings/{sid}"
    with wave.open(io.BytesIO(httpx.get(f"{url}.wav", auth=AUTH).content)) as sound:
        assert sound.getnframes() / sound.getframerate() == 600
    assert httpx.get(f"{url}.json", auth=AUTH).json()["duration"] == "600"


def test_a_recording_is_brought_until_the_house_has_it(handset: Handset, house: House):
    def fail_twice() -> None:
        if 1 <= len(house.attempts) <= 2:
            raise StoreUnavailable

    house.trouble = fail_twice
    sid = handset.call(PERSON, wav())["recording_sid"]
    house.wait_until(lambda: bool(house.accepted))
    assert house.attempts == [sid] * 3


def test_a_recording_that_nobody_took_survives_a_restart(config: LocalTwilio, house: House):
    house.trouble = lambda: house.attempts and strike()

    def strike() -> None:
        raise StoreUnavailable

    def make_app(url: str) -> Starlette:
        return create_app(replace(config, url=url))

    with served(make_app) as url, Handset(url) as handset:
        sid = handset.call(PERSON, wav())["recording_sid"]
        house.wait_until(lambda: bool(house.attempts))
    house.trouble = lambda: None
    with served(make_app):
        house.wait_until(lambda: bool(house.accepted))
    assert [memo.message_sid for memo in house.accepted] == [sid]


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
def test_it_refuses_what_no_phone_could_do(
    handset: Handset, house: House, number: str, sound: bytes, key: str
):
    with pytest.raises(HandsetRefused):
        handset.call(number, sound, key=key)
    assert house.calls == {}


def test_recordings_want_the_account_and_its_token(handset: Handset, twilio_url: str):
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


# As strict as Twilio with what the house answers


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
def test_a_house_that_talks_nonsense_is_an_application_error(
    config: LocalTwilio, answer: Callable[[], Response], code: int
):
    async def voice(_: Request) -> Response:
        return answer()

    with (
        served(lambda _: Starlette(routes=[Route("/voice", voice, methods=["POST"])])) as house_url,
        served(lambda url: create_app(replace(config, url=url, voice_url=f"{house_url}/voice"))) as url,
        Handset(url) as handset,
    ):
        ended = handset.call(PERSON, wav())
    assert (ended["status"], ended["error_code"]) == ("failed", code)
    assert "application error" in ended["said"][0]


def test_addresses_in_an_answer_may_be_relative_and_each_request_is_signed(config: LocalTwilio):
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
        served(make_app) as house_url,
        served(lambda url: create_app(replace(config, url=url, voice_url=f"{house_url}/calls/voice"))) as url,
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
    house: House,
    sender: WaitingSender,
    spoken: Callable[[bytes], Path],
    capsys: pytest.CaptureFixture[str],
):
    house.echo = sender
    sender.send(NUMBER, PERSON, "an older message")
    call(handset, spoken(wav()), PERSON, lambda sid: sid in house.answered, 10)
    assert capsys.readouterr().out == f"{GREETING}\nYou wrote: \n"


def test_a_call_without_words_ends_when_the_house_has_said_so(
    handset: Handset, spoken: Callable[[bytes], Path], capsys: pytest.CaptureFixture[str]
):
    call(handset, spoken(wav(loudness=0)), PERSON, lambda _: False, 10)
    assert capsys.readouterr().out == f"{GREETING}\n{NOTHING_HEARD}\n"


def test_a_call_that_is_not_taken_is_an_error(handset: Handset, spoken: Callable[[bytes], Path]):
    with pytest.raises(CallFailed, match="rejected"):
        call(handset, spoken(wav()), STRANGER, lambda _: True, 10)
