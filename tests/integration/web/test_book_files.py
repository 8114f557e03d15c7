"""The files of entries over HTTP: pictures in sizes, recordings in parts, downloads; for the owner alone."""

import io
import threading
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Browser
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from scrapbook.errors import AudioUnreadable, VoiceUnavailable
from scrapbook.media.picture_resizer import PictureResizer
from scrapbook.media.picture_sizes import WIDTHS, ResizedPicture
from scrapbook.media.storage import CHUNK, MediaStore
from scrapbook.store import TRASH_RETENTION, Media, Person, Store
from scrapbook.text.file_types import COMPACT_AUDIO, identify
from scrapbook.text.parsed_text import ParsedText
from scrapbook.voice.encoding import compact
from scrapbook.web.book.file_addresses import file_address, shown_picture
from scrapbook.web.book.files import FilePages, book_file_routes
from scrapbook.workflows.picture_sizes import PictureSizes
from scrapbook.workflows.retention import delete_orphans, delete_unwanted_files
from tests.integration.conftest import NOW
from tests.support import files, pictures
from tests.support.book_pages import mounted
from tests.support.served import served
from tests.support.voice_sounds import SOUNDS

MEMO = (SOUNDS / "whatsapp.ogg").read_bytes()
AMR = (SOUNDS / "amr.amr").read_bytes()
PHOTO = pictures.photograph(1200, 800, orientation=6)
PAGE = b"<!doctype html><script>window.ran = true</script>"


class CountingResizer(PictureResizer):
    """Counts the pictures that were decoded."""

    def __init__(self) -> None:
        super().__init__()
        self.decoded = 0

    def resize(self, content: bytes, content_type: str, seconds: float = 30.0) -> ResizedPicture:
        self.decoded += 1
        return super().resize(content, content_type, seconds)


class Encoder:
    """Speech recognition's encoder of recordings, which may be away."""

    def __init__(self) -> None:
        self.encoded = 0
        self.is_away = False

    def __call__(self, content: bytes) -> bytes:
        if self.is_away:
            raise VoiceUnavailable
        self.encoded += 1
        return compact(content)


class Library:
    """The files of Ann's and Ben's entries, served as the book does."""

    def __init__(self, store: Store, folder: Path, ann: Person, ben: Person) -> None:
        self.store, self.ann, self.ben = store, ann, ben
        self.media = MediaStore(str(folder / "media"))
        self.resizer = CountingResizer()
        self.sizes = PictureSizes(store, self.media, self.resizer)
        self.encoder = Encoder()
        self.pages = FilePages(store, self.media, self.sizes, self.encoder)
        self.client = httpx.Client()

    def entry(self, *contents: bytes, person: Person | None = None, content_type: str = "") -> int:
        """An entry with files of these contents; their type is what their bytes are. Returns its number."""
        owner = person or self.ann
        with self.store.transaction() as tx:
            media = [
                Media(f"https://files.example/{NOW}/{id(content)}/{owner.id}", "") for content in contents
            ]
            for part, content in zip(media, contents, strict=True):
                type_ = content_type or identify(content)
                tx.files.mark_stored(part.url, type_, self.media.save(content, type_), len(content), NOW)
            return tx.entries.add(owner.id, ParsedText("seen"), None, None, NOW, media).number

    def file(self, number: int, index: int = 0, person: Person | None = None) -> Media:
        with self.store.transaction(read_only=True) as tx:
            entry = tx.entries.by_number((person or self.ann).id, number)
            assert entry is not None
            return entry.media[index]

    def delete(self, number: int, at: datetime = NOW) -> None:
        with self.store.transaction() as tx:
            entry = tx.entries.by_number(self.ann.id, number)
            assert entry is not None
            with tx.changes.recording(self.ann.id, None, "delete", {}, at):
                tx.entries.trash(entry.id, at)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.client.get(path, headers={name.replace("_", "-"): text for name, text in headers.items()})


@contextmanager
def over_http(library: Library) -> Generator[None]:
    app = mounted(book_file_routes(library.pages))
    with served(lambda _: app) as url, httpx.Client(base_url=url, timeout=60) as client:
        library.client = client
        yield


@pytest.fixture
def library(store: Store, tmp_path: Path, ann: Person, ben: Person) -> Iterator[Library]:
    library = Library(store, tmp_path, ann, ben)
    with over_http(library):
        yield library
    library.resizer.close()


@pytest.fixture
def one(sqlite_url: str, tmp_path: Path) -> Iterator[Library]:
    """The library, on SQLite alone."""
    store = Store.open(sqlite_url)
    with store.transaction() as tx:
        ann, ben = tx.people.add("Ann", ["+15550100"]), tx.people.add("Ben", ["+15550101"])
    library = Library(store, tmp_path, ann, ben)
    with over_http(library):
        yield library
    library.resizer.close()
    store.close()


