"""The local phone in the terminal."""

import subprocess
import sys
from pathlib import Path

import pytest

from scrapbook.cli.phone_terminal import NoReply, text
from scrapbook.emulators.handset import Handset
from scrapbook.emulators.twilio.faults import Fault
from scrapbook.errors import ScrapbookError
from tests.support.local_twilio import Until
from tests.support.receiver import PERSON, UNKNOWN_SENDER, Receiver
from tests.support.waiting import WaitingSender

CHAT = """
from scrapbook.cli.phone_terminal import chat
from scrapbook.emulators.handset import Handset
{}
"""


@pytest.fixture
def echo(receiver: Receiver, sender: WaitingSender) -> Receiver:
    receiver.echo = sender
    return receiver


def test_a_text_prints_its_replies_and_nothing_else(
    handset: Handset, echo: Receiver, capsys: pytest.CaptureFixture[str]
):
    long = "word " * 60
    text(handset, long, PERSON, [], lambda sid: sid in echo.answered, 10)
    assert capsys.readouterr().out == f"You wrote: {long}\n"


def test_a_reply_is_printed_without_what_is_not_seen(
    handset: Handset, echo: Receiver, capsys: pytest.CaptureFixture[str]
):
    text(handset, "a\u202eb\x1b[2Jc", PERSON, [], lambda sid: sid in echo.answered, 10)
    assert capsys.readouterr().out == "You wrote: ab[2Jc\n"


def test_a_text_can_have_attachments(
    handset: Handset, echo: Receiver, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    picture = tmp_path / "cat.png"
    picture.write_bytes(b"\x89PNG")
    text(handset, "my cat", PERSON, [picture], lambda sid: sid in echo.answered, 10)
    assert [part.content_type for part in echo.accepted[0].media] == ["image/png"]


def test_a_missing_file_is_named(handset: Handset, tmp_path: Path):
    with pytest.raises(ScrapbookError, match=r"cat\.png cannot be read"):
        text(handset, "my cat", PERSON, [tmp_path / "cat.png"], lambda _: True, 10)


def test_a_text_that_nobody_answers_is_an_error(handset: Handset):
    with pytest.raises(NoReply, match=r"within 0\.3 seconds"):
        text(handset, "hello", UNKNOWN_SENDER, [], lambda _: False, 0.3)


def test_a_reply_that_is_not_delivered_is_reported_on_standard_error(
    handset: Handset, echo: Receiver, capsys: pytest.CaptureFixture[str]
):
    handset.inject(Fault.FILTERED)
    text(handset, "hello", PERSON, [], lambda sid: sid in echo.answered, 10)
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "A reply was not delivered (error 30007).\n")


def test_stop_is_answered_by_the_carrier(
    handset: Handset, receiver: Receiver, capsys: pytest.CaptureFixture[str]
):
    text(handset, "STOP", PERSON, [], lambda _: False, 10)
    assert capsys.readouterr().out.startswith("You have successfully been unsubscribed.")


def test_a_chat_prints_replies_and_ends_with_its_input(twilio_url: str, echo: Receiver, until: Until):
    program = CHAT.format(f"chat(Handset({twilio_url!r}), {PERSON!r})")
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as chat:
        assert chat.stdin is not None
        assert chat.stdout is not None
        chat.stdin.write("hello\n")
        chat.stdin.flush()
        assert chat.stdout.readline() == "You wrote: hello\n"
        chat.stdin.close()
        assert chat.wait(10) == 0
