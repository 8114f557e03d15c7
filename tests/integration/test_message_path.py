"""The path of a message on a real store and a real engine, with a Rasa server that fails on purpose."""

import asyncio
import json
import socket
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from dbos import DBOS, SetWorkflowID
from tenacity import RetryCallState
from typing_extensions import override

from scrapbook import inbox as inboxes
from scrapbook.app import QUEUES
from scrapbook.assistant import Assistant
from scrapbook.book import Book
from scrapbook.book.saving import save
from scrapbook.engine import MEDIA_QUEUE, TRANSCRIPTION_QUEUE, launch
from scrapbook.errors import (
    AssistantFailed,
    AssistantUnavailable,
    MediaTooLarge,
    ScrapbookError,
    SoundUnreadable,
)
from scrapbook.inbox import APOLOGY, TURNS_AT_ONCE
from scrapbook.journey import Steps
from scrapbook.memos import Heard
from scrapbook.outbox import SENDS_AT_ONCE
from scrapbook.patience import AfterFailures
from scrapbook.settings import Settings
from scrapbook.spending import HELD, Allowance
from scrapbook.store import Store
from scrapbook.twilio.incoming import Incoming, IncomingMedia
from scrapbook.twilio.media import Fetched, MediaFetcher
from scrapbook.twilio.sending import Sent
from scrapbook.unfinished import UnfinishedMessages, opened
from scrapbook.voice.client import OnProgress, VoiceClient
from scrapbook.voice.transcript import Transcript
from tests.e2e.house import new_sid, wait_until
from tests.integration import paths
from tests.integration.conftest import DATABASES
from tests.integration.paths import Parts, RunningPath
from tests.integration.serving import serving
from tests.integration.standins import Answering, Postbox, Server

ADA, BOB = "+15550100", "+15550101"
FETCHES_AT_ONCE, TRANSCRIPTIONS_AT_ONCE = (queue.at_once for queue in QUEUES[:2])

FEW_AHEAD = 5
"""Messages of a flood that may be begun between the arrival of another person's and its turn."""

on_each_database = pytest.mark.parametrize("settings", DATABASES, indirect=True)


class BrokenRasa(Server):
    """Speaks Rasa's REST channel and gives no reply while ``broken``, as Rasa does when an action raises."""

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.broken = True
        self.senders: list[str] = []
        """Of each turn, in order."""
        self.held_up = ""
        """The sender whose turns are answered when they are released."""
        self.released = threading.Event()

    @property
    def turns(self) -> int:
        return len(self.senders)


class _Handler(Answering):
    server: BrokenRasa

    def post(self, body: str) -> None:
        turn = json.loads(body)
        self.server.senders.append(turn.get("sender", ""))
        if self.server.held_up and turn.get("sender") == self.server.held_up:
            self.server.released.wait(30)
        self.answer([] if self.server.broken else [{"recipient_id": "1", "text": "Saved 1."}])


class SlowPostbox(Postbox):
    """Takes what is sent to one address only when it is released."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = address
        self.released = threading.Event()

    @override
    async def send(
        self, from_: str, to: str, body: str, status_callback: str = "", media_urls: Sequence[str] = ()
    ) -> Sent:
        if to == self._address:
            await asyncio.to_thread(self.released.wait, 60)
        return await super().send(from_, to, body, status_callback, media_urls)


class Fetching(MediaFetcher):
    """Ends one fetch for each place that is given out. What is there holds its address."""

    def __init__(self, *, is_there: bool = False) -> None:
        super().__init__("AC", "secret", "")
        self._is_there = is_there
        self.urls: list[str] = []
        self.places = threading.Semaphore(0)

    @override
    def fetch(self, url: str, declared: str = "") -> Fetched:
        self.urls.append(url)
        self.places.acquire(timeout=60)
        if not self._is_there:
            raise MediaTooLarge
        return Fetched(url.encode(), declared)


class Listening(VoiceClient):
    """Listens to one sound for each place that is given out, and can read none."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:1")
        self.sounds: list[bytes] = []
        self.places = threading.Semaphore(0)

    @override
    def probe(self, sound: bytes) -> float:
        return 1.0

    @override
    def transcribe(self, sound: bytes, on_progress: OnProgress | None = None) -> Transcript:
        self.sounds.append(sound)
        self.places.acquire(timeout=60)
        raise SoundUnreadable


