"""What is fetched from Twilio, and everything that may not happen on the way."""

import itertools
import socket
import threading
from collections.abc import Callable, Iterator

import anyio
import pytest
from structlog.testing import capture_logs

from scrapbook.errors import MediaError, MediaTooLarge
from scrapbook.twilio import media
from scrapbook.twilio.handset import Attachment, Handset
from scrapbook.twilio.local.faults import Fault
from scrapbook.twilio.media import Fetched, MediaFetcher
from tests.integration.twilio.conftest import ACCOUNT, TOKEN
from tests.integration.twilio.house import PERSON, House
from tests.integration.twilio.raw import RawServer, raw_server, said
from tests.integration.twilio.sounds import OGG, PNG, wav

MEGABYTE = 1024 * 1024


@pytest.fixture
def fetcher(twilio_url: str) -> MediaFetcher:
    return MediaFetcher(ACCOUNT, TOKEN, twilio_url)


@pytest.fixture
def sent(handset: Handset, house: House) -> Callable[[Attachment], str]:
    """Sends a file by WhatsApp; the URL that the webhook names for it."""

    def send(attachment: Attachment) -> str:
        handset.send(f"whatsapp:{PERSON}", "", [attachment])
        house.wait_until(lambda: len(house.accepted) == 1)
        return house.accepted[0].media[0].url

    return send


@pytest.fixture
def server() -> Iterator[RawServer]:
    """In Twilio's place."""
    with raw_server(lambda _: iter([said(200, OGG, Content_Type="audio/ogg")])) as server:
        yield server


def fetched_from(server: RawServer, **limits: float) -> Fetched:
    return MediaFetcher(ACCOUNT, TOKEN, server.url, **limits).fetch(f"{server.url}/first")


# From the local Twilio


def test_a_voice_note_is_fetched_past_password_and_redirect(
    fetcher: MediaFetcher, sent: Callable[[Attachment], str]
):
    url = sent(Attachment("audio/ogg; codecs=opus", OGG))
    assert fetcher.fetch(url, "audio/ogg; codecs=opus") == Fetched(OGG, "audio/ogg")


def test_a_file_of_16_mb_is_fetched(fetcher: MediaFetcher, sent: Callable[[Attachment], str]):
    content = OGG + bytes(16 * MEGABYTE - len(OGG))
    assert len(fetcher.fetch(sent(Attachment("audio/ogg", content))).content) == 16 * MEGABYTE


@pytest.mark.parametrize(
    ("declared", "content", "is_it"),
    [
        ("audio/ogg", PNG, "image/png"),
        ("image/jpeg", wav(), "audio/wav"),
        ("audio/ogg", b"nothing that anybody knows", "application/octet-stream"),
        ("audio/ogg", b"", "application/octet-stream"),
    ],
)
def test_a_file_is_kept_as_what_it_is_and_not_as_what_it_is_called(
    fetcher: MediaFetcher, sent: Callable[[Attachment], str], declared: str, content: bytes, is_it: str
):
    url = sent(Attachment(declared, content))
    with capture_logs() as logs:
        assert fetcher.fetch(url, declared) == Fetched(content, is_it)
    told = [entry["content_type"] for entry in logs if entry["event"] == "media_not_as_declared"]
    assert told == [is_it]


def test_what_was_deleted_at_twilio_is_gone_and_deleting_it_again_is_fine(
    fetcher: MediaFetcher, sent: Callable[[Attachment], str]
):
    url = sent(Attachment("audio/ogg", OGG))
    fetcher.delete(url)
    fetcher.delete(url)
    with pytest.raises(MediaError, match="404"):
        fetcher.fetch(url)


@pytest.mark.parametrize("fault", [Fault.MEDIA_LATE, Fault.MEDIA_DOWN])
def test_a_file_that_is_not_there_yet_is_worth_another_try(
    fetcher: MediaFetcher, sent: Callable[[Attachment], str], handset: Handset, fault: Fault
):
    url = sent(Attachment("audio/ogg", OGG))
    handset.inject(fault)
    with pytest.raises(MediaError) as problem:
        fetcher.fetch(url)
    assert not problem.value.permanent
    assert fetcher.fetch(url).content == OGG


def test_a_redirect_to_the_metadata_of_the_machine_is_not_followed(
    fetcher: MediaFetcher, sent: Callable[[Attachment], str], handset: Handset
):
    url = sent(Attachment("audio/ogg", OGG))
    handset.inject(Fault.MEDIA_ASTRAY)
    with pytest.raises(MediaError, match="not one of Twilio's") as problem:
        fetcher.fetch(url)
    assert problem.value.permanent


