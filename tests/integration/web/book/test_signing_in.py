"""A link from a text opens the book once, on the device that uses it."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import anyio
import httpx
import pytest

from scrapbook.core.signing_in import LINK_LIFETIME, MAX_OPEN_LINKS, SESSION_LIFETIME
from scrapbook.store import Person, Store
from scrapbook.web.book.access import SignedIn
from scrapbook.web.book.flash import FlashLine
from tests.support.served_book import IPHONE, ServedBook, rows_of, serving_book

PUBLIC = "https://scrapbook.example.org"


def sessions(book: ServedBook, person: Person) -> list[str]:
    """The devices on which a person is signed in."""
    with book.store.transaction(read_only=True) as tx:
        return [session.device for session in tx.book_sessions.of_person(person.id, book.clock.now)]


def test_a_link_has_a_button_that_opens_the_book(book: ServedBook, ann: Person):
    client, link = book.client(), book.link(ann)
    page = client.get(link)
    assert (page.status_code, page.text.count("<form"), page.text.count("<button")) == (200, 1, 1)
    answer = client.post(link)
    assert (answer.status_code, answer.headers["location"]) == (303, "/book")
    assert client.get("/book/settings").status_code == 200


def test_looking_at_a_link_changes_nothing(book: ServedBook, ann: Person):
    link = book.link(ann)
    before = rows_of(book.store)
    for _ in range(5):
        robot = book.client("Mozilla/5.0 (compatible; preview robot)")
        answers = [robot.get(link), robot.head(link), robot.options(link)]
        assert [answer.status_code for answer in answers] == [200, 200, 405]
        assert not robot.cookies
    assert rows_of(book.store) == before
    assert book.client().post(link).status_code == 303


def test_a_link_works_once(book: ServedBook, ann: Person):
    link = book.link(ann)
    assert book.client().post(link).status_code == 303
    again = book.client()
    assert [again.get(link).status_code, again.post(link).status_code] == [410, 410]
    assert "Text <kbd>book</kbd>" in again.get(link).text
    assert again.get("/book/settings").status_code == 401
    assert len(sessions(book, ann)) == 1


def test_of_uses_at_the_same_time_one_opens_the_book(book: ServedBook, ann: Person):
    link = book.link(ann)
    clients = [book.client() for _ in range(8)]
    with ThreadPoolExecutor(len(clients)) as threads:
        statuses = list(threads.map(lambda client: client.post(link).status_code, clients))
    assert sorted(statuses) == [303] + [410] * 7
    assert len(sessions(book, ann)) == 1


def test_a_link_expires_after_ten_minutes(book: ServedBook, ann: Person):
    early, late = book.link(ann), book.link(ann)
    book.clock.pass_(LINK_LIFETIME - timedelta(seconds=1))
    assert book.client().post(early).status_code == 303
    book.clock.pass_(timedelta(seconds=1))
    assert [book.client().get(late).status_code, book.client().post(late).status_code] == [410, 410]


def test_only_the_newest_links_are_open(book: ServedBook, ann: Person, ben: Person):
    of_ben = book.link(ben)
    links = []
    for _ in range(MAX_OPEN_LINKS + 2):
        book.clock.pass_(timedelta(seconds=1))
        links.append(book.link(ann))
    statuses = [book.client().get(link).status_code for link in links]
    assert statuses == [410, 410] + [200] * MAX_OPEN_LINKS
    assert book.client().get(of_ben).status_code == 200


@pytest.mark.parametrize(
    "token",
    ["0" * 32, "x", "%00", "%ff", "é" * 20, "a" * 5000, "..%2f..%2f"],
    ids=["unknown", "short", "NUL", "no UTF-8", "no ASCII", "long", "a path"],
)
def test_a_made_up_link_opens_nothing(book: ServedBook, ann: Person, token: str):
    book.link(ann)
    client = book.client()
    statuses = {
        client.get(f"/book/sign-in/{token}").status_code,
        client.post(f"/book/sign-in/{token}").status_code,
    }
    assert statuses <= {401, 404, 405, 410}
    assert not client.cookies


def test_no_token_is_stored(book: ServedBook, ann: Person):
    link = book.link(ann)
    client = book.client()
    client.post(link)
    token = link.rpartition("/")[2]
    cookie = client.cookies["book"]
    assert len(token) == len(cookie) == 32  # 128 random bits
    stored = str(rows_of(book.store))
    assert token not in stored
    assert cookie not in stored


def test_on_this_machine_the_cookie_is_for_http(book: ServedBook, ann: Person):
    cookie = book.client().post(book.link(ann)).headers["set-cookie"]
    assert re.fullmatch(r"book=\w{32}; HttpOnly; Max-Age=15552000; Path=/; SameSite=lax", cookie)


def test_in_public_the_cookie_is_for_https_and_this_host_alone(store: Store, ann: Person):
    with serving_book(store, PUBLIC) as book:
        cookie = book.client().post(book.link(ann)).headers["set-cookie"]
    assert re.fullmatch(
        r"__Host-book=\w{32}; HttpOnly; Max-Age=15552000; Path=/; SameSite=lax; Secure", cookie
    )


def test_a_session_ends_after_half_a_year(book: ServedBook, ann: Person):
    client = book.signed_in(ann)
    book.clock.pass_(SESSION_LIFETIME - timedelta(seconds=1))
    assert client.get("/book/settings").status_code == 200
    book.clock.pass_(timedelta(seconds=1))
    answer = client.get("/book/settings")
    assert (answer.status_code, client.cookies) == (401, httpx.Cookies())


def test_the_last_use_is_recorded_every_few_minutes(book: ServedBook, ann: Person):
    client = book.signed_in(ann)
    start = book.clock.now

    def last_seen() -> timedelta:
        with book.store.transaction(read_only=True) as tx:
            return tx.book_sessions.of_person(ann.id, start)[0].last_seen_at - start

    book.clock.pass_(timedelta(minutes=4))
    client.get("/book/settings")
    assert last_seen() == timedelta(0)
    book.clock.pass_(timedelta(minutes=1))
    client.get("/book/settings")
    assert last_seen() == timedelta(minutes=5)


def test_who_is_not_signed_in_is_told_how(book: ServedBook):
    answer = book.client().get("/book/settings")
    assert answer.status_code == 401
    assert "Text <kbd>book</kbd>" in answer.text


def test_signing_out_ends_the_session_of_this_device_alone(book: ServedBook, ann: Person):
    here, there = book.signed_in(ann), book.signed_in(ann, IPHONE)
    stolen = book.client()
    stolen.cookies.set("book", here.cookies["book"], domain="127.0.0.1")
    answer = here.post("/book/sign-out", data={"csrf": book.csrf(here)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/book/signed-out")
    assert not here.cookies
    assert here.get("/book/signed-out").status_code == 200
    # The session has ended, and not only its cookie.
    assert stolen.get("/book/settings").status_code == 401
    assert there.get("/book/settings").status_code == 200
    assert sessions(book, ann) == ["Safari on iPhone"]


def test_signing_out_everywhere_ends_sessions_and_links(book: ServedBook, ann: Person, ben: Person):
    here, there, bens = book.signed_in(ann), book.signed_in(ann), book.signed_in(ben)
    link = book.link(ann)
    assert here.post("/book/sign-out/everywhere", data={"csrf": book.csrf(here)}).status_code == 303
    assert [client.get("/book/settings").status_code for client in (here, there, bens)] == [401, 401, 200]
    assert book.client().post(link).status_code == 410


def test_a_session_says_whether_it_still_lasts(book: ServedBook, ann: Person):
    """Event streams ask that, which last longer than a request."""
    client = book.signed_in(ann)
    with book.store.transaction(read_only=True) as tx:
        [session] = tx.book_sessions.of_person(ann.id, book.clock.now)
    who = SignedIn(ann.id, session.id, session.csrf)
    assert anyio.run(book.access.is_signed_in, who)
    client.post("/book/sign-out", data={"csrf": session.csrf})
    assert not anyio.run(book.access.is_signed_in, who)


def test_a_line_is_shown_once(book: ServedBook, ann: Person):
    book.signed_in(ann)
    with book.store.transaction(read_only=True) as tx:
        [session] = tx.book_sessions.of_person(ann.id, book.clock.now)
    who = SignedIn(ann.id, session.id, session.csrf)
    anyio.run(book.access.flash, who, FlashLine("Deleted 42.", 3))
    assert [book.access.take_flash(who), book.access.take_flash(who)] == [FlashLine("Deleted 42.", 3), None]
