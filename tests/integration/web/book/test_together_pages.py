"""A topic that people share, on their pages: who sees it, who changes what of it, and who gets a 404."""

import io
import re
from collections.abc import Iterator, Mapping, Sequence

import httpx
import pytest
from PIL import Image

from scrapbook.core import Book, together
from scrapbook.core.stale_pages import version_of
from scrapbook.core.together import SharedWith
from scrapbook.net.rate_limiter import RateLimiter
from scrapbook.store import Entry, Media, Person, Store, Topic
from scrapbook.text.parsed_text import ParsedText
from tests.integration.conftest import NOW
from tests.support.served_book import ServedBook, every_request, serving_book

WORD = "geranium"
"""A word that all things have in them which are shared by Ann and Ben, and nothing of Cleo."""

STREAM = "/book/events"


@pytest.fixture(params=["sqlite_url", "postgresql_url"])
def url(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue(request.param)


@pytest.fixture
def book(store: Store) -> Iterator[ServedBook]:
    """A book of which every address may be asked for as often as there are things."""
    with serving_book(store, requests=RateLimiter[int](0), misses=RateLimiter[str](0)) as book:
        yield book


@pytest.fixture
def cleo(store: Store) -> Person:
    with store.transaction() as tx:
        return tx.people.add("Cleo", ["+15550103"])


def of(store: Store, person: Person, act):
    """What ``act`` of the person's book returns."""
    with store.transaction() as tx:
        return act(Book(tx, tx.people.get(person.id), "", NOW))


def topic_of(store: Store, person: Person) -> Topic:
    found = of(store, person, lambda book: book.topic("shopping"))
    assert found
    return found


def add(store: Store, person: Person, text: str, media: Sequence[Media] = ()) -> Entry:
    def added(book: Book) -> Entry:
        topic = book.topic_or_new("shopping")
        return book.tx.entries.add(person.id, ParsedText(text), topic.id, None, NOW, media)

    return of(store, person, added)


@pytest.fixture
def shopping(store: Store, ann: Person, ben: Person) -> tuple[Entry, Entry]:
    """Ann shares shopping with Ben; an entry of hers and one of his are on it."""
    hers = add(store, ann, f"milk {WORD}")

    def share(book: Book) -> None:
        topic = book.topic("shopping")
        assert topic
        assert isinstance(together.share_with(book, topic, ben), SharedWith)

    of(store, ann, share)
    return hers, add(store, ben, f"eggs {WORD}")


def page_of(book: ServedBook, person: Person) -> tuple[httpx.Client, str]:
    """A browser of the person, and the address of their page of shopping."""
    return book.signed_in(person), f"/book/topics/{topic_of(book.store, person).id}"


def form(page: str, action: str) -> dict[str, str]:
    """The fields of the form with that action."""
    found = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', page, re.DOTALL)
    assert found, action
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', found[0]))


def texts_of(store: Store, person: Person) -> list[str]:
    return of(store, person, lambda book: [one.text for one in book.tx.entries.list(person.id)])


def test_the_page_has_everybodys_entries_and_says_whose_they_are(
    book: ServedBook, ann: Person, shopping: tuple[Entry, Entry]
):
    client, address = page_of(book, ann)
    page = client.get(address).text
    assert f"milk {WORD}" in page
    assert f"eggs {WORD}" in page
    assert f'href="/book/entries/-{shopping[1].id}"><bdi>Ben</bdi></a>' in page
    assert "You share it with <bdi>Ben</bdi>" in page
    assert "2 entries" in page


def test_an_item_of_the_other_is_ticked_off_and_the_button_undoes_it(
    book: ServedBook, ann: Person, ben: Person, shopping: tuple[Entry, Entry]
):
    client, address = page_of(book, ann)
    action = f"/book/entries/-{shopping[1].id}/tick"
    fields = form(client.get(address).text, action)
    assert client.post(action, data=fields).headers["Location"] == address
    assert texts_of(book.store, ben) == []
    page = client.get(address).text
    assert f"eggs {WORD}&#34; off shopping." in page
    assert client.post("/book/undo", data=form(page, "/book/undo")).status_code == 303
    assert texts_of(book.store, ben) == [f"eggs {WORD}"]
    assert f"eggs {WORD}" in client.get(address).text


@pytest.mark.parametrize("change", ["edit", "file", "pin", "unpin", "delete", "restore"])
def test_nothing_else_is_done_to_an_entry_of_the_other(
    book: ServedBook, ann: Person, ben: Person, shopping: tuple[Entry, Entry], change: str
):
    client, address = page_of(book, ann)
    theirs = f"/book/entries/-{shopping[1].id}"
    fields = form(client.get(address).text, f"{theirs}/tick")
    before = of(book.store, ben, lambda own: own.entry(shopping[1].number))
    answer = client.post(f"{theirs}/{change}", data={**fields, "text": "mine", "topic": "mine"})
    assert answer.status_code == 404
    assert of(book.store, ben, lambda own: own.entry(shopping[1].number)) == before
    page = client.get(theirs).text
    assert f"eggs {WORD}" in page
    for hidden in ("History", f"{theirs}/edit", f"{theirs}/delete"):
        assert hidden not in page
    assert client.get(f"{theirs}/edit").status_code == client.get(f"{theirs}/file").status_code == 404


def test_what_is_on_no_list_is_not_ticked_off(book: ServedBook, ann: Person, ben: Person):
    sentence = "a long sentence about the garden that nobody would put on a list of things"
    for person in (ann, ben):
        of(book.store, person, lambda own: own.tx.topics.add(own.person.id, "ideas"))

    def share(own: Book) -> int:
        topic = own.topic("ideas")
        assert topic
        together.share_with(own, topic, ben)
        return own.tx.entries.add(ann.id, ParsedText(sentence), topic.id, None, NOW).id

    entry_id = of(book.store, ann, share)
    client = book.signed_in(ben)
    [topic] = [one for one in of(book.store, ben, lambda own: own.topics()) if one.others]
    page = client.get(f"/book/topics/{topic.id}").text
    assert sentence in page
    shown = of(book.store, ben, lambda own: own.entry(-entry_id))
    fields = {"csrf": book.csrf(client), "version": version_of(shown)}
    assert client.post(f"/book/entries/-{entry_id}/tick", data=fields).status_code == 422
    assert texts_of(book.store, ann) == [sentence]


def test_a_third_person_gets_nothing_of_it_at_any_address(
    book: ServedBook, ann: Person, ben: Person, cleo: Person, shopping: tuple[Entry, Entry]
):
    ids = [entry.id for entry in shopping]
    topics = [topic_of(book.store, person).id for person in (ann, ben)]
    values: Mapping[str, Sequence[object]] = {
        "number": [*ids, *(-id_ for id_ in ids)],
        "topic": topics,
        "id": range(1, 4),
        "year": [NOW.year],
        "month": [NOW.month],
        "week": [f"{NOW:%G-W%V}"],
        "width": [320],
        "token": ["0" * 32],
    }
    cleos, anns = book.signed_in(cleo), book.signed_in(ann)
    before = [of(book.store, person, _everything) for person in (ann, ben)]
    seen_by_ann = False
    for method, path in every_request(book.routes, values):
        if path == STREAM:
            continue
        if cleos.get("/book/settings").status_code == 401:  # an address before signed Cleo out
            cleos = book.signed_in(cleo)
        data = {"csrf": book.csrf(cleos), "person": "Cleo"} if method == "POST" else None
        answer = cleos.request(method, f"{path}?q={WORD[:5]}", data=data, timeout=30)
        assert WORD not in answer.text, (method, path)
        if re.search(r"/book/(entries|topics)/-?\d", path):
            assert answer.status_code in {403, 404, 405}, (method, path)
        seen_by_ann |= method == "GET" and f"eggs {WORD}" in anns.get(path).text
    assert seen_by_ann
    assert [of(book.store, person, _everything) for person in (ann, ben)] == before


def _everything(book: Book) -> list[object]:
    own = book.tx.entries.list(book.person.id)
    return [own, book.topics(), book.tx.topic_members.concerning(book.person.id)]


def test_who_has_left_sees_nothing_of_it_any_more(
    book: ServedBook, ann: Person, ben: Person, shopping: tuple[Entry, Entry]
):
    client, address = page_of(book, ben)
    action = f"{address}/leave"
    answer = client.post(action, data=form(client.get(address).text, action))
    assert answer.headers["Location"] == f"{address}#share"
    page = client.get(address).text
    assert f"eggs {WORD}" in page
    assert f"milk {WORD}" not in page
    assert client.get(f"/book/entries/-{shopping[0].id}").status_code == 404
    anns, hers = page_of(book, ann)
    assert f"eggs {WORD}" not in anns.get(hers).text


def test_the_form_shares_it_by_name_and_says_so(book: ServedBook, ann: Person, ben: Person, cleo: Person):
    add(book.store, ann, f"milk {WORD}")
    client, address = page_of(book, ann)
    action = f"{address}/share-with"

    def share(name: str) -> str:
        client.post(action, data={**form(client.get(address).text, action), "person": name})
        return client.get(address).text

    assert "Nobody called Zebedee has a scrapbook here." in share("Zebedee")
    assert "Did you mean Cleo?" in share("Clea")
    assert "Ben reads shopping from now on" in share("Ben")
    assert f"milk {WORD}" in book.signed_in(ben).get(f"/book/topics/{topic_of(book.store, ben).id}").text


def test_a_member_shares_it_with_nobody_else(
    book: ServedBook, ben: Person, cleo: Person, shopping: tuple[Entry, Entry]
):
    client, address = page_of(book, ben)
    page = client.get(address).text
    assert "share-with" not in page
    client.post(f"{address}/share-with", data={"csrf": book.csrf(client), "person": "Cleo"})
    assert "Only who shares shopping with you" in client.get(address).text
    assert of(book.store, cleo, lambda own: own.topics()) == []


def test_a_picture_of_the_other_is_shown_while_it_is_shared(
    book: ServedBook, ann: Person, ben: Person, cleo: Person, shopping: tuple[Entry, Entry]
):
    content = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(content, "JPEG")
    key = book.files.save(content.getvalue(), "image/jpeg")
    with book.store.transaction() as tx:
        tx.files.mark_stored("http://pictures/1", "image/jpeg", key, 9, NOW)
    entry = add(book.store, ben, "", [Media("http://pictures/1", "image/jpeg")])
    address = f"/book/entries/-{entry.id}/files/1"
    anns, cleos = book.signed_in(ann), book.signed_in(cleo)
    for path in (address, f"{address}/480"):
        assert anns.get(path).status_code == 200
        assert cleos.get(path).status_code == 404
    of(book.store, ann, lambda own: together.end(own, own.topic("shopping")))
    assert anns.get(address).status_code == 404


def test_an_open_page_hears_of_what_the_other_does_and_nobody_else_does(
    book: ServedBook, ann: Person, ben: Person, cleo: Person, shopping: tuple[Entry, Entry]
):
    def versions() -> list[str]:
        with book.store.transaction(read_only=True) as tx:
            return [tx.page_versions.of(person.id) for person in (ann, cleo)]

    def save(own: Book) -> None:
        with own.recording("save"):
            topic = own.topic("shopping")
            assert topic
            own.tx.entries.add(ben.id, ParsedText("bread"), topic.id, None, NOW)

    (anns, cleos) = versions()
    of(book.store, ben, save)
    assert versions()[0] != anns
    assert versions()[1] == cleos
    (anns, cleos) = versions()
    with book.store.transaction() as tx:
        tx.entries.change_text(shopping[1].id, ParsedText("what was heard in it"), NOW)
    assert versions()[0] != anns
    assert versions()[1] == cleos
    anns = versions()[0]
    of(book.store, ben, lambda own: together.end(own, own.topic("shopping")))
    assert versions()[0] != anns


def test_names_are_shown_as_words(book: ServedBook, ann: Person, ben: Person, shopping: tuple[Entry, Entry]):
    with book.store.transaction() as tx:
        tx.people.rename(ben.id, "<script>alert(1)</script>")
    client, address = page_of(book, ann)
    page = client.get(address).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
