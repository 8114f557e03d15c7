"""From the message that made an entry to what is known of the pages behind its links."""

from collections.abc import Iterator

import pytest

from scrapbook.errors import LinkError
from scrapbook.links.reader import TOO_COSTLY, TOO_SLOW
from scrapbook.store import PageMetadata, Person, Preview, Store
from scrapbook.text.parsed_text import ParsedText
from scrapbook.workflows import link_previews
from scrapbook.workflows.link_previews import MAX_LINKS, LinkPreviewer
from scrapbook.workflows.retry import Retrier, RetryPolicy, ShutdownRequested
from tests.integration.conftest import NOW, searched
from tests.support.pages import PageServer, after_failures, page, redirect, serving, status

URL = "https://site.example/a"
SEEN = Preview(URL, URL, PageMetadata("A page", site="A site"))


@pytest.fixture
def server() -> Iterator[PageServer]:
    with serving() as server:
        yield server


@pytest.fixture
def retrier() -> Retrier:
    return Retrier()


@pytest.fixture
def previewer(
    store: Store, server: PageServer, retrier: Retrier, monkeypatch: pytest.MonkeyPatch
) -> LinkPreviewer:
    monkeypatch.setattr(link_previews, "PREVIEW_LINK", RetryPolicy(LinkError, 2))
    return LinkPreviewer(store, server.reader, retrier)


def receive(store: Store, person: Person, *texts: str) -> list[int]:
    with store.transaction() as tx:
        fields = {"from_": "+15550100", "to": "+15550199", "body": "", "received_at": NOW}
        tx.messages.record(message_id="SM1", person_id=person.id, **fields)
        return [tx.entries.add(person.id, ParsedText(text), None, "SM1", NOW).id for text in texts]


def reword(store: Store, person: Person, entry: int, text: str, message_id: str) -> None:
    with store.transaction() as tx:
        fields = {"from_": "+15550100", "to": "+15550199", "body": "", "received_at": NOW}
        tx.messages.record(message_id=message_id, person_id=person.id, **fields)
        with tx.changes.recording(
            person.id, message_id, "edit", {"entry": tx.entries.get(entry).number}, NOW
        ):
            tx.entries.change_text(entry, ParsedText(text), NOW)


def previews(store: Store, entry: int) -> list[Preview]:
    with store.transaction(read_only=True) as tx:
        return tx.previews.of([entry]).get(entry, [])


def test_the_pages_behind_the_links_of_a_message_are_previewed(
    store: Store, ann: Person, server: PageServer, previewer: LinkPreviewer
) -> None:
    server.pages |= {"/a": page(), "/b": redirect("https://other.example/c"), "/c": page(b"<title>C</title>")}
    first, second, third = receive(store, ann, f"see {URL}.", "www.site.example/b", "no link")
    previewer.preview("SM1")
    assert previews(store, first) == [SEEN]
    moved = Preview(
        "http://www.site.example/b", "https://other.example/c", PageMetadata("C", site="other.example")
    )
    assert previews(store, second) == [moved]
    assert previews(store, third) == []


def test_what_is_known_is_not_fetched_again(
    store: Store, ann: Person, server: PageServer, previewer: LinkPreviewer
) -> None:
    server.pages |= {"/a": page(), "/b": page()}
    receive(store, ann, f"{URL} {URL} https://site.example/gone")
    previewer.preview("SM1")
    previewer.preview("SM1")
    assert server.paths() == ["/a", "/gone"]


def test_it_goes_on_where_it_was_interrupted(
    store: Store, ann: Person, server: PageServer, previewer: LinkPreviewer
) -> None:
    server.pages |= {"/a": page(), "/b": page()}
    [entry] = receive(store, ann, f"{URL} https://site.example/b")
    with store.transaction() as tx:
        tx.previews.record(entry, SEEN, NOW)
    previewer.preview("SM1")
    assert server.paths() == ["/b"]
    assert [preview.url for preview in previews(store, entry)] == [URL, "https://site.example/b"]


def test_a_server_that_recovers_is_waited_for(
    store: Store, ann: Person, server: PageServer, previewer: LinkPreviewer
) -> None:
    server.pages["/a"] = after_failures(1, page())
    [entry] = receive(store, ann, URL)
    previewer.preview("SM1")
    assert previews(store, entry) == [SEEN]


