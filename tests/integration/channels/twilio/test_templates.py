"""Outside of its 24 hours WhatsApp takes a message in a template, and nothing else."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from scrapbook.emulators.twilio import LocalTwilio, create_app
from scrapbook.errors import SendError
from tests.support.local_twilio import ACCOUNT, NUMBER, TOKEN
from tests.support.receiver import Receiver
from tests.support.served import served
from tests.support.waiting import WaitingSender, sending

TEMPLATE = "HX" + "0" * 32
OURS, THEIRS = f"whatsapp:{NUMBER}", "whatsapp:+15550100"
BODY = "Reminders:\n1 call mum\n2 stretch"


@pytest.fixture
def url(config: LocalTwilio, app_url: str) -> Iterator[str]:
    templates = {TEMPLATE: "Your scrapbook reminds you: {{1}}"}
    with served(lambda url: create_app(replace(config, url=url, templates=templates))) as url:
        yield url


def sender_with(template: str, url: str, app_url: str) -> Iterator[WaitingSender]:
    with sending(ACCOUNT, TOKEN, url, public_url=app_url, template=template) as sender:
        yield sender


@pytest.fixture
def templated(url: str, app_url: str) -> Iterator[WaitingSender]:
    yield from sender_with(TEMPLATE, url, app_url)


@pytest.fixture
def mistaken(url: str, app_url: str) -> Iterator[WaitingSender]:
    yield from sender_with("HX" + "1" * 32, url, app_url)


def test_free_words_are_not_delivered(templated: WaitingSender, receiver: Receiver) -> None:
    templated.send(OURS, THEIRS, BODY, 7)
    receiver.wait_until(lambda: len(receiver.deliveries) == 2)
    assert receiver.deliveries[-1][2:] == ("failed", 63016)


def test_the_template_is_delivered_with_all_words_in_one_line(
    templated: WaitingSender, receiver: Receiver
) -> None:
    templated.send(OURS, THEIRS, BODY, 7, in_template=True)
    receiver.wait_until(lambda: len(receiver.deliveries) == 2)
    assert receiver.deliveries[-1][2:] == ("delivered", None)


def test_one_whose_answer_was_lost_is_found_by_the_words_within_it(templated: WaitingSender) -> None:
    before = datetime.now(UTC)
    sent = templated.send(OURS, THEIRS, BODY, 7, in_template=True)
    found = templated.find(OURS, THEIRS, BODY, before, in_template=True)
    assert found is not None
    assert found.provider_id == sent.provider_id
    assert templated.find(OURS, THEIRS, BODY, before) is None


def test_a_template_that_the_account_does_not_have_is_refused(mistaken: WaitingSender) -> None:
    with pytest.raises(SendError) as failure:
        mistaken.send(OURS, THEIRS, BODY, 7, in_template=True)
    assert failure.value.permanent
    assert failure.value.code == 21655
