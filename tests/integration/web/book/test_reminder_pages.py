"""The page of reminders: what it has, and that its forms do what a text does, once."""

import html as escaped
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import httpx
import pytest
from lxml import html

from scrapbook.core import Book, reminders
from scrapbook.core.reminder_pages import MAX_UNDATED, PAGE
from scrapbook.core.undo import undo
from scrapbook.core.wording import render
from scrapbook.store import Person, Reminder, Store
from scrapbook.text.parsed_text import ParsedText
from tests.support.served_book import ServedBook, serving_book

T = TypeVar("T")

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
"""A Tuesday."""

UNDO = {
    "done": "Undone: 1 not done.",
    "snooze": "Undone: 1 due as before.",
    "move": "Undone: 1 due as before.",
    "cancel": "Undone: 1 back from the trash.",
}


@pytest.fixture(params=["sqlite_url", "postgresql_url"])
def url(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue(request.param)


@pytest.fixture
def book(store: Store):
    with serving_book(store) as book:
        book.clock.now = NOW
        yield book


def own(book: ServedBook, person: Person, act: Callable[[Book], T]) -> T:
    with book.store.transaction() as tx:
        return act(Book(tx, tx.people.get(person.id), "", book.clock.now))


def remind(book: ServedBook, person: Person, *texts: str) -> None:
    for text in texts:
        assert own(book, person, lambda own, text=text: reminders.save_reminder(own, ParsedText(text)))


def reminder(book: ServedBook, person: Person, number: int) -> Reminder:
    def read(own: Book) -> Reminder:
        entry = own.entry(number)
        found = own.tx.reminders.of_entry(entry.id) if entry else None
        assert found
        return found

    return own(book, person, read)


def sent(book: ServedBook, person: Person, number: int) -> None:
    """A reminder was said, and does not come again."""
    its = reminder(book, person, number)
    own(book, person, lambda own: own.tx.reminders.pass_on(its, None, its.rule))


def sections(page: str) -> dict[str, list[str]]:
    """What stands under each head, each in one line."""
    return {
        section.cssselect("h2")[0].text_content(): [
            " ".join(" ".join(p.text_content() for p in one.cssselect("p")).split())
            for one in section.cssselect("li.entry")
        ]
        for section in html.fromstring(page).cssselect("main section")
    }


def form_of(page: str, number: int, name: str) -> dict[str, str]:
    """The hidden fields of a form that the page has; fails if it has no such form."""
    [one] = html.fromstring(page).cssselect(f"#e{number}")
    address = f"/book/reminders/{number}/{name}"
    [form] = [
        form
        for form in one.cssselect("form")
        if address in {form.get("action"), *(button.get("formaction") for button in form.cssselect("button"))}
    ]
    return {str(field.get("name")): str(field.get("value")) for field in form.cssselect("[type=hidden]")}


def send(client: httpx.Client, number: int, name: str, page: str = "", **fields: str) -> httpx.Response:
    page = page or client.get("/book/reminders").text
    return client.post(f"/book/reminders/{number}/{name}", data={**form_of(page, number, name), **fields})


def flash(client: httpx.Client) -> str:
    found = re.search(r'role="status"[^>]*>(.*?)</p>', client.get("/book/reminders").text)
    return escaped.unescape(found[1]) if found else ""


def test_reminders_stand_by_when_they_are_due_with_how_often_they_come(book: ServedBook, ann: Person):
    remind(book, ann, "remind me to call mum on sunday at 5")
    own(book, ann, reminders.stop)
    remind(
        book,
        ann,
        "remind me to put the bins out tonight at 9",
        "remind me every weekday at 7 to take the pills",
        "remind me to renew the passport on 3 march",
        "remind me to read the lease again some day",
        "remind me in 5 minutes to turn the oven off",
        "remind me in 10 minutes to ring back",
    )
    sent(book, ann, 6)
    book.clock.pass_(timedelta(minutes=15))
    assert sections(book.signed_in(ann).get("/book/reminders").text) == {
        "Just sent": ["turn the oven off #6 Tuesday 24 November at 12:05"],
        "Due": ["ring back #7 Tuesday 24 November at 12:10"],
        "Today": ["put the bins out #2 Tuesday 24 November at 21:00"],
        "This week": [
            "take the pills #3 Wednesday 25 November at 7:00 every weekday at 7:00",
            "call mum #1 Sunday 29 November at 17:00 paused",
        ],
        "Later": ["renew the passport #4 Wednesday 3 March 2027 at 9:00"],
        "Without a time": ["read the lease again some day #5"],
    }


def test_where_there_are_none_the_page_says_how_to_make_one(book: ServedBook, ann: Person):
    client = book.signed_in(ann)
    page = client.get("/book/reminders").text
    assert "remind me to call mum tomorrow at 5" in page
    assert sections(page) == {}
    assert '<a href="/book/reminders">Reminders</a>' in client.get("/book/topics").text


def test_what_waits_although_it_is_due_says_why(book: ServedBook, ann: Person):
    remind(book, ann, "remind me in 5 minutes to ring back")
    its = reminder(book, ann, 1)
    own(book, ann, lambda own: own.tx.reminders.hold(its.id, NOW + timedelta(hours=9), "quiet"))
    book.clock.pass_(timedelta(minutes=6))
    [line] = sections(book.signed_in(ann).get("/book/reminders").text)["Due"]
    assert line.endswith("waits until your quiet hours end")


@pytest.mark.parametrize("name", UNDO)
def test_each_form_is_one_change_that_the_button_and_a_text_undo(book: ServedBook, ann: Person, name: str):
    remind(book, ann, "remind me in 5 minutes to ring back")
    book.clock.pass_(timedelta(minutes=6))
    client, before = book.signed_in(ann), reminder(book, ann, 1)
    shown = client.get("/book/reminders").text
    for _ in range(2):  # sent twice
        answer = send(client, 1, name, shown, when="tomorrow at 5")
        assert (answer.status_code, answer.headers["location"]) == (303, "/book/reminders")
    shown = client.get("/book/reminders").text
    change = re.search(r'name="change" value="(\d+)"', shown)
    assert change
    undone = {"csrf": book.csrf(client), "change": change[1]}
    client.post("/book/undo", data=undone)
    assert flash(client) == UNDO[name]
    assert reminder(book, ann, 1) == before
    send(client, 1, name, when="tomorrow at 5")
    assert render(own(book, ann, undo)) == UNDO[name]
    assert reminder(book, ann, 1) == before


def test_what_each_form_does(book: ServedBook, ann: Person):
    remind(book, ann, *["remind me in 5 minutes to ring back"] * 4)
    book.clock.pass_(timedelta(minutes=6))
    client = book.signed_in(ann)
    send(client, 1, "done")
    assert (flash(client), reminder(book, ann, 1).state) == ('Done: 1 "ring back".', "done")
    send(client, 2, "snooze")
    assert flash(client) == 'You are reminded of 2 "ring back": Tuesday 24 November at 13:06.'
    assert reminder(book, ann, 2).due_at == book.clock.now + timedelta(hours=1)
    send(client, 3, "move", when="friday 3pm")
    assert flash(client) == 'You are reminded of 3 "ring back": Friday 27 November at 15:00.'
    send(client, 4, "cancel")
    assert flash(client) == 'Deleted 4 "ring back".'
    assert set(sections(client.get("/book/reminders").text)) == {"Today", "This week"}


def test_what_was_sent_last_is_done_or_put_off(book: ServedBook, ann: Person):
    remind(book, ann, "remind me in 5 minutes to ring back")
    book.clock.pass_(timedelta(minutes=6))
    sent(book, ann, 1)
    client = book.signed_in(ann)
    send(client, 1, "snooze")
    assert sections(client.get("/book/reminders").text) == {
        "Today": ["ring back #1 Tuesday 24 November at 13:06"]
    }
    sent(book, ann, 1)
    send(client, 1, "done")
    assert sections(client.get("/book/reminders").text) == {}


def test_of_one_that_comes_again_only_its_next_time_is_moved_and_nothing_is_done(
    book: ServedBook, ann: Person
):
    remind(book, ann, "remind me every weekday at 7 to take the pills")
    client = book.signed_in(ann)
    shown = client.get("/book/reminders").text
    assert "/book/reminders/1/done" not in shown
    send(client, 1, "move", when="tomorrow at 9")
    its = reminder(book, ann, 1)
    assert (its.due_at - its.occurs_at, its.rule is not None) == (timedelta(hours=2), True)
    assert "Wednesday 25 November at 9:00 every weekday at 7:00" in str(
        sections(client.get("/book/reminders").text)
    )


def test_what_has_no_time_gets_one(book: ServedBook, ann: Person):
    remind(book, ann, "remind me to read the lease again some day")
    client = book.signed_in(ann)
    send(client, 1, "move", when="thursday")
    assert "read the lease" in str(sections(client.get("/book/reminders").text)["This week"])


def test_a_note_elsewhere_stays_when_its_reminder_is_cancelled(book: ServedBook, ann: Person):
    def add(own: Book) -> None:
        topic = own.topic_or_new("garden")
        entry = own.tx.entries.add(ann.id, ParsedText("sow the peas on 3 march"), topic.id, None, NOW)
        due = reminders.due_in(own, "remind me on 3 march")
        assert due
        reminders.reschedule(own, entry, due)

    own(book, ann, add)
    client = book.signed_in(ann)
    send(client, 1, "cancel")
    assert flash(client) == 'You are not reminded of 1 "sow the peas".'
    assert own(book, ann, lambda own: [one.deleted_at for one in own.tx.entries.list(ann.id)]) == [None]
    own(book, ann, undo)
    assert reminder(book, ann, 1).state == "waiting"


@pytest.mark.parametrize("when", ["", " ", "asap", "the blue one", "x" * 101])
def test_a_time_that_cannot_be_read_is_refused_and_nothing_moved(book: ServedBook, ann: Person, when: str):
    remind(book, ann, "remind me tomorrow at 5 to ring back")
    client, before = book.signed_in(ann), reminder(book, ann, 1)
    answer = send(client, 1, "move", when=when)
    assert (answer.status_code, "Write when, such as tomorrow at 5" in answer.text) == (422, True)
    assert (when.strip() in answer.text, reminder(book, ann, 1)) == (True, before)


def test_what_was_changed_meanwhile_is_not_overwritten_unseen(book: ServedBook, ann: Person):
    remind(book, ann, "remind me tomorrow at 5 to ring back")
    client = book.signed_in(ann)
    shown = client.get("/book/reminders").text
    send(client, 1, "move", when="friday 3pm")
    before = reminder(book, ann, 1)
    for name in ("done", "cancel", "move"):
        answer = send(client, 1, name, shown, when="tomorrow at 8pm")
        assert (answer.status_code, "It was changed after you had opened" in answer.text) == (422, True)
    assert reminder(book, ann, 1) == before


def test_all_are_paused_and_go_on(book: ServedBook, ann: Person):
    remind(book, ann, "remind me tomorrow at 5 to ring back")
    client = book.signed_in(ann)
    token = {"csrf": book.csrf(client)}
    assert client.post("/book/reminders/pause", data=token).status_code == 303
    assert (reminder(book, ann, 1).state, flash(client)) == ("paused", "The reminders are paused.")
    assert client.post("/book/reminders/resume", data=token).status_code == 303
    assert reminder(book, ann, 1).state == "waiting"
    assert own(book, ann, undo).response == "utter_undid_resume_reminders"


def test_many_are_read_page_after_page(book: ServedBook, ann: Person):
    remind(book, ann, *[f"remind me in {n + 1} days to water plant {n}" for n in range(PAGE + 3)])
    remind(book, ann, *["read it some day"] * (MAX_UNDATED + 1))
    client = book.signed_in(ann)
    first = client.get("/book/reminders").text
    [onward] = re.findall(r'href="([^"]+)" rel="next"', first)
    second = client.get(onward).text
    shown = [line for page in (first, second) for lines in sections(page).values() for line in lines]
    plants = [found[1] for line in shown if (found := re.match(r"water plant (\d+)", line))]
    assert plants == [str(n) for n in range(PAGE + 3)]
    assert ("more of them" in first, "more of them" in second) == (True, False)
    answer = send(client, PAGE + 1, "cancel", second)
    assert answer.headers["location"] == onward


def test_nobody_changes_anothers_reminder(book: ServedBook, ann: Person, ben: Person):
    remind(book, ben, "remind me tomorrow at 5 to ring back")
    bens, anns = book.signed_in(ben), book.signed_in(ann)
    version = form_of(bens.get("/book/reminders").text, 1, "done")["version"]
    before = reminder(book, ben, 1)
    for name in ("done", "snooze", "move", "cancel"):
        fields = {"csrf": book.csrf(anns), "version": version, "when": "friday"}
        assert anns.post(f"/book/reminders/1/{name}", data=fields).status_code == 404
    assert reminder(book, ben, 1) == before
