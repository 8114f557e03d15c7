"""The forms of an entry, over real HTTP: what they change, and that a text undoes it and a page a text."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from actions import action
from scrapbook.core.stale_pages import version_of
from scrapbook.store import Entry, Media, Person, Store
from scrapbook.text.parsed_text import ParsedText
from scrapbook.web.book.changing import book_changing_routes
from scrapbook.web.book.form_changes import PART
from scrapbook.web.book.uploads import MAX_TEXT
from tests.integration.actions.conversation import Conversation
from tests.integration.conftest import as_actions_role
from tests.support.book_pages import Flashes, Visitor, book_served

FORMS = ("edit", "file", "pin", "unpin", "tick", "delete", "restore")


@pytest.fixture
def flashes() -> Flashes:
    return Flashes()


@pytest.fixture
def url(request: pytest.FixtureRequest, sqlite_url: str) -> str:
    """SQLite, unless a test asks for another."""
    return request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_url")


on_each_database = pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def linked() -> list[tuple[int, int]]:
    """The person and the change of each form that has brought links."""
    return []


@pytest.fixture
def base(store: Store, flashes: Flashes, linked: list[tuple[int, int]]) -> Iterator[str]:
    with book_served(book_changing_routes(store, flashes, lambda *ids: linked.append(ids))) as base:
        yield base


@pytest.fixture
def page(base: str, ann: Person) -> Visitor:
    return Visitor(base, ann.id)


@pytest.fixture
def phone(url: str, store: Store, ann: Person, monkeypatch: pytest.MonkeyPatch) -> Iterator[Conversation]:
    """The person's phone: the actions, without Rasa."""
    monkeypatch.setenv("SCRAPBOOK_DATABASE_URL", url)
    monkeypatch.setenv("SCRAPBOOK_ACTIONS_DATABASE_URL", as_actions_role(url))
    action.close()
    yield Conversation(store, ann)
    action.close()


def added(store: Store, person: Person, text: str, topic: str = "", media: tuple[Media, ...] = ()) -> Entry:
    def add_(tx):
        known = tx.topics.by_name(person.id, topic) if topic else None
        topic_id = (known or tx.topics.add(person.id, topic)).id if topic else None
        return tx.entries.add(person.id, ParsedText(text), topic_id, None, datetime.now(UTC), media)

    return store.write(add_)


def now(store: Store, entry: Entry) -> Entry:
    return store.read(lambda tx: tx.entries.get(entry.id))


def latest_change(store: Store, person: Person) -> str:
    change = store.read(lambda tx: tx.changes.latest(person.id))
    return str(change.id) if change else ""


def send(page: Visitor, store: Store, entry: Entry, form: str, **fields: str):
    """A form of a page that shows the entry as it is now."""
    version = version_of(now(store, entry))
    return page.change(f"/book/entries/{entry.number}/{form}", version=version, **fields)


@on_each_database
def test_every_form_changes_the_entry_and_a_text_undoes_it(
    page: Visitor, store: Store, ann: Person, flashes: Flashes, phone: Conversation
) -> None:
    entry = added(store, ann, "milk", "shopping")
    added(store, ann, "a thought", "python")
    done: list[tuple[str, dict[str, str], str]] = [
        ("edit", {"text": "oat milk"}, "Undone: 1 reads as before."),
        ("file", {"topic": "pyhton"}, "Undone: 1 filed as before."),
        ("pin", {}, "Undone: 1 not pinned any more."),
        ("delete", {}, "Undone: 1 back from the trash."),
        ("tick", {}, "Undone: 1 back from the trash."),
    ]
    for form, fields, undone in done:
        before = now(store, entry)
        answer = send(page, store, entry, form, **fields)
        assert answer.status_code == 303, answer.text
        assert now(store, entry) != before
        assert phone.text("action_undo", "undo") == undone
        assert now(store, entry) == before
    assert flashes.lines == [
        "Changed 1.",
        "Filed 1 under python.",
        "Pinned 1.",
        "Deleted 1.",
        'Took "milk" off shopping.',
    ]


