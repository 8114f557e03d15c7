"""The page on which people change their name, time zone and quiet hours, and end what they share."""

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import httpx
import pytest

from scrapbook.core import Book, sharing, together
from scrapbook.core.stopping import stop_everything
from scrapbook.core.together import SharedWith
from scrapbook.core.undo import undo
from scrapbook.store import Person, QuietHours
from tests.support.served_book import IPHONE, ServedBook

SETTINGS = "/book/settings"

T = TypeVar("T")


def stored(book: ServedBook, person: Person) -> Person:
    with book.store.transaction(read_only=True) as tx:
        return tx.people.get(person.id)


def sessions(book: ServedBook, person: Person) -> dict[str, int]:
    """The sessions of a person, by device."""
    with book.store.transaction(read_only=True) as tx:
        return {one.device: one.id for one in tx.book_sessions.of_person(person.id, book.clock.now)}


def test_the_name_is_changed(book: ServedBook, ann: Person):
    client = book.signed_in(ann)
    answer = client.post(f"{SETTINGS}/name", data={"csrf": book.csrf(client), "name": "  Ann   Lee "})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{SETTINGS}?done=name")
    assert stored(book, ann).name == "Ann Lee"
    page = client.get(answer.headers["location"]).text
    assert 'value="Ann Lee"' in page
    assert '<p class="done" role="status">Your name is changed.</p>' in page


@pytest.mark.parametrize("name", ["", "   ", "+15550100", "12 34", "x" * 61])
def test_what_is_no_name_is_refused_with_a_reason(book: ServedBook, ann: Person, name: str):
    client = book.signed_in(ann)
    answer = client.post(f"{SETTINGS}/name", data={"csrf": book.csrf(client), "name": name})
    assert answer.status_code == 422
    assert "A name needs a letter" in answer.text
    assert stored(book, ann).name == "Ann"


def test_a_name_has_no_characters_that_are_not_seen(book: ServedBook, ann: Person):
    client = book.signed_in(ann)
    name = "Ann\u202e \u200bLee\u2066"
    assert client.post(f"{SETTINGS}/name", data={"csrf": book.csrf(client), "name": name}).status_code == 303
    assert stored(book, ann).name == "Ann Lee"


def test_a_name_is_shown_and_not_run(book: ServedBook, ann: Person):
    client = book.signed_in(ann)
    client.post(f"{SETTINGS}/name", data={"csrf": book.csrf(client), "name": '"><script>alert(1)</script>'})
    page = client.get(SETTINGS).text
    assert "&lt;script&gt;" in page
    assert "<script>" not in page


def test_the_time_zone_is_changed_by_the_name_of_a_city(book: ServedBook, ann: Person):
    client = book.signed_in(ann)
    answer = client.post(f"{SETTINGS}/timezone", data={"csrf": book.csrf(client), "timezone": "lisbon"})
    assert answer.status_code == 303
    assert stored(book, ann).timezone == "Europe/Lisbon"
    assert "it is 12:00 now" in client.get(SETTINGS).text


def test_a_time_zone_that_is_not_clear_is_asked_about(book: ServedBook, ann: Person):
    client = book.signed_in(ann)
    before = stored(book, ann).timezone
    answer = client.post(f"{SETTINGS}/timezone", data={"csrf": book.csrf(client), "timezone": "xyzzy"})
    assert (answer.status_code, "No time zone has that name" in answer.text) == (422, True)
    answer = client.post(f"{SETTINGS}/timezone", data={"csrf": book.csrf(client), "timezone": "America"})
    assert (answer.status_code, "No time zone has that name" in answer.text) == (422, True)
    assert 'name="timezone" value="America/' not in answer.text
    answer = client.post(f"{SETTINGS}/timezone", data={"csrf": book.csrf(client), "timezone": "Luis"})
    assert (answer.status_code, "Which one is meant?" in answer.text) == (422, True)
    assert 'name="timezone" value="America/Argentina/San_Luis"' in answer.text
    assert stored(book, ann).timezone == before


def test_sign_ins_are_listed_with_device_and_time(book: ServedBook, ann: Person, ben: Person):
    book.signed_in(ann, IPHONE)
    book.signed_in(ben, IPHONE)
    book.clock.pass_(timedelta(days=3))
    page = book.signed_in(ann).get(SETTINGS).text
    assert page.count("Safari on iPhone") == 2  # the line, and the label of its button
    assert "28 November 2026" in page
    assert page.count("Firefox on Linux (this device)") == 1


def test_one_device_is_signed_out(book: ServedBook, ann: Person):
    here, there = book.signed_in(ann), book.signed_in(ann, IPHONE)
    other = sessions(book, ann)["Safari on iPhone"]
    answer = here.post(f"{SETTINGS}/sign-ins/{other}/end", data={"csrf": book.csrf(here)})
    assert answer.status_code == 303
    assert [here.get(SETTINGS).status_code, there.get(SETTINGS).status_code] == [200, 401]


def test_nobody_signs_out_somebody_elses_device(book: ServedBook, ann: Person, ben: Person):
    anns, bens = book.signed_in(ann), book.signed_in(ben)
    [of_ben] = sessions(book, ben).values()
    answer = anns.post(f"{SETTINGS}/sign-ins/{of_ben}/end", data={"csrf": book.csrf(anns)})
    assert answer.status_code == 404
    assert bens.get(SETTINGS).status_code == 200


def own(book: ServedBook, person: Person, act: Callable[[Book], T]) -> T:
    """What ``act`` of the person's book returns."""
    with book.store.transaction() as tx:
        return act(Book(tx, tx.people.get(person.id), "", book.clock.now))


