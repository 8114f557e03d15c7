"""What may leave for Sentry, and what its stand-in takes."""

import gzip
import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from scrapbook.emulators.sentry import LocalSentry
from scrapbook.errors import ScrapbookError
from scrapbook.observability.sentry_client import describe_error, keyed_hash
from scrapbook.observability.sentry_scrubbing import scrub
from scrapbook.observability.sentry_traces import trace_header

PRIVATE = "the heron and I"
SID = "SM" + "0" * 32
EVENT = {"event_id": "0" * 32, "timestamp": "2026-01-01T00:00:00Z"}


def everywhere(private: str) -> dict[str, Any]:
    """An event that has the text in every place that an SDK is known to put one."""
    frame = {"function": "save", "lineno": 3, "vars": {"text": private}, "abs_path": private}
    return {
        **EVENT,
        "message": private,
        "logentry": {"message": private},
        "request": {"data": private, "url": private},
        "extra": {"text": private},
        "breadcrumbs": {"values": [{"message": private}]},
        "user": {"id": "abc", "name": private, "ip_address": private},
        "tags": {"step": "answer", "text": private},
        "contexts": {"trace": {"trace_id": "1", "data": {"url": private}}, "state": {"text": private}},
        "spans": [{"op": "http", "description": private, "data": {"url": private}, "tags": {"t": private}}],
        "exception": {"values": [{"type": "KeyError", "value": private, "stacktrace": {"frames": [frame]}}]},
        "server_name": private,
        "modules": {private: "1"},
        "something_new": private,
    }


def test_nothing_private_stays_wherever_it_stood() -> None:
    clean = scrub(everywhere(PRIVATE), {"ScrapbookError"})
    assert PRIVATE not in json.dumps(clean)
    assert clean["exception"]["values"][0]["stacktrace"]["frames"] == [{"function": "save", "lineno": 3}]
    assert clean["user"] == {"id": "abc"}
    assert clean["tags"] == {"step": "answer"}


def test_an_error_that_the_app_knows_keeps_its_message() -> None:
    known = {"exception": {"values": [{"type": "AssistantFailed", "value": "Rasa answered 500"}]}}
    assert scrub(known, {"AssistantFailed"})["exception"]["values"][0]["value"] == "Rasa answered 500"


def test_what_failed_elsewhere_is_told_by_its_place_alone() -> None:
    try:
        raise ScrapbookError("what the log may say") from KeyError(PRIVATE)
    except ScrapbookError as error:
        cause, known = describe_error(error)
    assert (cause["type"], cause["value"]) == ("KeyError", "")
    assert known["value"] == "what the log may say"
    assert (
        known["stacktrace"]["frames"][-1]["function"]
        == "test_what_failed_elsewhere_is_told_by_its_place_alone"
    )


def test_a_message_has_the_same_trace_everywhere_and_another_one_another() -> None:
    trace, span, sampled = trace_header(SID, 1.0).split("-")
    assert (len(trace), len(span), sampled) == (32, 16, "1")
    assert trace_header(SID, 0.0) == f"{trace}-{span}-0"
    assert trace_header(SID[:-1] + "1", 1.0).split("-")[0] != trace


def test_about_as_many_traces_are_sent_as_asked_for() -> None:
    sent = sum(trace_header(f"SM{n:032x}", 0.25).endswith("-1") for n in range(2000))
    assert 400 < sent < 600


def test_people_are_told_apart_but_not_told() -> None:
    assert keyed_hash("key", 1) == keyed_hash("key", 1)
    assert len({keyed_hash("key", 1), keyed_hash("key", 2), keyed_hash("other key", 1)}) == 3


# The stand-in


def envelope(event: object, kind: str = "event") -> bytes:
    return b"\n".join(json.dumps(part).encode() for part in ({}, {"type": kind}, event))


@pytest.fixture
def local() -> LocalSentry:
    return LocalSentry()


@pytest.fixture
def client(local: LocalSentry) -> TestClient:
    return TestClient(
        local.app(),
        "http://127.0.0.1",
        headers={"X-Sentry-Auth": "Sentry sentry_version=7, sentry_key=local"},
    )


@pytest.mark.parametrize(
    "headers", [{"Host": "rebound.example"}, {"Origin": "http://evil.example"}], ids=["rebound", "another"]
)
def test_pages_of_other_sites_neither_read_nor_store_events(
    client: TestClient, local: LocalSentry, headers: dict[str, str]
) -> None:
    assert client.post("/api/1/store/", content=json.dumps(EVENT), headers=headers).status_code == 403
    assert not local.events
    if "Host" in headers:
        assert client.get("/events", headers=headers).status_code == 403


def test_it_takes_an_envelope_and_shows_its_event(client: TestClient) -> None:
    packed = gzip.compress(envelope(EVENT))
    answer = client.post("/api/1/envelope/", content=packed, headers={"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json()) == (200, {"id": "0" * 32})
    assert client.get("/events").json() == [EVENT]


def test_it_takes_an_event_as_older_clients_send_it(client: TestClient) -> None:
    assert client.post("/api/1/store/", content=json.dumps(EVENT)).status_code == 200
    assert client.get("/events").json() == [EVENT]


@pytest.mark.parametrize(
    ("body", "headers", "path", "status"),
    [
        (envelope(EVENT), {"X-Sentry-Auth": ""}, "/api/1/envelope/", 401),
        (envelope(EVENT), {"X-Sentry-Auth": "Sentry sentry_key=other"}, "/api/1/envelope/", 403),
        (envelope(EVENT), {}, "/api/2/envelope/", 403),
        (envelope(EVENT), {"Content-Encoding": "br"}, "/api/1/envelope/", 415),
        (envelope(EVENT), {"Content-Encoding": "gzip"}, "/api/1/envelope/", 400),
        (b"no envelope", {}, "/api/1/envelope/", 400),
        (envelope([]), {}, "/api/1/envelope/", 400),
        (envelope({"timestamp": 1}), {}, "/api/1/envelope/", 400),
        (envelope({"event_id": "0" * 32}), {}, "/api/1/envelope/", 400),
        (envelope({**EVENT, "tags": {"long": "x" * 1_100_000}}), {}, "/api/1/envelope/", 413),
    ],
)
def test_it_refuses_what_sentry_refuses(
    client: TestClient, local: LocalSentry, body: bytes, headers: dict[str, str], path: str, status: int
) -> None:
    assert client.post(path, content=body, headers=headers).status_code == status
    assert not local.events
    assert not local.received
