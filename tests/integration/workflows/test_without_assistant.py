"""A text that is no command is saved, whatever fails on it again and again: its understanding or its action.

The actions are real, on a real store; what stands in for Rasa has them run, or fails as Rasa does.
"""

import json
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from rasa_sdk import Tracker
from structlog.testing import capture_logs
from typing_extensions import override

from actions import action
from scrapbook.channels.twilio.media import TwilioMedia
from scrapbook.core.unparsed_saving import save_unparsed
from scrapbook.core.wording import sentence
from scrapbook.errors import FAILED_TURN, AssistantFailed
from scrapbook.messaging.inbound import InboundMedia, InboundMessage
from scrapbook.messaging.ports import FetchedFile
from scrapbook.model.transcript import Transcript
from scrapbook.observability import metrics
from scrapbook.settings import Settings
from scrapbook.store import Entry, Person, Store, TurnResult
from scrapbook.voice.client import OnProgress, VoiceClient
from scrapbook.workflows import inbox as inboxes
from scrapbook.workflows.engine import create_dbos_tables
from scrapbook.workflows.memos import UNDERSTOOD_UP_TO
from scrapbook.workflows.retry import RetryPolicy
from scrapbook.workflows.unfinished import open_unfinished
from tests.integration.actions.conversation import TEXTS, run
from tests.integration.conftest import DATABASES
from tests.support import message_paths
from tests.support.installation import new_sid, wait_until
from tests.support.internal import AUTH
from tests.support.message_paths import Parts, RunningPath
from tests.support.serving import serving
from tests.support.standins import Answering, Postbox, Server

ADA = "+15550100"
ATTEMPTS = 2
SAVED = sentence("utter_saved_unparsed", number="1")
MEMO_SAVED = sentence("utter_memo_saved_unparsed", number="1")
APOLOGY = sentence("utter_apology")
ODD = 'gpu: "look" https://xn--i-7iq.ws/ #books\n\u202e\x1b[31m \U0001face' + "e\u0301" * 9

on_each_database = pytest.mark.parametrize("backend", DATABASES)

Reply = Callable[[str], object]
"""What Rasa answers to the message with that id."""


class Rasa(Server):
    """Gives each turn the same kind of reply, and counts them."""

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.reply: Reply = lambda _: []
        self.turns = 0


class _Handler(Answering):
    server: Rasa

    def post(self, body: str) -> None:
        self.server.turns += 1
        content = self.server.reply(json.loads(body)["metadata"]["message_id"])
        if content is None:
            self.answer({}, 500)
        else:
            self.answer(content)


def acting(name: str, **slots: object) -> Reply:
    """Rasa that understands every message as the intent of that action."""

    def reply(message_id: str) -> object:
        latest = {"metadata": {"message_id": message_id}, "entities": []}
        said = run(name, Tracker("person-1", dict(slots), latest, [], False, None, {}, None))
        return [_rendered(message) for message in said]

    return reply


def _rendered(message: Mapping[str, Any]) -> Mapping[str, object]:
    if message.get("custom"):
        return {"recipient_id": "1", "custom": message["custom"]}
    return {"recipient_id": "1", "text": TEXTS[message["response"]].format_map(message)}


UNDERSTANDING_FAILS: dict[str, Reply] = {
    "silence": lambda _: [],
    "an error of Rasa": lambda _: [{"custom": {FAILED_TURN: [{"type": "IDNAError"}]}}],
    "status 500": lambda _: None,
    "no list": lambda _: "?",
}


class Recording(TwilioMedia):
    """Has every file."""

    def __init__(self) -> None:
        super().__init__("AC", "secret", "")

    @override
    def fetch(self, url: str, declared: str = "") -> FetchedFile:
        return FetchedFile(url.encode(), declared)


