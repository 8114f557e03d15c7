"""Who gets at which page of the book, by the router and not by a list."""

import re
from collections.abc import Iterator, Mapping, Sequence

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response

from scrapbook.core import Book, following
from scrapbook.model.feeds import ParsedItem
from scrapbook.net.rate_limiter import RateLimiter
from scrapbook.store import Person, Store
from scrapbook.text.parsed_text import ParsedText
from scrapbook.web.book.access import SignedIn
from scrapbook.web.book.headers import CONTENT_SECURITY_POLICY
from tests.integration.conftest import NOW
from tests.support.served_book import ServedBook, every_request, rows_of, serving_book

PUBLIC = "https://scrapbook.example.org"
BENS_WORD = "geranium"
"""A word that all things of Ben have in them, and nothing of Ann."""

OPEN_TO_ALL = (
    "/book/sign-in/",
    "/book/export/",
    "/book/signed-out",
    "/book/static/",
    "/robots.txt",
    "/shared/",
)
"""Where anybody gets an answer. Nothing there is of a person, unless they have shared it."""


@pytest.fixture
def bens_things(store: Store, ben: Person) -> Mapping[str, Sequence[object]]:
    """What Ben has, by the names that parameters of addresses have."""
    with store.transaction() as tx:
        tx.people.rename(ben.id, f"Ben {BENS_WORD}")
        topic = tx.topics.add(ben.id, BENS_WORD)
        words = [ParsedText(f"{BENS_WORD} {n}") for n in range(3)]
        entries = [tx.entries.add(ben.id, text, topic.id, None, NOW) for text in words]
        tx.reminders.put(ben.id, entries[0].id, NOW, None, "UTC", has_time=True)
        following.follow(Book(tx, ben, "", NOW), f"https://{BENS_WORD}.example/feed")
        feed = tx.feeds.by_url(f"https://{BENS_WORD}.example/feed")
        assert feed
        item = ParsedItem("1", "", BENS_WORD)
        tx.feeds.record_items(feed, [(item, ("1",))], NOW)
    numbers = [entry.number for entry in entries]
    return {
        "number": numbers,
        "id": [*range(1, 8), topic.id],
        "topic": [*range(1, 4), topic.id],
        "year": [NOW.year],
        "month": [NOW.month],
        "week": [f"{NOW:%G-W%V}"],
        "n": [0, 1],
        "width": [320],
        "token": ["0" * 32],
    }


@pytest.fixture
def unlimited(store: Store) -> Iterator[ServedBook]:
    """A book of which every address may be asked for as often as there are things."""
    with serving_book(store, requests=RateLimiter[int](0), misses=RateLimiter[str](0)) as book:
        yield book


def requests_of(book: ServedBook, values: Mapping[str, Sequence[object]]) -> Iterator[tuple[str, str]]:
    return every_request(book.routes, values)


STREAM = "/book/events"
"""Never ends for somebody who is signed in. ``test_events.py`` shows that it is of one's own changes only."""


def of_person(book: ServedBook, person: Person) -> list[object]:
    """Everything of a person that a page could change."""
    with book.store.transaction(read_only=True) as tx:
        entries = [tx.entries.by_number(person.id, number) for number in range(1, 10)]
        sessions = tx.book_sessions.of_person(person.id, book.clock.now)
        waiting = tx.reminders.of_person(person.id, "waiting")
        assert waiting
        followed = tx.subscriptions.of_person(person.id)
        assert followed
        topics = tx.topics.list(person.id)
        return [tx.people.get(person.id), entries, topics, sessions, waiting, followed]


def asked(client: httpx.Client, method: str, path: str, csrf: str = "") -> httpx.Response:
    """The answer; a page that searches is asked for the beginning of Ben's word, which finds it."""
    data = {"csrf": csrf} if method == "POST" else None
    return client.request(method, f"{path}?q={BENS_WORD[:5]}", data=data, timeout=30)


def test_every_address_is_found_by_the_enumeration(book: ServedBook):
    found = {path for _, path in requests_of(book, {})}
    assert {"/book", "/book/settings", "/book/sign-in/1", "/book/sign-out", "/robots.txt"} <= found
    assert len(found) >= len({path for path, _, _ in book.pages})


def test_without_a_session_no_page_is_there(
    unlimited: ServedBook, ben: Person, bens_things: Mapping[str, Sequence[object]]
):
    book = unlimited
    book.signed_in(ben)
    before = rows_of(book.store)
    for method, path in requests_of(book, bens_things):
        answer = asked(book.client(), method, path)
        assert BENS_WORD not in answer.text, (method, path)
        if not path.startswith(OPEN_TO_ALL):
            assert answer.status_code in {401, 403, 404, 405}, (method, path)
    assert rows_of(book.store) == before