@on_each_database
def test_the_page_undoes_what_was_texted(
    page: Visitor, store: Store, ann: Person, flashes: Flashes, phone: Conversation
) -> None:
    entry = added(store, ann, "milk")
    phone.text("action_edit", "edit 1 oat milk", entry=["1"], words="oat milk")
    assert now(store, entry).text == "oat milk"
    page.change("/book/undo", change=latest_change(store, ann))
    assert now(store, entry).text == "milk"
    assert flashes.lines == ["Undone: 1 reads as before."]
    page.change("/book/undo")
    assert flashes.lines[-1] == "There is nothing left to undo."


def test_an_entry_is_restored_and_unpinned(
    page: Visitor, store: Store, ann: Person, flashes: Flashes
) -> None:
    entry = added(store, ann, "milk")
    for form in ("pin", "unpin", "delete", "restore"):
        assert send(page, store, entry, form).status_code == 303
    assert now(store, entry) == entry
    assert flashes.lines == ["Pinned 1.", "Unpinned 1.", "Deleted 1.", "Restored 1."]


def test_a_transcript_is_corrected(page: Visitor, store: Store, ann: Person) -> None:
    sound = Media("https://api.twilio.com/sound", "audio/ogg")
    memo = added(store, ann, "sea you at nine", media=(sound,))
    form = page.client.get(f"/book/entries/{memo.number}/edit").text
    assert "What the recording says" in form
    send(page, store, memo, "edit", text="see you at nine")
    assert now(store, memo).text == "see you at nine"


def test_what_was_changed_meanwhile_is_not_overwritten_and_both_are_shown(
    page: Visitor, store: Store, ann: Person, phone: Conversation, flashes: Flashes
) -> None:
    entry = added(store, ann, "milk")
    shown = page.client.get("/book/entries/1/edit").text
    version = field(shown, "version")
    phone.text("action_edit", "edit 1 oat <milk>", entry=["1"], words="oat <milk>")
    conflict = page.change("/book/entries/1/edit", version=version, text="soy <milk>\r\nand tea")
    assert conflict.status_code == 409
    assert '<p class="prose" dir="auto">oat &lt;milk&gt;</p>' in conflict.text
    assert "\nsoy &lt;milk&gt;\nand tea</textarea>" in conflict.text
    assert now(store, entry).text == "oat <milk>"
    assert flashes.lines == []
    # The form of that page carries it out.
    version = field(conflict.text, "version")
    assert page.change("/book/entries/1/edit", version=version, text="soy").status_code == 303
    assert now(store, entry).text == "soy"


@pytest.mark.parametrize("form", FORMS)
def test_no_form_of_an_older_page_changes_anything(
    page: Visitor, store: Store, ann: Person, form: str
) -> None:
    entry = added(store, ann, "milk", "shopping")
    version = version_of(entry)
    if form == "unpin":
        send(page, store, entry, "pin")
    if form == "restore":
        send(page, store, entry, "delete")
    send(page, store, entry, "file", topic="groceries") if form not in {"restore"} else None
    before = now(store, entry)
    for old in (version, "", "x" * 100):
        answer = page.change(f"/book/entries/1/{form}", version=old, text="tea", topic="books")
        assert answer.status_code == 409
        assert "1 was changed meanwhile" in answer.text
    assert now(store, entry) == before


@pytest.mark.parametrize("form", FORMS)
def test_a_form_that_is_sent_twice_is_one_change(
    page: Visitor, store: Store, ann: Person, form: str, flashes: Flashes
) -> None:
    entry = added(store, ann, "milk", "shopping")
    if form == "unpin":
        send(page, store, entry, "pin")
    if form == "restore":
        send(page, store, entry, "delete")
    version = version_of(now(store, entry))
    first, second = (
        page.change(f"/book/entries/1/{form}", version=version, text="tea", topic="books") for _ in range(2)
    )
    assert (first.status_code, second.status_code) == (303, 303)
    assert flashes.lines[-1] == flashes.lines[-2]
    change = latest_change(store, ann)
    page.change("/book/undo", change=change)
    assert version_of(now(store, entry)) == version


