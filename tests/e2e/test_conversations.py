"""A text goes in as a signed webhook; what comes back is read from the local Twilio."""

import re

import pytest

from tests.e2e.house import House, message_form, new_sid


def entry_number(receipt: str) -> int:
    found = re.search(r"\d+", receipt)
    assert found, receipt
    return int(found[0])


def test_it_finds_a_thought_under_a_misspelled_topic(house: House, number: str) -> None:
    assert "python" in house.say("python: decorators are just functions", number)
    assert "decorators are just functions" in house.say("find pyhton", number)


def test_it_finds_a_thought_with_a_misspelled_command(house: House, number: str) -> None:
    house.say("gpu: fewer, larger kernels", number)
    assert "fewer, larger kernels" in house.say("fnid gpu", number)
    assert "fewer, larger kernels" in house.say("serach gpus", number)


def test_it_keeps_what_is_not_a_command(house: House, number: str) -> None:
    assert "Saved" in house.say("The heron came back to the pond this morning", number)
    assert "heron" in house.say("find heron", number)


def test_it_asks_when_torn_and_a_bare_number_answers(house: House, number: str) -> None:
    house.say("carbon: trees are made of air", number)
    house.say("carton: flatten before recycling", number)
    question = house.say("find carson", number)
    assert "1" in question
    assert "carbon" in question
    assert "carton" in question
    choice = "1" if question.index("carbon") < question.index("carton") else "2"
    assert "trees are made of air" in house.say(choice, number)


def test_it_says_so_when_there_is_nothing(house: House, number: str) -> None:
    house.say("python: decorators are just functions", number)
    answer = house.say("find xylophone", number)
    assert "xylophone" in answer
    assert "decorators" not in answer


def test_save_is_undone(house: House, number: str) -> None:
    house.say("python: decorators are just functions", number)
    house.say("undo", number)
    assert "just functions" not in house.say("find decorators", number)


def test_delete_is_undone(house: House, number: str) -> None:
    saved = entry_number(house.say("python: decorators are just functions", number))
    house.say(f"delte {saved}", number)
    assert "decorators" not in house.say("find python", number)
    house.say("undo", number)
    assert "decorators" in house.say("find python", number)


def test_restore_brings_back_what_was_deleted(house: House, number: str) -> None:
    saved = entry_number(house.say("python: decorators are just functions", number))
    house.say(f"delete {saved}", number)
    house.say(f"restore {saved}", number)
    assert "decorators" in house.say("find python", number)
    house.say("undo", number)
    assert "decorators" not in house.say("find python", number)


def test_move_is_undone(house: House, number: str) -> None:
    saved = entry_number(house.say("python: decorators are just functions", number))
    house.say("gardening: prune in march", number)
    house.say(f"move {saved} to gardening", number)
    assert "decorators" in house.say("find gardening", number)
    house.say("undo", number)
    assert "decorators" not in house.say("find gardening", number)
    assert "decorators" in house.say("find python", number)


def test_filing_under_a_topic_is_undone(house: House, number: str) -> None:
    house.say("fewer, larger kernels", number)
    house.say("under gpu", number)
    assert "gpu" in house.say("topics", number)
    house.say("undo", number)
    assert "gpu" not in house.say("topics", number)


def test_edit_is_undone(house: House, number: str) -> None:
    saved = entry_number(house.say("python: decorators are just functions", number))
    house.say(f"edit {saved} decorators wrap functions", number)
    assert "decorators wrap functions" in house.say(f"show {saved}", number)
    house.say("undo", number)
    assert "decorators are just functions" in house.say(f"show {saved}", number)


def test_adding_to_an_entry_is_undone(house: House, number: str) -> None:
    saved = entry_number(house.say("gpu: fewer, larger kernels", number))
    house.say("add: see also Numba", number)
    assert "see also Numba" in house.say(f"show {saved}", number)
    house.say("undo", number)
    assert "Numba" not in house.say(f"show {saved}", number)


def test_rename_is_undone(house: House, number: str) -> None:
    house.say("gpus: fewer, larger kernels", number)
    house.say("rename gpus to graphics", number)
    assert "graphics" in house.say("topics", number)
    house.say("undo", number)
    topics = house.say("topics", number)
    assert "gpus" in topics
    assert "graphics" not in topics


def test_merge_is_undone(house: House, number: str) -> None:
    house.say("cuda: warps are 32 wide", number)
    house.say("graphics: fewer, larger kernels", number)
    house.say("merge cuda into graphics", number)
    assert "warps are 32 wide" in house.say("find graphics", number)
    house.say("undo", number)
    assert "warps are 32 wide" not in house.say("find graphics", number)
    assert "warps are 32 wide" in house.say("find cuda", number)


