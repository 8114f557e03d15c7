"""Fetching and deleting media at Twilio, and the requests that are refused."""

import itertools
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from scrapbook.channels.twilio import media
from scrapbook.channels.twilio.media import TwilioMedia
from scrapbook.emulators.handset import Attachment, Handset
from scrapbook.emulators.twilio.faults import Fault
from scrapbook.errors import MediaError, MediaTooLarge
from scrapbook.messaging.ports import FetchedFile
from tests.support.local_twilio import ACCOUNT, TOKEN
from tests.support.raw import RawServer, raw_server, said
from tests.support.receiver import PERSON, Receiver
from tests.support.sounds import OGG, PNG, wav

MEGABYTE = 1024 * 1024


@pytest.fixture
def fetcher(twilio_url: str) -> TwilioMedia:
    return TwilioMedia(ACCOUNT, TOKEN, twilio_url)


@pytest.fixture
def sent(handset: Handset, receiver: Receiver) -> Callable[[Attachment], str]:
    """Send a file by WhatsApp, and return its URL in the webhook."""

    def send(attachment: Attachment) -> str:
        handset.send(f"whatsapp:{PERSON}", "", [attachment])
        receiver.wait_until(lambda: len(receiver.accepted) == 1)
        return receiver.accepted[0].media[0].url

    return send


@pytest.fixture
def server() -> Iterator[RawServer]:
    """A server at the URL of Twilio's API."""
    with raw_server(lambda _: iter([said(200, OGG, Content_Type="audio/ogg")])) as server:
        yield server


def fetched_from(server: RawServer, **limits: float) -> FetchedFile:
    return TwilioMedia(ACCOUNT, TOKEN, server.url, **limits).fetch(f"{server.url}/first")


# From the local Twilio


def test_a_voice_note_is_fetched_with_password_and_redirect(
    fetcher: TwilioMedia, sent: Callable[[Attachment], str]
):
    url = sent(Attachment("audio/ogg; codecs=opus", OGG))
    assert fetcher.fetch(url, "audio/ogg; codecs=opus") == FetchedFile(OGG, "audio/ogg")


def test_a_file_of_16_mb_is_fetched(fetcher: TwilioMedia, sent: Callable[[Attachment], str]):
    content = OGG + bytes(16 * MEGABYTE - len(OGG))
    assert len(fetcher.fetch(sent(Attachment("audio/ogg", content))).content) == 16 * MEGABYTE


@pytest.mark.parametrize(
    ("declared", "content", "is_it"),
    [
        ("audio/ogg", PNG, "image/png"),
        ("image/jpeg", wav(), "audio/wav"),
        ("audio/ogg", b"nothing that anybody knows\0", "application/octet-stream"),
        ("audio/ogg", b"a text", "text/plain"),
        ("text/x-vcard", b"BEGIN:VCARD\r\nVERSION:3.0\r\n", "text/vcard"),
        ("audio/ogg", b"", "application/octet-stream"),
    ],
)
def test_the_content_type_is_that_of_the_bytes(
    fetcher: TwilioMedia, sent: Callable[[Attachment], str], declared: str, content: bytes, is_it: str
):
    url = sent(Attachment(declared, content))
    with capture_logs() as logs:
        assert fetcher.fetch(url, declared) == FetchedFile(content, is_it)
    logged = [entry["content_type"] for entry in logs if entry["event"] == "media_type_mismatch"]
    assert logged == [is_it]


def test_a_file_can_be_deleted_twice(fetcher: TwilioMedia, sent: Callable[[Attachment], str]):
    url = sent(Attachment("audio/ogg", OGG))
    fetcher.delete(url)
    fetcher.delete(url)
    with pytest.raises(MediaError, match="404"):
        fetcher.fetch(url)