def test_no_session_sees_or_changes_what_is_another_persons(
    unlimited: ServedBook, ann: Person, ben: Person, bens_things: Mapping[str, Sequence[object]]
):
    book, anns, bens = unlimited, unlimited.signed_in(ann), unlimited.signed_in(ben)
    of_ben, seen_by_ben = of_person(book, ben), False
    for method, path in requests_of(book, bens_things):
        if path == STREAM:
            continue
        if anns.get("/book/settings").status_code == 401:  # an address before signed Ann out
            anns = book.signed_in(ann)
        assert BENS_WORD not in asked(anns, method, path, book.csrf(anns)).text, (method, path)
        seen_by_ben |= method == "GET" and BENS_WORD in asked(bens, method, path).text
    assert seen_by_ben
    assert of_person(book, ben) == of_ben


@pytest.fixture
def changing(store: Store) -> Iterator[ServedBook]:
    """A book with a page that changes something."""

    async def change(request: Request, who: SignedIn) -> Response:
        return Response(f"changed by {who.person_id}")

    with serving_book(store, more=[("/book/change", change, ["GET", "POST", "DELETE"])]) as book:
        yield book


@pytest.mark.parametrize("kind", ["none", "empty", "made up", "of another session", "of another person"])
def test_a_change_without_the_token_of_its_session_is_refused(
    changing: ServedBook, ann: Person, ben: Person, kind: str
):
    client = changing.signed_in(ann)
    tokens = {
        "none": {},
        "empty": {"csrf": ""},
        "made up": {"csrf": "0" * 32},
        "of another session": {"csrf": changing.csrf(changing.signed_in(ann))},
        "of another person": {"csrf": changing.csrf(changing.signed_in(ben))},
    }
    for answer in (
        client.post("/book/change", data=tokens[kind]),
        client.post("/book/change", files={"file": b"x"}, data=tokens[kind]),
        client.post("/book/change", headers={"X-CSRF-Token": tokens[kind].get("csrf", "")}),
        client.post("/book/change", json=tokens[kind]),
        client.delete("/book/change"),
    ):
        assert answer.status_code == 403
        assert "Nothing was changed" in answer.text


def test_a_change_with_the_token_is_made(changing: ServedBook, ann: Person):
    client = changing.signed_in(ann)
    csrf = changing.csrf(client)
    for answer in (
        client.get("/book/change"),
        client.post("/book/change", data={"csrf": csrf}),
        client.post("/book/change", files={"file": b"x"}, data={"csrf": csrf}),
        client.post("/book/change", headers={"X-CSRF-Token": csrf}),
        client.delete("/book/change", headers={"X-CSRF-Token": csrf}),
    ):
        assert answer.text == f"changed by {ann.id}"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_a_change_from_a_page_of_another_site_is_refused(
    changing: ServedBook, ann: Person, headers: dict[str, str]
):
    client, link = changing.signed_in(ann), changing.link(ann)
    form = {"csrf": changing.csrf(client)}
    assert client.post("/book/change", data=form, headers=headers).status_code == 403
    # Nor does another site sign somebody in, as somebody else perhaps.
    assert changing.client().post(link, headers=headers).status_code == 403
    assert changing.client().post(link).status_code == 303


def test_a_link_from_another_site_leads_to_the_book(book: ServedBook, ann: Person):
    client = book.signed_in(ann)
    headers = {"Sec-Fetch-Site": "cross-site", "Referer": "https://elsewhere.example/"}
    assert client.get("/book/settings", headers=headers).status_code == 200


def test_a_foreign_host_name_is_refused(store: Store, ann: Person):
    with serving_book(store, PUBLIC) as book:
        statuses = {
            host: book.client().get(book.link(ann), headers={"Host": host}).status_code
            for host in ("scrapbook.example.org", "127.0.0.1", "localhost:8000", "rebound.example", "")
        }
    assert list(statuses.values()) == [200, 200, 200, 403, 403]


@pytest.mark.parametrize(
    "path",
    ["no/such/page", "entries/999", "entries/999/edit", "receipts/book-9", "topics/999", "settings/nothing"],
)
def test_what_is_not_found_has_one_page_within_the_book(book: ServedBook, ann: Person, path: str):
    client = book.signed_in(ann)
    answer = client.get(f"/book/{path}")
    assert answer.status_code == 404
    assert "<h1>Not found</h1>\n<p>There is no such page." in answer.text
    assert "Ann’s book" in answer.text
    form = {"csrf": book.csrf(client)}
    answer = client.post("/book/settings/sign-ins/999/end", data=form)
    assert (answer.status_code, "Ann’s book" in answer.text) == (404, True)