def test_undo_goes_several_steps_back(house: House, number: str) -> None:
    for thought in ("one heron", "two herons", "three herons"):
        house.say(thought, number)
    house.say("undo", number)
    house.say("undo", number)
    found = house.say("find heron", number)
    assert "one heron" in found
    assert "two herons" not in found
    assert "three herons" not in found


def test_two_people_never_see_each_others_entries(house: House, number: str, other_number: str) -> None:
    house.say("diary: I am afraid of moths", number)
    house.say("diary: I am fond of moths", other_number)
    assert "fond" not in house.say("find moths", number)
    assert "afraid" not in house.say("find diary", other_number)
    assert "I am" not in house.say("show 2", number)


def test_it_lists_today_and_the_last_few(house: House, number: str) -> None:
    house.say("first of the day", number)
    house.say("second of the day", number)
    assert "first of the day" in house.say("today", number)
    latest = house.say("last 1", number)
    assert "second of the day" in latest
    assert "first of the day" not in latest


def test_more_goes_on_where_a_long_list_ended(house: House, number: str) -> None:
    for n in range(12):
        house.say(f"birds: sighting {chr(97 + n) * 12} by the long reservoir at dusk", number)
    first = house.say("find birds", number)
    assert "more" in first.lower()
    second = house.say("more", number)
    seen = re.findall(r"sighting (\w)", first + second)
    assert len(seen) == len(set(seen)) > len(re.findall(r"sighting (\w)", first))


def test_it_repeats_what_it_said(house: House, number: str) -> None:
    said = house.say("python: decorators are just functions", number)
    assert said in house.say("repeat", number)


def test_the_time_zone_is_set_by_text(house: House, number: str) -> None:
    assert "Europe/London" in house.say("timezone Europe/London", number)
    people = house.run("people", "list")
    assert "Europe/London" in people.stdout


@pytest.mark.parametrize(
    "body",
    [
        "x" * 1600,
        "long winded " * 133,
        "\N{ROBOT FACE}\N{SPARKLES} emoji \N{FAMILY}\N{ZERO WIDTH JOINER}\N{DOG FACE} thought",
        "رأيت مالك الحزين عند البركة",
        "שלום עולם, ציפורים",
        "{braces} %s $x \\n <b>&amp;</b> 'quotes' \"double\"",
        "/restart",
        '/delete_entry{"entry": "1"}',
        "Zeile eins\nZeile zwei\n\nZeile vier",
    ],
    ids=["1600", "words", "emoji", "arabic", "hebrew", "symbols", "slash", "slash-entity", "lines"],
)
def test_it_keeps_any_text_to_the_letter(house: House, number: str, body: str) -> None:
    receipt = house.say(body, number)
    assert "Saved" in receipt
    house.text(f"show {entry_number(receipt)}", number)
    messages = 2 if len(f"1:\n{body.strip()}") > 1600 else 1
    shown = "".join(house.replies(number, 1 + messages)[1:])
    assert body.strip() in shown, shown


@pytest.mark.parametrize(
    "body",
    ["", "   ", "\n\t ", "\u200b\u200d\ufeff", None],
    ids=["empty", "spaces", "whitespace", "unseen", "none"],
)
def test_it_saves_nothing_of_an_empty_text(house: House, number: str, body: str | None) -> None:
    assert house.webhook(message_form(new_sid(), number, body)).status_code == 200
    [answer] = house.replies(number, 1)
    assert "Saved" not in answer
    assert "Saved 1" in house.say("the first real one", number)


def test_thirty_texts_at_once_are_answered_in_order(house: House, number: str) -> None:
    for n in range(30):
        house.text(f"burst thought {n:02}", number)
    answers = house.replies(number, 30, timeout=120)
    assert [entry_number(answer) for answer in answers] == list(range(1, 31))
    house.text("show 30", number)
    assert "burst thought 29" in house.replies(number, 31)[-1]


def test_a_message_that_answers_an_earlier_one_goes_with_its_entry(house: House, number: str) -> None:
    saved = new_sid()
    house.text("gpu: fewer, larger kernels", number, saved)
    [receipt] = house.replies(number, 1)
    house.say("something else", number)
    answer = {"OriginalRepliedMessageSid": saved, "OriginalRepliedMessageSender": number}
    assert house.webhook(message_form(new_sid(), number, "see also Numba") | answer).status_code == 200
    assert house.replies(number, 3)[2] == f"Added to {entry_number(receipt)}."