@pytest.fixture
def rasa() -> Iterator[BrokenRasa]:
    server = BrokenRasa()
    with serving(server):
        yield server


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """On SQLite; on PostgreSQL, where a test asks for that."""
    monkeypatch.setenv("SCRAPBOOK_DATA_DIR", str(tmp_path))
    if getattr(request, "param", "sqlite") == "postgresql":
        monkeypatch.setenv("SCRAPBOOK_DATABASE_URL", request.getfixturevalue("postgresql_url"))
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
    monkeypatch.setattr(inboxes, "TURN_ATTEMPTS", 2)
    with store.transaction() as tx:
        tx.people.add("Ada", [ADA])
    postbox = Postbox()
    with running(settings, store, rasa, postbox=postbox) as path:
        sid = new_sid()
        path.accept(Incoming(sid, ADA, "+15550199", "a thought", datetime.now(UTC)))
        wait_until(lambda: postbox.bodies() == [APOLOGY], 20, lambda: str(postbox.bodies()))
        with opened(settings) as inbox:
            becomes(inbox, ["failed"])
            assert rasa.turns == 2
            inbox.retry(sid)
            wait_until(lambda: postbox.bodies() == [APOLOGY] * 2, 20, lambda: str(postbox.bodies()))
            becomes(inbox, ["failed"])
            rasa.broken = False
            inbox.retry(sid)
            wait_until(lambda: len(postbox.bodies()) == 3, 20, lambda: str(postbox.bodies()))
            becomes(inbox, [])
            with pytest.raises(ScrapbookError, match="answered already"):
                inbox.retry(sid)

            postbox.refuses = True
            other = new_sid()
            path.accept(Incoming(other, ADA, "+15550199", "another", datetime.now(UTC)))
            becomes(inbox, ["unsent"])
            postbox.refuses = False
            inbox.retry(other)
            wait_until(lambda: len(postbox.bodies()) == 4, 20, lambda: str(postbox.bodies()))
            becomes(inbox, [])
        assert postbox.bodies() == [APOLOGY, APOLOGY, "Saved 1.", "Saved 1."]


def test_a_reply_over_the_limit_waits_in_the_inbox_and_goes_out_after_a_restart_with_a_higher_one(
    settings: Settings, store: Store, rasa: BrokenRasa
) -> None:
    with store.transaction() as tx:
        tx.people.add("Ada", [ADA])
        tx.people.add("Bob", [BOB])
    rasa.broken = False
    postbox = Postbox()
    with running(settings, store, rasa, postbox=postbox, allowance=Allowance(2)) as path:
        for _ in range(SENDS_AT_ONCE + 2):  # those that wait take no place from others
            path.accept(texted(ADA))
        with opened(settings) as inbox:
            becomes(inbox, ["held"] * (SENDS_AT_ONCE + 1))
            assert "limit" in inbox.unfinished()[0].problem
            inbox.retry(inbox.unfinished()[0].message_sid)
        path.accept(texted(BOB))
        wait_until(lambda: len(postbox.bodies()) == 3, 20, lambda: str(postbox.bodies()))
    told = HELD.format("00:00")
    assert sorted(postbox.bodies()) == sorted(["Saved 1.", told, "Saved 1."])

    raised = running(settings, store, rasa, postbox=postbox, allowance=Allowance(100))
    with raised, opened(settings) as inbox:
        becomes(inbox, [])
    assert len(postbox.bodies()) == SENDS_AT_ONCE + 4


@on_each_database
def test_a_flood_of_one_persons_texts_does_not_hold_up_another(
    settings: Settings, store: Store, rasa: BrokenRasa, burst: int
) -> None:
    """Neither while their first is being worked on, nor while they are answered one after the other."""
    with store.transaction() as tx:
        ada, bob = tx.people.add("Ada", [ADA]), tx.people.add("Bob", [BOB])
    rasa.broken = False
    rasa.held_up = f"person-{ada.id}"
    postbox = Postbox()
    with running(settings, store, rasa, postbox=postbox) as path:
        for _ in range(max(burst, TURNS_AT_ONCE + 1)):
            path.accept(texted(ADA))
        path.accept(texted(BOB))
        wait_until(lambda: len(postbox.bodies(BOB)) == 1, 60, lambda: str(rasa.senders))
        assert rasa.turns == 2
        rasa.released.set()
        wait_until(lambda: rasa.turns >= 5, 60, lambda: str(rasa.senders))
        before = rasa.turns
        path.accept(texted(BOB))
        wait_until(lambda: len(postbox.bodies(BOB)) == 2, 60, lambda: str(rasa.senders[before:]))
        assert rasa.senders[before:].index(f"person-{bob.id}") <= FEW_AHEAD


