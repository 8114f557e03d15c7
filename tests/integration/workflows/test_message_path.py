"""The path of a message on a real store and with DBOS, with a Rasa server that fails on purpose."""

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Coroutine, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from dbos import DBOS, SetWorkflowID
from typing_extensions import override

from scrapbook.app import QUEUES
from scrapbook.assistant.client import Assistant
from scrapbook.channels.twilio.media import TwilioMedia
from scrapbook.core import Book
from scrapbook.core.saving import save
from scrapbook.core.wording import sentence
from scrapbook.errors import (
    FAILED_TURN,
    IS_THOUGHT,
    AssistantFailed,
    AssistantUnavailable,
    AudioUnreadable,
    MediaTooLarge,
    ScrapbookError,
)
from scrapbook.messaging.inbound import InboundMedia, InboundMessage
from scrapbook.messaging.ports import FetchedFile, SentMessage
from scrapbook.model.transcript import Transcript
from scrapbook.settings import Settings
from scrapbook.store import Store
from scrapbook.text.file_types import identify
from scrapbook.text.parsed_message import ParsedMessage
from scrapbook.voice.client import OnProgress, VoiceClient
from scrapbook.workflows import inbox as inboxes
from scrapbook.workflows.engine import MEDIA_QUEUE, TRANSCRIPTION_QUEUE, launch
from scrapbook.workflows.inbox import MAX_CONCURRENT_TURNS
from scrapbook.workflows.memos import MemoResult
from scrapbook.workflows.outbox import MAX_CONCURRENT_SENDS
from scrapbook.workflows.quota import SegmentQuota
from scrapbook.workflows.retry import Retrier, RetryPolicy
from scrapbook.workflows.unfinished import UnfinishedMessages, open_unfinished
from scrapbook.workflows.workflows import Steps
from tests.integration.conftest import DATABASES
from tests.support import files, message_paths, pages, pictures
from tests.support.installation import new_sid, wait_until
from tests.support.internal import AUTH
from tests.support.message_paths import Parts, RunningPath
from tests.support.serving import serving
from tests.support.standins import Answering, Postbox, Server

ADA, BOB = "+15550100", "+15550101"
FETCHES_AT_ONCE, TRANSCRIPTIONS_AT_ONCE = (queue.concurrency for queue in QUEUES[:2])

FEW_AHEAD = 5
"""Messages of a flood that may begin between the arrival of another person's message and its turn."""

on_each_database = pytest.mark.parametrize("backend", DATABASES)
APOLOGY = sentence("utter_apology")


class BrokenRasa(Server):
    """Speaks Rasa's REST channel; while ``broken``, each turn fails as a command whose action raises."""

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.broken = True
        self.senders: list[str] = []
        """The sender of each turn, in order."""
        self.held_up = ""
        """The sender whose turns are answered when they are released."""
        self.released = threading.Event()
        self.on_turn: Callable[[str, str], None] = lambda _message_id, _text: None
        """Does what an action does."""

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
        self.server.on_turn(turn.get("metadata", {}).get("message_id", ""), turn["message"])
        failed = {FAILED_TURN: [{"type": "ZeroDivisionError"}], IS_THOUGHT: False}
        reply = {"custom": failed} if self.server.broken else {"text": "Saved 1."}
        self.answer([{"recipient_id": "1", **reply}])


class SlowPostbox(Postbox):
    """Accepts messages to one address only when it is released."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = address
        self.released = threading.Event()

    @override
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
        if to == self._address:
            await asyncio.to_thread(self.released.wait, 60)
        return await super().send(from_, to, body, reference, media_urls)


class Fetching(TwilioMedia):
    """Ends one download for each slot that is released. The content of a file is its URL."""

    def __init__(self, *, exists: bool = False) -> None:
        super().__init__("AC", "secret", "")
        self._exists = exists
        self.urls: list[str] = []
        self.slots = threading.Semaphore(0)

    @override
    def fetch(self, url: str, declared: str = "") -> FetchedFile:
        self.urls.append(url)
        self.slots.acquire(timeout=60)
        if not self._exists:
            raise MediaTooLarge
        return FetchedFile(url.encode(), declared)


class HandingOut(TwilioMedia):
    """Has a file for each host."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        super().__init__("AC", "secret", "")
        self._files = files

    @override
    def fetch(self, url: str, declared: str = "") -> FetchedFile:
        content = self._files[url.split("/")[2]]
        return FetchedFile(content, identify(content))


