from datetime import UTC, datetime, timedelta

import pytest

from scrapbook.store import Media, PageMetadata, Preview
from scrapbook.text.segments import fits
from tests.integration.actions.conversation import Conversation


def browse(who: Conversation, period: str) -> str:
    return who.text("action_browse", period, period=period)


def set_timezone(who: Conversation, timezone: str) -> str:
    return who.text("action_set_timezone", f"timezone {timezone}", timezone=timezone)


def test_today_and_yesterday_go_by_the_persons_own_clock(ann: Conversation) -> None:
    set_timezone(ann, "Asia/Tokyo")
    ann.now = datetime(2025, 3, 12, 14, 50, tzinfo=UTC)  # 23:50 in Tokyo
    ann.save("before midnight")
    ann.now = datetime(2025, 3, 12, 15, 10, tzinfo=UTC)  # 00:10 in Tokyo
    ann.save("after midnight")
    assert "before" not in browse(ann, "today")
    assert "after" in browse(ann, "today")
    assert "before" in browse(ann, "yesterday")
    assert "after" not in browse(ann, "yesterday")
    set_timezone(ann, "Europe/London")
    assert "before" in browse(ann, "today")


def test_yesterday_is_a_whole_day_when_the_clocks_change(ann: Conversation) -> None:
    set_timezone(ann, "Europe/Berlin")
    ann.now = datetime(2025, 3, 29, 22, 58, tzinfo=UTC)  # 23:58 on Saturday
    ann.save("saturday")
    ann.now = datetime(2025, 3, 30, 21, 58, tzinfo=UTC)  # 23:58 on Sunday, an hour shorter
    ann.save("sunday")
    ann.now = datetime(2025, 3, 30, 22, 30, tzinfo=UTC)  # 00:30 on Monday
    assert browse(ann, "yesterday") == "yesterday:\n2 sunday"


@pytest.mark.parametrize(
    ("period", "found"),
    [
        ("this week", {"monday", "wednesday"}),
        ("last week", {"sunday"}),
        ("this month", {"first", "sunday", "monday", "wednesday"}),
        ("last month", {"february"}),
    ],
)
def test_weeks_begin_on_monday_and_months_on_the_first(
    ann: Conversation, period: str, found: set[str]
) -> None:
    days = {"february": (2, 28), "first": (3, 1), "sunday": (3, 9), "monday": (3, 10), "wednesday": (3, 12)}
    set_timezone(ann, "UTC")
    for name, (month, day) in days.items():
        ann.now = datetime(2025, month, day, 9, tzinfo=UTC)
        ann.save(name)
    answer = browse(ann, period)
    assert {name for name in days if name in answer} == found


def test_it_says_so_when_a_period_is_empty(ann: Conversation) -> None:
    ann.save("one")
    assert browse(ann, "last month") == "Nothing from last month."


def test_it_shows_the_last_few_newest_first(ann: Conversation) -> None:
    for name in ("one", "two", "three"):
        ann.save(name)
    assert ann.text("action_browse", "last 2", count="2") == "last 2:\n3 three\n2 two"


def test_it_shows_an_entry_to_the_letter(ann: Conversation) -> None:
    ann.save("python: line one\n\n  {line} two: 'x'  y")
    said = ann.text("action_show", "show 1", entry=["1"])
    assert said == "1 python:\nline one\n\n  {line} two: 'x'  y"


def test_a_number_that_is_no_entry_does_not_show_the_latest(ann: Conversation) -> None:
    ann.save("a heron")
    assert ann.text("action_show", "show 1.5") == "There is no entry 1.5."
    assert "a heron" in ann.text("action_show", "show the last one")


def test_it_shows_several_entries_and_says_which_are_not_there(ann: Conversation) -> None:
    ann.save("one")
    ann.save("two")
    assert ann.text("action_show", "show 1 2 9", entry=["1", "2", "9"]) == (
        "1:\none\n\n2:\ntwo\n\nNot there, or in the trash: 9."
    )


