"""What is saved is downloaded by a link from a text, or from the settings; nobody else gets it."""

import io
import random
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest

from scrapbook.core import exporting
from scrapbook.core.signing_in import sign_out_everywhere
from scrapbook.exchange import exporting as zips
from scrapbook.store import Person
from tests.integration.exchange.sample_scrapbook import fill, save, stored
from tests.support.served_book import ServedBook


def link(book: ServedBook, person: Person) -> str:
    """The path of a new link of a person."""
    with book.store.transaction() as tx:
        return exporting.link_url("", exporting.create_link(tx, person.id, book.clock.now))


def texts_in(answer: httpx.Response) -> int:
    """How many entries a downloaded export has."""
    assert answer.status_code == 200
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    return len(archive.read("entries.jsonl").splitlines())


def is_gone(answer: httpx.Response) -> bool:
    return answer.status_code == 410 and "Text <kbd>export</kbd>" in answer.text


def test_a_link_gives_everything_once(book: ServedBook, ann: Person):
    fill(book.store, book.files, ann)
    client, path = book.client(), link(book, ann)
    page = client.get(path)
    assert (page.status_code, page.text.count("<form"), page.text.count("<button")) == (200, 1, 1)
    answer = client.post(path)
    assert texts_in(answer) == 4
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "no-store" in answer.headers["cache-control"]
    assert is_gone(client.get(path))
    assert is_gone(client.post(path))


def test_of_several_requests_at_once_a_link_answers_one(book: ServedBook, ann: Person):
    fill(book.store, book.files, ann)
    with ThreadPoolExecutor(6) as pool:
        for _ in range(5):
            path = link(book, ann)
            sent = [pool.submit(book.client().post, path) for _ in range(6)]
            statuses = [answer.result().status_code for answer in sent]
            assert statuses.count(200) == 1
            assert set(statuses) <= {200, 410, 429}


def test_a_download_that_breaks_can_be_begun_again(
    book: ServedBook, ann: Person, monkeypatch: pytest.MonkeyPatch
):
    fill(book.store, book.files, ann)
    path = link(book, ann)

    def breaking(*_: object) -> bytes:
        raise OSError("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr(zips, "style", breaking)
        with pytest.raises(httpx.RemoteProtocolError):
            book.client().post(path)
    assert texts_in(book.client().post(path)) == 4


def test_a_client_that_goes_away_gives_its_place_free_and_keeps_its_link(book: ServedBook, ann: Person):
    noise = random.Random(1).randbytes(20_000_000)
    with book.store.transaction() as tx:
        save(tx, ann, "A long memo", None, [stored(tx, book.files, noise, "audio/mpeg")])
    path = link(book, ann)
    with book.client().stream("POST", path) as answer:
        parts = answer.iter_raw()  # ends the connection when it is dropped
        next(parts)
        assert book.client().post(path).status_code == 429
    deadline = time.monotonic() + 60
    while (again := book.client().post(path)).status_code == 429:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert texts_in(again) == 1
    assert is_gone(book.client().get(path))


def test_a_link_expires_after_a_day_and_ends_with_a_newer_one(book: ServedBook, ann: Person, ben: Person):
    of_ben = link(book, ben)
    older, newer = link(book, ann), link(book, ann)
    assert is_gone(book.client().get(older))
    book.clock.pass_(exporting.LINK_LIFETIME - timedelta(seconds=1))
    assert book.client().get(newer).status_code == 200
    book.clock.pass_(timedelta(seconds=1))
    assert is_gone(book.client().get(newer))
    assert is_gone(book.client().post(of_ben))
    assert book.store.write(lambda tx: tx.export_links.forget(book.clock.now + timedelta(seconds=1))) == 2


def test_signing_out_everywhere_ends_it(book: ServedBook, ann: Person):
    path = link(book, ann)
    ended = book.store.write(lambda tx: sign_out_everywhere(tx, ann.id, book.clock.now))
    assert ended.links == 1
    assert is_gone(book.client().get(path))


@pytest.mark.parametrize("token", ["0" * 32, "x" * 5000, "%00", "a%2Fb"])
def test_what_is_no_link_gives_nothing(book: ServedBook, ann: Person, token: str):
    link(book, ann)
    assert book.client().post(f"/book/export/{token}").status_code in {404, 405, 410}


def test_the_settings_have_a_button(book: ServedBook, ann: Person):
    fill(book.store, book.files, ann)
    client = book.signed_in(ann)
    assert "Download everything" in client.get("/book/settings").text
    answer = client.post("/book/settings/export", data={"csrf": book.csrf(client)})
    assert texts_in(answer) == 4
    assert client.post("/book/settings/export", data={"csrf": "wrong"}).status_code == 403
    assert book.client().post("/book/settings/export").status_code == 401


def test_nobody_gets_what_another_has_saved(book: ServedBook, ann: Person, ben: Person):
    fill(book.store, book.files, ann)
    assert texts_in(book.client().post(link(book, ben))) == 0