@pytest.mark.parametrize(
    "path", ["/book", "/book/sign-in/" + "0" * 32, "/book/signed-out", "/book/static/x/y", "/book/a/b"]
)
def test_pages_for_somebody_who_is_not_signed_in_have_the_chosen_theme(book: ServedBook, path: str):
    client = book.client()
    client.cookies.set("book_theme", "dark", path="/book")
    answer = client.get(path)
    if answer.headers["content-type"].startswith("text/html"):
        assert '<html lang="en" data-theme="dark">' in answer.text
        assert 'content="dark"' in answer.text


def test_a_page_names_an_icon_that_is_there(book: ServedBook):
    found = re.search(r'rel="icon" href="([^"]+)"', book.client().get("/book").text)
    assert found
    icon = book.client().get(found[1])
    assert (icon.status_code, icon.headers["content-type"]) == (200, "image/png")


@pytest.mark.parametrize(
    "path", ["", "/settings", "/no/such/page", "/sign-in/x", "/signed-out", "/static/x/y"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_every_response_has_the_headers(book: ServedBook, path: str, method: str):
    headers = book.client().request(method, f"/book{path}").headers
    assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Robots-Tag"].startswith("noindex")
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers


def test_a_page_with_a_session_has_them_too(book: ServedBook, ann: Person):
    headers = book.signed_in(ann).get("/book/settings").headers
    assert (headers["Content-Security-Policy"], headers["Cache-Control"]) == (
        CONTENT_SECURITY_POLICY,
        "private, no-store",
    )


def test_no_page_has_anything_from_elsewhere_or_a_script_in_it():
    for directive in CONTENT_SECURITY_POLICY.split("; "):
        assert directive.split(" ", 1)[1] in {"'none'", "'self'"}
    directives = dict(directive.split(" ", 1) for directive in CONTENT_SECURITY_POLICY.split("; "))
    assert {name for name, source in directives.items() if source == "'none'"} == {
        "default-src",
        "frame-ancestors",
        "base-uri",
    }


def test_in_public_browsers_use_https_only(store: Store):
    with serving_book(store, PUBLIC) as book:
        assert book.client().get("/book").headers["Strict-Transport-Security"] == "max-age=31536000"


def test_the_style_sheet_is_there_for_all_and_kept(book: ServedBook):
    page = book.client().get("/book").text
    address = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    answer = book.client().get(address)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/css; charset=utf-8")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_robots_are_told_to_keep_out(book: ServedBook):
    assert book.client().get("/robots.txt").text == "User-agent: *\nDisallow: /book\n"


def test_a_session_has_a_limit_of_requests_that_stops_nobody_else(store: Store, ann: Person, ben: Person):
    with serving_book(store, requests=RateLimiter[int](3, lambda: 0.0)) as book:
        anns, bens = book.signed_in(ann), book.signed_in(ben)
        statuses = [anns.get("/book/settings").status_code for _ in range(5)]
        assert statuses == [200, 200, 200, 429, 429]
        assert anns.get("/book/settings").headers["Retry-After"] == "60"
        assert bens.get("/book/settings").status_code == 200


def test_guessing_is_limited_and_keeps_no_valid_link_or_session_out(store: Store, ann: Person):
    with serving_book(store, misses=RateLimiter[str](3, lambda: 0.0)) as book:
        client = book.signed_in(ann)
        guesser = book.client()
        statuses = [guesser.post(f"/book/sign-in/{n:032}").status_code for n in range(5)]
        assert statuses == [410, 410, 410, 429, 429]
        guesser.cookies.set("book", "0" * 32, domain="127.0.0.1")
        assert guesser.get("/book/settings").status_code == 429
        assert client.get("/book/settings").status_code == 200
        assert book.client().post(book.link(ann)).status_code == 303


def test_while_the_database_is_away_the_page_says_so(changing: ServedBook, ann: Person, monkeypatch):
    from scrapbook.errors import StoreUnavailable

    def fail(*_: object, **__: object) -> None:
        raise StoreUnavailable

    client = changing.signed_in(ann)
    with monkeypatch.context() as patch:
        patch.setattr(changing.store, "read", fail)
        assert client.get("/book/settings").status_code == 503
    assert client.get("/book/settings").status_code == 200


@pytest.mark.parametrize("charset", ["undefined", "punycode", "utf-7", '"utf-16"'])
def test_a_form_in_another_charset_is_refused(changing: ServedBook, ann: Person, charset: str):
    client = changing.signed_in(ann)
    body = b'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n+2AA-\r\n--x--\r\n'
    headers = {"Content-Type": f"multipart/form-data; boundary=x; charset={charset}"}
    for path in ("/book/settings/name", "/book/theme", "/book/undo", "/book/write"):
        assert client.post(path, content=body, headers=headers).status_code == 400
