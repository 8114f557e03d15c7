"""Which part of the app is not well."""

import asyncio
import threading
import time
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from scrapbook.errors import StoreUnavailable
from scrapbook.net.internal_auth import PROOF, SIGNATURE, InternalAuth
from scrapbook.web import health
from scrapbook.web.health import HealthCheck, check_that, health_routes
from tests.support.asgi import Request, ask
from tests.support.internal import AUTH

READY = "http://testserver/health/ready"


def asked(**parts: HealthCheck) -> tuple[int, dict]:
    answer = TestClient(Starlette(routes=health_routes(parts, AUTH))).get(
        "/health/ready", headers=AUTH.sign("GET", READY).headers
    )
    return answer.status_code, answer.json()


def failing() -> str:
    raise StoreUnavailable("The database failed: SQLITE_BUSY.")


def test_it_is_ready_when_every_part_that_answering_takes_is_well() -> None:
    status, said = asked(
        database=HealthCheck(lambda: ""),
        voice=HealthCheck(check_that(lambda: False, "it is away"), is_needed=False),
    )
    assert status == 200
    assert said["status"] == "ok"
    assert said["parts"]["voice"] == {"ok": False, "needed": False, "problem": "it is away"}


def test_it_names_the_part_that_is_not_well_and_why() -> None:
    status, said = asked(database=HealthCheck(failing), assistant=HealthCheck(lambda: ""))
    assert status == 503
    assert said["parts"]["database"]["problem"] == "The database failed: SQLITE_BUSY."
    assert said["parts"]["assistant"]["ok"]


def test_a_part_may_be_asked_in_the_event_loop() -> None:
    async def is_away() -> bool:
        return False

    async def is_there() -> bool:
        return True

    async def fails() -> bool:
        return bool(failing())

    status, said = asked(
        assistant=HealthCheck(check_that(is_away, "Rasa is out of reach")),
        actions=HealthCheck(check_that(is_there, "it is away")),
        voice=HealthCheck(check_that(fails, "it is away")),
    )
    assert status == 503
    assert {name: part["problem"] for name, part in said["parts"].items() if not part["ok"]} == {
        "assistant": "Rasa is out of reach",
        "voice": "The database failed: SQLITE_BUSY.",
    }


def test_it_waits_for_no_part_longer_than_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "CHECK_TIMEOUT", 0.2)
    never = threading.Event()
    began = time.monotonic()

    def stuck() -> str:
        never.wait(20)
        return ""

    try:
        status, said = asked(
            first=HealthCheck(stuck), second=HealthCheck(stuck), third=HealthCheck(lambda: "")
        )
    finally:
        never.set()
    assert time.monotonic() - began < 10
    assert status == 503
    assert [part["ok"] for part in said["parts"].values()] == [False, False, True]


def test_it_quotes_no_error_that_it_does_not_know() -> None:
    def broken() -> str:
        raise RuntimeError("+15550100 texted marmalade")

    _, said = asked(media=HealthCheck(broken))
    assert said["parts"]["media"]["problem"] == "could not be checked"


def test_strangers_are_told_whether_but_not_what() -> None:
    parts = {"database": HealthCheck(failing)}
    client = TestClient(Starlette(routes=health_routes(parts, AUTH)))
    for headers in ({}, {SIGNATURE: "1.2.3.4"}, InternalAuth("another").sign("GET", READY).headers):
        answer = client.get("/health/ready", headers=headers)
        assert (answer.status_code, answer.json()) == (503, {"status": "waiting"})
        assert PROOF not in answer.headers


def test_processes_of_the_scrapbook_are_given_a_proof() -> None:
    client = TestClient(Starlette(routes=health_routes({}, AUTH)))
    for path in ("/health/live", "/health/ready"):
        call = AUTH.sign("GET", f"http://testserver{path}")
        assert call.is_proven(200, client.get(path, headers=call.headers).headers[PROOF])


def test_a_part_is_checked_once_however_many_ask() -> None:
    checks: list[str] = []

    async def slow() -> str:
        checks.append("database")
        await asyncio.sleep(0.05)
        return ""

    async def all_at_once() -> list[int]:
        app = Starlette(routes=health_routes({"database": HealthCheck(slow)}, AUTH))
        asked = [ask(app, Request("GET", "/health/ready")) for _ in range(50)]
        return [answer.status for answer in await asyncio.gather(*asked)]

    assert asyncio.run(all_at_once()) == [200] * 50
    assert checks == ["database"]


@pytest.mark.parametrize(("problem", "fresh"), [("", health.FRESH), ("it is away", health.RECHECK)])
def test_a_result_is_used_for_some_seconds_and_a_problem_for_fewer(
    monkeypatch: pytest.MonkeyPatch, problem: str, fresh: float
) -> None:
    checks: list[str] = []
    now = [time.monotonic()]
    monkeypatch.setattr(health, "time", SimpleNamespace(monotonic=lambda: now[0]))

    def check() -> str:
        checks.append("database")
        return problem

    client = TestClient(Starlette(routes=health_routes({"database": HealthCheck(check)}, AUTH)))
    client.get("/health/ready")
    now[0] += fresh - 0.1
    client.get("/health/ready")
    assert len(checks) == 1
    now[0] += 0.2
    client.get("/health/ready")
    assert len(checks) == 2
