"""From the message that made an entry to what is known of the pages behind its links."""

from collections.abc import Iterator

import pytest

from scrapbook.links.fetching import PageFetcher
from scrapbook.links.previewing import MAX_LINKS, Previewer, may_bring_links
from scrapbook.patience import Patience, Stopping
from scrapbook.store import Page, Person, Preview, Store
from tests.integration.conftest import NOW, searched
from tests.integration.pages import PageServer, after_failures, page, redirect, serving, status

URL = "https://site.example/a"
SEEN = Preview(URL, URL, Page("A page", site="A site"))


@pytest.fixture
def server() -> Iterator[PageServer]:
    with serving() as server:
        yield server


@pytest.fixture
def patience() -> Patience:
    return Patience()


@pytest.fixture
def previewer(store: Store, server: PageServer, patience: Patience) -> Previewer:
    return Previewer(store, PageFetcher(server.transport), patience, attempts=2)


def receive(store: Store, person: Person, *texts: str) -> list[int]:
    with store.transaction() as tx:
        fields = {"from_": "+15550100", "to": "+15550199", "body": "", "received_at": NOW}
        tx.messages.record(sid="SM1", person_id=person.id, **fields)
        return [tx.entries.add(person.id, text, None, "SM1", NOW).id for text in texts]


def reword(store: Store, person: Person, entry: int, text: str, sid: str) -> None:
    with store.transaction() as tx:
        fields = {"from_": "+15550100", "to": "+15550199", "body": "", "received_at": NOW}
        tx.messages.record(sid=sid, person_id=person.id, **fields)
        with tx.changes.recording(person.id, sid, "edit", {"entry": tx.entries.get(entry).number}, NOW):
            tx.entries.change_text(entry, text, NOW)


def previews(store: Store, entry: int) -> list[Preview]:
    with store.transaction(read_only=True) as tx:
        return tx.previews.of([entry]).get(entry, [])


def test_the_pages_behind_the_links_of_a_message_are_previewed(
    store: Store, ann: Person, server: PageServer, previewer: Previewer
) -> None:
    server.pages |= {"/a": page(), "/b": redirect("https://other.example/c"), "/c": page(b"<title>C</title>")}
    first, second, third = receive(store, ann, f"see {URL}.", "www.site.example/b", "no link")
    previewer.preview("SM1")
    assert previews(store, first) == [SEEN]
    moved = Preview("http://www.site.example/b", "https://other.example/c", Page("C", site="other.example"))
    assert previews(store, second) == [moved]
    assert previews(store, third) == []


def test_what_is_known_is_not_fetched_again(
    store: Store, ann: Person, server: PageServer, previewer: Previewer
) -> None:
    server.pages |= {"/a": page(), "/b": page()}
    receive(store, ann, f"{URL} {URL} https://site.example/gone")
    previewer.preview("SM1")
    previewer.preview("SM1")
    assert server.paths() == ["/a", "/gone"]


def test_it_goes_on_where_it_was_interrupted(
    store: Store, ann: Person, server: PageServer, previewer: Previewer
) -> None:
    server.pages |= {"/a": page(), "/b": page()}
    [entry] = receive(store, ann, f"{URL} https://site.example/b")
    with store.transaction() as tx:
        tx.previews.record(entry, SEEN, NOW)
    previewer.preview("SM1")
    assert server.paths() == ["/b"]
    assert [preview.url for preview in previews(store, entry)] == [URL, "https://site.example/b"]


def test_a_server_that_recovers_is_waited_for(
    store: Store, ann: Person, server: PageServer, previewer: Previewer
) -> None:
    server.pages["/a"] = after_failures(1, page())
    [entry] = receive(store, ann, URL)
    previewer.preview("SM1")
    assert previews(store, entry) == [SEEN]


@pytest.mark.parametrize(("code", "tries"), [(404, 1), (503, 2)])
def test_a_page_that_cannot_be_had_is_recorded_so(
    store: Store, ann: Person, server: PageServer, previewer: Previewer, code: int, tries: int
) -> None:
    server.pages["/a"] = status(code)
    [entry] = receive(store, ann, URL)
    previewer.preview("SM1")
    assert previews(store, entry) == [Preview(URL, failure=f"The server answered {code}.")]
    assert len(server.requests) == tries