def test_undo_that_is_pressed_twice_undoes_one_change(
    page: Visitor, store: Store, ann: Person, flashes: Flashes
) -> None:
    entry = added(store, ann, "milk")
    send(page, store, entry, "edit", text="oat milk")
    send(page, store, entry, "edit", text="soy milk")
    change = latest_change(store, ann)
    for _ in range(2):
        page.change("/book/undo", change=change)
    assert now(store, entry).text == "oat milk"
    assert flashes.lines[-1] == "That was undone already."


def test_undo_of_an_older_page_does_not_undo_what_was_done_since(
    page: Visitor, store: Store, ann: Person, flashes: Flashes
) -> None:
    entry = added(store, ann, "milk")
    send(page, store, entry, "edit", text="oat milk")
    change = latest_change(store, ann)
    send(page, store, entry, "edit", text="soy milk")
    page.change("/book/undo", change=change)
    assert now(store, entry).text == "soy milk"
    assert "Something else was changed since" in flashes.lines[-1]


def test_a_topic_that_may_be_several_is_asked_for(page: Visitor, store: Store, ann: Person) -> None:
    entry = added(store, ann, "trees")
    added(store, ann, "one", "carbon")
    added(store, ann, "two", "carton")
    asked = send(page, store, entry, "file", topic="carvon")
    assert asked.status_code == 200
    assert "Which topic is “carvon”?" in asked.text
    assert options(asked.text) == ["carbon", "carton", "carvon"]
    assert now(store, entry).topic is None
    version = field(asked.text, "version")
    page.change("/book/entries/1/file", version=version, topic="carvon", exactly="1")
    assert now(store, entry).topic == "carvon"


def test_filing_under_the_same_topic_again_is_no_change(page: Visitor, store: Store, ann: Person) -> None:
    entry = added(store, ann, "trees", "garden")
    before = store.read(lambda tx: tx.changes.latest(ann.id))
    assert send(page, store, entry, "file", topic="garden").status_code == 303
    assert store.read(lambda tx: tx.changes.latest(ann.id)) == before


@pytest.mark.parametrize("form", ["edit", "file"])
def test_a_form_shows_the_words_of_its_entry(page: Visitor, store: Store, ann: Person, form: str) -> None:
    added(store, ann, "the heron on the canal")
    assert "the heron on the canal" in page.client.get(f"/book/entries/1/{form}").text


def test_a_link_that_an_edit_brings_gets_its_card(
    page: Visitor, store: Store, ann: Person, linked: list[tuple[int, int]]
) -> None:
    entry = added(store, ann, "a thought")
    send(page, store, entry, "edit", text="another thought")
    assert linked == []
    send(page, store, entry, "edit", text="see https://site.example/a")
    assert linked == [(ann.id, int(latest_change(store, ann)))]


def test_a_long_text_is_edited_in_parts_on_small_pages(page: Visitor, store: Store, ann: Person) -> None:
    text = "".join(f"word {n} & " for n in range(8_000))
    entry = added(store, ann, text)
    shown = page.client.get("/book/entries/1/edit?part=2")
    assert len(shown.content) < 100_000
    part = text[PART : 2 * PART]
    assert html.unescape(shown.text).count(part) == 1
    corrected = part.replace("&", "and")
    for _ in range(2):  # a form that is sent twice is one change
        answer = page.change(
            "/book/entries/1/edit",
            version=field(shown.text, "version"),
            part="2",
            besides=field(shown.text, "besides"),
            text=corrected,
        )
        assert answer.status_code == 303, answer.text
    assert now(store, entry).text == text[:PART] + corrected + text[2 * PART :]
    assert page.client.get("/book/entries/1/edit?part=99").status_code == 404


