"""A text goes in as a signed webhook; what comes back is read from the local Twilio."""

import re
import sqlite3

import pytest

from scrapbook.text.display import displayable
from tests.support.installation import Installation, message_form, new_sid


def entry_number(receipt: str) -> int:
    found = re.search(r"\d+", receipt)
    assert found, receipt
    return int(found[0])


def test_it_finds_a_thought_under_a_misspelled_topic(installation: Installation, number: str) -> None:
    assert "python" in installation.say("python: decorators are just functions", number)
    assert "decorators are just functions" in installation.say("find pyhton", number)


def test_it_finds_a_thought_with_a_misspelled_command(installation: Installation, number: str) -> None:
    installation.say("gpu: fewer, larger kernels", number)
    assert "fewer, larger kernels" in installation.say("fnid gpu", number)
    assert "fewer, larger kernels" in installation.say("serach gpus", number)


def test_it_keeps_what_is_not_a_command(installation: Installation, number: str) -> None:
    assert "Saved" in installation.say("The heron came back to the pond this morning", number)
    assert "heron" in installation.say("find heron", number)


def test_it_asks_when_torn_and_a_bare_number_answers(installation: Installation, number: str) -> None:
    installation.say("carbon: trees are made of air", number)
    installation.say("carton: flatten before recycling", number)
    question = installation.say("find carvon", number)
    assert "1" in question
    assert "carbon" in question
    assert "carton" in question
    choice = "1" if question.index("carbon") < question.index("carton") else "2"
    assert "trees are made of air" in installation.say(choice, number)


def test_it_says_so_when_there_is_nothing(installation: Installation, number: str) -> None:
    installation.say("python: decorators are just functions", number)
    answer = installation.say("find xylophone", number)
    assert "xylophone" in answer
    assert "decorators" not in answer


def test_save_is_undone(installation: Installation, number: str) -> None:
    installation.say("python: decorators are just functions", number)
    installation.say("undo", number)
    assert "just functions" not in installation.say("find decorators", number)


def test_delete_is_undone(installation: Installation, number: str) -> None:
    saved = entry_number(installation.say("python: decorators are just functions", number))
    installation.say(f"delte {saved}", number)
    assert "decorators" not in installation.say("find python", number)
    installation.say("undo", number)
    assert "decorators" in installation.say("find python", number)


def test_restore_brings_back_what_was_deleted(installation: Installation, number: str) -> None:
    saved = entry_number(installation.say("python: decorators are just functions", number))
    installation.say(f"delete {saved}", number)
    installation.say(f"restore {saved}", number)
    assert "decorators" in installation.say("find python", number)
    installation.say("undo", number)
    assert "decorators" not in installation.say("find python", number)


def test_move_is_undone(installation: Installation, number: str) -> None:
    saved = entry_number(installation.say("python: decorators are just functions", number))
    installation.say("gardening: prune in march", number)
    installation.say(f"move {saved} to gardening", number)
    assert "decorators" in installation.say("find gardening", number)
    installation.say("undo", number)
    assert "decorators" not in installation.say("find gardening", number)
    assert "decorators" in installation.say("find python", number)


def test_filing_under_a_topic_is_undone(installation: Installation, number: str) -> None:
    installation.say("fewer, larger kernels", number)
    installation.say("under gpu", number)
    assert "gpu" in installation.say("topics", number)
    installation.say("undo", number)
    assert "gpu" not in installation.say("topics", number)


def test_edit_is_undone(installation: Installation, number: str) -> None:
    saved = entry_number(installation.say("python: decorators are just functions", number))
    installation.say(f"edit {saved} decorators wrap functions", number)
    assert "decorators wrap functions" in installation.say(f"show {saved}", number)
    installation.say("undo", number)
    assert "decorators are just functions" in installation.say(f"show {saved}", number)


def test_adding_to_an_entry_is_undone(installation: Installation, number: str) -> None:
    saved = entry_number(installation.say("gpu: fewer, larger kernels", number))
    installation.say("add: see also Numba", number)
    assert "see also Numba" in installation.say(f"show {saved}", number)
    installation.say("undo", number)
    assert "Numba" not in installation.say(f"show {saved}", number)


def test_rename_is_undone(installation: Installation, number: str) -> None:
    installation.say("gpus: fewer, larger kernels", number)
    installation.say("rename gpus to graphics", number)
    assert "graphics" in installation.say("topics", number)
    installation.say("undo", number)
    topics = installation.say("topics", number)
    assert "gpus" in topics
    assert "graphics" not in topics


def test_merge_is_undone(installation: Installation, number: str) -> None:
    installation.say("cuda: warps are 32 wide", number)
    installation.say("graphics: fewer, larger kernels", number)
    installation.say("merge cuda into graphics", number)
    assert "warps are 32 wide" in installation.say("find graphics", number)
    installation.say("undo", number)
    assert "warps are 32 wide" not in installation.say("find graphics", number)
    assert "warps are 32 wide" in installation.say("find cuda", number)


def test_undo_goes_several_steps_back(installation: Installation, number: str) -> None:
    for thought in ("one heron", "two herons", "three herons"):
        installation.say(thought, number)
    installation.say("undo", number)
    installation.say("undo", number)
    found = installation.say("find heron", number)
    assert "one heron" in found
    assert "two herons" not in found
    assert "three herons" not in found