@pytest.mark.parametrize("fault", [Fault.MEDIA_LATE, Fault.MEDIA_DOWN])
def test_a_file_that_is_late_is_not_a_permanent_error(
    fetcher: TwilioMedia, sent: Callable[[Attachment], str], handset: Handset, fault: Fault
):
    url = sent(Attachment("audio/ogg", OGG))
    handset.inject(fault)
    with pytest.raises(MediaError) as problem:
        fetcher.fetch(url)
    assert not problem.value.permanent
    assert fetcher.fetch(url).content == OGG


def test_a_redirect_to_the_metadata_of_the_machine_is_not_followed(
    fetcher: TwilioMedia, sent: Callable[[Attachment], str], handset: Handset
):
    url = sent(Attachment("audio/ogg", OGG))
    handset.inject(Fault.MEDIA_ASTRAY)
    with pytest.raises(MediaError, match="not one of Twilio's") as problem:
        fetcher.fetch(url)
    assert problem.value.permanent


@pytest.mark.parametrize("account", [(ACCOUNT, "wrong"), ("AC0", TOKEN)])
def test_wrong_credentials_are_not_a_permanent_error(
    twilio_url: str, sent: Callable[[Attachment], str], account: tuple[str, str]
):
    url = sent(Attachment("audio/ogg", OGG))
    for work in (TwilioMedia(*account, twilio_url).fetch, TwilioMedia(*account, twilio_url).delete):
        with pytest.raises(MediaError, match="401") as problem:
            work(url)
        assert not problem.value.permanent


# Addresses


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/x",
        "http://api.twilio.com/x",
        "https://api.twilio.com:8443/x",
        "https://api.twilio.com.elsewhere.example/x",
        "https://elsewhere.example\\@api.twilio.com/x",
        "https://mms.twiliocdn.com/x",
        "https://ann:secret@api.twilio.com/x",
        "file:///etc/passwd",
        "https://[::1",
        "",
    ],
)
def test_only_twilio_is_requested_and_the_error_quotes_no_url(server: RawServer, url: str):
    for work in (
        TwilioMedia(ACCOUNT, TOKEN, server.url).fetch,
        TwilioMedia(ACCOUNT, TOKEN, server.url).delete,
    ):
        with pytest.raises(MediaError, match=r"^The address of the file") as problem:
            work(url)
        assert problem.value.permanent
        assert "://" not in str(problem.value)
    assert server.requests == []


def test_the_credentials_stay_with_the_first_host(server: RawServer):
    server.answer = lambda path: iter(
        [said(307, Location="/second") if path == "/first" else said(200, OGG, Content_Type="audio/ogg")]
    )
    assert fetched_from(server).content == OGG
    first, second = server.requests
    assert "authorization: basic" in first.lower()
    assert "authorization" not in second.lower()
    assert "cookie" not in second.lower()


def test_three_redirects_are_followed_and_no_more(server: RawServer):
    steps = itertools.count(1)
    server.answer = lambda _: iter([said(302, Location=f"/{next(steps)}")])
    with pytest.raises(MediaError, match="too often") as problem:
        fetched_from(server)
    assert problem.value.permanent
    assert server.paths() == ["/first", "/1", "/2", "/3"]


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:{other}/",
        "http://localhost:{own}/",
        "http://[::1]:{other}/",
        "http://2130706433:{other}/",
        "http://10.0.0.1/",
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "http://mms.twiliocdn.com/",
        "https://mms.twiliocdn.com:{other}/",
        "https://s3-external-1.amazonaws.com/another-bucket/x",
        "https://ann:secret@mms.twiliocdn.com/x",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
    ],
)
def test_a_redirect_to_anywhere_else_is_not_followed(server: RawServer, target: str):
    own = server.url.rpartition(":")[2]
    with raw_server(lambda _: iter([said(200, b"a secret")])) as other:
        location = target.format(own=own, other=other.url.rpartition(":")[2])
        server.answer = lambda _: iter([said(302, Location=location)])
        with pytest.raises(MediaError) as problem:
            fetched_from(server)
    assert problem.value.permanent
    assert (len(server.requests), other.requests) == (1, [])


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:127.0.0.1"])
def test_a_host_of_twilio_with_a_private_address_is_refused(
    server: RawServer, monkeypatch: pytest.MonkeyPatch, address: str
):
    look_up = socket.getaddrinfo

    def resolve(host: str, port: int, *others: Any, **named: Any) -> list[Any]:
        if host != "mms.twiliocdn.com":
            return look_up(host, port, *others, **named)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", port)),
                (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]  # fmt: skip

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    server.answer = lambda _: iter([said(302, Location="https://mms.twiliocdn.com/x")])
    with pytest.raises(MediaError, match="not on the public internet") as problem:
        fetched_from(server)
    assert problem.value.permanent


