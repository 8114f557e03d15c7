"""What is shared: who reads it, what of it, and that nobody does once it has ended."""

import io
import re
from datetime import timedelta

import httpx
import pytest
from lxml import etree
from PIL import Image

from scrapbook.core import Book, sharing, topics
from scrapbook.core.undo import undo
from scrapbook.store import Entry, Media, Person, Store, Topic
from scrapbook.text.parsed_text import ParsedText
from tests.integration.conftest import NOW
from tests.support.pictures import drawn, encoded
from tests.support.served_book import ServedBook, serving_book

ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = '<script>alert(1)</script> " onload="x" {{ 7 * 7 }} ]]> \x07\u202e &amp;'


@pytest.fixture(params=["sqlite_url", "postgresql_url"])
def url(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue(request.param)


def of(store: Store, person: Person, change, at=NOW):
    """What ``change`` of the person's book returns."""
    with store.transaction() as tx:
        return change(Book(tx, tx.people.get(person.id), "", at))


def filed(store: Store, person: Person, name: str, *texts: str, media: tuple[Media, ...] = ()) -> list[Entry]:
    """New entries of a topic, each a minute after the one before."""

    def add(book: Book) -> list[Entry]:
        topic = book.topic_or_new(name)
        return [
            book.tx.entries.add(
                person.id, ParsedText(text), topic.id, None, NOW + timedelta(minutes=n), media
            )
            for n, text in enumerate(texts)
        ]

    return of(store, person, add)


def shared(store: Store, person: Person, name: str) -> str:
    """The path of the public page of a topic, shared now if it was not."""

    def share(book: Book) -> str:
        topic = sharing.topic_to_share(book, name)
        assert isinstance(topic, Topic)
        return sharing.share_url("", sharing.share(book, topic))

    return of(store, person, share)


@pytest.fixture
def public(book: ServedBook) -> httpx.Client:
    """A browser of somebody who was never signed in."""
    return book.client()


def test_anybody_with_the_address_reads_the_topic_newest_first_and_nothing_else(
    book: ServedBook, public: httpx.Client, ann: Person
):
    filed(book.store, ann, "python", "a generator is lazy", "a decorator wraps")
    filed(book.store, ann, "diary", "a secret")
    answer = public.get(shared(book.store, ann, "python"))
    assert answer.status_code == 200
    page = answer.text
    assert page.index("a decorator wraps") < page.index("a generator is lazy")
    assert f"{ann.name}’s book" in page
    assert '<meta name="robots" content="noindex">' in page
    assert answer.headers["X-Robots-Tag"].startswith("noindex")
    for hidden in ("a secret", "<form", "/book/entries/", "#1", "csrf", "+1555", "<script"):
        assert hidden not in page, hidden


def test_open_graph_names_the_topic_its_words_and_the_address(
    book: ServedBook, public: httpx.Client, ann: Person
):
    filed(book.store, ann, "python", "a decorator wraps")
    path = shared(book.store, ann, "python")
    page = public.get(path).text
    found = dict(re.findall(r'<meta property="og:(\w+)" content="([^"]*)">', page))
    assert found["title"] == "python"
    assert found["description"] == "a decorator wraps"
    assert found["url"] == f"{book.url}{path}"


def test_the_address_is_of_128_random_bits_and_stays_the_same(book: ServedBook, ann: Person):
    filed(book.store, ann, "python", "one")
    filed(book.store, ann, "rust", "two")
    address = shared(book.store, ann, "python")
    assert re.fullmatch(r"/shared/[0-9a-f]{32}", address)
    assert shared(book.store, ann, "python") == address
    assert shared(book.store, ann, "rust") != address


def test_long_topics_have_pages_and_every_entry_is_on_one_of_them_once(
    book: ServedBook, public: httpx.Client, ann: Person
):
    texts = [f"entry {n} of it {'x' * (n % 7) * 900}" for n in range(60)]
    filed(book.store, ann, "python", *texts)

    def at_once(book: Book) -> None:  # as one message does that saves several
        topic = book.topic_or_new("python")
        for n in range(60, 180):
            book.tx.entries.add(ann.id, ParsedText(f"entry {n} of it"), topic.id, None, NOW)

    of(book.store, ann, at_once)
    path: str | None = shared(book.store, ann, "python")
    seen: list[str] = []
    while path:
        page = public.get(path).text
        assert len(page.encode()) < 100_000
        seen += re.findall(r"entry (\d+) of it", page.partition("<main")[2])
        following = re.search(r'<a href="([^"]*)" rel="next">', page)
        path = following[1].replace("&amp;", "&") if following else None
    assert sorted(map(int, seen)) == list(range(180))


def pictured(book: ServedBook, person: Person, name: str, picture: bytes) -> Entry:
    """An entry with a picture that is stored."""
    files = book.files
    key = files.save(picture, "image/jpeg")
    link = f"https://example.com/{key}"
    with book.store.transaction() as tx:
        tx.files.mark_stored(link, "image/jpeg", key, len(picture), NOW)
        tx.files.set_picture_size(key, 1200, 800)
    [entry] = filed(book.store, person, name, "a bird", media=(Media(link, "image/jpeg"),))
    return entry


def addresses(page: str) -> list[str]:
    return re.findall(r'<img src="([^"]+)"', page)


def test_pictures_are_shown_without_their_metadata_and_only_while_their_entry_is_shared(
    book: ServedBook, public: httpx.Client, ann: Person
):
    exif = Image.Exif()
    exif[0x010F] = "the secret camera"
    entry = pictured(book, ann, "birds", encoded(drawn(1200, 800), "JPEG", exif=exif))
    page = shared(book.store, ann, "birds")
    [picture] = addresses(public.get(page).text)
    answer = public.get(picture, timeout=60)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/webp")
    assert b"secret camera" not in answer.content
    assert not Image.open(io.BytesIO(answer.content)).getexif()
    assert answer.headers["Cache-Control"] == "no-cache"
    again = public.get(picture, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    # The original, with its metadata, has no address, and no other size is made.
    assert public.get(picture.rpartition("/")[0]).status_code == 404
    assert public.get(f"{picture.rpartition('/')[0]}/1000").status_code == 404
    # Nor does the address of another share have it.
    filed(book.store, ann, "python", "one")
    other = shared(book.store, ann, "python")
    assert public.get(picture.replace(page, other)).status_code == 404
    with book.store.transaction() as tx:
        tx.entries.trash(entry.id, NOW)
    assert public.get(picture, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 404
    assert "a bird" not in public.get(page).text


def test_an_entry_that_leaves_the_topic_leaves_the_page_and_the_feed(
    book: ServedBook, public: httpx.Client, ann: Person
):
    first, _ = filed(book.store, ann, "python", "a generator is lazy", "a decorator wraps")
    path = shared(book.store, ann, "python")
    of(book.store, ann, lambda own: topics.file(own, [first.number], "diary"))
    for address in (path, f"{path}/feed.atom"):
        assert "a generator is lazy" not in public.get(address).text
        assert "a decorator wraps" in public.get(address).text


def test_unshared_the_page_the_feed_and_the_pictures_are_gone_at_once(
    book: ServedBook, public: httpx.Client, ann: Person
):
    pictured(book, ann, "birds", encoded(drawn(1200, 800), "JPEG"))
    path = shared(book.store, ann, "birds")
    before = public.get(path)
    everything = [path, f"{path}/feed.atom", *addresses(before.text)]
    assert [public.get(address, timeout=60).status_code for address in everything] == [200, 200, 200]
    of(book.store, ann, lambda own: sharing.unshare(own, "birds"))
    never = public.get(f"/shared/{'0' * 32}")
    for address in everything:
        answer = public.get(address, headers={"If-None-Match": before.headers["ETag"]})
        assert (answer.status_code, answer.text) == (404, never.text)
        assert "no-store" in answer.headers["Cache-Control"]
    assert shared(book.store, ann, "birds") != path


def test_a_page_that_did_not_change_is_not_sent_again(book: ServedBook, public: httpx.Client, ann: Person):
    filed(book.store, ann, "python", "one")
    path = shared(book.store, ann, "python")
    for address in (path, f"{path}/feed.atom"):
        first = public.get(address)
        assert first.headers["Cache-Control"] == "no-cache"
        assert first.headers["Last-Modified"].endswith("GMT")
        known = {"If-None-Match": first.headers["ETag"]}
        assert public.get(address, headers=known).status_code == 304
    filed(book.store, ann, "python", "two")
    assert public.get(path, headers=known).status_code == 200


def test_the_feed_is_valid_and_its_ids_are_stable(book: ServedBook, public: httpx.Client, ann: Person):
    filed(book.store, ann, "python", "one", HOSTILE, "three")
    path = f"{shared(book.store, ann, 'python')}/feed.atom"
    answer = public.get(path)
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    feed = etree.fromstring(answer.content)
    assert feed.tag == f"{ATOM}feed"
    for parent in (feed, *feed.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(parent.findall(f"{ATOM}{name}")) == 1
            assert parent.findtext(f"{ATOM}{name}")
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == f"{ann.name}’s book"
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links["self"] == f"{book.url}{path}"
    texts = [entry.findtext(f"{ATOM}content") or "" for entry in feed.iter(f"{ATOM}entry")]
    assert texts[0] == "three"
    assert "<script>alert(1)</script>" in texts[1]
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")]
    assert len(set(ids)) == 3
    filed(book.store, ann, "python", "four")
    later = etree.fromstring(public.get(path).content)
    assert set(ids) < {entry.findtext(f"{ATOM}id") for entry in later.iter(f"{ATOM}entry")}


def test_hostile_words_and_names_are_shown_as_words(book: ServedBook, public: httpx.Client, ann: Person):
    with book.store.transaction() as tx:
        tx.people.rename(ann.id, "<b>Ann</b>")
    filed(book.store, ann, '"><img src=x>', HOSTILE, "javascript:alert(1)")
    answer = public.get(shared(book.store, ann, '"><img src=x>'))
    assert answer.status_code == 200
    for raw in ("<script>alert", "<img src=x", "<b>Ann", 'href="javascript:', "\x07", "\u202e"):
        assert raw not in answer.text, raw
    assert "{{ 7 * 7 }}" in answer.text
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


def test_a_number_in_place_of_a_name_and_contact_cards_are_not_shown(
    book: ServedBook, public: httpx.Client, ann: Person
):
    with book.store.transaction() as tx:
        tx.people.rename(ann.id, "+15550100")
    filed(book.store, ann, "people", "Tom +15550177", media=(Media("https://example.com/c", "text/vcard"),))
    filed(book.store, ann, "people", "a good dinner")
    path = shared(book.store, ann, "people")
    for address in (path, f"{path}/feed.atom"):
        text = public.get(address).text
        assert "a good dinner" in text
        assert "+1555" not in text


def test_a_renamed_topic_stays_shared_and_a_merged_one_does_not(
    book: ServedBook, public: httpx.Client, ann: Person
):
    filed(book.store, ann, "python", "one")
    filed(book.store, ann, "snakes", "two")
    path = shared(book.store, ann, "python")
    of(book.store, ann, lambda own: topics.rename(own, "python", "pythons"))
    assert '<h1 dir="auto">pythons</h1>' in public.get(path).text

    def merge(own: Book) -> None:
        source, target = topics.existing(own, "pythons"), topics.existing(own, "snakes")
        assert isinstance(source, Topic)
        assert isinstance(target, Topic)
        topics.merge(own, source, target)

    of(book.store, ann, merge)
    assert public.get(path).status_code == 404
    of(book.store, ann, undo)
    assert public.get(path).status_code == 200


def test_undo_ends_a_share_and_brings_one_back(book: ServedBook, public: httpx.Client, ann: Person):
    filed(book.store, ann, "python", "one")
    path = shared(book.store, ann, "python")
    of(book.store, ann, lambda own: sharing.unshare(own, "python"))
    assert of(book.store, ann, undo).response == "utter_undid_unshare"
    assert public.get(path).status_code == 200
    assert of(book.store, ann, undo).response == "utter_undid_share"
    assert public.get(path).status_code == 404


def test_the_page_of_a_topic_shares_it_and_ends_that(book: ServedBook, public: httpx.Client, ann: Person):
    [entry] = filed(book.store, ann, "python", "one")
    anns = book.signed_in(ann)
    page = f"/book/topics/{entry.topic_id}"
    form = {"csrf": book.csrf(anns)}
    assert anns.post(f"{page}/share").status_code == 403
    assert anns.post(f"{page}/share", data=form).status_code == 303
    found = re.search(r"/shared/\w{32}", anns.get(page).text)
    assert found
    assert public.get(found[0]).status_code == 200
    assert anns.post(f"{page}/unshare", data=form).status_code == 303
    assert public.get(found[0]).status_code == 404


def test_the_settings_list_the_shares_and_end_them(book: ServedBook, public: httpx.Client, ann: Person):
    filed(book.store, ann, "python", "one")
    path = shared(book.store, ann, "python")
    anns = book.signed_in(ann)
    page = anns.get("/book/settings").text
    assert path in page
    form = re.search(r"/book/settings/shares/\d+/end", page)
    assert form
    assert anns.post(form[0], data={"csrf": book.csrf(anns)}).status_code == 303
    assert public.get(path).status_code == 404
    assert path not in anns.get("/book/settings").text


def test_nobody_shares_or_ends_what_is_another_persons(
    book: ServedBook, public: httpx.Client, ann: Person, ben: Person
):
    [bens] = filed(book.store, ben, "python", "of ben")
    [secret] = filed(book.store, ben, "diary", "a secret")
    path = shared(book.store, ben, "python")
    anns = book.signed_in(ann)
    form = {"csrf": book.csrf(anns)}
    with book.store.transaction(read_only=True) as tx:
        [share] = tx.shares.of_person(ben.id)
    for address in (
        f"/book/settings/shares/{share.id}/end",
        f"/book/topics/{bens.topic_id}/unshare",
        f"/book/topics/{secret.topic_id}/share",
    ):
        assert anns.post(address, data=form).status_code == 404
    assert isinstance(of(book.store, ann, lambda own: sharing.unshare(own, "python")), sharing.NotShared)
    assert public.get(path).status_code == 200
    with book.store.transaction(read_only=True) as tx:
        assert len(tx.shares.of_person(ben.id)) == 1


@pytest.mark.parametrize("end", ["", "/feed.atom", "/pictures/" + "0" * 64 + "/480"])
def test_the_public_addresses_only_read(book: ServedBook, public: httpx.Client, ann: Person, end: str):
    filed(book.store, ann, "python", "one")
    path = shared(book.store, ann, "python")
    assert public.post(f"{path}{end}").status_code == 405
    assert public.get(f"/shared/{'x' * 5000}{end}").status_code in {404, 414}


@pytest.mark.parametrize(
    "query",
    ["until=x&skip=y", "until=2026-01-01", "until=9999-12-31T23:59:59%2B00:00", "skip=-1", "until=%00"],
)
def test_addresses_that_nobody_gave_out_show_the_newest(
    book: ServedBook, public: httpx.Client, ann: Person, query: str
):
    filed(book.store, ann, "python", "one")
    answer = public.get(f"{shared(book.store, ann, 'python')}?{query}")
    assert answer.status_code == 200
    assert "one" in answer.text


def test_guessing_is_limited(store: Store):
    from scrapbook.net.rate_limiter import RateLimiter

    with serving_book(store, misses=RateLimiter[str](3, lambda: 0.0)) as book:
        statuses = [book.client().get(f"/shared/{n:032}").status_code for n in range(5)]
    assert statuses == [404, 404, 404, 429, 429]
