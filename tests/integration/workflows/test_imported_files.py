"""What imported files say finds their entries, whose texts stay as they were."""

from pathlib import Path

import pytest

from scrapbook.documents.reader import FileReader
from scrapbook.errors import AudioUnreadable, VoiceFailed
from scrapbook.exchange import importing
from scrapbook.exchange.importing import Importer
from scrapbook.media.storage import MediaStore
from scrapbook.model.transcript import Transcript
from scrapbook.store import Media, Person, Store
from scrapbook.workflows import imported_files
from scrapbook.workflows.imported_files import ImportedFiles
from scrapbook.workflows.retry import Retrier, ShutdownRequested
from tests.integration.conftest import searched
from tests.support import files
from tests.support.sounds import PNG
from tests.unit.exchange.exports import written

OGG = b"OggS\x00\x02 a sound"
HEARD = Transcript("The heron came back", "en", 0.99, 2.0, 1.5, -0.2, (), "small")


@pytest.fixture
def store_url(url: str) -> str:
    """On both databases."""
    return url


class Hearing:
    """Hears what a test says, and counts how often it was asked."""

    def __init__(self, heard: Transcript | Exception) -> None:
        self.heard = heard
        self.asked = 0

    def transcribed(self, _recording: Media) -> Transcript:
        self.asked += 1
        if isinstance(self.heard, Exception):
            raise self.heard
        return self.heard


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(imported_files, "PAUSE_SECONDS", 0)


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    notes = {
        "Paper.md": "A paper ![[p.pdf]]",
        "Sound.md": "A sound ![[s.ogg]]",
        "Fair.md": "The fair ![[f.png]]",
    }
    return written(
        tmp_path / "vault",
        {".obsidian/app.json": "{}", **notes, "p.pdf": files.PDF, "s.ogg": OGG, "f.png": PNG},
    )


def reading(store: Store, media: MediaStore, hearing: Hearing) -> ImportedFiles:
    return ImportedFiles(store, media, FileReader, hearing, Retrier())


def numbers(store: Store, person: Person, query: str) -> list[int]:
    return [entry.number for entry in store.read(lambda tx: searched(tx, person, query))]


def test_words_of_documents_and_sounds_find_their_entries(
    store: Store, media_store: MediaStore, ann: Person, vault: Path
) -> None:
    importer = Importer(store, media_store, ann.id)
    importer.run(vault, None, lambda _: None)
    texts = {entry.number: entry.text for entry in store.read(lambda tx: tx.entries.list(ann.id))}
    hearing = Hearing(HEARD)
    reading(store, media_store, hearing).work()
    [paper] = [number for number, text in texts.items() if "p.pdf" in text]
    [sound] = [number for number, text in texts.items() if "s.ogg" in text]
    assert numbers(store, ann, "quinces") == [paper]
    assert numbers(store, ann, "heron") == [sound]
    assert {entry.number: entry.text for entry in store.read(lambda tx: tx.entries.list(ann.id))} == texts
    assert importer.run(vault, None, lambda _: None).known == 3
    reading(store, media_store, hearing).work()
    assert hearing.asked == 1


def test_a_sound_that_is_none_is_not_tried_again(
    store: Store, media_store: MediaStore, ann: Person, vault: Path
) -> None:
    Importer(store, media_store, ann.id).run(vault, None, lambda _: None)
    hearing = Hearing(AudioUnreadable("It is no audio."))
    for _ in range(2):
        reading(store, media_store, hearing).work()
    assert hearing.asked == 1


def test_a_sound_waits_for_a_speech_server_that_fails(
    store: Store, media_store: MediaStore, ann: Person, vault: Path
) -> None:
    Importer(store, media_store, ann.id).run(vault, None, lambda _: None)
    reading(store, media_store, Hearing(VoiceFailed("It broke."))).work()
    reading(store, media_store, Hearing(HEARD)).work()
    assert len(numbers(store, ann, "heron")) == 1


def test_it_gives_way_to_what_people_send_and_stops_at_once(
    store: Store, media_store: MediaStore, ann: Person, vault: Path
) -> None:
    Importer(store, media_store, ann.id).run(vault, None, lambda _: None)
    hearing, retrier = Hearing(HEARD), Retrier()

    def is_busy() -> bool:
        retrier.stop()
        return True

    with pytest.raises(ShutdownRequested):
        ImportedFiles(store, media_store, FileReader, hearing, retrier, is_busy).work()
    assert hearing.asked == 0


def test_what_is_gone_meanwhile_is_left_out(
    store: Store, media_store: MediaStore, ann: Person, vault: Path
) -> None:
    Importer(store, media_store, ann.id).run(vault, None, lambda _: None)

    class Forgetting(Hearing):
        def transcribed(self, recording: Media) -> Transcript:
            store.write(lambda tx: tx.files.forget([recording.url]))
            return super().transcribed(recording)

    reading(store, media_store, Forgetting(HEARD)).work()
    assert numbers(store, ann, "heron") == []
    assert len(numbers(store, ann, "quinces")) == 1  # the others are read all the same


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_of_several_apps_that_share_a_postgresql_one_reads(
    store: Store, media_store: MediaStore, ann: Person, vault: Path
) -> None:
    Importer(store, media_store, ann.id).run(vault, None, lambda _: None)
    other = Hearing(HEARD)
    turns: list[bool] = []

    class Meanwhile(Hearing):
        def transcribed(self, recording: Media) -> Transcript:
            turns.append(reading(store, media_store, other).work())
            return super().transcribed(recording)

    assert reading(store, media_store, Meanwhile(HEARD)).work()
    assert (turns, other.asked) == ([False], 0)
    assert reading(store, media_store, other).work()
    assert (other.asked, len(numbers(store, ann, "heron"))) == (0, 1)
