"""A server for the scrapbook's own processes: who gets through, and who is told to go."""

import asyncio
from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.requests import Request as Received
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from scrapbook.net.internal_auth import PROOF, InternalAuth
from scrapbook.net.internal_guard import InternalOnly, is_local_name
from tests.support.asgi import Answer, Request, ask
from tests.support.internal import AUTH, HOST, signed

BODY = b"private words"
read: list[bytes] = []


async def turn(request: Received) -> PlainTextResponse:
    read.append(await request.body())
    return PlainTextResponse("answered")


APP = InternalOnly(
    Starlette(routes=[Route("/turn", turn, methods=["POST"]), Route("/health", turn)]), AUTH, ["/health"]
)
TURN = Request("POST", "/turn", chunks=(BODY[:4], BODY[4:]))


@pytest.fixture(autouse=True)
def nothing_read() -> None:
    read.clear()


def answered(request: Request) -> Answer:
    return asyncio.run(ask(APP, request))


def with_header(request: Request, name: bytes, value: bytes) -> Request:
    others = tuple(header for header in request.headers if header[0] != name)
    return replace(request, headers=(*others, (name, value)))


def test_a_signed_request_is_answered_and_the_answer_proven() -> None:
    call = AUTH.sign("POST", f"http://{HOST}/turn", BODY)
    headers = tuple((name.lower().encode(), value.encode()) for name, value in call.headers.items())
    sent: list[dict] = []

    async def receive() -> dict:
        return {"type": "http.request", "body": BODY, "more_body": False}

    async def send(message: dict) -> None:
        sent.append(message)

    asyncio.run(APP(replace(TURN, headers=headers).scope(), receive, send))  # pyright: ignore
    assert sent[0]["status"] == 200
    proofs = [value.decode() for name, value in sent[0]["headers"] if name == PROOF.lower().encode()]
    assert call.is_proven(200, proofs[0])
    assert read == [BODY]


@pytest.mark.parametrize(
    "request_",
    [
        TURN,
        replace(signed(TURN), path="/health"),
        replace(signed(TURN), method="PUT"),
        replace(signed(TURN), query=b"x=1"),
        with_header(signed(TURN), b"host", b"evil.example"),
        with_header(signed(TURN), b"scrapbook-signature", b"\xff.1"),
        Request("GET", "/nowhere"),
        Request("POST", "/health"),
        Request("OPTIONS", "/turn"),
    ],
    ids=lambda request: f"{request.method} {request.path}",
)
def test_what_is_not_signed_is_refused_without_being_read(request_: Request) -> None:
    assert answered(request_).status == 401
    assert read == []


def test_another_body_than_the_signed_one_reaches_nobody() -> None:
    answer = answered(replace(signed(TURN), chunks=(b"delete everything",)))
    assert answer.status == 401
    assert read == []


def test_a_request_that_is_repeated_is_refused() -> None:
    again = signed(TURN)
    assert [answered(again).status for _ in range(2)] == [200, 401]


def test_a_process_with_another_secret_is_refused() -> None:
    call = InternalAuth("another secret").sign("POST", f"http://{HOST}/turn", BODY)
    headers = tuple((name.lower().encode(), value.encode()) for name, value in call.headers.items())
    assert answered(replace(TURN, headers=headers)).status == 401


@pytest.mark.parametrize("header", [(b"origin", b"null"), (b"sec-fetch-site", b"cross-site")], ids=str)
@pytest.mark.parametrize("request_", [TURN, Request("GET", "/health")], ids=["turn", "health"])
def test_a_page_in_a_browser_is_refused_signed_or_not(request_: Request, header: tuple[bytes, bytes]) -> None:
    for each in (request_, signed(request_)):
        assert answered(with_header(each, *header)).status == 403


@pytest.mark.parametrize(
    ("host", "status"),
    [
        (b"127.0.0.1:8002", 200),
        (b"actions:8002", 200),
        (b"[::1]", 200),
        (b"rebound.example", 403),
        (b"", 403),
    ],
)
def test_health_is_open_under_names_that_nobody_else_gives_out(host: bytes, status: int) -> None:
    assert answered(Request("GET", "/health", headers=((b"host", host),))).status == status


@pytest.mark.parametrize("host", ["[", "a.b", "127.0.0.1.evil.example", "", ":80", "1.2.3"])
def test_names_that_could_be_anybodys_are_not_local(host: str) -> None:
    assert not is_local_name(host)