def test_two_people_never_see_each_others_entries(
    installation: Installation, number: str, other_number: str
) -> None:
    installation.say("diary: I am afraid of moths", number)
    installation.say("diary: I am fond of moths", other_number)
    assert "fond" not in installation.say("find moths", number)
    assert "afraid" not in installation.say("find diary", other_number)
    assert "I am" not in installation.say("show 2", number)


def test_it_lists_today_and_the_last_few(installation: Installation, number: str) -> None:
    installation.say("first of the day", number)
    installation.say("second of the day", number)
    assert "first of the day" in installation.say("today", number)
    latest = installation.say("last 1", number)
    assert "second of the day" in latest
    assert "first of the day" not in latest


def test_more_goes_on_where_a_long_list_ended(installation: Installation, number: str) -> None:
    for n in range(12):
        installation.say(f"birds: sighting {chr(97 + n) * 12} by the long reservoir at dusk", number)
    first = installation.say("find birds", number)
    assert "more" in first.lower()
    second = installation.say("more", number)
    seen = re.findall(r"sighting (\w)", first + second)
    assert len(seen) == len(set(seen)) > len(re.findall(r"sighting (\w)", first))


def test_it_repeats_what_it_said(installation: Installation, number: str) -> None:
    said = installation.say("python: decorators are just functions", number)
    assert said in installation.say("repeat", number)


def test_the_time_zone_is_set_by_text(installation: Installation, number: str) -> None:
    assert "Europe/London" in installation.say("timezone Europe/London", number)
    people = installation.run("people", "list")
    assert "Europe/London" in people.stdout


@pytest.mark.parametrize(
    "body",
    [
        "x" * 1600,
        "long winded " * 133,
        "\N{ROBOT FACE}\N{SPARKLES} emoji \N{FAMILY}\N{ZERO WIDTH JOINER}\N{DOG FACE} thought",
        "\U0001fae9",  # newer than the Unicode of Python
        "رأيت مالك الحزين عند البركة",
        "שלום עולם, ציפורים",
        "{braces} %s $x \\n <b>&amp;</b> 'quotes' \"double\"",
        "/restart",
        '/delete_entry{"entry": "1"}',
        "Zeile eins\nZeile zwei\n\nZeile vier",
    ],
    ids=[
        "1600",
        "words",
        "emoji",
        "new-emoji",
        "arabic",
        "hebrew",
        "symbols",
        "slash",
        "slash-entity",
        "lines",
    ],
)
def test_it_keeps_any_text_to_the_letter(installation: Installation, number: str, body: str) -> None:
    receipt = installation.say(body, number)
    assert "Saved" in receipt
    installation.text(f"show {entry_number(receipt)}", number)
    messages = 2 if len(f"1:\n{body.strip()}") > 1600 else 1
    shown = "".join(installation.replies(number, 1 + messages)[1:])
    assert body.strip() in shown, shown


def test_marks_that_are_not_seen_are_saved_and_not_shown(installation: Installation, number: str) -> None:
    words = "fewer\u202e\ufff9 \x1b[31mkernels\U000e0041\u2069 Z" + "\u0310" * 300
    said = [installation.say(f"save this under gp\u202eu\u061c: {words}", number)]
    said += [installation.say(command, number) for command in ("topics", "find fewer", "show 1", "repeat")]
    assert said == [displayable(reply) for reply in said]
    assert "gpu" in said[0]
    assert "gpu" in said[1]
    assert all("fewer [31mkernels Z" in reply for reply in said[2:]), said
    with sqlite3.connect(f"file:{installation.folder}/scrapbook.db?mode=ro", uri=True) as database:
        assert database.execute("SELECT 1 FROM entries WHERE text = ?", (words,)).fetchone()


@pytest.mark.parametrize(
    "body",
    ["", "   ", "\n\t ", "\u200b\u200d\ufeff", None],
    ids=["empty", "spaces", "whitespace", "unseen", "none"],
)
def test_it_saves_nothing_of_an_empty_text(installation: Installation, number: str, body: str | None) -> None:
    assert installation.webhook(message_form(new_sid(), number, body)).status_code == 200
    [answer] = installation.replies(number, 1)
    assert "Saved" not in answer
    assert "Saved 1" in installation.say("the first real one", number)


def test_thirty_texts_at_once_are_answered_in_order(installation: Installation, number: str) -> None:
    for n in range(30):
        installation.text(f"burst thought {n:02}", number)
    answers = installation.replies(number, 30, timeout=120)
    assert [entry_number(answer) for answer in answers] == list(range(1, 31))
    installation.text("show 30", number)
    assert "burst thought 29" in installation.replies(number, 31)[-1]


def test_a_message_that_answers_an_earlier_one_goes_with_its_entry(
    installation: Installation, number: str
) -> None:
    saved = new_sid()
    installation.text("gpu: fewer, larger kernels", number, saved)
    [receipt] = installation.replies(number, 1)
    installation.say("something else", number)
    answer = {"OriginalRepliedMessageSid": saved, "OriginalRepliedMessageSender": number}
    assert installation.webhook(message_form(new_sid(), number, "see also Numba") | answer).status_code == 200
    assert installation.replies(number, 3)[2] == f"Added to {entry_number(receipt)}."


def test_a_forwarded_message_is_saved_whatever_it_says(installation: Installation, number: str) -> None:
    saved = entry_number(installation.say("the ferry leaves at nine", number))
    form = message_form(new_sid(), number, f"delete {saved}") | {"Forwarded": "true"}
    assert installation.webhook(form).status_code == 200
    assert installation.replies(number, 2)[1] == f"Saved {saved + 1}."
    assert "ferry" in installation.say(f"show {saved}", number)
