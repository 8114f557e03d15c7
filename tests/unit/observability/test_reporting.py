"""The log and Sentry get errors without what a person wrote."""

import io
import json
import logging
import socket
from collections.abc import Iterator

import pytest
import sentry_sdk
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from scrapbook.errors import AssistantFailed
from scrapbook.observability import sentry_client
from scrapbook.observability.reporting import bind_context, configure, report_error
from scrapbook.settings import Settings

PRIVATE = "the heron and I"


class RecordingTransport(Transport):
    """Keeps what would be sent."""

    def __init__(self) -> None:
        super().__init__({"dsn": "http://key@127.0.0.1/1"})
        self.events: list[str] = []
        self.log = io.StringIO()

    def capture_envelope(self, envelope: Envelope) -> None:
        self.events.append(envelope.serialize().decode())


@pytest.fixture
def sentry(monkeypatch: pytest.MonkeyPatch) -> Iterator[RecordingTransport]:
    transport = RecordingTransport()
    real = sentry_sdk.init
    monkeypatch.setattr(sentry_sdk, "init", lambda **options: real(**options, transport=transport))
    root = logging.getLogger()
    before = root.handlers[:]
    root.handlers.clear()  # or they would be closed
    configure(Settings(SENTRY_DSN="http://key@127.0.0.1/1"), "app")
    [handler] = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(transport.log)
    yield transport
    root.handlers[:] = before
    real()


def raised(error: Exception) -> Exception:
    try:
        raise error
    except Exception as caught:  # noqa: BLE001 - whatever the test raises
        return caught


def test_an_unforeseen_error_is_told_without_its_message(sentry: RecordingTransport) -> None:
    report_error(raised(KeyError(PRIVATE)), message_id="SM1")
    sentry_sdk.flush()
    [event] = sentry.events
    line = sentry.log.getvalue()
    assert PRIVATE not in event + line
    assert "KeyError" in event
    assert "SM1" in event
    assert json.loads(line)["exception"].endswith("KeyError")


def test_a_known_error_is_told_with_its_message(sentry: RecordingTransport) -> None:
    report_error(raised(AssistantFailed("Rasa answered 500")), message_id="SM1")
    sentry_sdk.flush()
    assert "Rasa answered 500" in sentry.events[0]
    assert "Rasa answered 500" in sentry.log.getvalue()


def test_the_cause_of_a_known_error_is_told_without_its_message(sentry: RecordingTransport) -> None:
    error = AssistantFailed("Rasa answered 500")
    error.__cause__ = ValueError(PRIVATE)
    report_error(raised(error))
    sentry_sdk.flush()
    assert PRIVATE not in sentry.events[0]


def test_a_sentry_that_does_not_answer_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes the connection, and is silent until everything is reported."""
    monkeypatch.setattr(sentry_client, "SHUTDOWN_TIMEOUT", 0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        before = logging.getLogger().handlers[:]
        configure(Settings(SENTRY_DSN=f"http://key@127.0.0.1:{silent.getsockname()[1]}/1"), "app")
        for number in range(300):
            report_error(raised(AssistantFailed()), message_id=f"SM{number}")
        silent.settimeout(10)
        silent.accept()[0].close()
        logging.getLogger().handlers[:] = before
        sentry_sdk.get_client().close(timeout=0)


def test_without_a_dsn_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentry_client, "start", lambda *_, **__: pytest.fail("the SDK was started"))
    before = logging.getLogger().handlers[:]
    configure(Settings(SENTRY_DSN=""), "app")
    with bind_context("SM1", "answer", 1):
        report_error(raised(AssistantFailed()))
    logging.getLogger().handlers[:] = before
