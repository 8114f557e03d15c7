"""The phone in the terminal."""

import subprocess
import sys
from pathlib import Path

import pytest

from scrapbook.errors import ScrapbookError
from scrapbook.terminal import NoReply, text
from scrapbook.twilio.handset import Handset
from scrapbook.twilio.local.faults import Fault
from tests.integration.twilio.conftest import Until
from tests.integration.twilio.house import PERSON, STRANGER, House
from tests.integration.twilio.waiting import WaitingSender

CHAT = "import sys; from scrapbook.terminal import chat; from scrapbook.twilio.handset import Handset; {}"


@pytest.fixture
def echo(house: House, sender: WaitingSender) -> House:
    house.echo = sender
    return house


def test_a_text_prints_its_replies_and_nothing_else(
    handset: Handset, echo: House, capsys: pytest.CaptureFixture[str]
):
    long = "word " * 60
    text(handset, long, PERSON, [], lambda sid: sid in echo.answered, 10)
    assert capsys.readouterr().out == f"You wrote: {long}\n"


def test_a_text_takes_files_along(
    handset: Handset, echo: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    picture = tmp_path / "cat.png"
    picture.write_bytes(b"\x89PNG")
    text(handset, "my cat", PERSON, [picture], lambda sid: sid in echo.answered, 10)
    assert [part.content_type for part in echo.accepted[0].media] == ["image/png"]


def test_a_file_that_is_not_there_is_named(handset: Handset, tmp_path: Path):
    with pytest.raises(ScrapbookError, match=r"cat\.png cannot be read"):
        text(handset, "my cat", PERSON, [tmp_path / "cat.png"], lambda _: True, 10)


def test_a_text_that_nobody_answers_is_an_error(handset: Handset):
    with pytest.raises(NoReply, match=r"within 0\.3 seconds"):
        text(handset, "hello", STRANGER, [], lambda _: False, 0.3)


def test_a_reply_that_is_lost_is_told_on_the_side(
    handset: Handset, echo: House, capsys: pytest.CaptureFixture[str]
):
    handset.inject(Fault.FILTERED)
    text(handset, "hello", PERSON, [], lambda sid: sid in echo.answered, 10)
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "A reply was not delivered (error 30007).\n")


def test_stop_is_answered_by_the_carrier(handset: Handset, house: House, capsys: pytest.CaptureFixture[str]):
    text(handset, "STOP", PERSON, [], lambda _: False, 10)
    assert capsys.readouterr().out.startswith("You have successfully been unsubscribed.")


def test_a_chat_shows_what_comes_and_ends_with_the_input(twilio_url: str, echo: House, until: Until):
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