def hours(book: ServedBook, person: Person) -> QuietHours:
    return own(book, person, lambda own: own.tx.quiet_hours.of(person.id))


def sent(book: ServedBook, client: httpx.Client, path: str, **fields: str) -> httpx.Response:
    return client.post(path, data={"csrf": book.csrf(client), **fields})


def press_undo(client: httpx.Client, page: str) -> None:
    """Press the button beside the line on a page."""
    csrf, change, back = (
        re.search(rf'name="{name}" value="([^"]+)"', page) for name in ("csrf", "change", "back")
    )
    assert csrf
    assert change
    assert back
    answer = client.post("/book/undo", data={"csrf": csrf[1], "change": change[1], "back": back[1]})
    assert answer.headers["location"] == SETTINGS


def status(client: httpx.Client) -> str:
    """The line that says what was just done."""
    found = re.search(r'role="status"[^>]*>([^<]*)<', client.get(SETTINGS).text)
    return html.unescape(found[1]) if found else ""


def test_quiet_hours_are_set_and_the_button_beside_it_undoes_that(book: ServedBook, ann: Person):
    client = book.signed_in(ann)
    assert 'value="22:00"' in client.get(SETTINGS).text
    answer = sent(book, client, f"{SETTINGS}/quiet-hours", begins="23:30", ends="06:00")
    assert (answer.status_code, hours(book, ann)) == (303, QuietHours(23 * 60 + 30, 6 * 60))
    page = client.get(SETTINGS).text
    assert "Quiet hours are from 23:30 to 6:00." in page
    assert 'value="23:30"' in page
    press_undo(client, page)
    assert hours(book, ann) == QuietHours()
    assert status(client) == "Undone: the quiet hours are as before."


def test_quiet_hours_that_the_page_has_set_are_undone_by_text(book: ServedBook, ann: Person):
    client = book.signed_in(ann)
    sent(book, client, f"{SETTINGS}/quiet-hours", begins="23:30", ends="06:00")
    assert own(book, ann, undo).response == "utter_undid_quiet_hours"
    assert hours(book, ann) == QuietHours()


def test_it_says_that_nothing_is_said_unasked(book: ServedBook, ann: Person):
    client = book.signed_in(ann)
    assert "resume everything" not in client.get(SETTINGS).text
    own(book, ann, stop_everything)
    assert "resume everything" in client.get(SETTINGS).text


def test_quiet_hours_end_and_come_back(book: ServedBook, ann: Person):
    client = book.signed_in(ann)
    sent(book, client, f"{SETTINGS}/quiet-hours", off="1", begins="22:00", ends="07:00")
    off = hours(book, ann)
    assert off.begins == off.ends
    page = client.get(SETTINGS).text
    assert "There are none" in page
    assert 'name="off"' not in page
    sent(book, client, f"{SETTINGS}/quiet-hours", begins="22:00", ends="07:00")
    assert hours(book, ann) == QuietHours()


def test_the_same_quiet_hours_are_no_change_to_undo(book: ServedBook, ann: Person):
    client = book.signed_in(ann)
    sent(book, client, f"{SETTINGS}/quiet-hours", begins="22:00", ends="07:00")
    assert own(book, ann, lambda own: own.tx.changes.latest(ann.id)) is None


@pytest.mark.parametrize(
    ("begins", "ends"), [("", ""), ("22:00", ""), ("25:00", "07:00"), ("22:61", "07:00"), ("soon", "later")]
)
def test_what_are_no_hours_is_refused_with_a_sentence(book: ServedBook, ann: Person, begins: str, ends: str):
    client = book.signed_in(ann)
    answer = sent(book, client, f"{SETTINGS}/quiet-hours", begins=begins, ends=ends)
    assert (answer.status_code, "Write two times of the day" in answer.text) == (422, True)
    assert hours(book, ann) == QuietHours()


def test_a_public_page_is_ended_and_the_button_beside_it_brings_its_address_back(
    book: ServedBook, ann: Person
):
    def share(own: Book) -> str:
        return sharing.share_url("", sharing.share(own, own.topic_or_new("python")))

    path, client = own(book, ann, share), book.signed_in(ann)
    form = re.search(rf"{SETTINGS}/shares/\d+/end", client.get(SETTINGS).text)
    assert form
    sent(book, client, form[0])
    assert book.client().get(path).status_code == 404
    page = client.get(SETTINGS).text
    assert "python is not shared any more." in page
    press_undo(client, page)
    assert book.client().get(path).status_code == 200


def test_topics_with_other_people_are_listed_for_each_of_them_and_end_there(
    book: ServedBook, ann: Person, ben: Person
):
    def share(own: Book) -> object:
        return together.share_with(own, own.topic_or_new("shopping"), ben)

    assert isinstance(own(book, ann, share), SharedWith)
    anns, bens = book.signed_in(ann), book.signed_in(ben)
    assert "Shared by you with <bdi>Ben</bdi>" in anns.get(SETTINGS).text
    assert "End this for everybody" in anns.get(SETTINGS).text
    page = bens.get(SETTINGS).text
    assert "Shared with <bdi>Ann</bdi>" in page
    form = re.search(r"/book/topics/\d+/leave", page)
    assert form
    answer = sent(book, bens, form[0], back=SETTINGS)
    assert answer.headers["location"] == SETTINGS
    assert status(bens).startswith("You have left shopping.")
    for client in (anns, bens):
        assert "Leave it" not in client.get(SETTINGS).text
        assert "End this for everybody" not in client.get(SETTINGS).text
