"""What a stranger or a forwarded message may say: it is shown, and does nothing."""

from datetime import timedelta

import pytest
from lxml import html
from starlette.testclient import TestClient

from scrapbook.core import Book, following
from scrapbook.model.feeds import ParsedItem
from scrapbook.store import Entry, PageMetadata, Person, Preview, Store, Transaction
from tests.integration.web.conftest import Read, pages, words
from tests.support.sample_book import NOW, add, picture

MARKUP = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "</p></article><h1>mine</h1>",
    "&lt;b&gt; stays as it is",
    "{{ 7 * 7 }} {% raw %}",
    "<!-- --><style>*{display:none}</style>",
    "**bold** [link](javascript:alert(1)) # head",
)
LISTS = ("/book", "/book/topics/1", "/book/weeks/2026-W47", "/book/search?q=mark")
PAGES = (*LISTS, "/book/entries/1", "/book/reminders")
"""Where a text is that ``save`` saved."""
ON_ONE_DATABASE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
"""For what does not depend on the database and takes long."""

ZALGO = "Z" + "\u0335\u0321\u0347" * 100 + "o"


def save(store: Store, person: Person, text: str, topic: str | None = "mark") -> None:
    with store.transaction() as tx:
        remind(tx, person, add(tx, person, text, NOW, topic))


def remind(tx: Transaction, person: Person, entry: Entry) -> None:
    due = NOW + timedelta(days=entry.number)
    tx.reminders.put(person.id, entry.id, due, "FREQ=DAILY", "Europe/London", has_time=True)


def foreign_scripts(page: html.HtmlElement) -> list[str]:
    """The scripts of the page that are not its own."""
    return [
        html.tostring(script, encoding="unicode")
        for script in page.cssselect("script")
        if not str(script.get("src")).startswith("/book/static/") or script.text
    ]


def elements(page: html.HtmlElement) -> list[str]:
    """The tags and attributes of the page, without the text in them."""
    return [f"{e.tag} {sorted(e.attrib)}" for e in page.iter() if isinstance(e.tag, str)]


@pytest.mark.parametrize("text", MARKUP)
def test_markup_is_shown_as_it_was_texted(store: Store, ann: Person, read: Read, text: str):
    save(store, ann, f"mark {text}")
    harmless = "mark " + "x" * len(text)
    for address in PAGES:
        page = read(address)
        shown = page.cssselect(".prose")[0]
        assert text in shown.text_content(), address
        assert not shown.cssselect("script, img, svg, h1, style, b"), address
    before = elements(read("/book/entries/1"))
    with store.transaction() as tx:
        entry = tx.entries.by_number(ann.id, 1)
        assert entry
        tx.entries.erase(entry.id)
        add(tx, ann, harmless, NOW, "mark")
    with_harmless = elements(read("/book/entries/2"))
    assert before == with_harmless


@ON_ONE_DATABASE
@pytest.mark.parametrize("text", MARKUP)
def test_markup_in_every_other_place_is_text_too(store: Store, ann: Person, client: TestClient, text: str):
    """The names of a person, a topic, an author; a title, a description; what is searched for."""
    url = "https://example.org/a"
    with store.transaction() as tx:
        tx.people.rename(ann.id, text)
        entry = add(tx, ann, f"see {url}", NOW, text)
        remind(tx, ann, entry)
        page = PageMetadata(text, text, text)
        tx.previews.record(entry.id, Preview(url, url, page), NOW)
        add(tx, ann, f'"To be or not to be that is it" - {text}', NOW, text)
        add(tx, ann, text, NOW, "list", [picture("a")])
        tx.entries.trash(add(tx, ann, text, NOW, "list").id, NOW)
    for address in (
        "/book",
        "/book/topics",
        "/book/topics/1",
        "/book/topics/2",
        "/book/entries/1",
        "/book/reminders",
        "/book/trash",
    ):
        for path in (address, f"{address}?q={text}"):
            found = html.fromstring(client.get(path).text)
            assert not foreign_scripts(found), path
            assert not found.cssselect("svg, style, main b"), path
            assert not [e for e in found.iter() for name in e.attrib if name.startswith("on")], path
    search = html.fromstring(client.get("/book/search", params={"q": text}).text)
    assert search.cssselect("#q")[0].get("value") == text
    assert not foreign_scripts(search)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.example/x",
        "http://javascript:alert(1)@",
    ],
)
def test_only_links_of_the_web_are_links(store: Store, ann: Person, read: Read, address: str):
    save(store, ann, f"mark {address} and https://example.org/{address}")
    for path in PAGES:
        for a in read(path).cssselect("main .prose a, main .card"):
            href = str(a.get("href"))
            assert href.startswith(("https://example.org/", "/book/entries/1")), (path, href)


def test_a_link_of_the_person_tells_its_server_nothing(store: Store, ann: Person, read: Read):
    save(store, ann, "see https://example.org/a")
    [a] = read("/book").cssselect(".prose a")
    assert {"noopener", "noreferrer", "nofollow"} <= set(str(a.get("rel")).split())


