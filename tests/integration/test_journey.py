"""The journey on a real DBOS and a real store, with a Rasa server that fails on purpose."""

import json
import secrets
import socket
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from dbos import DBOS
from dbos._dbos import _get_or_create_dbos_registry
from tenacity import RetryCallState

from scrapbook import turns
from scrapbook.app import JOURNEYS_AT_ONCE, SENDS_AT_ONCE, start_workers
from scrapbook.assistant import Assistant
from scrapbook.collecting import Collector
from scrapbook.delivery import Delivery
from scrapbook.errors import AssistantFailed, AssistantUnavailable, ScrapbookError, SendError
from scrapbook.inbox import MessageInbox, opened
from scrapbook.journey import Journey
from scrapbook.links.fetching import PageFetcher
from scrapbook.links.previewing import Previewer
from scrapbook.media import MediaStore
from scrapbook.memos import Memos
from scrapbook.patience import AfterFailures, Patience
from scrapbook.settings import Settings
from scrapbook.spending import HELD, Allowance
from scrapbook.store import Store
from scrapbook.turns import APOLOGY, Turns
from scrapbook.twilio.incoming import Incoming
from scrapbook.twilio.media import MediaFetcher
from scrapbook.twilio.sending import Sent
from scrapbook.voice.client import VoiceClient
from scrapbook.web.media import MediaLinks
from tests.e2e.house import wait_until
from tests.integration.serving import serving

ADA, BOB = "+15550100", "+15550101"
NO_LIMIT = Allowance()