def test_every_redirect_of_a_chain_is_checked(server: RawServer):
    server.answer = lambda path: iter(
        [said(302, Location="/second" if path == "/first" else "http://127.0.0.1:1/")]
    )
    with pytest.raises(MediaError, match="not one of Twilio's"):
        fetched_from(server)
    assert server.paths() == ["/first", "/second"]


def test_a_deletion_is_not_redirected(server: RawServer):
    server.answer = lambda _: iter([said(307, Location="/second")])
    with pytest.raises(MediaError):
        TwilioMedia(ACCOUNT, TOKEN, server.url).delete(f"{server.url}/first")
    assert server.paths() == ["/first.json"]


def test_the_resource_of_a_recording_is_deleted(server: RawServer):
    server.answer = lambda _: iter([said(204)])
    TwilioMedia(ACCOUNT, TOKEN, server.url).delete(f"{server.url}/Recordings/RE1.wav")
    assert server.paths() == ["/Recordings/RE1.json"]


# Size and time


def endless(piece: bytes, sent: list[int]) -> Iterator[bytes]:
    while True:
        sent.append(len(piece))
        yield piece


def test_a_file_with_a_content_length_above_the_limit_is_not_read(server: RawServer):
    server.answer = lambda _: iter([said(200, b"x", Content_Length=str(16 * MEGABYTE + 1))])
    with pytest.raises(MediaTooLarge):
        fetched_from(server)


def test_a_file_at_the_limit_is_fetched(server: RawServer):
    content = OGG + bytes(16 * MEGABYTE - len(OGG))
    server.answer = lambda _: iter([said(200, content)])
    assert fetched_from(server).content == content


@pytest.mark.parametrize("length", ["", "10", "-1", "16777216"])
def test_reading_stops_at_the_limit_whatever_the_content_length(server: RawServer, length: str):
    sent: list[int] = []
    server.answer = lambda _: itertools.chain(
        [said(200, b"", Content_Length=length)], endless(bytes(MEGABYTE), sent)
    )
    try:
        content = fetched_from(server, read_timeout=1.0).content
    except MediaError:
        content = b""
    assert len(content) <= 16 * MEGABYTE
    assert sum(sent) < 40 * MEGABYTE


def test_an_endless_file_in_chunks_is_too_large(server: RawServer):
    sent: list[int] = []
    chunk = b"100000\r\n" + bytes(MEGABYTE) + b"\r\n"
    server.answer = lambda _: itertools.chain(
        [said(200, b"", Content_Length="", Transfer_Encoding="chunked")], endless(chunk, sent)
    )
    with pytest.raises(MediaTooLarge):
        fetched_from(server)
    assert sum(sent) < 40 * MEGABYTE


def test_a_recording_may_be_larger_than_an_attachment(server: RawServer):
    content = OGG + bytes(20 * MEGABYTE)
    server.answer = lambda _: iter([said(200, content)])
    fetcher = TwilioMedia(ACCOUNT, TOKEN, server.url)
    recording = f"{server.url}/2010-04-01/Accounts/{ACCOUNT}/Recordings/RE{'1' * 32}.wav"
    assert len(fetcher.fetch(recording).content) == len(content)
    with pytest.raises(MediaTooLarge):
        fetcher.fetch(f"{server.url}/2010-04-01/Accounts/{ACCOUNT}/Messages/MM1/Media/ME1")