def test_one_bad_link_does_not_keep_the_next_from_being_previewed(
    store: Store, ann: Person, server: PageServer, previewer: Previewer
) -> None:
    server.pages["/a"] = page()
    [entry] = receive(store, ann, f"http://127.0.0.1/ http://u:p@site.example/ {URL}")
    previewer.preview("SM1")
    assert [bool(preview.failure) for preview in previews(store, entry)] == [True, True, False]


def test_of_many_links_only_the_first_are_previewed(
    store: Store, ann: Person, server: PageServer, previewer: Previewer
) -> None:
    [entry] = receive(store, ann, " ".join(f"https://site.example/{n}" for n in range(50)))
    previewer.preview("SM1")
    previewer.preview("SM1")
    assert server.paths() == [f"/{n}" for n in range(MAX_LINKS)]
    assert len(previews(store, entry)) == MAX_LINKS


def test_an_entry_in_the_trash_is_left_alone(
    store: Store, ann: Person, server: PageServer, previewer: Previewer
) -> None:
    [entry] = receive(store, ann, URL)
    with store.transaction() as tx:
        tx.entries.trash(entry, NOW)
    previewer.preview("SM1")
    assert server.requests == []


def test_when_the_house_is_stopped_the_link_is_left_for_the_next_start(
    store: Store, ann: Person, server: PageServer, patience: Patience, previewer: Previewer
) -> None:
    server.pages["/a"] = after_failures(1, page())
    [entry] = receive(store, ann, URL)
    patience.stop()
    with pytest.raises(Stopping):
        previewer.preview("SM1")
    assert previews(store, entry) == []
    Previewer(store, PageFetcher(server.transport), Patience()).preview("SM1")
    assert previews(store, entry) == [SEEN]


def test_a_link_that_an_edit_brings_is_previewed_and_the_others_are_not_fetched_again(
    store: Store, ann: Person, server: PageServer, previewer: Previewer
) -> None:
    server.pages |= {"/a": page(), "/b": page()}
    [entry] = receive(store, ann, URL)
    previewer.preview("SM1")
    reword(store, ann, entry, f"{URL} https://site.example/b", "SM2")
    previewer.preview("SM2")
    previewer.preview("SM2")
    assert server.paths() == ["/a", "/b"]
    assert [preview.url for preview in previews(store, entry)] == [URL, "https://site.example/b"]


def test_an_entry_is_found_by_the_titles_of_the_links_that_it_has(
    store: Store, ann: Person, server: PageServer, previewer: Previewer
) -> None:
    server.pages |= {"/a": page(b"<title>Herons</title>"), "/b": page(b"<title>Egrets</title>")}
    [entry] = receive(store, ann, URL)
    previewer.preview("SM1")
    reword(store, ann, entry, "https://site.example/b", "SM2")
    assert found(store, ann, "herons") == []
    previewer.preview("SM2")
    assert (found(store, ann, "herons"), found(store, ann, "egrets")) == ([], [entry])
    with store.transaction() as tx:
        tx.changes.undo_latest(ann.id, NOW)
    assert (found(store, ann, "herons"), found(store, ann, "egrets")) == ([entry], [])


def test_a_page_looked_at_after_an_edit_is_found_when_the_edit_is_undone(
    store: Store, ann: Person, server: PageServer, previewer: Previewer
) -> None:
    server.pages["/a"] = page(b"<title>Herons</title>")
    [entry] = receive(store, ann, URL)
    reword(store, ann, entry, f"see {URL}", "SM2")
    previewer.preview("SM1")
    with store.transaction() as tx:
        tx.changes.undo_latest(ann.id, NOW)
    assert found(store, ann, "herons") == [entry]


def found(store: Store, person: Person, query: str) -> list[int]:
    with store.transaction(read_only=True) as tx:
        return [entry.id for entry in searched(tx, person, query)]


@pytest.mark.parametrize(("text", "may"), [("see https://a.example", True), (" 1 ", True), ("1 more", False)])
def test_a_message_without_a_link_may_bring_one_only_as_an_answer(text: str, may: bool) -> None:
    assert may_bring_links(text) is may
