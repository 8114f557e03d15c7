"""Which part of the house is not well."""

import threading
import time

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from scrapbook.errors import StoreUnavailable
from scrapbook.web import health
from scrapbook.web.health import Part, health_routes, there


def asked(**parts: Part) -> tuple[int, dict]:
    answer = TestClient(Starlette(routes=health_routes(parts))).get("/health/ready")
    return answer.status_code, answer.json()


def failing() -> str:
    raise StoreUnavailable("The database failed: SQLITE_BUSY.")


def test_it_is_ready_when_every_part_that_answering_takes_is_well() -> None:
    status, said = asked(
        database=Part(lambda: ""), voice=Part(there(lambda: False, "it is away"), is_needed=False)
    )
    assert status == 200
    assert said["status"] == "ok"
    assert said["parts"]["voice"] == {"ok": False, "needed": False, "problem": "it is away"}


def test_it_names_the_part_that_is_not_well_and_why() -> None:
    status, said = asked(database=Part(failing), assistant=Part(lambda: ""))
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
        assistant=Part(there(is_away, "Rasa is out of reach")),
        actions=Part(there(is_there, "it is away")),
        voice=Part(there(fails, "it is away")),
    )
    assert status == 503
    assert {name: part["problem"] for name, part in said["parts"].items() if not part["ok"]} == {
        "assistant": "Rasa is out of reach",
        "voice": "The database failed: SQLITE_BUSY.",
    }


def test_it_waits_for_no_part_longer_than_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "CHECKED_WITHIN", 0.2)
    never = threading.Event()
    began = time.monotonic()

    def stuck() -> str:
        never.wait(20)
        return ""

    try:
        status, said = asked(first=Part(stuck), second=Part(stuck), third=Part(lambda: ""))
    finally:
        never.set()
    assert time.monotonic() - began < 10
    assert status == 503
    assert [part["ok"] for part in said["parts"].values()] == [False, False, True]


def test_it_quotes_no_error_that_it_does_not_know() -> None:
    def broken() -> str:
        raise RuntimeError("+15550100 texted marmalade")

    _, said = asked(media=Part(broken))
    assert said["parts"]["media"]["problem"] == "could not be checked"