class BrokenRasa(ThreadingHTTPServer):
    """Speaks Rasa's REST channel and gives no reply while ``broken``, as Rasa does when an action raises."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.broken = True
        self.turns = 0
        self.held_up = ""
        """The sender whose turns are answered when they are released."""
        self.released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: BrokenRasa

    def do_GET(self) -> None:
        self._answer({"model_file": "assistant.tar.gz"})

    def do_POST(self) -> None:
        turn = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.turns += 1
        if turn["sender"] == self.server.held_up:
            self.server.released.wait(30)
        self._answer([] if self.server.broken else [{"recipient_id": "1", "text": "Saved 1."}])

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self, body: object) -> None:
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class Postbox:
    """Takes every reply, unless it refuses."""

    def __init__(self) -> None:
        self.bodies: list[str] = []
        self.refuses = False

    def send(
        self, from_: str, to: str, body: str, status_callback: str = "", media_urls: Sequence[str] = ()
    ) -> Sent:
        if self.refuses:
            raise SendError("Twilio answered 400, error 21606", permanent=True, code=21606)
        self.bodies.append(body)
        return Sent(f"SM{secrets.token_hex(16)}", "queued")

    def find(self, *_: object, **__: object) -> Sent | None:
        return None


@pytest.fixture
def rasa() -> Iterator[BrokenRasa]:
    server = BrokenRasa()
    with serving(server):
        yield server


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("SCRAPBOOK_DATA_DIR", str(tmp_path))
    return Settings.load()


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    store = Store.open(settings.database_url)
    store.migrate()
    yield store
    store.close()


def test_a_message_that_fails_is_apologised_for_and_can_be_tried_again(
    settings: Settings, store: Store, rasa: BrokenRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "TURN_ATTEMPTS", 2)
    with store.transaction() as tx:
        ada = tx.people.add("Ada", [ADA])
    postbox = Postbox()
    patience = Patience()
    journey = journey_of(settings, store, rasa, postbox, patience)
    start_workers(settings)
    try:
        sid = f"SM{secrets.token_hex(16)}"
        journey.start(Incoming(sid, ADA, "+15550199", "a thought", datetime.now(UTC)), ada.id)
        wait_until(lambda: postbox.bodies == [APOLOGY], 20, lambda: str(postbox.bodies))
        with opened(settings) as inbox:
            becomes(inbox, ["failed"])
            assert rasa.turns == 2
            inbox.retry(sid)
            wait_until(lambda: postbox.bodies == [APOLOGY] * 2, 20, lambda: str(postbox.bodies))
            becomes(inbox, ["failed"])
            rasa.broken = False
            inbox.retry(sid)
            wait_until(lambda: len(postbox.bodies) == 3, 20, lambda: str(postbox.bodies))
            becomes(inbox, [])
            with pytest.raises(ScrapbookError, match="answered already"):
                inbox.retry(sid)

            postbox.refuses = True
            other = f"SM{secrets.token_hex(16)}"
            journey.start(Incoming(other, ADA, "+15550199", "another", datetime.now(UTC)), ada.id)
            becomes(inbox, ["unsent"])
            postbox.refuses = False
            inbox.retry(other)
            wait_until(lambda: len(postbox.bodies) == 4, 20, lambda: str(postbox.bodies))
            becomes(inbox, [])
        assert postbox.bodies == [APOLOGY, APOLOGY, "Saved 1.", "Saved 1."]
    finally:
        patience.stop()
        DBOS.destroy()


def test_a_reply_over_the_limit_waits_in_the_inbox_and_goes_out_after_a_restart_with_a_higher_one(
    settings: Settings, store: Store, rasa: BrokenRasa
) -> None:
    with store.transaction() as tx:
        ada, bob = tx.people.add("Ada", [ADA]), tx.people.add("Bob", [BOB])
    rasa.broken = False
    postbox = Postbox()
    with running(settings, store, rasa, postbox, Allowance(2)) as journey:
        for _ in range(SENDS_AT_ONCE + 2):  # those that wait take no place from others
            journey.start(texted(ADA), ada.id)
        with opened(settings) as inbox:
            becomes(inbox, ["held"] * (SENDS_AT_ONCE + 1))
            assert "limit" in inbox.unfinished()[0].problem
            inbox.retry(inbox.unfinished()[0].message_sid)
        journey.start(texted(BOB), bob.id)
        wait_until(lambda: len(postbox.bodies) == 3, 20, lambda: str(postbox.bodies))
    told = HELD.format("00:00")
    assert sorted(postbox.bodies) == sorted(["Saved 1.", told, "Saved 1."])

    with running(settings, store, rasa, postbox, Allowance(100)) as journey:
        journey.release_held()
        with opened(settings) as inbox:
            becomes(inbox, [])
    assert len(postbox.bodies) == SENDS_AT_ONCE + 4


def test_a_flood_of_one_persons_texts_does_not_hold_up_another(
    settings: Settings, store: Store, rasa: BrokenRasa
) -> None:
    with store.transaction() as tx:
        ada, bob = tx.people.add("Ada", [ADA]), tx.people.add("Bob", [BOB])
    rasa.broken = False
    rasa.held_up = f"person-{ada.id}"
    postbox = Postbox()
    with running(settings, store, rasa, postbox) as journey:
        for _ in range(JOURNEYS_AT_ONCE + 1):
            journey.start(texted(ADA), ada.id)
        journey.start(texted(BOB), bob.id)
        wait_until(lambda: len(postbox.bodies) == 1, 20, lambda: str(postbox.bodies))
        assert rasa.turns == 2
        rasa.released.set()
        wait_until(lambda: len(postbox.bodies) == JOURNEYS_AT_ONCE + 2, 60, lambda: str(postbox.bodies))


def texted(number: str) -> Incoming:
    return Incoming(f"SM{secrets.token_hex(16)}", number, "+15550199", "a thought", datetime.now(UTC))


@contextmanager
def running(
    settings: Settings, store: Store, rasa: BrokenRasa, postbox: Postbox, allowance: Allowance = NO_LIMIT
) -> Generator[Journey]:
    """A journey, with its engine up."""
    patience = Patience()
    journey = journey_of(settings, store, rasa, postbox, patience, allowance)
    start_workers(settings)
    try:
        yield journey
    finally:
        patience.stop()
        DBOS.destroy(workflow_completion_timeout_sec=5)


def journey_of(
    settings: Settings,
    store: Store,
    rasa: BrokenRasa,
    postbox: Postbox,
    patience: Patience,
    allowance: Allowance = NO_LIMIT,
) -> Journey:
    _get_or_create_dbos_registry().instance_info_map.clear()  # of the journeys of other tests
    assistant = Assistant([rasa.url], rasa.url)
    turns = Turns(store, assistant, patience)
    files, voice = MediaStore(settings.media_url), VoiceClient(settings.voice_url)
    links, fetcher = MediaLinks("secret", settings.public_url), MediaFetcher("AC", "secret", "")
    return Journey(
        turns,
        Collector(store, files, fetcher, patience, delete=False),
        Memos(store, files, voice, assistant, turns, patience),
        Delivery(store, postbox, links, settings.public_url, 0, allowance, patience),
        Previewer(store, PageFetcher(), patience),
        patience,
    )


def becomes(inbox: MessageInbox, states: list[str]) -> None:
    wait_until(
        lambda: [one.state for one in inbox.unfinished()] == states, 20, lambda: str(inbox.unfinished())
    )


class Outcome:
    """A failed try, as tenacity hands it over."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def exception(self) -> Exception:
        return self._error


def test_waiting_for_an_assistant_does_not_use_up_the_tries() -> None:
    give_up = AfterFailures(AssistantFailed, 2)
    state = RetryCallState(None, None, (), {})
    tries = [AssistantUnavailable()] * 10 + [AssistantFailed(), AssistantUnavailable(), AssistantFailed()]
    answers = []
    for error in tries:
        state.outcome = Outcome(error)
        answers.append(give_up(state))
    assert answers == [False] * 12 + [True]


def test_a_turn_that_only_times_out_counts_as_failed() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        assistant = Assistant([url], url, timeout=0.2)
        with pytest.raises(AssistantFailed):
            assistant.answer("a thought", 1, "SM1")


def test_an_assistant_that_is_not_there_is_unavailable() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    with pytest.raises(AssistantUnavailable):
        Assistant([url], url).answer("a thought", 1, "SM1")
