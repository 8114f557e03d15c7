from datetime import timedelta

from sqlalchemy import create_engine, text

from scrapbook.store import PageMetadata, Person, Preview, Store
from scrapbook.text.parsed_text import ParsedText
from tests.integration.conftest import NOW, searched

PAGE = PageMetadata(
    "Fish & chips", "How to.", "The Site", "https://a.example/i.png", "https://a.example/c", "en"
)
FISH = Preview("https://a.example", "https://a.example/final", PAGE)
GONE = Preview("https://b.example", failure="The server answered 404.")


def add(store: Store, person: Person, said: str = "read https://a.example") -> int:
    with store.transaction() as tx:
        return tx.entries.add(person.id, ParsedText(said), None, None, NOW).id


def record(store: Store, entry: int, *previews: Preview) -> None:
    with store.transaction() as tx:
        for preview in previews:
            assert tx.previews.record(entry, preview, NOW)


def titles(url: str) -> list[str]:
    database = create_engine(url)
    with database.connect() as connection:
        rows = connection.execute(text("SELECT link_titles FROM entries ORDER BY id")).scalars().all()
    database.dispose()
    return list(rows)


def test_previews_are_recorded_in_order(store: Store, ann: Person) -> None:
    first, second = add(store, ann), add(store, ann)
    record(store, first, FISH, GONE)
    record(store, second, GONE)
    with store.transaction(read_only=True) as tx:
        assert tx.previews.of([first, second, 99]) == {first: [FISH, GONE], second: [GONE]}


def test_a_preview_replaces_the_last_one_of_its_link(store: Store, ann: Person) -> None:
    entry = add(store, ann)
    again = Preview(GONE.url, GONE.url, PageMetadata("Back"))
    record(store, entry, GONE, FISH, again)
    with store.transaction(read_only=True) as tx:
        assert tx.previews.of([entry]) == {entry: [again, FISH]}


def test_the_titles_of_pages_are_stored_with_the_entry(store: Store, url: str, ann: Person) -> None:
    entry = add(store, ann, "read https://a.example https://b.example https://c.example")
    add(store, ann)
    assert titles(url) == ["", ""]
    record(
        store, entry, FISH, GONE, Preview("https://c.example", "https://c.example", PageMetadata(site="C"))
    )
    assert titles(url) == ["Fish & chips The Site\nC", ""]


def test_a_preview_of_an_entry_that_is_gone_is_not_recorded(store: Store, ann: Person) -> None:
    entry = add(store, ann)
    with store.transaction() as tx:
        tx.entries.erase(entry)
    with store.transaction() as tx:
        assert not tx.previews.record(entry, FISH, NOW)
        assert tx.previews.of([entry]) == {}


def test_previews_go_with_the_trash(store: Store, url: str, ann: Person) -> None:
    entry = add(store, ann)
    record(store, entry, FISH)
    with store.transaction() as tx:
        tx.entries.trash(entry, NOW)
    assert store.purge_trash(NOW + timedelta(seconds=1)) == 1
    assert titles(url) == []
    with store.transaction(read_only=True) as tx:
        assert tx.previews.of([entry]) == {}


def test_a_preview_is_no_change_that_undo_would_revert(store: Store, ann: Person) -> None:
    with store.transaction() as tx, tx.changes.recording(ann.id, None, "save", {}, NOW):
        entry = tx.entries.add(ann.id, ParsedText("https://a.example"), None, None, NOW).id
    record(store, entry, FISH)
    with store.transaction() as tx:
        assert not tx.changes.touched(entry)


def test_a_long_address_is_recorded_as_well(store: Store, ann: Person) -> None:
    entry = add(store, ann)
    preview = Preview("https://a.example/" + "\u00e9" * 20_000, "https://a.example/" + "%C3%A9" * 20_000)
    record(store, entry, preview)
    with store.transaction(read_only=True) as tx:
        assert tx.previews.of([entry]) == {entry: [preview]}


def found(store: Store, person: Person, query: str) -> list[str]:
    with store.transaction(read_only=True) as tx:
        return [entry.text for entry in searched(tx, person, query, 10)]


def test_an_entry_is_found_by_the_title_of_its_page(store: Store, ann: Person) -> None:
    entry = add(store, ann)
    add(store, ann, "something else")
    assert found(store, ann, "chips") == []
    record(store, entry, FISH)
    assert found(store, ann, "chips") == ["read https://a.example"]
    assert found(store, ann, "chpis site") == ["read https://a.example"]
    with store.transaction() as tx:
        tx.entries.change_text(entry, ParsedText("read (https://a.example)"), NOW)
    assert found(store, ann, "chips") == ["read (https://a.example)"]
    with store.transaction() as tx:
        tx.entries.change_text(entry, ParsedText("read this"), NOW)
    assert found(store, ann, "chips") == []