class Hearing(VoiceClient):
    """Hears the same words in every recording."""

    def __init__(self, words: str, seconds: float) -> None:
        super().__init__("http://127.0.0.1:1", AUTH)
        self._heard = Transcript(words, "en", 1.0, seconds, seconds, -0.1, (), "test")

    @override
    def probe(self, sound: bytes) -> float:
        return 1.0

    @override
    def transcribe(self, sound: bytes, on_progress: OnProgress | None = None) -> Transcript:
        return self._heard


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Structlog's default renders each error with all variables, which takes longer than a test."""
    with capture_logs():
        yield


@pytest.fixture
def rasa() -> Iterator[Rasa]:
    server = Rasa()
    with serving(server):
        yield server


@pytest.fixture
def settings(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The same, and turns are given up at once."""
    monkeypatch.setattr(inboxes, "TURN", RetryPolicy(AssistantFailed, ATTEMPTS))
    return settings


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    store = Store.open(settings.database_url)
    store.migrate()
    create_dbos_tables(settings.dbos_database_url)  # which ``become`` would read half made during a launch
    action.close()  # that of another test
    yield store
    action.close()
    store.close()


@pytest.fixture
def ada(store: Store) -> Person:
    with store.transaction() as tx:
        return tx.people.add("Ada", [ADA])


@contextmanager
def mislaid(store: Store, table: str) -> Generator[None]:
    """Without a table, each use of it fails for good."""
    with store.transaction() as tx:
        tx._work.connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO mislaid")
    try:
        yield
    finally:
        with store.transaction() as tx:
            tx._work.connection.exec_driver_sql(f"ALTER TABLE mislaid RENAME TO {table}")


@contextmanager
def running(settings: Settings, store: Store, rasa: Rasa, **parts: Any) -> Generator[RunningPath]:
    with message_paths.running(settings, store, rasa.url, Parts(**parts)) as path:
        yield path


def texted(body: str, *media: InboundMedia) -> InboundMessage:
    return InboundMessage(new_sid(), ADA, "+15550199", body, datetime.now(UTC), media)


def entries(store: Store, ada: Person) -> list[Entry]:
    with store.transaction(read_only=True) as tx:
        return tx.entries.list(ada.id)


def answered(postbox: Postbox, *bodies: str) -> None:
    wait_until(lambda: len(postbox.bodies()) >= len(bodies), 30, lambda: str(postbox.bodies()))
    assert postbox.bodies() == list(bodies)


def reported(step: str) -> float:
    return metrics.errors.labels(step)._value.get()


def become(settings: Settings, *states: str) -> None:
    """Until the unfinished messages are in these states."""
    with open_unfinished(settings) as inbox:
        wait_until(
            lambda: tuple(one.state for one in inbox.unfinished()) == states,
            30,
            lambda: str(inbox.unfinished()),
        )


@pytest.mark.parametrize("failure", UNDERSTANDING_FAILS)
def test_a_text_that_cannot_be_understood_is_saved_as_it_came_and_undone(
    settings: Settings, store: Store, ada: Person, rasa: Rasa, failure: str
) -> None:
    rasa.reply = UNDERSTANDING_FAILS[failure]
    postbox, before = Postbox(), reported("understand")
    with running(settings, store, rasa, postbox=postbox) as path:
        path.accept(texted(ODD))
        answered(postbox, SAVED)
        rasa.reply = acting("action_undo")
        path.accept(texted("undo"))
        answered(postbox, SAVED, sentence("utter_undid_save", number="1"))
        rasa.reply = acting("action_restore", entry=["1"])
        path.accept(texted("restore 1"))
        answered(postbox, *postbox.bodies()[:2], sentence("utter_restored", numbers="1"))
        become(settings)
    [entry] = entries(store, ada)
    assert (entry.text, entry.topic) == (ODD, None)
    assert reported("understand") == before + 1


@on_each_database
def test_a_thought_whose_action_fails_for_good_is_saved_as_it_came_and_reported(
    settings: Settings, store: Store, ada: Person, rasa: Rasa
) -> None:
    rasa.reply = acting("action_save")
    postbox, before = Postbox(), reported("understand")
    with running(settings, store, rasa, postbox=postbox) as path, mislaid(store, "words"):
        path.accept(texted(ODD))
        answered(postbox, SAVED)
        become(settings)
    [entry] = entries(store, ada)
    assert (entry.text, entry.topic) == (ODD, None)
    assert reported("understand") == before + 1
    assert rasa.turns == ATTEMPTS


def test_a_message_that_its_command_would_have_saved_is_saved(
    settings: Settings, store: Store, ada: Person, rasa: Rasa
) -> None:
    """As a search that names nothing to look for is, and every message with a picture."""
    rasa.reply = acting("action_find")
    postbox = Postbox()
    picture = InboundMedia("https://ada.example/0", "image/png")
    with (
        running(settings, store, rasa, postbox=postbox, fetcher=Recording()) as path,
        mislaid(store, "words"),
    ):
        path.accept(texted("find the time to look for it"))
        answered(postbox, SAVED)
        path.accept(texted("find gpu", picture))
        answered(postbox, SAVED, sentence("utter_saved_unparsed", number="2"))
    second, first = entries(store, ada)
    assert first.text == "find the time to look for it"
    assert (second.text, [part.url for part in second.media]) == ("find gpu", [picture.url])


def test_a_command_that_fails_for_good_is_apologised_for_and_can_be_tried_again(
    settings: Settings, store: Store, ada: Person, rasa: Rasa
) -> None:
    rasa.reply = acting("action_find", query="gpu")
    postbox = Postbox()
    with running(settings, store, rasa, postbox=postbox) as path:
        with mislaid(store, "conversations"):
            path.accept(texted("find gpu"))
            answered(postbox, APOLOGY)
        become(settings, "failed")
        with open_unfinished(settings) as inbox:
            inbox.retry(inbox.unfinished()[0].message_id)
        wait_until(lambda: len(postbox.bodies()) == 2, 30, lambda: str(postbox.bodies()))
    assert "Nothing about" in postbox.bodies()[1]
    assert entries(store, ada) == []


@pytest.mark.parametrize("name", ["action_save", "action_undo"])
def test_a_reply_that_is_lost_for_good_after_the_effect_is_given_all_the_same(
    settings: Settings, store: Store, ada: Person, rasa: Rasa, name: str
) -> None:
    def lost(message_id: str) -> object:
        acting(name)(message_id)
        return UNDERSTANDING_FAILS["an error of Rasa"](message_id)

    rasa.reply = lost
    postbox = Postbox()
    with running(settings, store, rasa, postbox=postbox) as path:
        path.accept(texted("gpu: fewer kernels"))
        said = "Saved 1 under gpu." if name == "action_save" else "There is nothing left to undo."
        answered(postbox, said)
    assert [entry.text for entry in entries(store, ada)] == ["fewer kernels"] * (name == "action_save")


def test_a_reply_that_is_lost_for_good_and_purged_is_given_in_other_words(
    settings: Settings, store: Store, ada: Person, rasa: Rasa
) -> None:
    """As when a message is retried after months."""

    def lost(message_id: str) -> object:
        acting("action_save")(message_id)
        with store.transaction() as tx:
            tx.turn_results.forget([message_id])
        return []

    rasa.reply = lost
    postbox = Postbox()
    with running(settings, store, rasa, postbox=postbox) as path:
        path.accept(texted("a thought"))
        answered(postbox, sentence("utter_done_before"))
    assert len(entries(store, ada)) == 1


@pytest.mark.parametrize("backend", ["postgresql"])
def test_a_text_is_saved_once_though_an_attempt_of_its_action_still_runs(
    settings: Settings, store: Store, ada: Person, rasa: Rasa
) -> None:
    """The app waits for it at the database, and takes its result."""

    def is_waited_for() -> bool:
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        with store.transaction(read_only=True) as tx:
            found = tx._work.connection.exec_driver_sql(f"{waiting} AND datname = current_database()")
            return found.scalar_one() > 0

    rasa.reply = UNDERSTANDING_FAILS["silence"]
    postbox, incoming = Postbox(), texted(ODD)
    with running(settings, store, rasa, postbox=postbox) as path:
        with store.transaction() as slow:
            path.accept(incoming)
            slow.turn_results.record(incoming.message_id, TurnResult("utter_saved", {"number": "1"}))
            wait_until(is_waited_for, 30, lambda: "nobody waits")
        answered(postbox, "Saved 1.")
    assert entries(store, ada) == []


@on_each_database
def test_a_text_that_was_saved_as_it_came_is_saved_once_whenever_the_app_is_killed(
    settings: Settings, store: Store, ada: Person, rasa: Rasa
) -> None:
    """It was saved, and its reply not recorded: an assistant that works, or does not, is asked again."""
    for reply in (UNDERSTANDING_FAILS["silence"], acting("action_save")):
        rasa.reply = reply
        postbox, incoming = Postbox(), texted(ODD)
        before = len(entries(store, ada))
        with store.transaction() as tx:
            tx.leases.claim(ada.id, "app of another test")
        with store.transaction() as tx:
            tx.messages.record(
                message_id=incoming.message_id,
                person_id=ada.id,
                from_=ADA,
                to="+15550199",
                body=ODD,
                received_at=incoming.received_at,
            )
            first = save_unparsed(tx, incoming.message_id)
        with store.transaction() as tx:
            assert save_unparsed(tx, incoming.message_id) == first
            tx.leases.claim(ada.id, settings.executor_id)
            tx.inbox.put(ada.id, incoming.message_id)
        with running(settings, store, rasa, postbox=postbox):
            answered(postbox, sentence("utter_saved_unparsed", number=str(before + 1)))
        assert len(entries(store, ada)) == before + 1


@pytest.mark.parametrize("seconds", [1.0, UNDERSTOOD_UP_TO + 1])
@pytest.mark.parametrize("reply", [UNDERSTANDING_FAILS["silence"], acting("action_find", query="gpu")])
def test_the_words_of_a_memo_are_saved_with_its_sound(
    settings: Settings, store: Store, ada: Person, rasa: Rasa, reply: Reply, seconds: float
) -> None:
    rasa.reply = reply
    postbox = Postbox()
    memo = InboundMedia("https://ada.example/0", "audio/ogg")
    parts = {"postbox": postbox, "fetcher": Recording(), "voice": Hearing("find my gpu notes", seconds)}
    with running(settings, store, rasa, **parts) as path, mislaid(store, "conversations"):
        path.accept(texted("", memo))
        answered(postbox, MEMO_SAVED)
    [entry] = entries(store, ada)
    assert (entry.text, entry.media[0].url) == ("find my gpu notes", memo.url)
    with store.transaction() as tx:
        tx.changes.undo_latest(ada.id, datetime.now(UTC))
    assert entries(store, ada) == []
    become(settings)


def test_a_recording_is_saved_though_the_words_that_came_with_it_cannot_be(
    settings: Settings, store: Store, ada: Person, rasa: Rasa
) -> None:
    rasa.reply = UNDERSTANDING_FAILS["silence"]
    postbox, before = Postbox(), reported("begin_memos")
    memo = InboundMedia("https://ada.example/0", "audio/ogg")
    parts = {"postbox": postbox, "fetcher": Recording(), "voice": Hearing("more words", 1.0)}
    with running(settings, store, rasa, **parts) as path, mislaid(store, "words"):
        path.accept(texted(ODD, memo))
        answered(postbox, MEMO_SAVED)
    [entry] = entries(store, ada)
    assert entry.text == f"{ODD}\nmore words"
    assert reported("begin_memos") == before + 1
