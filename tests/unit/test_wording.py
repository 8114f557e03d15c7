"""Every response that is used exists, and every one that exists is used and fit to be sent."""

import re
import string
from pathlib import Path

import pytest
import yaml

from actions.confirming import WHICH
from scrapbook.book.pages import ENDING, WORDING, YOUR_TOPICS
from scrapbook.segments import fits, is_gsm7

ROOT = Path(__file__).parents[2]
NAME = re.compile(r"\butter_[a-z_]+\b")
# Filled in by the assistant's own code: utter_message() of Rasa's SDK means something else by these.
TAKEN = {
    "text",
    "image",
    "template",
    "response",
    "attachment",
    "buttons",
    "elements",
    "json_message",
    "custom",
}
CONFIRMED_KINDS = {"delete", "take_off", "move", "edit", "append", "rename", "merge"}
KINDS_OF_CHANGE = CONFIRMED_KINDS | {"save", "save_several", "restore", "pin", "unpin"}
MEMO_RECEIPTS = [f"utter_memo_saved{where}" for where in ("", "_under", "_similar", "_reminder")]


def responses() -> dict[str, str]:
    files = sorted((ROOT / "bot" / "domain" / "wording").glob("*.yml"))
    loaded = [yaml.safe_load(path.read_text(encoding="utf-8"))["responses"] for path in files]
    return {name: variants[0]["text"] for file in loaded for name, variants in file.items()}


def names_in(folder: str, pattern: str) -> set[str]:
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / folder).rglob(pattern)))
    return {name for name in NAME.findall(text) if not name.endswith("_")} - {
        "utter_message",
        "utter_memo_saved",
    }


def used() -> set[str]:
    kinds = {f"utter_undid_{kind}" for kind in KINDS_OF_CHANGE}
    receipts = {f"utter_saved{where}" for where in ("", "_under", "_similar", "_suggested")}
    with_media = {f"{name}_with_media" for name in receipts}
    receipts |= {
        f"{name}{where}" for name in ("utter_saved_by", "utter_saved_and_added") for where in ("", "_under")
    }
    of_memos = {"utter_memo_saved_reminder_for"} | {
        f"{name}{unsure}" for name in MEMO_RECEIPTS for unsure in ("", "_unsure")
    }
    sounds = {"utter_sound_waiting", "utter_sound_missing"}
    confirmed = {f"utter_confirm_{kind}" for kind in CONFIRMED_KINDS} | {f"{name}_or_keep" for name in WHICH}
    named = names_in("actions", "*.py") | names_in("data/rules", "*.yml")
    suggested = {"utter_memo_saved_suggested", "utter_reminder_saved_without_date"}
    return named | kinds | confirmed | receipts | with_media | of_memos | suggested | sounds


RESPONSES = responses()


def test_every_response_that_is_used_exists_and_the_other_way_round() -> None:
    assert used() == set(RESPONSES)


def test_every_kind_of_change_has_words_for_its_undoing() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "scrapbook" / "book").glob("*.py"))
    recorded = set(re.findall(r'recording\("(\w+)"', code)) | set(re.findall(r'_trash\(.*"(\w+)"', code))
    assert recorded == KINDS_OF_CHANGE


@pytest.mark.parametrize("name", sorted(RESPONSES))
def test_a_response_stays_in_the_seven_bit_alphabet_and_in_two_segments(name: str) -> None:
    fields = {field for _, field, _, _ in string.Formatter().parse(RESPONSES[name]) if field}
    plain = RESPONSES[name].format_map(dict.fromkeys(fields, "x" * 12))
    assert is_gsm7(plain)
    assert fits(plain)
    assert not fields & TAKEN


@pytest.mark.parametrize("name", sorted(RESPONSES))
def test_a_response_is_worded_as_the_others_are(name: str) -> None:
    text = RESPONSES[name]
    assert ("!" in text) == (name == "utter_greet")
    assert not re.search(r"I (?:can|could|have|do|did|will) ?not\b", text)
    assert text == text.strip()
    assert "  " not in text


@pytest.mark.parametrize("name", sorted(RESPONSES))
def test_whatever_is_asked_by_number_is_asked_alike(name: str) -> None:
    text = RESPONSES[name]
    assert ("{options}" in text) == ("Text its number." in text)
    assert ("Text 1" in text) == ("Text 1 for yes, 2 to keep your message as a thought." in text)


@pytest.mark.parametrize("name", sorted(RESPONSES))
def test_undo_is_offered_alike(name: str) -> None:
    offers = "undo" in RESPONSES[name] and name not in {"utter_commands", "utter_nothing_to_undo"}
    assert offers == RESPONSES[name].endswith(" Text undo to take that back.")


@pytest.mark.parametrize("name", sorted(RESPONSES))
def test_an_example_stands_at_the_end_and_can_be_copied(name: str) -> None:
    _, _, shown = RESPONSES[name].lower().partition("for example")
    assert not shown or (shown.startswith(": ") and shown[-1] not in ".!?")


@pytest.mark.parametrize(
    ("name", "room"),
    [
        ("utter_page", ENDING),
        ("utter_page_and_more", WORDING),
        ("utter_topics", len(YOUR_TOPICS) + ENDING),
        ("utter_topics_and_more", len(YOUR_TOPICS) + WORDING),
    ],
)
def test_the_room_that_is_kept_for_the_words_around_a_list_is_what_they_take(name: str, room: int) -> None:
    assert len(RESPONSES[name].format(title="", lines="", topics="", left="500")) == room