def test_it_tells_a_deleted_entry_from_one_that_never_was(ann: Conversation) -> None:
    ann.save("one")
    ann.text("action_delete", "delete 1", entry=["1"])
    assert "restore 1" in ann.text("action_show", "show 1", entry=["1"])
    assert ann.text("action_show", "show 99999999999999999999", entry=["9"]) == "There is no entry 9."


def test_it_mentions_what_came_with_an_entry(ann: Conversation) -> None:
    ann.text("action_save", "", [Media("https://api.twilio.com/1", "audio/amr")])
    assert "(sound)" in ann.text("action_show", "show 1", entry=["1"])


def test_it_lists_topics_with_their_counts_the_latest_first(ann: Conversation) -> None:
    assert "No topics yet" in ann.text("action_topics", "topics")
    for body in ("python: a", "gpu: b", "python: c"):
        ann.save(body)
    assert ann.text("action_topics", "topics") == "Your topics:\npython 2\ngpu 1"


def test_a_long_list_of_topics_is_read_to_its_end_with_more(ann: Conversation) -> None:
    names = {f"{'abcdefghij'[n % 10] * 5}{'klmnopq'[n // 10] * 5}" for n in range(70)}
    for name in names:
        ann.save(f"#{name} text")
    pages = [ann.text("action_topics", "topics")]
    while pages[-1].endswith("left: text more"):
        assert fits(pages[-1])
        pages.append(ann.text("action_more", "more"))
    listed = [line.removesuffix(" 1") for page in pages for line in page.split("\n") if line.endswith(" 1")]
    assert len(listed) == len(names)
    assert set(listed) == names
    assert ann.text("action_more", "more") == "That was all of it."


def test_a_topic_that_is_merged_while_the_topics_are_read_is_left_out(ann: Conversation) -> None:
    for n in range(40):
        ann.save(f"#{'abcdefghij'[n % 10] * 5}{'klmn'[n // 10] * 5} text")
    assert "aaaaakkkkk" not in ann.text("action_topics", "topics")
    slots = {"topic": "aaaaakkkkk", "new_topic": "jjjjjnnnnn"}
    ann.text("action_merge_topics", "merge aaaaakkkkk into jjjjjnnnnn", **slots)
    assert "aaaaakkkkk" not in ann.text("action_more", "more")


def test_a_misspelled_city_sets_the_time_zone(ann: Conversation) -> None:
    assert "Europe/London" in set_timezone(ann, "lodnon")
    assert "Europe/London" in ann.text("action_set_timezone", "timezone")


def test_it_asks_when_a_time_zone_is_in_doubt(ann: Conversation) -> None:
    before = ann.text("action_set_timezone", "timezone")
    assert "1 Asia/Kolkata" in set_timezone(ann, "calcutta")
    assert ann.text("action_set_timezone", "timezone") == before
    assert "now Asia/Kolkata" in ann.text("action_choose", "1", choice="1")


def test_an_unknown_time_zone_changes_nothing(ann: Conversation) -> None:
    assert "I know no time zone" in set_timezone(ann, "xqzzy")


def test_status_counts_entries_and_unfinished_messages(ann: Conversation) -> None:
    ann.save("python: one")
    with ann.store.transaction() as tx:
        tx.messages.set_state("SM1-1", "answered")
    assert ann.text("action_status", "status") == "All done. Entries: 1, topics: 1."
    ann.receive("still coming")
    assert "still being worked on: 2" in ann.text("action_status", "status")


def test_it_repeats_what_it_said_last(ann: Conversation) -> None:
    assert "said anything" in ann.text("action_repeat", "repeat")
    sid = ann.receive("hi")
    with ann.store.transaction() as tx:
        tx.outbound_messages.record_reply(
            ann.person.id, sid, "+15550199", "+15550100", ["Hello {there}", " and more"], [1, 1], ann.now
        )
        tx.messages.set_state(sid, "answered")
    ann.now += timedelta(minutes=1)
    assert ann.text("action_repeat", "repeat") == "Hello {there} and more"


