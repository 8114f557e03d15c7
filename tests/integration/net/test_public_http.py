"""Requests to names that others chose."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator

import anyio
import httpx
import pytest
import trustme

from scrapbook.net import public_http
from scrapbook.net.public_http import AddressNotPublic, PublicInternet
from scrapbook.net.public_urls import is_public

NAME = "media.scrapbook.example"


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_the_public_internet_is_public(address: str):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::1",
        "2001:db8::1", "192.0.0.192", "168.63.129.16", "192.88.99.1", "fec0::1", "::127.0.0.1",
        "::ffff:0:127.0.0.1", "64:ff9b:1::1", "2002:5db8:d822::1", "3fff::1", "5f00::1", "4000::1",
    ],
)  # fmt: skip
def test_all_else_is_not_however_it_is_wrapped_up(address: str):
    assert not is_public(address)


class Server:
    """Answers one request after the other with TLS."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.requests: list[bytes] = []
        self._context = context
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with (
                contextlib.suppress(OSError),
                self._context.wrap_socket(connection, server_side=True) as line,
            ):
                self.requests.append(line.recv(65536))
                line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def server(authority: trustme.CA) -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(NAME).configure_cert(context)
    server = Server(context)
    yield server
    server.close()


@pytest.fixture
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def resolved_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Lets every name stand for these addresses; the names that were looked up."""
    asked: list[str] = []

    def resolve(host: str, port: int, **_: object) -> list[object]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


def get(url: str, context: ssl.SSLContext) -> httpx.Response:
    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=PublicInternet(context), timeout=5, trust_env=False) as client:
            return await client.get(url)

    return anyio.run(ask)


def test_a_name_is_looked_up_once_and_the_checked_address_is_used(
    server: Server, trusting: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
):
    asked = resolved_to(monkeypatch, "127.0.0.1")
    monkeypatch.setattr(public_http, "is_public", lambda _: True)
    answer = get(f"https://{NAME}:{server.port}/x", trusting)
    assert answer.text == "hi"
    assert asked == [NAME]
    assert f"host: {NAME}:{server.port}" in server.requests[0].decode().lower()


def test_the_certificate_has_to_be_that_of_the_name(
    server: Server, trusting: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
):
    resolved_to(monkeypatch, "127.0.0.1")
    monkeypatch.setattr(public_http, "is_public", lambda _: True)
    with pytest.raises(httpx.ConnectError, match="certificate"):
        get(f"https://elsewhere.example:{server.port}/x", trusting)
    assert server.requests == []


def test_the_next_address_is_tried_where_the_first_does_not_answer(
    server: Server, trusting: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
):
    resolved_to(monkeypatch, "127.0.0.2", "127.0.0.1")
    monkeypatch.setattr(public_http, "is_public", lambda _: True)
    assert get(f"https://{NAME}:{server.port}/x", trusting).text == "hi"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "2130706433", "0x7f.1"])
def test_a_private_address_is_not_connected_to_by_any_name(
    server: Server, trusting: ssl.SSLContext, host: str
):
    with pytest.raises((AddressNotPublic, httpx.ConnectError)) as problem:
        get(f"https://{host}:{server.port}/x", trusting)
    assert isinstance(problem.value, AddressNotPublic) or "resolved" in str(problem.value)
    assert server.requests == []


def test_one_private_address_among_public_ones_is_enough_to_refuse(
    server: Server, trusting: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
):
    resolved_to(monkeypatch, "93.184.216.34", "127.0.0.1")
    with pytest.raises(AddressNotPublic):
        get(f"https://{NAME}:{server.port}/x", trusting)
    assert server.requests == []


def test_a_lookup_that_takes_too_long_is_left_behind(
    trusting: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
):
    released = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: released.wait(60) and [])

    async def ask() -> None:
        async with httpx.AsyncClient(transport=PublicInternet(trusting), trust_env=False) as client:
            try:
                with pytest.raises(TimeoutError), anyio.fail_after(0.2):
                    await client.get("https://slow.test/")
                assert not released.is_set()
            finally:
                released.set()

    anyio.run(ask)


def test_a_name_that_is_nobodys_cannot_be_connected_to(trusting: ssl.SSLContext):
    with pytest.raises(httpx.ConnectError, match="resolved"):
        get("https://nobody.invalid/x", trusting)