@pytest.mark.parametrize(("code", "tries"), [(404, 1), (503, 2)])
def test_a_page_that_cannot_be_had_is_recorded_so(
    store: Store, ann: Person, server: PageServer, previewer: LinkPreviewer, code: int, tries: int
) -> None:
    server.pages["/a"] = status(code)
    [entry] = receive(store, ann, URL)
    previewer.preview("SM1")
    assert previews(store, entry) == [Preview(URL, failure=f"The server answered {code}.")]
    assert len(server.requests) == tries


def test_one_bad_link_does_not_keep_the_next_from_being_previewed(
    store: Store, ann: Person, server: PageServer, previewer: LinkPreviewer
) -> None:
    server.pages["/a"] = page()
    [entry] = receive(store, ann, f"http://127.0.0.1/ http://u:p@site.example/ {URL}")
    previewer.preview("SM1")
    assert [bool(preview.failure) for preview in previews(store, entry)] == [True, True, False]


def test_of_many_links_only_the_first_are_previewed(
    store: Store, ann: Person, server: PageServer, previewer: LinkPreviewer
) -> None:
    [entry] = receive(store, ann, " ".join(f"https://site.example/{n}" for n in range(50)))
    previewer.preview("SM1")
    previewer.preview("SM1")
    assert server.paths() == [f"/{n}" for n in range(MAX_LINKS)]
    assert len(previews(store, entry)) == MAX_LINKS


def test_an_entry_in_the_trash_is_left_alone(
    store: Store, ann: Person, server: PageServer, previewer: LinkPreviewer
) -> None:
    [entry] = receive(store, ann, URL)
    with store.transaction() as tx:
        tx.entries.trash(entry, NOW)
    previewer.preview("SM1")
    assert server.requests == []


def test_when_the_app_is_stopped_the_link_is_left_for_the_next_start(
    store: Store, ann: Person, server: PageServer, retrier: Retrier, previewer: LinkPreviewer
) -> None:
    server.pages["/a"] = after_failures(1, page())
    [entry] = receive(store, ann, URL)
    retrier.stop()
    with pytest.raises(ShutdownRequested):
        previewer.preview("SM1")
    assert previews(store, entry) == []
    LinkPreviewer(store, server.reader, Retrier()).preview("SM1")
    assert previews(store, entry) == [SEEN]


def test_a_link_that_an_edit_brings_is_previewed_and_the_others_are_not_fetched_again(
    store: Store, ann: Person, server: PageServer, previewer: LinkPreviewer
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
    store: Store, ann: Person, server: PageServer, previewer: LinkPreviewer
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
    store: Store, ann: Person, server: PageServer, previewer: LinkPreviewer
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


def test_a_link_that_a_form_brings_is_previewed(
    store: Store, ann: Person, server: PageServer, previewer: LinkPreviewer
) -> None:
    server.pages["/a"] = page()
    with store.transaction() as tx, tx.changes.recording(ann.id, None, "save", {}, NOW):
        entry = tx.entries.add(ann.id, ParsedText(f"A comic\n{URL}"), None, None, NOW).id
    with store.transaction(read_only=True) as tx:
        change = tx.changes.latest(ann.id)
    assert change
    previewer.preview_change(ann.id, change.id)
    previewer.preview_change(ann.id, change.id)
    assert previews(store, entry) == [SEEN]
    assert server.paths() == ["/a"]


def test_a_page_that_takes_too_much_costs_its_title_alone(
    store: Store, ann: Person, server: PageServer, previewer: LinkPreviewer
) -> None:
    hostile = b"<a " + b" ".join(b"a%d" % number for number in range(80_000)) + b">"
    server.pages |= {"/a": page(hostile), "/b": page()}
    [entry] = receive(store, ann, f"{URL} https://site.example/b")
    previewer.preview("SM1")
    costly, usual = previews(store, entry)
    # A busy machine may reach the limit of the time before that of the processor.
    assert costly.failure in {TOO_COSTLY, TOO_SLOW}
    assert usual.page == SEEN.page
    assert found(store, ann, "site.example") == [entry]
