"""Replies on their way out, when Twilio does not just take them."""

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest

from scrapbook.emulators.handset import Handset
from tests.support.installation import Installation, wait_until


def reply_row(installation: Installation, number: str) -> tuple[str, str | None, int | None]:
    """State, delivery status and error code of the latest reply to that number."""
    with closing(sqlite3.connect(f"file:{installation.folder}/scrapbook.db?mode=ro", uri=True)) as database:
        row = database.execute(
            "SELECT state, delivery_status, error_code FROM outbound_messages"
            " WHERE to_address = ? ORDER BY id DESC",
            (number,),
        ).fetchone()
    return row or ("none", None, None)


def becomes(installation: Installation, number: str, expected: tuple[str, str | None, int | None]) -> None:
    wait_until(
        lambda: reply_row(installation, number) == expected,
        30,
        lambda: f"{reply_row(installation, number)} is not {expected}",
    )


@pytest.fixture
def inject(installation: Installation) -> Callable[[str, int], None]:
    def inject(fault: str, count: int) -> None:
        with Handset(installation.twilio) as handset:
            handset.inject(fault, count)

    return inject


def test_a_delivered_reply_is_on_record(installation: Installation, number: str) -> None:
    installation.say("a thought", number)
    becomes(installation, number, ("sent", "delivered", None))


@pytest.mark.parametrize("fault", ["429", "500"])
def test_it_tries_again_when_twilio_cannot(
    installation: Installation, number: str, inject: Callable[[str, int], None], fault: str
) -> None:
    inject(fault, 3)
    assert "Saved 1" in installation.say("a thought", number)
    becomes(installation, number, ("sent", "delivered", None))


def test_it_does_not_send_twice_when_only_the_answer_was_lost(
    installation: Installation, number: str, inject: Callable[[str, int], None]
) -> None:
    inject("answer_lost", 1)
    installation.say("a thought", number)
    becomes(installation, number, ("sent", "delivered", None))
    assert len(installation.sent_to(number)) == 1


def test_a_filtered_reply_is_on_record(
    installation: Installation, number: str, inject: Callable[[str, int], None]
) -> None:
    inject("30007", 1)
    installation.text("a thought", number)
    becomes(installation, number, ("sent", "undelivered", 30007))


def test_a_recipient_who_opted_out_elsewhere_is_marked(
    installation: Installation, number: str, inject: Callable[[str, int], None]
) -> None:
    inject("21610", 1)
    installation.text("a thought", number)
    becomes(installation, number, ("failed", None, 21610))
    assert f"{number} (opted out 20" in installation.run("people", "list").stdout