@pytest.mark.parametrize("account", [(ACCOUNT, "wrong"), ("AC0", TOKEN)])
def test_wrong_credentials_can_be_put_right(
    twilio_url: str, sent: Callable[[Attachment], str], account: tuple[str, str]
):
    url = sent(Attachment("audio/ogg", OGG))
    for work in (MediaFetcher(*account, twilio_url).fetch, MediaFetcher(*account, twilio_url).delete):
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
def test_only_twilio_is_asked_and_the_error_quotes_no_address(server: RawServer, url: str):
    for work in (
        MediaFetcher(ACCOUNT, TOKEN, server.url).fetch,
        MediaFetcher(ACCOUNT, TOKEN, server.url).delete,
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
def test_a_host_of_twilios_that_stands_for_a_private_address_is_not_connected_to(
    server: RawServer, monkeypatch: pytest.MonkeyPatch, address: str
):
    async def resolve(host: str, port: int, **_: object) -> list[object]:
        assert host == "mms.twiliocdn.com"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", port)),
                (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]  # fmt: skip

    monkeypatch.setattr(anyio, "getaddrinfo", resolve)
    server.answer = lambda _: iter([said(302, Location="https://mms.twiliocdn.com/x")])
    with pytest.raises(MediaError, match="not on the public internet") as problem:
        fetched_from(server)
    assert problem.value.permanent


def test_a_redirect_in_the_middle_of_a_chain_is_looked_at_like_the_first(server: RawServer):
    server.answer = lambda path: iter(
        [said(302, Location="/second" if path == "/first" else "http://127.0.0.1:1/")]
    )
    with pytest.raises(MediaError, match="not one of Twilio's"):
        fetched_from(server)
    assert server.paths() == ["/first", "/second"]


def test_a_deletion_is_not_redirected(server: RawServer):
    server.answer = lambda _: iter([said(307, Location="/second")])
    with pytest.raises(MediaError):
        MediaFetcher(ACCOUNT, TOKEN, server.url).delete(f"{server.url}/first")
    assert server.paths() == ["/first.json"]


def test_a_recording_is_deleted_and_not_only_its_sound(server: RawServer):
    server.answer = lambda _: iter([said(204)])
    MediaFetcher(ACCOUNT, TOKEN, server.url).delete(f"{server.url}/Recordings/RE1.wav")
    assert server.paths() == ["/Recordings/RE1.json"]


# Size and time


def endless(piece: bytes, sent: list[int]) -> Iterator[bytes]:
    while True:
        sent.append(len(piece))
        yield piece


def test_a_file_that_says_it_is_too_large_is_not_read(server: RawServer):
    server.answer = lambda _: iter([said(200, b"x", Content_Length=str(16 * MEGABYTE + 1))])
    with pytest.raises(MediaTooLarge):
        fetched_from(server)


def test_a_file_at_the_limit_is_kept(server: RawServer):
    content = OGG + bytes(16 * MEGABYTE - len(OGG))
    server.answer = lambda _: iter([said(200, content)])
    assert fetched_from(server).content == content


@pytest.mark.parametrize("length", ["", "10", "-1", "16777216"])
def test_a_file_without_end_is_left_at_the_limit_whatever_its_length_says(server: RawServer, length: str):
    sent: list[int] = []
    server.answer = lambda _: itertools.chain(
        [said(200, b"", Content_Length=length)], endless(bytes(MEGABYTE), sent)
    )
    try:
        content = fetched_from(server, patience=1.0).content
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
    fetcher = MediaFetcher(ACCOUNT, TOKEN, server.url)
    recording = f"{server.url}/2010-04-01/Accounts/{ACCOUNT}/Recordings/RE{'1' * 32}.wav"
    assert len(fetcher.fetch(recording).content) == len(content)
    with pytest.raises(MediaTooLarge):
        fetcher.fetch(f"{server.url}/2010-04-01/Accounts/{ACCOUNT}/Messages/MM1/Media/ME1")


@pytest.mark.parametrize(("size", "fits"), [(64 * MEGABYTE, True), (64 * MEGABYTE + 1, False)])
def test_a_recording_may_be_as_large_as_that_and_no_larger(server: RawServer, size: int, fits: bool):
    server.answer = lambda _: iter([said(200, OGG + bytes(size - len(OGG)))])
    fetcher = MediaFetcher(ACCOUNT, TOKEN, server.url)
    recording = f"{server.url}/2010-04-01/Accounts/{ACCOUNT}/Recordings/RE{'1' * 32}.wav"
    if fits:
        assert len(fetcher.fetch(recording).content) == size
    else:
        with pytest.raises(MediaTooLarge):
            fetcher.fetch(recording)


def test_half_a_file_is_no_file(server: RawServer):
    server.answer = lambda _: iter([said(200, OGG, Content_Length=str(len(OGG) + 1))])
    with pytest.raises(MediaError) as problem:
        fetched_from(server)
    assert not problem.value.permanent


def test_a_packed_file_is_not_unpacked(server: RawServer):
    server.answer = lambda _: iter([said(200, b"\x1f\x8b", Content_Encoding="gzip")])
    with pytest.raises(MediaError, match="packed"):
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
def test_a_server_that_takes_for_ever_is_left(server: RawServer, pieces: Callable[[], Iterator[bytes]]):
    stopped = threading.Event()
    server.answer = lambda _: slowly(itertools.takewhile(lambda _: not stopped.is_set(), pieces()), stopped)
    try:
        with pytest.raises(MediaError) as problem:
            fetched_from(server, time_limit=0.3)
    finally:
        stopped.set()
    assert not problem.value.permanent


def test_a_server_that_is_not_there_is_worth_another_try(server: RawServer):
    with pytest.raises(MediaError, match="out of reach") as problem:
        MediaFetcher(ACCOUNT, TOKEN, "http://127.0.0.1:1").fetch("http://127.0.0.1:1/x")
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
def test_a_status_tells_whether_another_try_can_help(server: RawServer, status: int, permanent: bool):
    server.answer = lambda _: iter([said(status)])
    with pytest.raises(MediaError, match=str(status)) as problem:
        fetched_from(server)
    assert problem.value.permanent is permanent


def test_neither_errors_nor_logs_tell_where_a_file_is(server: RawServer):
    server.answer = lambda _: iter([said(500)])
    with capture_logs() as logs, pytest.raises(MediaError) as problem:
        fetched_from(server)
    assert "127.0.0.1" not in f"{problem.value!r} {logs}"
    assert problem.value.__cause__ is None


def test_the_limits_are_those_that_twilio_documents():
    assert (media.MAX_ATTACHMENT, media.MAX_RECORDING) == (16 * MEGABYTE, 64 * MEGABYTE)
