"""Recordings that came under another type, and what only has the type of one."""

import pytest

from scrapbook.core import memos
from scrapbook.media.storage import MediaStore
from scrapbook.store import Media, Message, Person, Store
from scrapbook.text.file_types import UNKNOWN
from scrapbook.text.parsed_text import ParsedText
from scrapbook.voice.client import VoiceClient
from scrapbook.workflows.memos import MemoSteps
from scrapbook.workflows.retry import Retrier
from tests.integration.conftest import NOW
from tests.support.internal import AUTH

PICTURE, SOUND = "image/jpeg", "audio/ogg"


@pytest.fixture
def steps(store: Store, tmp_path_factory: pytest.TempPathFactory) -> MemoSteps:
    files = MediaStore(str(tmp_path_factory.mktemp("media")))
    return MemoSteps(store, files, VoiceClient("http://127.0.0.1:1", AUTH), Retrier())


def receive(store: Store, person: Person, *declared: str, caption: str = "") -> None:
    """A message with files, by the types that the phone names."""
    media = [Media(url(number), content_type) for number, content_type in enumerate(declared)]
    with store.transaction() as tx:
        tx.messages.record(
            message_id="MM1",
            person_id=person.id,
            from_="+15550100",
            to="+15550199",
            body=caption,
            received_at=NOW,
            media=media,
        )


def save(store: Store, person: Person) -> None:
    """Make the entry of a message that is answered as a text."""
    with store.transaction() as tx:
        message = tx.messages.get("MM1")
        tx.entries.add(person.id, ParsedText(message.body), None, "MM1", NOW, message.media)


def download(store: Store, *found: str) -> None:
    """The files are here, with the types of their bytes."""
    with store.transaction() as tx:
        for number, content_type in enumerate(found):
            tx.files.mark_stored(url(number), content_type, f"key-{number}", 100, NOW)


def url(number: int) -> str:
    return f"https://files.example/{number}"


def messages(store: Store, ids: list[str]) -> list[Message]:
    with store.transaction(read_only=True) as tx:
        return [tx.messages.get(id_) for id_ in ids]


def test_each_recording_becomes_a_memo_of_the_same_entry(store: Store, ann: Person, steps: MemoSteps) -> None:
    receive(store, ann, PICTURE, "video/3gpp", UNKNOWN, caption="so")
    save(store, ann)
    download(store, PICTURE, SOUND, "audio/amr")
    created = steps.create_in_disguise("MM1")
    found = messages(store, created)
    assert [memo.media[0].url[-1] for memo in found] == ["1", "2"]
    assert all(memo.is_memo and memo.body == "" and len(memo.media) == 1 for memo in found)
    assert [steps.number(id_) for id_ in created] == [1, 1]
    assert all(steps.is_audio(id_) for id_ in created)
    with store.transaction(read_only=True) as tx:
        assert {memo.id for memo in tx.messages.memos_of(tx.messages.get("MM1"))} == set(created)
        assert tx.messages.unanswered_memos(ann.id) == 2


def test_doing_it_again_makes_none_anew(store: Store, ann: Person, steps: MemoSteps) -> None:
    receive(store, ann, UNKNOWN)
    save(store, ann)
    download(store, SOUND)
    created = steps.create_in_disguise("MM1")
    assert steps.create_in_disguise("MM1") == created
    with store.transaction(read_only=True) as tx:
        assert tx.messages.unanswered_memos(ann.id) == 1


def test_what_is_missing_or_no_recording_becomes_none(store: Store, ann: Person, steps: MemoSteps) -> None:
    receive(store, ann, PICTURE, UNKNOWN, UNKNOWN)
    save(store, ann)
    download(store, PICTURE, UNKNOWN)
    with store.transaction() as tx:
        tx.files.mark_missing(url(2), NOW)
    assert steps.create_in_disguise("MM1") == []


def test_a_memo_is_none_again_but_another_recording_beside_it_is_one(
    store: Store, ann: Person, steps: MemoSteps
) -> None:
    receive(store, ann, SOUND, PICTURE)
    [memo] = steps.create_messages("MM1")
    download(store, SOUND, SOUND)
    [other] = steps.create_in_disguise(memo)
    assert other == f"{memo}-1"
    assert steps.number(other) == steps.number(memo) == 1


@pytest.mark.parametrize(
    ("found", "may_be"),
    [(SOUND, True), (UNKNOWN, True), (PICTURE, False), ("video/mp4", False), ("text/vcard", False)],
)
def test_bytes_of_no_known_type_may_be_a_recording(
    store: Store, ann: Person, steps: MemoSteps, found: str, may_be: bool
) -> None:
    receive(store, ann, SOUND)
    [memo] = steps.create_messages("MM1")
    download(store, found)
    assert steps.is_audio(memo) is may_be
    assert steps.create_in_disguise(memo) == []


def test_the_entry_of_a_memo_that_was_purged_is_none(store: Store, ann: Person, steps: MemoSteps) -> None:
    receive(store, ann, UNKNOWN)
    download(store, SOUND)
    [memo] = steps.create_in_disguise("MM1")
    with store.transaction(read_only=True) as tx:
        assert memos.entry_of(tx, memo) is None
    assert steps.number(memo) is None