def test_a_long_text_gets_longer_and_loses_no_word(page: Visitor, store: Store, ann: Person) -> None:
    text = "".join(f"word {n} & " for n in range(8_000))
    entry = added(store, ann, text)
    shown = page.client.get("/book/entries/1/edit?part=2").text
    longer = f"{text[PART : 2 * PART]} and what was left out"
    fields = {name: field(shown, name) for name in ("version", "part", "besides")}
    assert page.change("/book/entries/1/edit", **fields, text=longer).status_code == 303
    assert now(store, entry).text == text[:PART] + longer + text[2 * PART :]


def test_what_was_typed_stays_in_the_form_if_it_is_too_long(page: Visitor, store: Store, ann: Person) -> None:
    entry = added(store, ann, "a word " * 5_000)
    shown = page.client.get("/book/entries/1/edit?part=2").text
    fields = {name: field(shown, name) for name in ("version", "part", "besides")}
    typed = "&" * (MAX_TEXT + 1)
    refused = page.change("/book/entries/1/edit", **fields, text=typed)
    assert (refused.status_code, "more than 20,000 characters" in refused.text) == (422, True)
    assert f"\n{typed}</textarea>" in html.unescape(refused.text)
    assert {name: field(refused.text, name) for name in fields} == fields
    shorter = page.change("/book/entries/1/edit", **fields, text="shorter")
    assert shorter.status_code == 303
    assert now(store, entry).text == entry.text[:PART] + "shorter" + entry.text[2 * PART :]
    again = page.change("/book/entries/1/edit", **fields, text=typed)
    assert (
        field(again.text, "version") == fields["version"]
    )  # so that what is there now is not overwritten unseen


@pytest.mark.parametrize(("part", "written"), [("1", "short"), ("2", "what I wrote"), ("2", "")])
def test_a_part_of_a_text_that_was_changed_meanwhile_is_shown_and_not_put_in(
    page: Visitor, store: Store, ann: Person, phone: Conversation, part: str, written: str
) -> None:
    entry = added(store, ann, "a word " * 8_000)
    shown = page.client.get(f"/book/entries/1/edit?part={part}").text
    phone.text("action_edit", "edit 1 short", entry=["1"], words="short")
    conflict = page.change(
        "/book/entries/1/edit",
        version=field(shown, "version"),
        part=part,
        besides=field(shown, "besides"),
        text=written,
    )
    assert (conflict.status_code, now(store, entry).text) == (409, "short")
    assert f"\n{written}</textarea>" in conflict.text
    assert "Save this in its place" not in conflict.text


def test_the_form_of_filing_offers_the_topics(page: Visitor, store: Store, ann: Person) -> None:
    added(store, ann, "one", 'a "quoted" <topic>')
    assert '<option value="a &#34;quoted&#34; &lt;topic&gt;">' in page.client.get("/book/entries/1/file").text


@pytest.mark.parametrize(
    ("form", "fields", "said"),
    [
        ("edit", {"text": " \r\n "}, "An entry needs words."),
        ("edit", {"text": "a" * (MAX_TEXT + 1)}, "more than 20,000 characters"),
        ("file", {"topic": " \t "}, "Write the name of a topic."),
        ("file", {"topic": "a" * 41}, "at most 40 characters"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    page: Visitor, store: Store, ann: Person, form: str, fields: dict[str, str], said: str
) -> None:
    entry = added(store, ann, "milk")
    answer = send(page, store, entry, form, **fields)
    assert answer.status_code == 422
    assert said in html.unescape(answer.text)
    assert now(store, entry) == entry


@pytest.mark.parametrize("form", ["edit", "file", "pin", "unpin"])
def test_what_is_in_the_trash_is_restored_first(page: Visitor, store: Store, ann: Person, form: str) -> None:
    entry = added(store, ann, "milk")
    send(page, store, entry, "delete")
    answer = send(page, store, entry, form, text="tea", topic="books")
    assert answer.status_code == 422
    assert "1 is in the trash. Restore it first." in answer.text


@pytest.mark.parametrize("form", FORMS)
def test_nobody_changes_or_sees_what_another_has(
    page: Visitor, store: Store, ann: Person, ben: Person, form: str
) -> None:
    theirs = added(store, ben, "a secret")
    answer = send(page, store, theirs, form, text="taken", topic="taken")
    assert answer.status_code == 404
    assert "secret" not in answer.text
    assert now(store, theirs) == theirs
    for shown in ("edit", "file"):
        assert page.client.get(f"/book/entries/1/{shown}").status_code == 404
    store.write(lambda tx: tx.changes)
    page.change("/book/undo")
    assert now(store, theirs) == theirs


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 5000, "٣", "1%2f"], ids=lambda value: value[:9])
def test_a_number_that_is_none_is_not_found(page: Visitor, number: str) -> None:
    assert page.client.get(f"/book/entries/{number}/edit").status_code == 404
    assert page.change(f"/book/entries/{number}/pin").status_code == 404