class Listening(VoiceClient):
    """Ends one transcription for each slot that is released; no recording can be read."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:1", AUTH)
        self.sounds: list[bytes] = []
        self.slots = threading.Semaphore(0)

    @override
    def probe(self, sound: bytes) -> float:
        return 1.0

    @override
    def transcribe(self, sound: bytes, on_progress: OnProgress | None = None) -> Transcript:
        self.sounds.append(sound)
        self.slots.acquire(timeout=60)
        raise AudioUnreadable


@pytest.fixture
def rasa() -> Iterator[BrokenRasa]:
    server = BrokenRasa()
    with serving(server):
        yield server


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    store = Store.open(settings.database_url)
    store.migrate()
    yield store
    store.close()


def test_a_command_that_fails_is_apologised_for_and_can_be_tried_again(
    settings: Settings, store: Store, rasa: BrokenRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inboxes, "TURN", RetryPolicy(AssistantFailed, 2))
    with store.transaction() as tx:
        tx.people.add("Ada", [ADA])
    postbox = Postbox()
    with running(settings, store, rasa, postbox=postbox) as path:
        message_id = new_sid()
        path.accept(InboundMessage(message_id, ADA, "+15550199", "find gpu", datetime.now(UTC)))
        wait_until(lambda: postbox.bodies() == [APOLOGY], 20, lambda: str(postbox.bodies()))
        with open_unfinished(settings) as inbox:
            becomes(inbox, ["failed"])
            assert rasa.turns == 2
            inbox.retry(message_id)
            wait_until(lambda: postbox.bodies() == [APOLOGY] * 2, 20, lambda: str(postbox.bodies()))
            becomes(inbox, ["failed"])
            rasa.broken = False
            inbox.retry(message_id)
            wait_until(lambda: len(postbox.bodies()) == 3, 20, lambda: str(postbox.bodies()))
            becomes(inbox, [])
            with pytest.raises(ScrapbookError, match="answered already"):
                inbox.retry(message_id)

            postbox.refuses = True
            other = new_sid()
            path.accept(InboundMessage(other, ADA, "+15550199", "another", datetime.now(UTC)))
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
    with running(settings, store, rasa, postbox=postbox, quota=SegmentQuota(2)) as path:
        for _ in range(MAX_CONCURRENT_SENDS + 2):  # messages that are held take no slot of others
            path.accept(texted(ADA))
        with open_unfinished(settings) as inbox:
            becomes(inbox, ["held"] * (MAX_CONCURRENT_SENDS + 1))
            assert "limit" in inbox.unfinished()[0].problem
            inbox.retry(inbox.unfinished()[0].message_id)
        path.accept(texted(BOB))
        wait_until(lambda: len(postbox.bodies()) == 3, 20, lambda: str(postbox.bodies()))
    notice = sentence("utter_limit_notice", time="0:00")
    assert sorted(postbox.bodies()) == sorted(["Saved 1.", notice, "Saved 1."])

    raised = running(settings, store, rasa, postbox=postbox, quota=SegmentQuota(100))
    with raised, open_unfinished(settings) as inbox:
        becomes(inbox, [])
    assert len(postbox.bodies()) == MAX_CONCURRENT_SENDS + 4


@on_each_database
def test_a_reaction_to_a_message_gets_no_turn_and_no_reply(
    settings: Settings, store: Store, rasa: BrokenRasa
) -> None:
    with store.transaction() as tx:
        tx.people.add("Ada", [ADA])
        tx.people.add("Bob", [BOB])
    rasa.broken = False
    postbox = Postbox()

    def answered(number: str, text: str) -> int:
        """Text it, wait until it is finished, and return how many turns there were until then."""
        message = InboundMessage(new_sid(), number, "+15550199", text, datetime.now(UTC))
        path.accept(message)
        wait_until(lambda: state_of(message.message_id) == "answered", 20, lambda: text)
        return rasa.turns

    def state_of(message_id: str) -> str:
        return store.read(lambda tx: tx.messages.get(message_id).state)

    with running(settings, store, rasa, postbox=postbox) as path:
        assert answered(ADA, "Buy two stamps") == 1
        assert answered(ADA, "Liked “Saved 1.”") == 1
        assert answered(ADA, "❤️ to “Buy two stamps”") == 1
        assert answered(ADA, "Loved “Middlemarch”") == 2
        assert answered(BOB, "Liked “Saved 1.”") == 3  # nothing was ever sent to him
        assert answered(ADA, "Loved an image") == 4  # there was none
        wait_until(lambda: len(postbox.bodies()) == 4, 20, lambda: str(postbox.bodies()))
        with open_unfinished(settings) as inbox:
            becomes(inbox, [])
    assert postbox.bodies() == ["Saved 1."] * 4


@on_each_database
def test_a_flood_of_one_persons_texts_does_not_hold_up_another(
    settings: Settings, store: Store, rasa: BrokenRasa, burst: int
) -> None:
    """Neither while the first is in progress, nor while they are answered one after the other."""
    with store.transaction() as tx:
        ada, bob = tx.people.add("Ada", [ADA]), tx.people.add("Bob", [BOB])
    rasa.broken = False
    rasa.held_up = f"person-{ada.id}"
    postbox = Postbox()
    with running(settings, store, rasa, postbox=postbox) as path:
        for _ in range(max(burst, MAX_CONCURRENT_TURNS + 1)):
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


@pytest.mark.parametrize("failures", [1, 2])
def test_a_reply_that_an_error_kept_from_the_outbox_is_sent_while_the_app_goes_on(
    settings: Settings, store: Store, rasa: BrokenRasa, monkeypatch: pytest.MonkeyPatch, failures: int
) -> None:
    """Once the error is met again when the message is finished the second time."""
    create_task, left = asyncio.create_task, [MemoryError()] * failures

    def failing(work: Coroutine[Any, Any, Any], **options: Any) -> asyncio.Task[Any]:
        if left and work.__qualname__ == "Outbox._send_all":
            work.close()
            raise left.pop()
        return create_task(work, **options)

    monkeypatch.setattr(asyncio, "create_task", failing)
    with store.transaction() as tx:
        tx.people.add("Ada", [ADA])
    rasa.broken = False
    postbox = Postbox()
    with running(settings, store, rasa, postbox=postbox) as path, open_unfinished(settings) as inbox:
        path.accept(texted(ADA))
        wait_until(lambda: postbox.bodies() == ["Saved 1."], 20, lambda: str(postbox.bodies()))
        becomes(inbox, [])
        path.accept(texted(ADA))
        wait_until(lambda: postbox.bodies() == ["Saved 1."] * 2, 20, lambda: str(postbox.bodies()))
    assert not left


def test_replies_to_one_that_cannot_be_sent_do_not_hold_up_those_to_another(
    settings: Settings, store: Store, rasa: BrokenRasa
) -> None:
    with store.transaction() as tx:
        tx.people.add("Ada", [ADA])
        tx.people.add("Bob", [BOB])
    rasa.broken = False
    postbox = SlowPostbox(ADA)
    with running(settings, store, rasa, postbox=postbox) as path:
        for _ in range(MAX_CONCURRENT_SENDS + 1):
            path.accept(texted(ADA))
        wait_until(lambda: rasa.turns == MAX_CONCURRENT_SENDS + 1, 60, lambda: str(rasa.turns))
        path.accept(texted(BOB))
        wait_until(lambda: postbox.bodies() == ["Saved 1."], 60, lambda: str(postbox.sent))
        assert postbox.bodies(BOB) == ["Saved 1."]
        postbox.released.set()
        wait_until(
            lambda: len(postbox.bodies(ADA)) == MAX_CONCURRENT_SENDS + 1, 60, lambda: str(postbox.sent)
        )


@pytest.mark.parametrize(("backend", "content_type"), [("sqlite", "audio/ogg"), ("postgresql", "image/png")])
def test_a_flood_of_one_persons_memos_or_pictures_does_not_hold_up_another(
    settings: Settings, store: Store, rasa: BrokenRasa, content_type: str
) -> None:
    """Only downloads in progress are ahead."""
    with store.transaction() as tx:
        tx.people.add("Ada", [ADA])
        tx.people.add("Bob", [BOB])
    rasa.broken = False
    fetching = Fetching()
    with running(settings, store, rasa, fetcher=fetching) as path:
        for n in range(FETCHES_AT_ONCE + 3):
            path.accept(texted(ADA, InboundMedia(f"https://ada.example/{n}", content_type)))
        wait_until(lambda: len(fetching.urls) == FETCHES_AT_ONCE, 60, lambda: str(fetching.urls))
        wait_until(lambda: queued(MEDIA_QUEUE) == 3, 60, lambda: str(fetching.urls))
        path.accept(texted(BOB, InboundMedia("https://bob.example/0", content_type)))
        wait_until(lambda: queued(MEDIA_QUEUE) == 4, 60, lambda: str(fetching.urls))
        assert not any("bob" in url for url in fetching.urls)
        fetching.slots.release()
        wait_until(lambda: len(fetching.urls) > FETCHES_AT_ONCE, 60, lambda: str(fetching.urls))
        assert "bob" in fetching.urls[FETCHES_AT_ONCE]
        fetching.slots.release(FETCHES_AT_ONCE + 3)


@on_each_database
@pytest.mark.soak
def test_a_flood_of_hostile_pages_keeps_nobody_waiting(
    settings: Settings, store: Store, rasa: BrokenRasa
) -> None:
    """A page of the one burns the processor, or never ends; another person's text and page come through."""
    with store.transaction() as tx:
        people = {tx.people.add("Ada", [ADA]).id: ADA, tx.people.add("Bob", [BOB]).id: BOB}
    rasa.broken = False
    rasa.on_turn = lambda message_id, text: save_as_action(store, message_id, text)
    costly = b"<a " + b" ".join(b"a%d" % number for number in range(250_000)) + b">"
    postbox = Postbox()
    with pages.serving() as server:
        server.pages |= {"/costly": pages.page(costly), "/usual": pages.page()}
        server.pages["/endless"] = lambda asked: bool(asked.server.stopping.wait()) or None
        hostile = "https://site.example/costly https://site.example/endless"
        with running(settings, store, rasa, postbox=postbox, pages=server.reader) as path:
            for number in range(10):
                path.accept(texted(ADA, body=f"{hostile} {number}"))
            wait_until(lambda: "/costly" in server.paths(), 60, lambda: str(server.paths()))
            path.accept(texted(BOB, body="https://site.example/usual"))
            wait_until(lambda: bool(postbox.bodies(BOB)), 60, lambda: str(postbox.sent))
            wait_until(lambda: titles(store, people, BOB) == ["A page"], 60, lambda: str(server.paths()))
            assert server.paths().count("/costly") <= FEW_AHEAD
            wait_until(lambda: len(postbox.bodies(ADA)) == 10, 60, lambda: str(postbox.sent))
    assert len(titles(store, people, ADA)) < 10


