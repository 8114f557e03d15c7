"""What a person reads in the book."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from starlette.testclient import TestClient

from scrapbook.core.meaning import EntryEncoder
from scrapbook.embeddings.encoder import Encoder
from scrapbook.store import Person, Store
from scrapbook.text.parsed_text import ParsedText
from scrapbook.web.book.meaning import LoadedWhenNeeded
from tests.integration.web.conftest import Read, link, numbers, pages, words
from tests.support.book_pages import CSRF, book_app
from tests.support.sample_book import MEMO, NOW, ZONE, add, picture, sample_book
from tests.support.tiny_models import static_model


@pytest.fixture
def ada(store: Store) -> Person:
    return sample_book(store)


@pytest.fixture
def sample(store: Store, ada: Person) -> TestClient:
    return TestClient(book_app(store, ada.id, now=lambda: NOW), follow_redirects=False)


def page_of(client: TestClient, address: str) -> Any:
    response = client.get(address)
    assert response.status_code == 200, address
    return html.fromstring(response.text)


def save(store: Store, person: Person, *texts: str, at: datetime = NOW, topic: str | None = None) -> None:
    """Entries a minute apart, the last one then."""
    with store.transaction() as tx:
        for index, text in enumerate(texts):
            add(tx, person, text, at - timedelta(minutes=len(texts) - 1 - index), topic)


# The timeline


def test_a_book_without_entries_says_what_to_text_and_three_things_to_try(read: Read):
    page = read("/book")
    assert words(page.cssselect("h1")[0]) == "Nothing yet"
    assert page.cssselect("a[href='sms:+15550199']")
    assert len(page.cssselect(".tries li")) == 3


def test_days_are_newest_first_and_their_entries_oldest_first(sample: TestClient):
    page = page_of(sample, "/book")
    days = [words(head) for head in page.cssselect(".day h2")]
    assert days[:2] == ["Saturday 21 November 2026", "Friday 20 November 2026"]
    assert numbers(page) == [6, 7, 8, 9, 10, 11, 12, 13, 4, 5, 3, 1, 2]


def test_times_are_those_of_the_persons_zone(store: Store, ann: Person, read: Read):
    with store.transaction() as tx:
        tx.people.set_timezone(ann.id, "Pacific/Auckland")
        add(tx, ann, "late", datetime(2024, 3, 1, 11, 30, tzinfo=UTC))
    page = read("/book")
    assert words(page.cssselect(".day h2")[0]) == "Saturday 2 March 2024"
    [time] = page.cssselect("time.hour")
    assert (words(time), time.get("datetime")) == ("0:30", "2024-03-02T00:30+13:00")


def test_more_than_a_month_without_an_entry_is_said(store: Store, ann: Person, read: Read):
    for days in (0, 20, 62):
        save(store, ann, f"{days} days ago", at=NOW - timedelta(days=days))
    assert [words(gap) for gap in read("/book").cssselect(".gap")] == ["Six weeks without an entry"]


def test_pages_go_on_where_the_one_before_ended_and_nothing_is_left_out(
    store: Store, ann: Person, read: Read
):
    for day in range(30):
        save(store, ann, *(f"{day} {index}" for index in range(7)), at=NOW - timedelta(days=day))
    seen: list[int] = []
    for page in pages(read, "/book"):
        shown = numbers(page)
        assert 25 <= len(shown) <= 60 or not page.cssselect(".onward a")
        assert len(shown) % 7 == 0, "a page ends at the end of a day"
        seen += shown
    assert sorted(seen) == list(range(1, 211))


def test_a_day_of_200_entries_is_read_in_parts(store: Store, ann: Person, read: Read):
    save(store, ann, *(f"entry {index} " + "word " * 20 for index in range(200)))
    seen = [number for page in pages(read, "/book") for number in reversed(numbers(page))]
    assert seen == list(range(200, 0, -1))


def test_the_foot_names_the_month_that_comes_next(store: Store, ann: Person, read: Read):
    save(store, ann, *("today" for _ in range(30)))
    save(store, ann, *("yesterday" for _ in range(25)), at=NOW - timedelta(days=1))
    save(store, ann, "long ago", at=datetime(2024, 2, 3, 12, tzinfo=ZONE))
    page = read("/book")
    address = link(page, "earlier: February 2024")
    assert numbers(read(address)) == [56]


def test_years_and_months_lead_anywhere(sample: TestClient):
    page = page_of(sample, "/book")
    years, months = page.cssselect(".calendar ul")
    assert [words(a) for a in years.cssselect("a")] == ["2026", "2024", "2022"]
    assert [words(a) for a in months.cssselect("a")] == ["October", "November"]
    march = page_of(sample, link(page, "2024"))
    assert words(march.cssselect("h1")[0]) == "March 2024"
    assert numbers(march) == [1]
    assert link(march, "earlier: November 2022") == "/book/2022/11"
    assert link(march, "later: October 2026") == "/book/2026/10"


def test_a_month_begins_and_ends_at_midnight_of_the_zone(store: Store, ann: Person, read: Read):
    with store.transaction() as tx:
        tx.people.set_timezone(ann.id, "America/New_York")
        add(tx, ann, "still March", datetime(2024, 4, 1, 3, 59, tzinfo=UTC))
        add(tx, ann, "April", datetime(2024, 4, 1, 4, 0, tzinfo=UTC))
    assert numbers(read("/book/2024/3")) == [1]
    assert numbers(read("/book/2024/4")) == [2]


@pytest.mark.parametrize(
    "address",
    [
        "/book/2024/13",
        "/book/2024/0",
        "/book/0/1",
        "/book/9999/12",
        "/book/1999/1",
        "/book?before=yesterday",
        "/book?before=99999999999999999999",
        "/book?before=404",
        "/book?before=0000-01-01",
        "/book/entries/404",
        "/book/entries/99999999999999999999999",
        "/book/entries/1?part=2",
        "/book/topics/404",
        "/book/topics/99999999999999999999999",
        "/book/topics/1?after=404",
        "/book/weeks/2026-W60",
        "/book/weeks/2025-W53",
        "/book/weeks/2026-W0",
        "/book/weeks/2026-w47",
        "/book?before=2026-W47",
        "/book/weeks/now",
        "/book/weeks/now.md",
        "/book/trash?after=404",
    ],
)
def test_what_is_not_there_is_not_found(sample: TestClient, address: str):
    assert sample.get(address).status_code == 404


# Kinds of entries


def test_a_quote_has_its_author_and_source_under_it_and_leads_to_all_by_them(sample: TestClient):
    [article] = page_of(sample, "/book").cssselect("#e5")
    assert words(article.cssselect("blockquote")[0]).startswith("The world is a severe schoolmaster")
    assert words(article.cssselect("figcaption")[0]) == "Phillis Wheatley, Letters"
    all_by_her = page_of(sample, link(article, "Phillis Wheatley"))
    assert numbers(all_by_her) == [5]
    assert [words(item) for item in article.cssselect(".takeaways li")] == [
        "praise is the harder test",
        "read the letters, not only the poems",
    ]


def test_a_first_line_that_stands_alone_is_the_title(sample: TestClient):
    [article] = page_of(sample, "/book").cssselect("#e4")
    assert words(article.cssselect("h3")[0]) == "Attention, again"


def test_the_page_behind_a_link_is_a_card_under_the_persons_own_words(sample: TestClient):
    [article] = page_of(sample, "/book").cssselect("#e7")
    assert words(article.cssselect(".prose")[0]) == "Read this one slowly:"
    [card] = article.cssselect("a.card")
    assert card.get("href") == "https://example.org/kernels"
    assert words(card.cssselect("strong")[0]) == "Fewer, larger kernels"


def test_a_link_without_a_page_is_its_address_shortened_in_the_middle(store: Store, ann: Person, read: Read):
    address = "https://example.org/" + "a" * 200 + "/end"
    save(store, ann, address)
    [a] = read("/book").cssselect(".prose a")
    assert a.get("href") == address
    assert words(a).startswith("example.org/")
    assert words(a).endswith("/end")
    assert len(words(a)) <= 60


def test_a_picture_has_words_for_those_who_do_not_see_it(store: Store, ann: Person, read: Read):
    with store.transaction() as tx:
        add(tx, ann, "The bench", NOW, media=(picture("a"),))
        add(tx, ann, "", NOW, media=(picture("b"), picture("c")))
    page = read("/book")
    alts = [img.get("alt") for img in page.cssselect("img")]
    assert alts == ["The bench", "Picture of 21 November", "Picture of 21 November"]
    assert all(img.get("loading") == "lazy" and img.get("srcset") for img in page.cssselect("img"))


def test_a_list_shows_the_beginning_of_a_long_text_in_any_script_and_leads_to_the_rest(
    store: Store, ann: Person, read: Read
):
    address = f"https://site.example/{'a' * 800}"
    with store.transaction() as tx:
        for text in (*("a thought" for _ in range(48)), "牛奶" * 600, address):
            add(tx, ann, text, NOW)
    for number, shown in ((49, "牛奶牛奶"), (50, "")):
        [entry] = read("/book").cssselect(f"#e{number}")
        assert shown in words(entry)
        assert words(entry.cssselect(".read-on")[0]) == "read on"


def test_a_small_picture_is_not_made_larger_than_it_is(store: Store, ann: Person, read: Read):
    with store.transaction() as tx:
        add(tx, ann, "An icon", NOW, media=(picture("a"),))
        tx.files.set_picture_size(f"00/{'0' * 64}.bin", 60, 40)
    [img] = read("/book").cssselect("img")
    assert img.get("sizes") == "(min-width: 42em) min(40rem, 60px), min(100vw, 60px)"


def test_a_memo_is_played_and_its_words_have_their_times(sample: TestClient):
    page = page_of(sample, "/book/entries/9")
    assert page.cssselect("audio[controls]")
    paragraphs = page.cssselect(".transcript p")
    assert [words(p.cssselect(".clock")[0]) for p in paragraphs] == ["0:00", "0:05", "0:13"]
    said = page.cssselect(".transcript [data-start]")
    assert [words(word) for word in said] == " ".join(MEMO).split()
    unsure = {words(word) for word in said if word.get("class") == "unsure"}
    assert unsure == set(MEMO[0].split())
    assert MEMO[0] not in " ".join(words(prose) for prose in page.cssselect(".prose"))


def test_a_corrected_memo_says_so(store: Store, ada: Person, sample: TestClient):
    with store.transaction() as tx:
        memo = tx.entries.by_number(ada.id, 9)
        assert memo
        tx.entries.change_text(memo.id, ParsedText("It was about the vegetables."), NOW)
    page = page_of(sample, "/book/entries/9")
    assert words(page.cssselect(".transcript")[0]).endswith("It was about the vegetables.")
    assert "Corrected." in words(page.cssselect("article")[0])


def test_a_place_leads_to_a_map(sample: TestClient):
    [article] = page_of(sample, "/book").cssselect("#e10")
    assert article.cssselect(".place a")[0].get("href") == "https://maps.google.com/?q=51.5465,-0.0755"
    assert "Location:" not in words(article)


def test_an_entry_says_when_it_is_due(store: Store, ann: Person, read: Read):
    with store.transaction() as tx:
        entry = add(tx, ann, "call mum", NOW)
        tx.entries.set_due(entry.id, datetime(2026, 11, 27, 9, 0, tzinfo=UTC))
    assert "due Friday 27 November 2026 at" in words(read("/book").cssselect(".about")[0])


# Topics


def test_topics_are_by_letter_with_count_and_last_day_and_pinned_ones_first(sample: TestClient):
    page = page_of(sample, "/book/topics")
    heads = [words(head) for head in page.cssselect(".letter h2")]
    assert heads == ["Pinned", "G", "P", "Q", "S", "W"]
    [garden] = [item for item in page.cssselect(".index li") if "garden" in words(item)]
    assert words(garden) == "garden 2, 21 November 2026"
    assert words(page.cssselect(".letter")[0].cssselect("a")[0]) == "python"


def test_of_many_topics_each_letter_has_a_page(store: Store, ann: Person, read: Read):
    with store.transaction() as tx:
        for index in range(402):
            add(tx, ann, "text", NOW, f"{'aab'[index % 3]}{index}")
    page = read("/book/topics")
    assert not page.cssselect(".index li")
    listed = [len(one.cssselect(".index li")) for one in pages(read, link(page, "A"))]
    assert listed == [200, 68]


def test_a_topic_is_read_in_both_directions_page_by_page(store: Store, ann: Person, read: Read):
    save(store, ann, *(f"a longer thought {index}" for index in range(120)), topic="python")
    for address, order in (("/book/topics/1", -1), ("/book/topics/1?order=oldest", 1)):
        seen = [number for page in pages(read, address) for number in numbers(page)]
        assert seen == list(range(1, 121))[::order]


def test_pinned_entries_come_first_in_their_topic(store: Store, ann: Person, read: Read):
    save(store, ann, "a pinned thought", "another thought", "the newest thought", topic="python")
    with store.transaction() as tx:
        first = tx.entries.by_number(ann.id, 1)
        assert first
        tx.entries.pin(first.id, NOW)
    assert numbers(read("/book/topics/1")) == [1, 3, 2]


def test_a_list_has_boxes_to_tick_and_what_was_taken_off_below(store: Store, ann: Person, read: Read):
    save(store, ann, "milk", "eggs", topic="shopping")
    with store.transaction() as tx:
        tx.entries.trash(add(tx, ann, "tea", NOW, "shopping").id, NOW)
    page = read("/book/topics/1")
    open_items, done = page.cssselect("ul.list")
    assert [words(label) for label in open_items.cssselect("label")] == ["eggs", "milk"]
    assert [words(label) for label in done.cssselect("label")] == ["tea"]
    form = open_items.cssselect("form")[0]
    assert (form.get("method"), form.get("action")) == ("post", "/book/entries/2/tick")
    assert form.cssselect("input[name=csrf]")[0].get("value") == CSRF


# An entry


def test_an_entry_leads_to_those_before_and_after_in_time_and_in_its_topic(sample: TestClient):
    page = page_of(sample, "/book/entries/12")
    assert words(page_of(sample, "/book/entries/9").cssselect(".neighbours")[0]).count("Location") == 0
    rows = page.cssselect(".neighbours p")
    found = [(words(row.cssselect(".label")[0]), [a.get("href") for a in row.cssselect("a")]) for row in rows]
    assert found == [
        ("In time", ["/book/entries/11", "/book/entries/13"]),
        ("shopping", ["/book/entries/11", "/book/entries/13"]),
    ]


def test_the_history_of_an_entry_has_what_it_said_before(sample: TestClient):
    page = page_of(sample, "/book/entries/1")
    events = [words(item).partition("before")[0].strip() for item in page.cssselect("#history li")]
    assert events == [
        "2 March 2024, 8:12: saved",
        "21 November 2026, 17:40: edited",
        "21 November 2026, 18:40: pinned",
    ]
    assert words(page.cssselect("#history details .prose")[0]) == "Decorators are just functions."
    assert "edited once" in words(page.cssselect("#history h2")[0])
    assert "show 1" in words(page.cssselect("#history")[0])


def test_the_actions_of_an_entry_are_links_and_forms_with_the_token(sample: TestClient):
    [form] = page_of(sample, "/book").cssselect("#e6 form.actions")
    assert form.get("method") == "post"
    assert form.cssselect("input[name=csrf]")[0].get("value") == CSRF
    assert [a.get("href") for a in form.cssselect("a")] == ["/book/entries/6/edit", "/book/entries/6/file"]
    assert [button.get("formaction") for button in form.cssselect("button")] == [
        "/book/entries/6/pin",
        "/book/entries/6/delete",
    ]


def test_a_long_text_is_folded_on_the_timeline_and_whole_on_its_own_pages(
    store: Store, ann: Person, read: Read
):
    text = " ".join(f"word{index}" for index in range(11_000))[:100_000]
    save(store, ann, text)
    assert words(read("/book").cssselect(".read-on")[0]) == "read on"
    parts = pages(read, "/book/entries/1", ".read-on a")
    seen = [prose.text_content() for page in parts for prose in page.cssselect("article .prose")]
    assert "".join("".join(seen).split()) == "".join(text.split())


# A week, this day, trash


def test_search_finds_by_meaning_what_no_word_finds_and_says_so(store: Store, ann: Person, tmp_path: Path):
    model = str(static_model(tmp_path / "model"))
    save(store, ann, "the automobile is in for a new wheel", "dough rises overnight")
    while EntryEncoder(store, Encoder(model)).encode_some():
        pass
    meaning = LoadedWhenNeeded(model)
    client = TestClient(book_app(store, ann.id, now=lambda: NOW, meaning=meaning))
    page = page_of(client, "/book/search?q=my+car")
    assert numbers(page) == [1]
    assert words(page.cssselect("#answers > [role=status]")[0]) == "Nothing by those words; by meaning:"
    assert numbers(page_of(client, "/book/search?q=dough")) == [2]


def test_a_model_that_is_not_there_leaves_the_search_by_words(store: Store, ann: Person, tmp_path: Path):
    save(store, ann, "dough rises overnight")
    meaning = LoadedWhenNeeded(str(tmp_path))
    client = TestClient(book_app(store, ann.id, now=lambda: NOW, meaning=meaning))
    assert numbers(page_of(client, "/book/search?q=my+car")) == []
    assert numbers(page_of(client, "/book/search?q=dough")) == [1]


def test_a_week_begins_with_a_sentence_and_sets_quotes_apart(sample: TestClient):
    page = page_of(sample, "/book/weeks/2026-W47")
    assert words(page.cssselect("h1")[0]) == "Week of 16 November 2026"
    assert words(page.cssselect("main p")[0]) == (
        "Ten entries, among them one quote, one link, one picture, one memo and one place."
    )
    assert words(page.cssselect(".of-topic h2")[0]) == "writing"
    assert numbers(page.cssselect(".apart")[0]) == [5]
    assert sorted(numbers(page)) == list(range(4, 11))
    # What is still on a list is there once, at the end, and no entry repeats the date of the week.
    assert {words(time) for time in page.cssselect(".about time")} == {"Friday", "Saturday"}
    assert [words(item) for item in page.cssselect(".open li")] == ["batteries", "oat cakes", "milk"]
    assert link(page, "earlier: week of 19 October 2026") == "/book/weeks/2026-W43"


def test_a_day_with_many_entries_leads_to_its_newest(sample: TestClient):
    page = page_of(sample, "/book")
    assert [words(a) for a in page.cssselect(".day .quiet a")] == ["The newest: 16:01"]
    assert link(page, "The newest: 16:01") == "#e13"
    assert "The newest" not in sample.get("/book?before=12").text


def test_an_entry_lists_those_that_mention_it_by_its_number_or_address(store: Store, ada: Person):
    with store.transaction() as tx:
        add(tx, ada, "see #5 again", NOW)
        add(tx, ada, "and http://localhost/book/entries/5", NOW)
        for text in ("5 eggs", "#55", "chapter#5", "book/entries/50"):
            add(tx, ada, text, NOW)
    client = TestClient(book_app(store, ada.id, now=lambda: NOW))
    page = page_of(client, "/book/entries/5")
    titles = {words(item) for item in page.cssselect(".mentions li")}
    assert titles == {"see #5 again", "and http://localhost/book/entries/5"}
    assert not page_of(client, "/book/entries/6").cssselect(".mentions")


def test_a_topic_names_those_that_share_telling_words_with_it(store: Store, ann: Person):
    with store.transaction() as tx:
        for text in (
            "the compost heap was steaming in the cold this morning",
            "compost and mulch in equal parts, she says, for everything but roses",
            "no mulch left for the roses until the spring",
        ):
            add(tx, ann, text, NOW, "garden")
        for text in (
            "ask Ines whether there is compost to spare on her side",
            "mulch is cheaper by the trailer than by the bag",
        ):
            add(tx, ann, text, NOW, "allotment")
        for text in (
            "kernels take longer to launch than to run, mostly",
            "fewer and larger kernels were the answer here",
            "a compost of old drivers is what this machine is",
        ):
            add(tx, ann, text, NOW, "gpu")
        garden = tx.topics.by_name(ann.id, "garden")
    assert garden
    page = page_of(TestClient(book_app(store, ann.id, now=lambda: NOW)), f"/book/topics/{garden.id}")
    assert [words(item) for item in page.cssselect(".related li")] == ["allotment"]


def test_a_week_is_there_as_markdown(sample: TestClient):
    response = sample.get("/book/weeks/2026-W47.md")
    assert response.headers["content-type"].startswith("text/markdown")
    lines = response.text.splitlines()
    assert lines[0] == "# Week of 16 November 2026"
    assert "### shopping" in lines
    assert lines.count("- [ ] milk") == 1
    assert "milk" not in lines
    assert any(line.startswith('> "The world is a severe schoolmaster') for line in lines)


def test_week_leads_to_this_week(sample: TestClient):
    assert sample.get("/book/weeks").headers["location"] == "/book/weeks/2026-W47"


def test_on_this_day_has_other_years_and_their_age_in_words(sample: TestClient):
    page = page_of(sample, "/book/on-this-day")
    assert words(page.cssselect("h1")[0]) == "On 21 November"
    assert [words(head) for head in page.cssselect(".day h2")] == ["four years ago 2022"]
    assert numbers(page) == [2]


def test_the_trash_has_what_can_be_restored_the_last_deleted_first(sample: TestClient):
    page = page_of(sample, "/book/trash")
    assert numbers(page) == [14]
    assert page.cssselect("#e14 button")[0].get("formaction") == "/book/entries/14/restore"


def test_the_trash_is_read_page_by_page(store: Store, ann: Person, read: Read):
    with store.transaction() as tx:
        for index in range(70):
            tx.entries.trash(add(tx, ann, f"gone {index}", NOW).id, NOW - timedelta(minutes=index // 2))
    page = read("/book/trash")
    first = numbers(page)
    rest = numbers(read(link(page, "deleted earlier")))
    assert sorted(first + rest) == list(range(1, 71))
    assert len(first) == 50


# Search


def test_search_marks_the_words_and_finds_misspelled_ones(sample: TestClient):
    page = page_of(sample, "/book/search?q=schoolmastr")
    assert numbers(page) == [5]
    assert [words(mark) for mark in page.cssselect("mark")] == ["schoolmaster"]
    assert "schoolmaster (for schoolmastr)" in words(page.cssselect("[role=status]")[0])


def test_search_says_when_it_found_what_is_nearest(sample: TestClient):
    page = page_of(sample, "/book/search?q=heron+helicopter+frost")
    assert "Nothing has all of these words" in words(page.cssselect("[role=status]")[0])
    assert {6, 2} <= set(numbers(page))


def test_search_is_narrowed_by_kind_and_time(sample: TestClient):
    kinds, times = page_of(sample, "/book/search?q=the").cssselect(".filters ul")
    assert sorted(numbers(page_of(sample, link(kinds, "quotes")))) == [3, 5]
    assert 2 not in numbers(page_of(sample, link(times, "last month")))


def test_search_understands_what_find_does(sample: TestClient):
    assert numbers(page_of(sample, "/book/search?q=quotes+from+last+month")) == [3]
    topic = page_of(sample, "/book/search?q=shoping")
    assert link(topic.cssselect("#answers > p")[0], "shopping") == "/book/topics/7"


def test_search_goes_on_page_by_page(store: Store, ann: Person, read: Read):
    save(store, ann, *(f"kernel number {index}" for index in range(45)))
    seen = [number for page in pages(read, "/book/search?q=kernel") for number in numbers(page)]
    assert sorted(seen) == list(range(1, 46))


def test_search_changes_nothing(store: Store, ada: Person, sample: TestClient):
    sample.get("/book/search?q=kernels")
    with store.transaction(read_only=True) as tx:
        assert tx.conversations.listing(ada.id) is None


# What is around


def test_a_message_about_the_last_change_is_a_status_with_an_undo(store: Store, ada: Person):
    client = TestClient(book_app(store, ada.id, flash="Deleted 42."))
    [flash] = page_of(client, "/book").cssselect(".flash")
    assert words(flash.cssselect("[role=status]")[0]) == "Deleted 42."
    assert (flash.get("method"), flash.get("action")) == ("post", "/book/undo")


def test_the_chosen_theme_is_in_the_page_from_the_first_byte(sample: TestClient):
    assert page_of(sample, "/book").get("data-theme") is None
    response = sample.post("/book/theme", data={"csrf": CSRF, "theme": "dark", "back": "/book/topics"})
    assert (response.status_code, response.headers["location"]) == (303, "/book/topics")
    assert page_of(sample, "/book").get("data-theme") == "dark"
    sample.post("/book/theme", data={"csrf": CSRF, "theme": "", "back": "/book"})
    assert page_of(sample, "/book").get("data-theme") is None


def test_the_cookie_of_the_theme_is_for_https_only_where_the_book_is(store: Store, ada: Person):
    for public_url, is_secure in (("https://book.example", True), ("http://127.0.0.1:8000", False)):
        client = TestClient(book_app(store, ada.id, public_url=public_url), follow_redirects=False)
        response = client.post("/book/theme", data={"csrf": CSRF, "theme": "dark", "back": "/book"})
        cookie = response.headers["set-cookie"].lower()
        assert ("secure" in cookie, "httponly" in cookie, "samesite=lax" in cookie) == (is_secure, True, True)


@pytest.mark.parametrize("back", ["https://evil.example/book", "//evil.example", "/bookmark", "javascript:x"])
def test_the_theme_leads_back_to_the_book_only(sample: TestClient, back: str):
    response = sample.post("/book/theme", data={"csrf": CSRF, "theme": "dark", "back": back})
    assert response.headers["location"] == "/book"


def test_the_first_element_is_a_link_to_the_text(sample: TestClient):
    first = page_of(sample, "/book").cssselect("body > *")[0]
    assert (first.tag, first.get("href")) == ("a", "#text")


def test_a_page_asks_for_one_style_sheet_and_one_script_and_no_other_host(sample: TestClient):
    page = page_of(sample, "/book")
    sheets = [link.get("href") for link in page.cssselect("link[rel=stylesheet]")]
    scripts = [script.get("src") for script in page.cssselect("script")]
    assert (len(sheets), len(scripts)) == (1, 1)
    for address, most in ((sheets[0], 20_000), (scripts[0], 15_000)):
        response = sample.get(address)
        assert response.status_code == 200
        assert len(response.content) < most
        assert "immutable" in response.headers["cache-control"]
    loaded = [e.get(name) for e in page.cssselect("img, audio, script, link") for name in ("src", "href")]
    assert all(address.startswith("/book/") for address in loaded if address)


def test_a_person_reads_their_own_entries_only(store: Store, ada: Person, ben: Person):
    client = TestClient(book_app(store, ben.id, now=lambda: NOW))
    for address in ("/book/entries/1", "/book/topics/1", "/book/2024/3"):
        assert client.get(address).status_code == 404, address
    for address in (
        "/book",
        "/book/topics",
        "/book/weeks/2026-W47",
        "/book/weeks/2026-W47.md",
        "/book/on-this-day",
        "/book/search?q=heron",
        "/book/trash",
    ):
        text = client.get(address).text
        assert "heron on the canal" not in text
        assert "kettle" not in text
        assert "shopping</a>" not in text