@pytest.mark.parametrize(("size", "fits"), [(64 * MEGABYTE, True), (64 * MEGABYTE + 1, False)])
def test_a_recording_may_be_as_large_as_its_limit(server: RawServer, size: int, fits: bool):
    server.answer = lambda _: iter([said(200, OGG + bytes(size - len(OGG)))])
    fetcher = TwilioMedia(ACCOUNT, TOKEN, server.url)
    recording = f"{server.url}/2010-04-01/Accounts/{ACCOUNT}/Recordings/RE{'1' * 32}.wav"
    if fits:
        assert len(fetcher.fetch(recording).content) == size
    else:
        with pytest.raises(MediaTooLarge):
            fetcher.fetch(recording)


def test_a_truncated_file_is_an_error(server: RawServer):
    server.answer = lambda _: iter([said(200, OGG, Content_Length=str(len(OGG) + 1))])
    with pytest.raises(MediaError) as problem:
        fetched_from(server)
    assert not problem.value.permanent


def test_a_compressed_response_is_refused(server: RawServer):
    server.answer = lambda _: iter([said(200, b"\x1f\x8b", Content_Encoding="gzip")])
    with pytest.raises(MediaError, match="compressed"):
        fetched_from(server)
    assert "accept-encoding: identity" in server.requests[0].lower()


def slowly(pieces: Iterator[bytes], pause: threading.Event) -> Iterator[bytes]:
    for piece in pieces:
        yield piece
        pause.wait(0.05)


@pytest.mark.parametrize(
    "pieces",
    [
        lambda: itertools.chain([said(200, b"", Content_Length="1000")], itertools.repeat(b"x")),
        lambda: itertools.chain([b"HTTP/1.1 200 So\r\n"], itertools.repeat(b"X: y\r\n")),
        lambda: itertools.repeat(b""),
    ],
    ids=["body", "headers", "nothing"],
)
def test_a_slow_server_times_out(server: RawServer, pieces: Callable[[], Iterator[bytes]]):
    stopped = threading.Event()
    server.answer = lambda _: slowly(itertools.takewhile(lambda _: not stopped.is_set(), pieces()), stopped)
    try:
        with pytest.raises(MediaError) as problem:
            fetched_from(server, time_limit=0.3)
    finally:
        stopped.set()
    assert not problem.value.permanent


def test_an_unreachable_server_is_not_a_permanent_error(server: RawServer):
    with pytest.raises(MediaError, match="out of reach") as problem:
        TwilioMedia(ACCOUNT, TOKEN, "http://127.0.0.1:1").fetch("http://127.0.0.1:1/x")
    assert not problem.value.permanent


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        (400, True),
        (401, False),
        (403, False),
        (404, False),
        (410, True),
        (429, False),
        (500, False),
        (503, False),
    ],
)
def test_a_status_says_whether_the_error_is_permanent(server: RawServer, status: int, permanent: bool):
    server.answer = lambda _: iter([said(status)])
    with pytest.raises(MediaError, match=str(status)) as problem:
        fetched_from(server)
    assert problem.value.permanent is permanent


def test_neither_errors_nor_logs_quote_a_url(server: RawServer):
    server.answer = lambda _: iter([said(500)])
    with capture_logs() as logs, pytest.raises(MediaError) as problem:
        fetched_from(server)
    assert "127.0.0.1" not in f"{problem.value!r} {logs}"
    assert problem.value.__cause__ is None


def test_the_limits_are_those_that_twilio_documents():
    assert (media.MAX_ATTACHMENT, media.MAX_RECORDING) == (16 * MEGABYTE, 64 * MEGABYTE)
