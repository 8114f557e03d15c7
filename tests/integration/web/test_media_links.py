"""Links to pictures and sounds, for whoever holds them and for an hour."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from itsdangerous import URLSafeSerializer
from starlette.applications import Starlette
from starlette.testclient import TestClient

from scrapbook.errors import VoiceUnavailable
from scrapbook.media.storage import MediaStore
from scrapbook.text.file_types import COMPACT_AUDIO
from scrapbook.web.media_links import LIFETIME, MediaLinks, media_routes

SECRET = "the secret of the tests"
CONTENT = b"OggS and what was said"


def compact(content: bytes) -> bytes:
    """As the voice process does, but for the sound."""
    if content == CONTENT:
        return b"OggS"
    raise VoiceUnavailable


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    return MediaStore(str(tmp_path / "media"))


@pytest.fixture
def links() -> MediaLinks:
    return MediaLinks(SECRET, "http://testserver/")


@pytest.fixture
def client(links: MediaLinks, store: MediaStore) -> TestClient:
    return TestClient(Starlette(routes=media_routes(links, store, compact)))


@pytest.fixture
def link(links: MediaLinks, store: MediaStore) -> str:
    return links.url(store.save(CONTENT, "audio/ogg"), "audio/ogg")


def test_a_link_leads_to_the_file(client: TestClient, link: str):
    answer = client.get(link)
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["content-type"] == "audio/ogg"


def test_twilio_may_look_before_it_fetches(client: TestClient, link: str):
    answer = client.head(link)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/ogg")
    assert answer.headers["content-length"] == str(len(CONTENT))


def test_a_sound_has_the_type_and_a_name_that_twilio_takes(
    client: TestClient, links: MediaLinks, store: MediaStore
):
    answer = client.get(links.url(store.save(CONTENT, "audio/wav"), "audio/wav"))
    assert answer.headers["content-type"] == "audio/vnd.wave"
    assert answer.headers["content-disposition"] == 'inline; filename="scrapbook.wav"'


def test_a_sound_is_made_small_on_the_way(client: TestClient, links: MediaLinks, store: MediaStore):
    answer = client.get(links.url(store.save(CONTENT, "audio/wav"), COMPACT_AUDIO))
    assert (answer.status_code, answer.content) == (200, b"OggS")
    assert answer.headers["content-type"] == "audio/ogg; codecs=opus"
    assert answer.headers["content-disposition"] == 'inline; filename="scrapbook.ogg"'


def test_a_sound_that_cannot_be_made_small_now_is_to_be_asked_for_again(
    client: TestClient, links: MediaLinks, store: MediaStore
):
    answer = client.get(links.url(store.save(b"RIFF", "audio/wav"), COMPACT_AUDIO))
    assert answer.status_code == 503


def test_nobody_on_the_way_keeps_a_copy_and_no_browser_runs_it(client: TestClient, link: str):
    headers = client.get(link).headers
    assert headers["cache-control"] == "private, no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]


def test_a_link_cannot_be_made_up_or_changed(client: TestClient, link: str):
    payload, _, signature = link.partition("/media/")[2].rpartition(".")
    others = URLSafeSerializer("another secret", salt="media").dumps(["k", "audio/ogg", 9_999_999_999])
    otherwise = URLSafeSerializer(SECRET).dumps(["k", "audio/ogg", 9_999_999_999])
    for token in (
        "x",
        payload,
        f"{payload}x.{signature}",
        f"{payload}.{signature[:-1]}",
        others,
        otherwise,
        "ü",
    ):
        answer = client.get(f"/media/{token}")
        assert (answer.status_code, answer.text) == (403, "This link is not valid.")


def test_a_link_lasts_an_hour(client: TestClient, links: MediaLinks, store: MediaStore):
    key = store.save(CONTENT, "audio/ogg")
    made = datetime.now(UTC) - LIFETIME
    assert client.get(links.url(key, "audio/ogg", made + timedelta(minutes=1))).status_code == 200
    answer = client.get(links.url(key, "audio/ogg", made))
    assert (answer.status_code, answer.text) == (410, "This link has expired.")


def test_a_file_that_is_gone_is_said_to_be_gone(client: TestClient, link: str, store: MediaStore):
    [key] = store.keys()
    store.delete(key)
    answer = client.get(link)
    assert (answer.status_code, answer.text) == (404, "This file has been deleted.")


def test_the_address_tells_nothing_of_the_person(link: str):
    assert "+1555" not in link


def test_links_without_a_secret_are_not_made():
    with pytest.raises(ValueError, match="secret"):
        MediaLinks("", "http://testserver")