def test_a_form_without_its_token_changes_nothing(page: Visitor, store: Store, ann: Person) -> None:
    entry = added(store, ann, "milk")
    for form in FORMS:
        fields = {"csrf": "x", "version": version_of(entry), "text": "tea"}
        assert page.client.post(f"/book/entries/1/{form}", data=fields).status_code == 403
    assert page.client.post("/book/undo", data={"csrf": "x"}).status_code == 403
    assert now(store, entry) == entry


@pytest.mark.parametrize(
    ("back", "leads_to"),
    [
        ("/book", "/book"),
        ("/book/topics/3", "/book/topics/3"),
        ("/book?before=4", "/book?before=4"),
        ("", "/book/entries/1"),
        ("https://evil.example/book/", "/book/entries/1"),
        ("//evil.example/book/", "/book/entries/1"),
        ("/book\\evil", "/book/entries/1"),
        ("/book/\r\nSet-Cookie: a=b", "/book/entries/1"),
        ("/bookish", "/book/entries/1"),
    ],
)
def test_a_form_leads_back_to_a_page_of_the_book_only(
    page: Visitor, store: Store, ann: Person, back: str, leads_to: str
) -> None:
    entry = added(store, ann, "milk")
    assert send(page, store, entry, "pin", back=back).headers["location"] == leads_to


def field(shown: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', shown)
    assert found, shown
    return found[1]


def options(shown: str) -> list[str]:
    return [html.unescape(value) for value in re.findall(r'name="topic" value="([^"]*)"', shown)]


@pytest.mark.parametrize("change", ["", "abc", "-1", "1e9", " 1", "9" * 30])
def test_undo_without_the_change_that_it_is_about_undoes_nothing(
    page: Visitor, store: Store, ann: Person, flashes: Flashes, change: str
) -> None:
    entry = added(store, ann, "milk")
    send(page, store, entry, "pin")
    page.change("/book/undo", change=change)
    assert now(store, entry).pinned_at
    assert flashes.lines[-1] != "Undone"


def test_the_line_has_the_change_that_its_button_undoes(
    page: Visitor, store: Store, ann: Person, flashes: Flashes
) -> None:
    entry = added(store, ann, "milk")
    send(page, store, entry, "pin")
    assert str(flashes.change) == latest_change(store, ann)
    page.change("/book/undo", change=str(flashes.change))
    assert flashes.change is None


def test_what_is_on_no_list_is_not_ticked_off(page: Visitor, store: Store, ann: Person) -> None:
    entry = added(store, ann, "the heron is back at the pond today", "birds")
    answer = send(page, store, entry, "tick")
    assert answer.status_code == 422
    assert now(store, entry).deleted_at is None


@pytest.mark.parametrize("form", ["edit", "file"])
def test_words_that_cannot_be_seen_are_none(page: Visitor, store: Store, ann: Person, form: str) -> None:
    entry = added(store, ann, "milk")
    assert send(page, store, entry, form, text="\u200b\x00", topic="\u200b").status_code == 422


def test_a_back_with_dots_leads_to_no_other_place(page: Visitor, store: Store, ann: Person) -> None:
    entry = added(store, ann, "milk")
    answer = send(page, store, entry, "pin", back="/book/../..//evil")
    assert answer.headers["location"] == "/book/entries/1"