@on_each_database
@pytest.mark.soak
def test_a_flood_of_costly_files_keeps_nobody_waiting(
    settings: Settings, store: Store, rasa: BrokenRasa
) -> None:
    """Each file of the one takes seconds of the processor; the contact card of another is read meanwhile."""
    with store.transaction() as tx:
        people = {address: tx.people.add(address, [address]).id for address in (ADA, BOB)}
    rasa.broken = False
    rasa.on_turn = lambda message_id, text: save_as_action(store, message_id, text)
    costly = files.page_of(b"BT /F1 9 Tf " + b"(word) Tj " * 10_000 + b"ET", files.FONT)
    served = HandingOut({"ada.example": costly, "bob.example": files.WHATSAPP.encode()})
    with running(settings, store, rasa, fetcher=served) as path:
        for number in range(4):
            path.accept(texted(ADA, InboundMedia(f"https://ada.example/{number}", "application/pdf")))
        wait_until(lambda: read_files(store, people[ADA]) == 1, 60, lambda: "no file was read")
        path.accept(texted(BOB, InboundMedia("https://bob.example/0", "text/x-vcard"), body=""))
        wait_until(lambda: read_files(store, people[BOB]) == 1, 60, lambda: "the card was not read")
        assert read_files(store, people[ADA]) < 4
        wait_until(lambda: read_files(store, people[ADA]) == 4, 240, lambda: "not all files were read")
    with store.transaction(read_only=True) as tx:
        [entry] = tx.entries.list(people[BOB])
    assert entry.text == "Bob\n+1 212-555-0101 (mobile)"