def test_the_list_of_commands_fits_two_segments(ann: Conversation) -> None:
    assert fits(ann.text("action_commands", "commands"))


def test_show_says_what_the_pages_behind_the_links_are_called_as_long_as_these_are_there(
    ann: Conversation,
) -> None:
    ann.save("read https://a.example")
    seen = Preview("https://a.example", "https://a.example", PageMetadata("Herons", site="Birds"))
    with ann.store.transaction() as tx:
        tx.previews.record(tx.entries.list(ann.person.id)[0].id, seen, ann.now)
    shown = "1:\nread https://a.example\nHerons - Birds"
    assert ann.text("action_show", "show 1", entry=["1"]) == shown
    ann.text("action_edit", "edit 1 read nothing", entry=["1"])
    assert ann.text("action_show", "show 1", entry=["1"]) == "1:\nread nothing"
    ann.undo()
    assert ann.text("action_show", "show 1", entry=["1"]) == shown


def test_on_this_day_shows_what_was_saved_on_it_in_earlier_years(ann: Conversation) -> None:
    for year, body in ((2022, "long ago"), (2024, "last year"), (2025, "today")):
        ann.now = ann.now.replace(year=year)
        ann.save(body)
    ann.now = ann.now.replace(day=13)
    ann.save("tomorrow")
    ann.now = ann.now.replace(day=12)
    said = ann.text("action_on_this_day", "on this day")
    assert said == "on this day in 2024, 2022:\n2 last year\n1 long ago"


def test_a_day_is_that_of_the_persons_time_zone(ann: Conversation) -> None:
    ann.text("action_set_timezone", "timezone Auckland", timezone="Pacific/Auckland")
    ann.now = datetime(2024, 3, 11, 23, 0, tzinfo=UTC)
    ann.save("early on the twelfth")
    ann.now = datetime(2025, 3, 11, 23, 30, tzinfo=UTC)
    assert "early on the twelfth" in ann.text("action_on_this_day", "on this day")


def test_there_may_be_nothing_on_this_day_not_even_on_one_that_most_years_lack(ann: Conversation) -> None:
    nothing = "Nothing from this day in earlier years."
    assert ann.text("action_on_this_day", "on this day") == nothing
    ann.now = datetime(2023, 3, 1, 12, 0, tzinfo=UTC)
    ann.save("one")
    ann.now = datetime(2024, 2, 29, 12, 0, tzinfo=UTC)
    assert ann.text("action_on_this_day", "on this day") == nothing


def test_a_surprise_is_any_entry_in_full_and_the_same_when_the_turn_runs_again(ann: Conversation) -> None:
    assert "Nothing is saved yet" in ann.text("action_surprise", "surprise me")
    for body in ("one", "two", "three"):
        ann.save(body)
    ann.text("action_delete", "delete 2", entry=["2"])
    said = {ann.text("action_surprise", "surprise me") for _ in range(20)}
    assert said == {"1:\none", "3:\nthree"}


def test_a_list_in_curly_quotes_has_as_many_lines_as_there_is_room_for(ann: Conversation) -> None:
    for bird in ("heron", "curlew", "dunlin", "godwit", "plover", "avocet"):
        ann.save(f"“The {bird}s are back on the pond”")
    assert ann.text("action_browse", "last 6", count="6") == (
        "last 6:\n6 “The avocets are back on the...\n5 “The plovers are back on the...\n"
        "4 “The godwits are back on the...\n3 left: text more"
    )
    assert ann.text("action_more", "more") == (
        "last 6:\n3 “The dunlins are back on the pond”\n2 “The curlews are back on the pond”\n"
        "1 “The herons are back on the pond”"
    )
