"""Pictures and recordings, downloaded from a server that fails on purpose, and stored in a real folder."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from scrapbook.channels.twilio.channel import AUDIO
from scrapbook.channels.twilio.media import TwilioMedia
from scrapbook.errors import MediaError
from scrapbook.media.storage import MediaStore
from scrapbook.messaging.addresses import SMS
from scrapbook.messaging.channel import Channel, Channels
from scrapbook.store import Media, Person, Store
from scrapbook.text.parsed_text import ParsedText
from scrapbook.workflows import media_download
from scrapbook.workflows.media_download import MediaDownloader
from scrapbook.workflows.retention import delete_unwanted_files
from scrapbook.workflows.retry import Retrier, RetryPolicy
from tests.integration.conftest import NOW
from tests.support.serving import serving
from tests.support.standins import Postbox

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(32)


class FlakyTwilio(ThreadingHTTPServer):
    """Serves one picture at every address, after so many failures; records the deletions it was asked for."""

    def __init__(self, failures: int = 0) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.failures = failures
        self.deleted: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def media(self, sid: str = "ME1") -> Media:
        return Media(f"{self.url}/2010-04-01/Accounts/AC1/Messages/MM1/Media/{sid}", "image/png")


class _Handler(BaseHTTPRequestHandler):
    server: FlakyTwilio

    def do_GET(self) -> None:
        if self.server.failures:
            self.server.failures -= 1
            self.send_error(500)
            return
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.send_header("Content-Length", str(len(PICTURE)))
        self.end_headers()
        self.wfile.write(PICTURE)

    def do_DELETE(self) -> None:
        self.server.deleted.append(self.path)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def twilio() -> Iterator[FlakyTwilio]:
    server = FlakyTwilio()
    with serving(server):
        yield server


@pytest.fixture
def files(tmp_path: Path) -> MediaStore:
    return MediaStore(str(tmp_path / "media"))


def downloader(
    store: Store, files: MediaStore, twilio: FlakyTwilio, *, delete: bool = False
) -> MediaDownloader:
    media = TwilioMedia("AC1", "secret", twilio.url)
    channel = Channel("twilio", frozenset({SMS}), Postbox(), media, AUDIO)
    return MediaDownloader(store, files, Channels([channel]), Retrier(), delete=delete)


def receive(store: Store, person: Person, *media: Media) -> None:
    with store.transaction() as tx:
        fields = {"from_": "+15550100", "to": "+15550199", "body": "", "received_at": NOW}
        tx.messages.record(message_id="MM1", person_id=person.id, media=media, **fields)


def media(store: Store) -> tuple[Media, ...]:
    with store.transaction(read_only=True) as tx:
        return tx.messages.get("MM1").media


def test_media_are_stored_after_some_failures(
    store: Store, ann: Person, files: MediaStore, twilio: FlakyTwilio
) -> None:
    receive(store, ann, twilio.media())
    twilio.failures = 2
    assert downloader(store, files, twilio).download("MM1") == []
    [stored] = media(store)
    assert (stored.state, stored.content_type, stored.size) == ("kept", "image/png", len(PICTURE))
    assert files.read(stored.key or "") == PICTURE


def test_what_cannot_be_had_is_marked_and_may_be_had_later(
    store: Store, ann: Person, files: MediaStore, twilio: FlakyTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_download, "DOWNLOAD_MEDIA", RetryPolicy(MediaError, 2))
    elsewhere = Media("https://example.com/picture.png", "image/png")
    receive(store, ann, elsewhere, twilio.media(), twilio.media("ME2"))
    twilio.failures = 2
    assert downloader(store, files, twilio).download("MM1") == [0, 1]
    assert [part.state for part in media(store)] == ["missing", "missing", "kept"]
    assert downloader(store, files, twilio).download("MM1") == [0]


def test_it_is_deleted_at_twilio_only_if_that_is_wanted(
    store: Store, ann: Person, files: MediaStore, twilio: FlakyTwilio
) -> None:
    receive(store, ann, twilio.media())
    downloader(store, files, twilio, delete=True).delete_at_provider("MM1")
    assert twilio.deleted == []  # it is not stored here yet
    downloader(store, files, twilio).download("MM1")
    downloader(store, files, twilio).delete_at_provider("MM1")
    assert twilio.deleted == []
    downloader(store, files, twilio, delete=True).delete_at_provider("MM1")
    assert len(twilio.deleted) == 1


def test_files_that_nobody_needs_are_thrown_away_in_time(
    store: Store, ann: Person, files: MediaStore, twilio: FlakyTwilio
) -> None:
    receive(store, ann, twilio.media())
    with store.transaction() as tx:
        entry = tx.entries.add(ann.id, ParsedText("a picture"), None, "MM1", NOW, (twilio.media(),))
    downloader(store, files, twilio).download("MM1")
    later = datetime.now(UTC) + timedelta(seconds=1)
    with store.transaction() as tx:
        tx.messages.set_state("MM1", "answered")
    assert delete_unwanted_files(store, files, later) == 0
    with store.transaction() as tx:
        tx.entries.erase(entry.id)
    assert delete_unwanted_files(store, files, later) == 1
    assert files.keys() == []
    assert delete_unwanted_files(store, files, later) == 0