@pytest.mark.soak
def test_a_flood_of_costly_pictures_keeps_nobody_waiting(
    settings: Settings, store: Store, rasa: BrokenRasa
) -> None:
    """Each picture of the one has 16 million pixels; the sizes of another's are made meanwhile."""
    with store.transaction() as tx:
        people = {address: tx.people.add(address, [address]).id for address in (ADA, BOB)}
    rasa.broken = False
    rasa.on_turn = lambda message_id, text: save_as_action(store, message_id, text)
    costly = pictures.png(4_000, 4_000, pictures.zeros(48_100_000))
    different = {f"ada{number}.example": costly + bytes([number]) for number in range(4)}
    served = HandingOut({**different, "bob.example": pictures.heic()})
    with running(settings, store, rasa, fetcher=served) as path:
        for host in different:
            path.accept(texted(ADA, InboundMedia(f"https://{host}/0", "image/png")))
        wait_until(lambda: sized_pictures(store, people[ADA]) == 1, 60, lambda: "no picture was made")
        path.accept(texted(BOB, InboundMedia("https://bob.example/0", "image/heic")))
        wait_until(lambda: sized_pictures(store, people[BOB]) == 1, 60, lambda: "the other was not made")
        assert sized_pictures(store, people[ADA]) < 4
        wait_until(lambda: sized_pictures(store, people[ADA]) == 4, 240, lambda: "not all were made")