def test_replies_to_one_that_cannot_be_sent_do_not_hold_up_those_to_another(
    settings: Settings, store: Store, rasa: BrokenRasa
) -> None:
    with store.transaction() as tx:
        tx.people.add("Ada", [ADA])
        tx.people.add("Bob", [BOB])
    rasa.broken = False
    postbox = SlowPostbox(ADA)
    with running(settings, store, rasa, postbox=postbox) as path:
        for _ in range(SENDS_AT_ONCE + 1):
            path.accept(texted(ADA))
        wait_until(lambda: rasa.turns == SENDS_AT_ONCE + 1, 60, lambda: str(rasa.turns))
        path.accept(texted(BOB))
        wait_until(lambda: postbox.bodies() == ["Saved 1."], 60, lambda: str(postbox.sent))
        assert postbox.bodies(BOB) == ["Saved 1."]
        postbox.released.set()
        wait_until(lambda: len(postbox.bodies(ADA)) == SENDS_AT_ONCE + 1, 60, lambda: str(postbox.sent))


@pytest.mark.parametrize(
    ("settings", "content_type"),
    [("sqlite", "audio/ogg"), ("postgresql", "image/png")],
    indirect=["settings"],
)
def test_a_flood_of_one_persons_memos_or_pictures_does_not_hold_up_another(
    settings: Settings, store: Store, rasa: BrokenRasa, content_type: str
) -> None:
    """What is being fetched already is ahead, and no more."""
    with store.transaction() as tx:
        tx.people.add("Ada", [ADA])
        tx.people.add("Bob", [BOB])
    rasa.broken = False
    fetching = Fetching()
    with running(settings, store, rasa, fetcher=fetching) as path:
        for n in range(FETCHES_AT_ONCE + 3):
            path.accept(texted(ADA, IncomingMedia(f"https://ada.example/{n}", content_type)))
        wait_until(lambda: len(fetching.urls) == FETCHES_AT_ONCE, 60, lambda: str(fetching.urls))
        wait_until(lambda: queued(MEDIA_QUEUE) == 3, 60, lambda: str(fetching.urls))
        path.accept(texted(BOB, IncomingMedia("https://bob.example/0", content_type)))
        wait_until(lambda: queued(MEDIA_QUEUE) == 4, 60, lambda: str(fetching.urls))
        assert not any("bob" in url for url in fetching.urls)
        fetching.places.release()
        wait_until(lambda: len(fetching.urls) > FETCHES_AT_ONCE, 60, lambda: str(fetching.urls))
        assert "bob" in fetching.urls[FETCHES_AT_ONCE]
        fetching.places.release(FETCHES_AT_ONCE + 3)


def test_a_text_that_is_answered_stands_in_the_inbox_when_its_picture_cannot_be_had(
    settings: Settings, store: Store, rasa: BrokenRasa
) -> None:
    with store.transaction() as tx:
        ada = tx.people.add("Ada", [ADA])
    rasa.broken = False
    fetching, postbox = Fetching(), Postbox()
    incoming = texted(ADA, IncomingMedia("https://ada.example/0", "image/png"))
    with running(settings, store, rasa, postbox=postbox, fetcher=fetching) as path, opened(settings) as inbox:
        path.accept(incoming)
        wait_until(lambda: len(postbox.bodies()) == 1, 60, lambda: str(postbox.sent))
        with store.transaction() as tx:
            save(Book(tx, ada, incoming.message_sid, datetime.now(UTC)), "a thought")
        fetching.places.release()
        wait_until(lambda: len(postbox.bodies()) == 2, 60, lambda: str(postbox.sent))
        becomes(inbox, ["failed"])
        assert inbox.unfinished()[0].problem == Heard.MISSING.problem


