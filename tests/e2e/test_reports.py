"""What leaves the processes for Sentry when something fails, and when nothing does."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from scrapbook.emulators.sentry import LocalSentry
from scrapbook.observability.sentry_traces import trace_header
from tests.support.installation import Installation, wait_until
from tests.support.served import served

PERSON = "+15550170"
PRIVATE = "marmalade"


@pytest.fixture(scope="module")
def sentry() -> LocalSentry:
    return LocalSentry()


@pytest.fixture(scope="module")
def installation(sentry: LocalSentry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with served(lambda _: sentry.app()) as url:
        port = int(url.rsplit(":", 1)[1])
        reported = {"SENTRY_DSN": sentry.dsn(port), "SENTRY_TRACES_SAMPLE_RATE": "1"}
        installation = Installation(tmp_path_factory.mktemp("reported"), (PERSON,), reported)
        try:
            installation.start()
            yield installation
        finally:
            installation.stop()


def of_message(sentry: LocalSentry, sid: str) -> list[dict[str, Any]]:
    return [event for event in list(sentry.events) if event["tags"].get("message_id") == sid]


def steps(sentry: LocalSentry, sid: str) -> set[tuple[str, str]]:
    """Which parts of the message's way are there, with the processes that told of them."""
    traces = [event for event in of_message(sentry, sid) if event.get("type") == "transaction"]
    return {(event["tags"]["component"], event["transaction"]) for event in traces}


def errors(sentry: LocalSentry, sid: str) -> list[dict[str, Any]]:
    return [event for event in of_message(sentry, sid) if event.get("exception")]


def test_one_trace_follows_a_message_from_webhook_to_reply(
    installation: Installation, sentry: LocalSentry
) -> None:
    sid = installation.text(f"buy {PRIVATE}", PERSON)
    installation.replies(PERSON, 1)
    of_app = {("app", "webhook"), ("app", "answer"), ("app", "deliver")}
    way = of_app | {("rasa", "turn"), ("actions", "action_save")}
    wait_until(lambda: steps(sentry, sid) >= way, 30, lambda: f"only {steps(sentry, sid)}")
    trace = trace_header(sid, 1).split("-")[0]
    assert {event["contexts"]["trace"]["trace_id"] for event in of_message(sentry, sid)} == {trace}
    assert not errors(sentry, sid)


def test_a_failure_that_a_person_is_told_about_is_there_once(
    installation: Installation, sentry: LocalSentry
) -> None:
    before = len(installation.sent_to(PERSON))
    with closing(
        sqlite3.connect(installation.folder / "scrapbook.db", timeout=30, isolation_level=None)
    ) as database:
        database.execute("ALTER TABLE conversations RENAME TO mislaid")
        sid = installation.text(f"what did I save about {PRIVATE}?", PERSON)
        said = installation.replies(PERSON, before + 1, timeout=120)[before]
        database.execute("ALTER TABLE mislaid RENAME TO conversations")
    assert said.startswith("Sorry")
    wait_until(lambda: bool(errors(sentry, sid)), 30, lambda: "nothing was reported")
    [event] = errors(sentry, sid)
    assert event["tags"] | {"attempt": "6", "step": "understand", "component": "app"} == event["tags"]
    assert event["release"].startswith("scrapbook@")
    assert event["environment"] == "development"
    assert len(event["user"]["id"]) == 16
    assert event["contexts"]["trace"]["trace_id"] == trace_header(sid, 1).split("-")[0]
    origin, told = event["exception"]["values"]
    assert any(frame["module"].startswith("actions.") for frame in origin["stacktrace"]["frames"])
    assert told["type"] == "AssistantFailed"


def test_no_word_and_no_number_leaves_the_processes(installation: Installation, sentry: LocalSentry) -> None:
    """Whatever the tests before have caused."""
    assert len(sentry.received) > 10
    sent = b"\n".join(sentry.received)
    for private in (PRIVATE, PERSON, PERSON.removeprefix("+"), str(installation.folder)):
        assert private.encode() not in sent