def test_marks_that_turn_the_text_around_are_not_shown_and_each_text_is_isolated(
    store: Store, ann: Person, read: Read
):
    save(store, ann, "mark \u202egnp.exe\u202c \u2066x \x1b[31m\x00\x07 end", "mark\u202e")
    for address in PAGES:
        page = read(address)
        shown = page.text_content()
        assert not set(shown) & set("\u202e\u202c\u2066\x1b\x07\x00"), address
        assert all(prose.get("dir") == "auto" for prose in page.cssselect(".prose"))


def test_stacked_marks_are_cut(store: Store, ann: Person, read: Read):
    save(store, ann, f"mark {ZALGO}")
    for address in PAGES:
        assert words(read(address).cssselect(".prose")[0]).count("\u0335") <= 6, address


@ON_ONE_DATABASE
@pytest.mark.parametrize(
    "text",
    [
        "<" * 100_000,
        "&'\"<>" * 20_000,
        "a" * 100_000,
        "😀" * 100_000,
        "م" * 100_000,
        "http://a.b " * 9_000,
        "https://example.org/" + "a" * 99_000,
        "x\n" * 50_000,
        '"' + "word " * 19_000 + '" - Ann Onymous',
        "takeaway: x\n" * 8_000,
        "\u0335" * 100_000,
        "Location: 1.5, 2.5\n" * 5_000,
    ],
    ids=[
        "lt",
        "signs",
        "a",
        "emoji",
        "arabic",
        "links",
        "link",
        "lines",
        "quote",
        "takeaways",
        "marks",
        "places",
    ],
)
def test_no_text_makes_a_page_large(store: Store, ann: Person, read: Read, text: str):
    """``read`` refuses a page of 100,000 bytes."""
    with store.transaction() as tx:
        for index in range(60):
            size = 100_000 if index < 2 else 3_000
            words = f"mark {text[:size]}" if index % 2 else text[:size]
            remind(tx, ann, add(tx, ann, words, NOW - timedelta(minutes=index), "mark"))
        for index in range(30):
            add(tx, ann, text[:3_000], NOW - timedelta(days=40, minutes=index), "reminders")
    for address in (*PAGES, "/book/entries/2", "/book/topics", "/book/trash"):
        read(address)


@ON_ONE_DATABASE
def test_no_name_and_no_files_make_a_page_large(store: Store, ann: Person, read: Read):
    url = "https://example.org/" + "b" * 1_900
    with store.transaction() as tx:
        tx.people.rename(ann.id, "<" * 300)
        for index in range(110):
            files = [picture(f"{index}-{place}") for place in range(10)]
            entry = add(tx, ann, f"see {url}", NOW - timedelta(minutes=index), "<" * 2_000, files)
            page = PageMetadata("<" * 3_000, "<" * 3_000, "<" * 3_000)
            tx.previews.record(entry.id, Preview(url, url, page), NOW)
    for address in (
        "/book",
        "/book/topics/1",
        "/book/weeks/2026-W47",
        "/book/search?q=see",
        "/book/entries/9",
    ):
        read(address)


@ON_ONE_DATABASE
def test_no_names_of_topics_make_the_index_large(store: Store, ann: Person, read: Read):
    with store.transaction() as tx:
        for index in range(300):
            add(tx, ann, "x", NOW, f"{chr(0x4E00 + index)}{'<' * 300}")
            add(tx, ann, "x", NOW, f"a{index}{'<' * 300}")
    page = read("/book/topics")
    for address in [str(a.get("href")) for a in page.cssselect(".index h2 a")]:
        list(pages(read, address))


@ON_ONE_DATABASE
@pytest.mark.parametrize(
    "text", [*MARKUP, "javascript:alert(1)", "nul \0 bidi \u202e", ZALGO, "<" * 3_000], ids=range(12)
)
def test_what_a_feed_says_is_text_and_only_links_of_the_web_are_links(
    store: Store, ann: Person, read: Read, text: str
):
    with store.transaction() as tx:
        own = Book(tx, ann, "", NOW)
        for n in range(12):
            followed = following.follow(own, f"https://example.org/{n}/{text[:1_900]}", text)
            assert isinstance(followed, following.Followed)
            feed = followed.subscription.feed
            items = [(ParsedItem(str(i), f"javascript:{i}//{text}", text, text), (str(i),)) for i in range(9)]
            tx.feeds.record_items(feed, items, NOW)
            tx.feeds.record_failure(feed, text, None if n % 2 else NOW)
            following.watch(own, followed.subscription, f"word {text}")
    page = read("/book/following")
    assert not foreign_scripts(page)
    assert not page.cssselect("main svg, main style, main img, main b, main h1 + h1")
    assert not set(page.text_content()) & set("\u202e\x00")
    links = [str(a.get("href")) for a in page.cssselect("main a")]
    assert links
    assert all(link.startswith(("https://example.org/", "/book/following?after=")) for link in links)
    assert len(page.cssselect("main .items form")) == 24


def test_markdown_of_a_week_is_never_html(store: Store, ann: Person, client: TestClient):
    save(store, ann, MARKUP[0])
    response = client.get("/book/weeks/2026-W47.md")
    assert response.headers["content-type"].startswith("text/markdown")
    assert response.headers["x-content-type-options"] == "nosniff"
