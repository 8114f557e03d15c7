"""Fixtures: webhooks with a test receiver, and a local Twilio, as two connected servers."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.applications import Starlette
from structlog.testing import capture_logs

from scrapbook.channels.twilio.webhook import routes
from scrapbook.emulators.handset import Handset, HandsetMessage
from scrapbook.emulators.twilio import LocalTwilio, create_app
from scrapbook.media.storage import MediaStore
from scrapbook.net.secret_file import installation_key
from scrapbook.web.media_links import MediaLinks, media_routes
from tests.support.receiver import PERSON, Receiver
from tests.support.served import served
from tests.support.waiting import WaitingSender, sending

ACCOUNT = "AC" + "5" * 32
TOKEN = "the token of the tests"
NUMBER = "+15550199"

Until = Callable[[Callable[[list[HandsetMessage]], bool]], list[HandsetMessage]]


@pytest.fixture
def quiet() -> Iterator[None]:
    """Keeps the servers' log lines out of the output of the commands under test."""
    with capture_logs():
        yield


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def media_store(tmp_path: Path) -> MediaStore:
    return MediaStore(str(tmp_path / "media"))


@pytest.fixture
def app_url(quiet: None, receiver: Receiver, media_store: MediaStore, tmp_path: Path) -> Iterator[str]:
    def make_app(url: str) -> Starlette:
        media = media_routes(MediaLinks(TOKEN, url), media_store, bytes)
        return Starlette(routes=[*routes(url, TOKEN, receiver, installation_key(tmp_path)), *media])

    with served(make_app) as url:
        yield url


@pytest.fixture
def link_to(app_url: str, media_store: MediaStore) -> Callable[[bytes, str], str]:
    """Stores a file, and returns the link with which Twilio fetches it."""
    links = MediaLinks(TOKEN, app_url)
    return lambda content, content_type: links.url(media_store.save(content, content_type), content_type)


@pytest.fixture
def config(app_url: str, tmp_path: Path) -> LocalTwilio:
    return LocalTwilio(
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        number=NUMBER,
        url="",
        webhook_url=f"{app_url}/twilio/messages",
        voice_url=f"{app_url}/twilio/voice",
        database=tmp_path / "twilio.db",
        retry_delays=(0.02,),
        status_interval=0.01,
    )


@pytest.fixture
def twilio_url(config: LocalTwilio) -> Iterator[str]:
    with served(lambda url: create_app(replace(config, url=url))) as url:
        yield url


@pytest.fixture
def handset(twilio_url: str) -> Iterator[Handset]:
    with Handset(twilio_url) as handset:
        yield handset


@pytest.fixture
def sender(twilio_url: str, app_url: str) -> Iterator[WaitingSender]:
    with sending(ACCOUNT, TOKEN, twilio_url, public_url=app_url) as sender:
        yield sender


@pytest.fixture
def until(handset: Handset) -> Until:
    """Waits until the messages of the person's phone meet a condition, and returns them."""

    def wait(condition: Callable[[list[HandsetMessage]], bool]) -> list[HandsetMessage]:
        return wait_until(handset, condition)

    return wait


def wait_until(
    handset: Handset, condition: Callable[[list[HandsetMessage]], bool], number: str = PERSON
) -> list[HandsetMessage]:
    shown: dict[str, HandsetMessage] = {}
    after = 0
    for _ in range(200):
        for message in handset.events(number, after, wait=1):
            after = message["changed"]
            shown[message["sid"]] = message
        messages = sorted(shown.values(), key=lambda message: message["seq"])
        if condition(messages):
            return messages
    raise AssertionError("the phone never showed it")


def all_delivered(messages: list[HandsetMessage]) -> bool:
    return bool(messages) and all(message["status"] == "delivered" for message in messages)