def test_a_picture_that_the_engine_does_not_take_stands_in_the_inbox_and_is_fetched_when_tried_again(
    settings: Settings, store: Store, rasa: BrokenRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.transaction() as tx:
        tx.people.add("Ada", [ADA])
    rasa.broken = False
    fetching, postbox = Fetching(is_there=True), Postbox()
    fetching.places.release(100)
    incoming = texted(ADA, IncomingMedia("https://ada.example/0", "image/png"))
    with running(settings, store, rasa, postbox=postbox, fetcher=fetching) as path, opened(settings) as inbox:
        with monkeypatch.context() as patch:
            patch.setattr(path.path.engine, "collect", refuse)
            path.accept(incoming)
            becomes(inbox, ["failed"])
        assert postbox.bodies() == ["Saved 1."]
        inbox.retry(incoming.message_sid)
        wait_until(lambda: len(fetching.urls) == 1, 60, lambda: "it is not fetched")
        becomes(inbox, [])


def refuse(*_args: object, **_options: object) -> None:
    raise OSError("the engine is away")


def test_who_has_many_memos_to_be_written_down_comes_after_who_has_few(
    settings: Settings, store: Store, rasa: BrokenRasa
) -> None:
    with store.transaction() as tx:
        tx.people.add("Ada", [ADA])
        tx.people.add("Bob", [BOB])
    rasa.broken = False
    fetching, listening = Fetching(is_there=True), Listening()
    fetching.places.release(100)
    with running(settings, store, rasa, fetcher=fetching, voice=listening) as path:
        for n in range(TRANSCRIPTIONS_AT_ONCE + 3):
            path.accept(texted(ADA, IncomingMedia(f"https://ada.example/{n}", "audio/ogg")))
        wait_until(lambda: len(listening.sounds) == TRANSCRIPTIONS_AT_ONCE, 60, lambda: str(listening.sounds))
        wait_until(lambda: queued(TRANSCRIPTION_QUEUE) == 3, 60, lambda: str(listening.sounds))
        path.accept(texted(BOB, IncomingMedia("https://bob.example/0", "audio/ogg")))
        wait_until(lambda: queued(TRANSCRIPTION_QUEUE) == 4, 60, lambda: str(listening.sounds))
        assert not any(b"bob" in sound for sound in listening.sounds)
        listening.places.release()
        wait_until(lambda: len(listening.sounds) > TRANSCRIPTIONS_AT_ONCE, 60, lambda: str(listening.sounds))
        assert b"bob" in listening.sounds[TRANSCRIPTIONS_AT_ONCE]
        listening.places.release(TRANSCRIPTIONS_AT_ONCE + 3)


def test_a_step_is_done_where_an_older_release_has_written_down_another_in_its_place(
    settings: Settings,
) -> None:
    launch(settings, QUEUES)
    try:
        with SetWorkflowID("begun"):
            of_older_release("measure")
        workflow = DBOS.fork_workflow("begun", 2)
        assert workflow.get_result() == "written down"
    finally:
        DBOS.destroy()


@DBOS.workflow()
def of_older_release(name: str) -> str:
    """Under that name the first time, under the other when it is gone on with."""
    first = name if DBOS.workflow_id == "begun" else "write_down"
    return Steps().once(first, lambda: "written down")


def queued(queue: str) -> int:
    """Workflows that wait for their turn."""
    waiting = DBOS.list_workflows(queue_name=queue, status="ENQUEUED", load_input=False, load_output=False)
    return len(waiting)


def texted(number: str, *media: IncomingMedia) -> Incoming:
    return Incoming(new_sid(), number, "+15550199", "a thought", datetime.now(UTC), media)


@contextmanager
def running(settings: Settings, store: Store, rasa: BrokenRasa, **parts: Any) -> Generator[RunningPath]:
    with paths.running(settings, store, rasa.url, Parts(**parts)) as path:
        yield path


def becomes(inbox: UnfinishedMessages, states: list[str]) -> None:
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
        with pytest.raises(AssistantFailed):
            answered(url)


def test_an_assistant_that_is_not_there_is_unavailable() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    with pytest.raises(AssistantUnavailable):
        answered(url)


def answered(url: str) -> str:
    async def ask() -> str:
        assistant = Assistant([url], url, timeout=0.2)
        try:
            return await assistant.answer("a thought", 1, "SM1")
        finally:
            await assistant.close()

    return asyncio.run(ask())