def test_a_picture_is_served_in_each_width_and_its_size_is_known_then(library: Library) -> None:
    number = library.entry(PHOTO)
    assert library.file(number).width is None
    for width, size in ((480, (480, 320)), (960, (960, 640)), (1920, (1200, 800))):
        answer = library.get(f"/book/entries/{number}/files/1/{width}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
        assert Image.open(io.BytesIO(answer.content)).size == size
    assert (library.file(number).width, library.file(number).height) == (1200, 800)
    assert library.resizer.decoded == 1


def test_a_picture_that_cannot_be_shown_is_tried_once_and_can_be_downloaded(library: Library) -> None:
    content, _ = pictures.HOSTILE["a PNG of just too many pixels"]()
    number = library.entry(content)
    for _ in range(2):
        answer = library.get(f"/book/entries/{number}/files/1/480")
        assert answer.status_code == 404
        assert answer.text == "This picture cannot be shown. Its original can be downloaded."
    assert library.resizer.decoded == 1
    assert "million pixels" in (library.file(number).picture_problem or "")
    assert library.get(f"/book/entries/{number}/files/1?download").content == content


def test_nobody_gets_a_file_of_somebody_else(library: Library) -> None:
    theirs = library.entry(PHOTO, MEMO, person=library.ben)
    for path in (
        f"/book/entries/{theirs}/files/{n}{rest}" for n in (1, 2) for rest in ("", "/480", "?download")
    ):
        answer = library.get(path)
        assert (answer.status_code, answer.text) == (404, "There is no such file."), path
    assert library.get(f"/book/entries/{theirs}/files/1", x_person=str(library.ben.id)).status_code == 200


@pytest.mark.parametrize("path", ["1/files/0", "1/files/2", "1/files/999999999999999999", "7/files/1"])
def test_what_is_not_there_is_said_plainly(one: Library, path: str) -> None:
    one.entry(PHOTO)
    answer = one.get(f"/book/entries/{path}")
    assert (answer.status_code, answer.text) == (404, "There is no such file.")
    assert answer.headers["content-type"].startswith("text/plain")


def test_only_the_fixed_widths_are_made(one: Library) -> None:
    number = one.entry(PHOTO)
    for width in (1, 481, 4_000, 10**30):
        assert one.get(f"/book/entries/{number}/files/1/{width}").status_code == 404
    assert one.resizer.decoded == 0


def test_a_file_that_is_on_its_way_or_lost_is_said_to_be(one: Library) -> None:
    with one.store.transaction() as tx:
        waiting = tx.entries.add(
            one.ann.id, ParsedText(""), None, None, NOW, [Media("https://files.example/w", "image/png")]
        ).number
    number = one.entry(PHOTO)
    one.media.delete(one.file(number).key or "")
    assert "still being fetched" in one.get(f"/book/entries/{waiting}/files/1").text
    for rest in ("", "/480"):
        answer = one.get(f"/book/entries/{number}/files/1{rest}")
        assert (answer.status_code, answer.text) == (404, "There is no such file.")


def test_files_in_the_trash_are_shown_until_it_is_emptied_and_leave_nothing_then(library: Library) -> None:
    number = library.entry(PHOTO)
    path = f"/book/entries/{number}/files/1/480"
    assert library.get(path).status_code == 200
    library.delete(number)
    assert library.get(path).status_code == 200
    later = NOW + TRASH_RETENTION + TRASH_RETENTION
    library.store.purge_trash(later)
    assert delete_unwanted_files(library.store, library.media, later) == 1
    assert library.get(path).status_code == 404
    assert [path for path in Path(library.media._root).rglob("*") if path.is_file()] == []
    assert delete_orphans(library.store, library.media, later) == 0


def test_many_requests_at_once_make_a_picture_once(one: Library) -> None:
    number = one.entry(PHOTO)
    gate = threading.Barrier(12)

    def get(width: int, person: int) -> bytes:
        gate.wait()
        return one.get(f"/book/entries/{number}/files/1/{width}", x_person=str(person)).content

    one.entry(PHOTO, person=one.ben)  # the same picture
    with ThreadPoolExecutor(12) as pool:
        wanted = [(width, person.id) for width in WIDTHS for person in (one.ann, one.ben)] * 2
        found = list(pool.map(lambda each: get(*each), wanted))
    assert one.resizer.decoded == 1
    assert {each[:4] for each in found} == {b"RIFF"}


def test_a_size_that_was_lost_is_made_again(one: Library) -> None:
    number = one.entry(PHOTO)
    path = f"/book/entries/{number}/files/1/480"
    first = one.get(path).content
    [variant] = Path(one.media._root).rglob("480.webp")
    variant.unlink()
    assert one.get(path).content == first
    assert one.resizer.decoded == 2


def test_a_browser_keeps_a_picture_for_ever_under_an_address_that_changes_with_it(one: Library) -> None:
    number = one.entry(PHOTO)
    shown = shown_picture(number, 0, one.file(number))
    assert shown is not None
    assert (shown.width, shown.height) == (None, None)
    answer = one.get(shown.src)
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    again = one.get(shown.src, if_none_match=answer.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert one.get(f"/book/entries/{number}/files/1/480").headers["cache-control"] == "private, no-cache"


def test_a_page_knows_the_sizes_of_a_picture(one: Library) -> None:
    number = one.entry(PHOTO, MEMO, b"no picture")
    one.get(f"/book/entries/{number}/files/1/480")
    media = one.file(number)
    shown = shown_picture(number, 0, media)
    assert shown is not None
    assert (shown.width, shown.height) == (1200, 800)
    path, version = f"/book/entries/{number}/files/1", f"?v={(media.key or '')[3:15]}"
    assert shown.srcset == ", ".join(
        f"{path}/{nominal}{version} {width}w" for nominal, width in ((480, 480), (960, 960), (1920, 1200))
    )
    assert (shown.src, shown.original) == (f"{path}/960{version}", path + version)
    for address in (shown.src, shown.original, file_address(number, 1, one.file(number, 1))):
        assert one.get(address).status_code == 200
    assert shown_picture(number, 1, one.file(number, 1)) is None
    assert shown_picture(number, 2, one.file(number, 2)) is None


@pytest.mark.parametrize(
    ("asked", "status", "start", "end"),
    [
        ("bytes=0-9", 206, 0, 10),
        ("bytes=10-", 206, 10, None),
        ("bytes=-10", 206, -10, None),
        ("bytes=5-99999999", 206, 5, None),
        ("bytes=0-", 200, 0, None),
        ("bytes=-99999999", 200, 0, None),
        ("bytes=0-1,5-6", 200, 0, None),
        ("bytes=9-5", 200, 0, None),
        ("bytes=-", 200, 0, None),
        ("lines=1-2", 200, 0, None),
        ("bytes=٣-٥", 200, 0, None),
    ],
)
def test_a_part_of_a_recording_is_served(
    one: Library, asked: str, status: int, start: int, end: int | None
) -> None:
    number = one.entry(MEMO)
    answer = one.client.get(f"/book/entries/{number}/files/1", headers=[(b"range", asked.encode())])
    assert (answer.status_code, answer.content) == (status, MEMO[start:end])
    assert (answer.headers["content-type"], answer.headers["accept-ranges"]) == ("audio/ogg", "bytes")
    if status == 206:
        first = start % len(MEMO)
        last = first + len(answer.content) - 1
        assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(MEMO)}"


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0"])
def test_a_part_that_is_not_there_is_refused_with_the_size(one: Library, asked: str) -> None:
    answer = one.get(f"/book/entries/{one.entry(MEMO)}/files/1", range=asked)
    assert (answer.status_code, answer.content) == (416, b"")
    assert answer.headers["content-range"] == f"bytes */{len(MEMO)}"


def test_a_part_of_a_recording_that_has_changed_is_all_of_it(one: Library) -> None:
    path = f"/book/entries/{one.entry(MEMO)}/files/1"
    etag = one.get(path).headers["etag"]
    assert one.get(path, range="bytes=0-9", if_range=etag).status_code == 206
    assert one.get(path, range="bytes=0-9", if_range='"another"').status_code == 200


def test_a_look_at_a_recording_reads_none_of_it(one: Library) -> None:
    number = one.entry(MEMO)
    answer = one.client.head(f"/book/entries/{number}/files/1")
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (
        200,
        b"",
        str(len(MEMO)),
    )


def test_a_large_video_is_read_chunk_by_chunk(one: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    content = files.VIDEO + bytes(8 * CHUNK)
    number = one.entry(content, content_type="video/mp4")
    read: list[int] = []
    whole = one.media.chunks

    def chunks(key: str, start: int, end: int) -> Iterator[bytes]:
        for chunk in whole(key, start, end):
            read.append(len(chunk))
            yield chunk

    monkeypatch.setattr(one.media, "chunks", chunks)
    answer = one.get(f"/book/entries/{number}/files/1")
    assert (answer.content, answer.headers["content-type"]) == (content, "video/mp4")
    assert max(read) == CHUNK
    read.clear()
    with one.client.stream("GET", f"/book/entries/{number}/files/1") as answer:
        next(answer.iter_raw(1))
    assert sum(read) < len(content)


def test_a_recording_that_browsers_do_not_play_is_converted_once(one: Library) -> None:
    number = one.entry(AMR)
    for _ in range(2):
        answer = one.get(f"/book/entries/{number}/files/1")
        assert (answer.status_code, answer.headers["content-type"]) == (200, COMPACT_AUDIO)
        assert identify(answer.content) == "audio/ogg"
    part = one.get(f"/book/entries/{number}/files/1", range="bytes=4-9")
    assert (part.status_code, part.content) == (206, answer.content[4:10])
    assert one.encoder.encoded == 1
    original = one.get(f"/book/entries/{number}/files/1?download")
    assert original.content == AMR
    assert original.headers["content-disposition"] == f'attachment; filename="scrapbook-{number}-1.amr"'


def test_a_recording_that_cannot_be_converted_now_is_to_be_asked_for_again(one: Library) -> None:
    number = one.entry(AMR)
    one.encoder.is_away = True
    answer = one.get(f"/book/entries/{number}/files/1")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert answer.text == "This file is not available now. Try again in a minute."
    one.encoder.is_away = False
    assert one.get(f"/book/entries/{number}/files/1").status_code == 200


def test_a_recording_without_sound_is_served_as_it_is(one: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    number = one.entry(b"#!AMR\n" + bytes(5))
    answer = one.get(f"/book/entries/{number}/files/1")
    assert (answer.status_code, answer.content) == (200, b"#!AMR\n" + bytes(5))
    with pytest.raises(AudioUnreadable):
        one.encoder(answer.content)
    assert answer.headers["content-type"] == "application/octet-stream"


@pytest.mark.parametrize(
    ("content", "declared"),
    [
        (PAGE, ""),
        (pictures.svg(), ""),
        (b"<?xml version='1.0'?><x xmlns='http://www.w3.org/1999/xhtml'><script>1</script></x>", ""),
        (files.PDF, ""),
        (b"window.ran = true", ""),
        (PAGE, "text/html"),
        (pictures.svg(), "image/svg+xml"),
        (PAGE, "application/xhtml+xml"),
        (b"window.ran = true", "text/javascript"),
        (PAGE, "multipart/x-mixed-replace"),
        (PAGE, "image/png\r\nX-Evil: 1"),
    ],
)
def test_what_a_browser_runs_is_served_without_its_type(one: Library, content: bytes, declared: str) -> None:
    number = one.entry(content, content_type=declared)
    answer = one.get(f"/book/entries/{number}/files/1")
    assert (answer.status_code, answer.content) == (200, content)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert "x-evil" not in answer.headers
    assert one.get(f"/book/entries/{number}/files/1/480").status_code == 404


@pytest.mark.parametrize(
    "content", [PHOTO, MEMO, files.VIDEO, files.PDF, PAGE, pictures.gif_that_is_a_script()]
)
@pytest.mark.parametrize("rest", ["", "/480", "?download"])
def test_every_file_is_in_a_sandbox_and_keeps_its_type(one: Library, content: bytes, rest: str) -> None:
    answer = one.get(f"/book/entries/{one.entry(content)}/files/1{rest}")
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "private" in answer.headers["cache-control"] or answer.headers["cache-control"] == "no-store"


def test_in_a_browser_no_file_runs_and_a_picture_is_seen(
    sqlite_url: str, tmp_path: Path, browser: Browser
) -> None:
    store = Store.open(sqlite_url)
    with store.transaction() as tx:
        ann, ben = tx.people.add("Ann", ["+15550100"]), tx.people.add("Ben", ["+15550101"])
    library = Library(store, tmp_path, ann, ben)
    hostile = [pictures.gif_that_is_a_script(), pictures.jpeg_that_is_a_page(), PAGE, pictures.svg()]
    number = library.entry(*hostile, pictures.heic(), AMR)
    paths = [f"/book/entries/{number}/files/{position}" for position in range(1, len(hostile) + 1)]
    tags = "".join(f'<script src="{path}"></script><iframe src="{path}"></iframe>' for path in paths)
    page_html = (
        f'{tags}<img src="/book/entries/{number}/files/5/480">'
        f'<audio src="/book/entries/{number}/files/6" preload="auto"></audio>'
    )

    async def page(_: Request) -> Response:
        return HTMLResponse(page_html)

    with served(lambda _: mounted(book_file_routes(library.pages), [Route("/", page)])) as url:
        opened = browser.new_page()
        dialogs: list[str] = []
        opened.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        opened.goto(url)
        opened.wait_for_function("document.images[0].complete && document.images[0].naturalWidth === 480")
        opened.wait_for_function("document.querySelector('audio').readyState >= 1")
        assert opened.evaluate("document.querySelector('audio').duration") > 1
        assert not any(frame.evaluate("window.ran === true") for frame in opened.frames)
        assert dialogs == []
        opened.close()
    library.resizer.close()
    store.close()
