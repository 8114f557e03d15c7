"""Only what is written in the code is logged of what others log, print and raise."""

import json
import os
import sqlite3
import subprocess
import sys

import pytest

from scrapbook.errors import AssistantFailed
from scrapbook.observability import redaction

PRIVATE = "the heron and I"

LOUD = """
import asyncio, logging, os, sys, threading, warnings
import structlog
from scrapbook.observability import reporting
from scrapbook.settings import Settings
reporting.start(Settings(SENTRY_DSN=""), "app")
text = os.environ["TEXT"]
print(text)
print(text, file=sys.stderr)
warnings.warn(text)
log = logging.getLogger("foreign")
log.error("about %s", text)
log.error("about %(text)s", {"text": text})
log.error(f"about {text}")
log.error(RuntimeError(text))
log.error("plain", extra={"text": text}, stack_info=True)
structlog.get_logger("foreign").error("an_event", text=text)
structlog.get_logger("foreign").error(text)
try:
    raise LookupError(text)
except LookupError:
    log.exception("failed")
class Unprintable:
    def __str__(self):
        raise ValueError(text)
log.error(Unprintable())
log.error("%s", Unprintable())
class Destroyed:
    def __del__(self):
        raise ValueError(text)
Destroyed()
async def fail():
    raise OSError(28, text)
async def forget():
    task = asyncio.create_task(fail(), name=text)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
asyncio.run(forget())
def fail_in_thread():
    raise KeyError(text)
thread = threading.Thread(target=fail_in_thread, name=text)
thread.start()
thread.join()
raise RuntimeError(text)
"""


@pytest.fixture(scope="module")
def lines() -> list[dict[str, str]]:
    """What a process logs that has said a text in every way."""
    ended = subprocess.run(
        [sys.executable, "-c", LOUD],
        env=os.environ | {"TEXT": PRIVATE},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr == ""
    assert PRIVATE not in ended.stdout
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_messages_are_logged_as_they_are_written_in_the_code(lines: list[dict[str, str]]) -> None:
    events = {line["event"] for line in lines if line["logger"] == "foreign"}
    assert events == {"about %s", "about %(text)s", "plain", "an_event", "failed", "%s", redaction.WITHHELD}


def test_what_is_printed_is_counted(lines: list[dict[str, str]]) -> None:
    printed = [(line["stream"], line["characters"]) for line in lines if line["event"] == "printed"]
    assert sorted(printed) == [("stderr", len(PRIVATE) + 1), ("stdout", len(PRIVATE) + 1)]


def test_errors_that_nobody_catches_are_logged_with_their_places(lines: list[dict[str, str]]) -> None:
    uncaught = [line["exception"].splitlines() for line in lines if line["event"] == "error_uncaught"]
    assert [each[-1] for each in uncaught] == ["ValueError", "KeyError", "RuntimeError"]
    assert all(":" in place for each in uncaught for place in each[:-1])
    [forgotten] = [line for line in lines if line["logger"] == "asyncio" and "exception" in line]
    assert forgotten["exception"].endswith("OSError(ENOSPC)")


def test_a_warning_is_logged_by_its_category(lines: list[dict[str, str]]) -> None:
    assert "UserWarning" in [line.get("category") for line in lines if line["event"] == "warning"]


def caught(error: BaseException) -> BaseException:
    try:
        raise error
    except BaseException as raised:  # noqa: BLE001 - whatever the test raises
        return raised


def test_causes_and_groups_are_described_without_their_messages() -> None:
    error = caught(ExceptionGroup(PRIVATE, [KeyError(PRIVATE), caught(OSError(2, PRIVATE))]))
    error.__cause__ = caught(ValueError(PRIVATE))
    described = redaction.format_error(error)
    assert PRIVATE not in described
    types = [line for line in described.splitlines() if ":" not in line]
    assert types == ["ValueError", "KeyError", "FileNotFoundError(ENOENT)", "ExceptionGroup"]


def test_errors_that_cause_one_another_are_described_once() -> None:
    one, other = ValueError(PRIVATE), KeyError(PRIVATE)
    one.__context__, other.__context__ = other, one
    assert redaction.format_error(one).splitlines() == ["KeyError", "ValueError"]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (None, ""),
        (ValueError(PRIVATE), "ValueError"),
        (OSError(28, PRIVATE), "OSError(ENOSPC)"),
        (sqlite3.OperationalError(PRIVATE), "OperationalError"),
        (AssistantFailed("Rasa answered 500"), "Rasa answered 500"),
    ],
    ids=str,
)
def test_a_reason_is_the_message_of_our_own_errors_only(error: BaseException | None, said: str) -> None:
    assert redaction.reason(error) == said
