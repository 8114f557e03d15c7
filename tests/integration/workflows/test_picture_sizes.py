"""The sizes of pictures are made when they come, beside the reply."""

from pathlib import Path

import pytest

from scrapbook.core import Book
from scrapbook.errors import PictureUnreadable
from scrapbook.media.picture_resizer import PictureResizer
from scrapbook.media.picture_sizes import ResizedPicture
from scrapbook.media.storage import MediaStore
from scrapbook.store import Media, Person, Store
from scrapbook.text.file_types import identify
from scrapbook.text.parsed_text import ParsedText
from scrapbook.workflows.picture_sizes import PictureSizes
from tests.integration.conftest import NOW
from tests.support import files, pictures


class Slow(PictureResizer):
    """Takes too long for the first pictures."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def resize(self, content: bytes, content_type: str, seconds: float = 30.0) -> ResizedPicture:
        self.times -= 1
        return super().resize(content, content_type, seconds if self.times < 0 else 0.001)


def received(store: Store, media_store: MediaStore, person: Person, *contents: bytes) -> list[str]:
    """Record a message with these files. Returns their keys."""
    media = [Media(f"https://files.example/{n}", "") for n, _ in enumerate(contents)]
    with store.transaction() as tx:
        tx.messages.record(
            message_id="MM1",
            person_id=person.id,
            from_="+15550100",
            to="+1",
            body="",
            received_at=NOW,
            media=media,
        )
        with Book(tx, person, "MM1", NOW).recording("save"):
            tx.entries.add(person.id, ParsedText(""), None, "MM1", NOW, media)
    keys = list[str]()
    for part, content in zip(media, contents, strict=True):
        keys.append(media_store.save(content, identify(content)))
        with store.transaction() as tx:
            tx.files.mark_stored(part.url, identify(content), keys[-1], len(content), NOW)
    return keys


@pytest.fixture
def media_files(tmp_path: Path) -> MediaStore:
    return MediaStore(str(tmp_path / "media"))


def test_the_sizes_of_what_came_with_a_message_are_made_and_known(
    store: Store, ann: Person, media_files: MediaStore
) -> None:
    damaged = pictures.photograph()[:20]
    first, _, _, heic = received(
        store, media_files, ann, pictures.photograph(), damaged, files.PDF, pictures.heic(600, 400)
    )
    resizer = PictureResizer()
    sizes = PictureSizes(store, media_files, resizer)
    assert sizes.are_missing("MM1")
    sizes.make_all("MM1")
    resizer.close()
    with store.transaction(read_only=True) as tx:
        [entry] = tx.entries.of_message("MM1")
    found = [(part.width, part.height, bool(part.picture_problem)) for part in entry.media]
    assert found == [(1200, 800, False), (None, None, True), (None, None, False), (600, 400, False)]
    assert media_files.read_variant(first, "480.webp")
    assert media_files.read_variant(first, "1920.webp")
    assert media_files.read_variant(heic, "1920.webp") is None
    assert not sizes.are_missing("MM1")


def test_a_picture_that_took_too_long_is_tried_again_when_somebody_looks_at_it(
    store: Store, ann: Person, media_files: MediaStore
) -> None:
    received(store, media_files, ann, pictures.photograph())
    resizer = Slow(times=1)
    sizes = PictureSizes(store, media_files, resizer)
    sizes.make_all("MM1")
    assert sizes.are_missing("MM1")
    with store.transaction(read_only=True) as tx:
        [entry] = tx.entries.of_message("MM1")
    assert sizes.read(entry.media[0], 480).startswith(b"RIFF")
    resizer.close()
    assert not sizes.are_missing("MM1")


def test_a_picture_that_cannot_be_shown_is_not_read_again(
    store: Store, ann: Person, media_files: MediaStore
) -> None:
    [key] = received(store, media_files, ann, pictures.photograph()[:20])
    resizer = PictureResizer()
    sizes = PictureSizes(store, media_files, resizer)
    sizes.make_all("MM1")
    media_files.delete(key)  # so reading it again would be another error
    with store.transaction(read_only=True) as tx:
        [entry] = tx.entries.of_message("MM1")
    with pytest.raises(PictureUnreadable, match="damaged"):
        sizes.read(entry.media[0], 480)
    resizer.close()


def test_what_is_downloaded_again_is_measured_again(store: Store) -> None:
    picture, key = "https://files.example/1", f"ab/{'ab' * 32}.png"
    with store.transaction() as tx:
        tx.files.mark_stored(picture, "image/png", key, 5, NOW)
        tx.files.set_picture_size(key, 1200, 800)
        tx.files.mark_stored("https://files.example/2", "image/png", key, 5, NOW)
        found = tx.files.of_key(key)
        assert found is not None
        tx.files.mark_stored(picture, "image/png", key.replace("ab", "cd"), 5, NOW)
        again = tx.files.of_key(key.replace("ab", "cd"))
        assert again is not None
        assert (again.width, again.height, again.picture_problem) == (None, None, None)