def sized_pictures(store: Store, person_id: int) -> int:
    """How many pictures of a person have their sizes."""
    with store.transaction(read_only=True) as tx:
        media = [part for entry in tx.entries.list(person_id) for part in entry.media]
        return sum(part.width is not None for part in media)


def read_files(store: Store, person_id: int) -> int:
    """How many files of a person were read."""
    with store.transaction(read_only=True) as tx:
        media = [part for entry in tx.entries.list(person_id) for part in entry.media]
        return sum(tx.file_texts.are_known(part.url) for part in media)


def save_as_action(store: Store, message_id: str, text: str) -> None:
    with store.transaction() as tx:
        message = tx.messages.get(message_id)
        person = tx.people.get(message.person_id)
        save(Book(tx, person, message_id, datetime.now(UTC)), ParsedMessage.of(text), message.media)


def titles(store: Store, people: Mapping[int, str], address: str) -> list[str]:
    """Return the titles, or failures, of the pages that a person's entries link to."""
    [person_id] = [id_ for id_, theirs in people.items() if theirs == address]
    with store.transaction(read_only=True) as tx:
        found = tx.previews.of(entry.id for entry in tx.entries.list(person_id))
        return [preview.page.title or preview.failure for previews in found.values() for preview in previews]


def test_a_text_that_is_answered_stands_in_the_inbox_when_its_picture_cannot_be_had(
    settings: Settings, store: Store, rasa: BrokenRasa
) -> None:
    with store.transaction() as tx:
        ada = tx.people.add("Ada", [ADA])
    rasa.broken = False
    fetching, postbox = Fetching(), Postbox()
    incoming = texted(ADA, InboundMedia("https://ada.example/0", "image/png"))
    with (
        running(settings, store, rasa, postbox=postbox, fetcher=fetching) as path,
        open_unfinished(settings) as inbox,
    ):
        path.accept(incoming)
        wait_until(lambda: len(postbox.bodies()) == 1, 60, lambda: str(postbox.sent))
        with store.transaction() as tx:
            save(Book(tx, ada, incoming.message_id, datetime.now(UTC)), ParsedMessage.of("a thought"))
        fetching.slots.release()
        wait_until(lambda: len(postbox.bodies()) == 2, 60, lambda: str(postbox.sent))
        becomes(inbox, ["failed"])
        assert inbox.unfinished()[0].problem == MemoResult.MISSING.problem


