"""Files of replies: the local Twilio fetches them, as strict as the service."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from starlette.applications import Starlette

from scrapbook.cli.phone_terminal import text
from scrapbook.emulators.handset import Attachment, Handset, HandsetMessage
from scrapbook.emulators.twilio import LocalTwilio, create_app
from scrapbook.errors import SendError
from scrapbook.media.storage import MediaStore
from scrapbook.web.media_links import MediaLinks
from tests.support.local_twilio import ACCOUNT, NUMBER, TOKEN, Until, wait_until
from tests.support.raw import raw_server, said
from tests.support.receiver import PERSON, Receiver
from tests.support.served import served
from tests.support.sounds import OGG, PNG, wav
from tests.support.waiting import WaitingSender, sending

MEGABYTE = 1024 * 1024
WHATSAPP = (f"whatsapp:{NUMBER}", f"whatsapp:{PERSON}")
MMS = (NUMBER, PERSON)

LinkTo = Callable[[bytes, str], str]


def ended(messages: list[HandsetMessage]) -> bool:
    return bool(messages) and messages[-1]["status"] in {"delivered", "failed"}


@pytest.fixture
def outcome(sender: WaitingSender, handset: Handset) -> Callable[..., HandsetMessage]:
    """Send files, and return the message in its final status."""

    def send(urls: list[str], parties: tuple[str, str] = MMS) -> HandsetMessage:
        if parties == WHATSAPP:  # opens the window of 24 hours
            handset.send(WHATSAPP[1], "hello")
        sender.send(*parties, "Memo 42", media_urls=urls)
        return wait_until(
            handset, lambda shown: shown[-1]["direction"] == "outbound" and ended(shown), parties[1]
        )[-1]

    return send


@pytest.mark.parametrize(
    ("content", "content_type", "shown_as"),
    [
        (OGG, "audio/ogg", "audio/ogg"),
        (PNG, "image/png", "image/png"),
        (wav(), "audio/wav", "audio/vnd.wave"),
    ],
)
def test_a_file_of_the_app_reaches_the_phone(
    outcome: Callable[..., HandsetMessage], handset: Handset, link_to: LinkTo,
    content: bytes, content_type: str, shown_as: str,
):  # fmt: skip
    message = outcome([link_to(content, content_type)])
    assert (message["status"], message["body"]) == ("delivered", "Memo 42")
    [part] = message["media"]
    assert handset.media(part["sid"]) == Attachment(shown_as, content)


def test_several_files_keep_their_order(outcome: Callable[..., HandsetMessage], link_to: LinkTo):
    message = outcome([link_to(PNG, "image/png"), link_to(OGG, "audio/ogg")])
    assert [part["content_type"] for part in message["media"]] == ["image/png", "audio/ogg"]


@pytest.mark.parametrize(("parties", "code"), [(MMS, 11200), (WHATSAPP, 63019)], ids=["mms", "whatsapp"])
def test_a_file_that_cannot_be_fetched_fails_the_message(
    outcome: Callable[..., HandsetMessage], app_url: str, parties: tuple[str, str], code: int
):
    for url in (f"{app_url}/media/made-up", "http://127.0.0.1:1/x"):
        message = outcome([url], parties)
        assert (message["status"], message["error_code"], message["media"]) == ("failed", code, [])


@pytest.mark.parametrize(
    ("parties", "content", "content_type"),
    [
        (MMS, b"{}", "application/json"),
        (MMS, b"", ""),
        (MMS, PNG, "audio/ogg"),
        (MMS, b"caff\x00\x01", "audio/x-caf"),
        (WHATSAPP, wav(), "audio/wav"),
        (WHATSAPP, b"GIF89a", "image/gif"),
    ],
)
def test_a_wrong_content_type_fails_the_message(
    outcome: Callable[..., HandsetMessage],
    link_to: LinkTo,
    parties: tuple[str, str],
    content: bytes,
    content_type: str,
):
    message = outcome([link_to(content, content_type)], parties)
    assert (message["status"], message["error_code"]) == ("failed", 12300)


def test_audio_wav_is_not_accepted(outcome: Callable[..., HandsetMessage]):
    with raw_server(lambda _: iter([said(200, wav(), Content_Type="audio/wav")])) as server:
        assert outcome([f"{server.url}/memo.wav"])["error_code"] == 12300


@pytest.mark.parametrize(("parties", "megabytes"), [(MMS, 5), (WHATSAPP, 16)], ids=["mms", "whatsapp"])
def test_a_file_above_the_limit_fails_the_message(
    outcome: Callable[..., HandsetMessage], link_to: LinkTo, parties: tuple[str, str], megabytes: int
):
    largest = OGG + bytes(megabytes * MEGABYTE - len(OGG))
    assert outcome([link_to(largest, "audio/ogg")], parties)["status"] == "delivered"
    assert outcome([link_to(largest + b"\0", "audio/ogg")], parties)["error_code"] == 11751


def test_the_parts_of_a_message_count_together(outcome: Callable[..., HandsetMessage], link_to: LinkTo):
    halves = [link_to(OGG + bytes(3 * MEGABYTE + extra), "audio/ogg") for extra in (0, 1)]
    assert outcome(halves)["error_code"] == 11751


@pytest.mark.parametrize(
    ("parties", "urls", "code"),
    [
        (MMS, ["http://x.example/1"] * 11, 21623),
        (WHATSAPP, ["http://x.example/1"] * 2, 21623),
        (MMS, ["not an address"], 21620),
        (MMS, ["ftp://x.example/1"], 21620),
        (MMS, ["http://[::1"], 21620),
    ],
)
def test_invalid_media_are_refused_at_once(
    sender: WaitingSender, handset: Handset, parties: tuple[str, str], urls: list[str], code: int
):
    with pytest.raises(SendError) as problem:
        sender.send(*parties, "Memo 42", media_urls=urls)
    assert (problem.value.code, problem.value.permanent) == (code, True)
    assert handset.events(parties[1]) == []


def test_a_failed_file_is_reported_to_the_app(sender: WaitingSender, receiver: Receiver, app_url: str):
    sender.send(NUMBER, PERSON, "", 7, ["http://127.0.0.1:1/x"])
    receiver.wait_until(lambda: bool(receiver.deliveries))
    [(reply, _, status, code)] = receiver.deliveries
    assert (reply, status, code) == (7, "failed", 11200)


def test_files_that_were_not_fetched_yet_survive_a_restart(config: LocalTwilio):
    def make_app(url: str) -> Starlette:
        return create_app(replace(config, url=url))

    restarted = threading.Event()
    with raw_server(lambda _: hanging_until(restarted)) as server:
        with served(make_app) as url, sending(ACCOUNT, TOKEN, url) as sender:
            sender.send(NUMBER, PERSON, "Memo 42", media_urls=[f"{server.url}/x"])
        restarted.set()
        server.answer = lambda _: iter([said(200, OGG, Content_Type="audio/ogg")])
        with served(make_app) as url, Handset(url) as handset:
            [message] = wait_until(handset, ended)
    assert (message["status"], len(message["media"])) == ("delivered", 1)


def hanging_until(event: threading.Event) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"
    event.wait(10)


def test_the_terminal_lists_files(
    handset: Handset, receiver: Receiver, sender: WaitingSender, link_to: LinkTo, until: Until,
    capsys: pytest.CaptureFixture[str],
):  # fmt: skip
    link = link_to(OGG + bytes(2048), "audio/ogg")

    def play(sid: str) -> bool:
        if not receiver.answered:
            return False
        if len(handset.events(PERSON)) == 1:
            sender.send(NUMBER, PERSON, "Memo 42", media_urls=[link])
        return True

    text(handset, "play 42", PERSON, [], play, 10)
    assert capsys.readouterr().out == "Memo 42\n[audio/ogg, 2 KB]\n"


def test_an_expired_link_fails_the_message(
    outcome: Callable[..., HandsetMessage], app_url: str, media_store: MediaStore
):
    key = media_store.save(OGG, "audio/ogg")
    old = MediaLinks(TOKEN, app_url).url(key, "audio/ogg", datetime.now(UTC) - timedelta(hours=2))
    assert outcome([old])["error_code"] == 11200