def test_a_picture_that_cannot_be_enqueued_is_listed_as_failed_and_downloaded_when_retried(
    settings: Settings, store: Store, rasa: BrokenRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.transaction() as tx:
        tx.people.add("Ada", [ADA])
    rasa.broken = False
    fetching, postbox = Fetching(exists=True), Postbox()
    fetching.slots.release(100)
    incoming = texted(ADA, InboundMedia("https://ada.example/0", "image/png"))
    with (
        running(settings, store, rasa, postbox=postbox, fetcher=fetching) as path,
        open_unfinished(settings) as inbox,
    ):
        with monkeypatch.context() as patch:
            patch.setattr(path.path.engine, "download_media", refuse)
            path.accept(incoming)
            becomes(inbox, ["failed"])
        assert postbox.bodies() == ["Saved 1."]
        inbox.retry(incoming.message_id)
        wait_until(lambda: len(fetching.urls) == 1, 60, lambda: "it is not fetched")
        becomes(inbox, [])


def refuse(*_args: object, **_options: object) -> None:
    raise OSError("DBOS is away")


def test_people_with_few_memos_to_be_transcribed_come_first(
    settings: Settings, store: Store, rasa: BrokenRasa
) -> None:
    with store.transaction() as tx:
        tx.people.add("Ada", [ADA])
        tx.people.add("Bob", [BOB])
    rasa.broken = False
    fetching, listening = Fetching(exists=True), Listening()
    fetching.slots.release(100)
    with running(settings, store, rasa, fetcher=fetching, voice=listening) as path:
        for n in range(TRANSCRIPTIONS_AT_ONCE + 3):
            path.accept(texted(ADA, InboundMedia(f"https://ada.example/{n}", "audio/ogg")))
        wait_until(lambda: len(listening.sounds) == TRANSCRIPTIONS_AT_ONCE, 60, lambda: str(listening.sounds))
        wait_until(lambda: queued(TRANSCRIPTION_QUEUE) == 3, 60, lambda: str(listening.sounds))
        path.accept(texted(BOB, InboundMedia("https://bob.example/0", "audio/ogg")))
        wait_until(lambda: queued(TRANSCRIPTION_QUEUE) == 4, 60, lambda: str(listening.sounds))
        assert not any(b"bob" in sound for sound in listening.sounds)
        listening.slots.release()
        wait_until(lambda: len(listening.sounds) > TRANSCRIPTIONS_AT_ONCE, 60, lambda: str(listening.sounds))
        assert b"bob" in listening.sounds[TRANSCRIPTIONS_AT_ONCE]
        listening.slots.release(TRANSCRIPTIONS_AT_ONCE + 3)


def test_a_step_runs_where_an_older_release_has_recorded_another(
    settings: Settings,
) -> None:
    launch(settings, QUEUES)
    try:
        with SetWorkflowID("begun"):
            of_older_release("measure")
        workflow = DBOS.fork_workflow("begun", 2)
        assert workflow.get_result() == "transcribed"
    finally:
        DBOS.destroy()


@DBOS.workflow()
def of_older_release(name: str) -> str:
    """Run a step under that name the first time, under the other when the workflow is continued."""
    first = name if DBOS.workflow_id == "begun" else "write_down"
    return Steps().durable(first, lambda: "transcribed")


def queued(queue: str) -> int:
    """Return how many workflows wait in a queue."""
    waiting = DBOS.list_workflows(queue_name=queue, status="ENQUEUED", load_input=False, load_output=False)
    return len(waiting)


def texted(number: str, *media: InboundMedia, body: str = "a thought") -> InboundMessage:
    return InboundMessage(new_sid(), number, "+15550199", body, datetime.now(UTC), media)


@contextmanager
def running(settings: Settings, store: Store, rasa: BrokenRasa, **parts: Any) -> Generator[RunningPath]:
    with message_paths.running(settings, store, rasa.url, Parts(**parts)) as path:
        yield path


def becomes(inbox: UnfinishedMessages, states: list[str]) -> None:
    wait_until(
        lambda: [one.state for one in inbox.unfinished()] == states, 20, lambda: str(inbox.unfinished())
    )


def test_waiting_for_an_assistant_does_not_use_up_the_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    retrier = Retrier()
    monkeypatch.setattr(retrier, "wait", lambda _: None)
    away, failed = AssistantUnavailable(), AssistantFailed()
    errors = iter([*[away] * 10, failed, away, failed, ValueError("one attempt too many")])

    def work() -> None:
        raise next(errors)

    with pytest.raises(AssistantFailed):
        retrier(work, RetryPolicy(AssistantFailed, 2))
    assert len(list(errors)) == 1


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
        assistant = Assistant([url], url, AUTH, timeout=0.2)
        try:
            return await assistant.answer("a thought", 1, "SM1")
        finally:
            await assistant.close()

    return asyncio.run(ask())
